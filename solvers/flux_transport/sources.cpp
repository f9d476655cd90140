#include "sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "seeds.hpp"
#include "surface_map.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using grid::Index;
constexpr double reach = 6;          // widths beyond which a polarity is nothing (1e-16 of its peak)
constexpr double least_width = 1.2;  // spacings in colatitude

/// Calls visit(i, k, value) on the owned points near a polarity, local indices.
template <class Visit>
void for_each_point(const Polarity& polarity, const numerics::SphereBlock& block, Visit&& visit) {
  for (Index i = 0; i < block.rows(); ++i) {
    const Index j = block.first_row() + i;
    const double theta = block.theta[static_cast<std::size_t>(j)];
    if (std::abs(theta - polarity.colatitude) > reach * polarity.width) continue;
    for (Index k = 0; k < block.columns(); ++k)
      visit(i, k,
            field_of(polarity, theta,
                     block.is_pole(j) ? 0.0 : block.phi[static_cast<std::size_t>(block.first_column() + k)]));
  }
}

}  // namespace

void add_regions(const std::vector<Emergence::Share>& shares, double peak_field,
                 const numerics::SphereBlock& block, grid::RealField& field) {
  if (shares.empty()) return;
  std::vector<Region> regions;
  for (const auto& share : shares) regions.push_back(share.region);
  auto polarities = make_polarities(regions, peak_field, 1.0);
  const double spacing = *std::max_element(block.spacing_theta.begin(), block.spacing_theta.end());
  std::vector<double> flux;
  for (Polarity& polarity : polarities) {
    polarity.width = std::max(polarity.width, least_width * spacing);
    polarity.peak = std::copysign(1.0, polarity.peak);
    base::CompensatedSum sum;
    for_each_point(polarity, block, [&](Index i, Index k, double b) {
      sum.add(std::abs(b) * block.summation_area(block.first_row() + i, block.first_column() + k));
    });
    flux.push_back(sum.value());
  }
  block.layout()->communicator().sum(std::span<double>(flux));
  const auto to = field.view();
  for (std::size_t p = 0; p < polarities.size(); ++p) {
    const double factor = shares[p / 2].share * regions[p / 2].flux / (flux_unit * flux[p]);
    for_each_point(polarities[p], block, [&](Index i, Index k, double b) { to(i, k) += factor * b; });
  }
}

Sources::Sources(const numerics::SphereBlock& block, const SourceParameters& parameters,
                 const run::Context& context)
    : block_(block), parameters_(parameters) {
  const EmergenceParameters& regions = parameters.regions;
  if (!parameters.map.empty()) {
    const auto whole = on_grid(read_surface_map(context.communicator, parameters.map), block);
    for (Index i = 0; i < block.rows(); ++i)
      for (Index k = 0; k < block.columns(); ++k)
        map_.push_back(parameters.map_factor *
                       whole[static_cast<std::size_t>((block.first_row() + i) * block.columns_global() +
                                                      block.first_column() + k)]);
  }
  if (parameters.random.flux > 0)
    random_.emplace(block, parameters.random, key_of(parameters.random.seed, context, random_source_stream));
  if (!regions.catalogue.empty() || regions.cycle.regions > 0)
    emergence_.emplace(context.communicator, regions, key_of(regions.cycle.seed, context, cycle_stream));
  active_ = !parameters.map.empty() || parameters.decay_time || random_ || emergence_;
}

void Sources::state(run::State& state) {
  if (!active_) return;
  state.integer("sources_begun", begun_);
  state.real("sources_until", until_);
  state.integer("regions_emerged", emerged_);
  state.real("flux_emerged", emerged_flux_);
}

void Sources::decay(grid::RealField& field, double dt) const {
  const double kept = parameters_.decay_time ? std::exp(-dt / *parameters_.decay_time) : 1.0;
  const double added = parameters_.decay_time ? *parameters_.decay_time * (1 - kept) : dt;
  const auto b = field.view();
  std::size_t at = 0;
  for (Index i = 0; i < block_.rows(); ++i)
    for (Index k = 0; k < block_.columns(); ++k, ++at)
      b(i, k) = kept * b(i, k) + (map_.empty() ? 0.0 : added * map_[at]);
}

void Sources::emerge(grid::RealField& field, double t0, double t1) {
  const auto shares = emergence_->between(t0, t1);
  for (const auto& share : shares) {
    emerged_flux_ += share.share * share.region.flux;
    emerged_ += share.begins ? 1 : 0;
  }
  add_regions(shares, parameters_.regions.peak_field, block_, field);
}

void Sources::advance(grid::RealField& field, double t0, double t1) {
  const double from = begun_ != 0 ? until_ : t0;
  begun_ = 1;
  until_ = t1;
  if (!map_.empty() || parameters_.decay_time) decay(field, t1 - from);
  if (random_) random_->add_integral(from, t1, field);
  if (emergence_) emerge(field, from, t1);
}

std::vector<std::string> Sources::summary() const {
  if (!emergence_) return {};
  return {fmt::format("regions: {} emerged, {:.4g} Mx of each polarity", emerged_, emerged_flux_)};
}

}  // namespace sluice::solvers::flux_transport
