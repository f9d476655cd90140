#include "assimilation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "balance.hpp"
#include "base/log.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using grid::Index;
constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

}  // namespace

Assimilation::Assimilation(const numerics::SphereBlock& block, const AssimilationParameters& parameters)
    : block_(block), parameters_(parameters) {
  if (!parameters.maps.empty() && !parameters.by_meetings()) maps_.emplace(block, parameters);
}

const Assimilation::Entry* Assimilation::next() const {
  return maps_ && at(next_) < maps_->entries().size() ? &maps_->entries()[at(next_)] : nullptr;
}

void Assimilation::state(run::State& state) {
  if (active()) state.integer("assimilation_next", next_);
}

void Assimilation::begin(double t) {
  while (next() != nullptr && next()->time < t - time_tolerance(t)) ++next_;
  if (next_ > 0) base::log::info("assimilation: {} maps from before the start are left out", next_);
}

double Assimilation::way(double t) const {
  return next() != nullptr ? next()->time - t : std::numeric_limits<double>::infinity();
}

void Assimilation::advance(grid::RealField& field, double t) {
  for (; next() != nullptr && next()->time <= t + time_tolerance(t); ++next_) use(field, *next());
}

std::vector<double> Assimilation::weights(const Entry& entry) const {
  std::vector<double> w(at(block_.rows_global() * block_.columns_global()), 1.0);
  if (parameters_.weight == "file") {
    w = maps_->weights(entry);
  } else if (parameters_.weight == "viewing_angle") {
    w = maps_->cosines(entry);
    for (double& mu : w) mu = mu > parameters_.limit ? std::pow(std::max(mu, 0.0), parameters_.power) : 0.0;
  }
  for (Index j = 0; j < block_.rows_global(); ++j)
    if (!maps_->counts(j)) std::fill_n(w.begin() + j * block_.columns_global(), block_.columns_global(), 0.0);
  return w;
}

void Assimilation::use(grid::RealField& field, const Entry& entry) const {
  const auto data = maps_->data(entry);
  const auto w = weights(entry);
  grid::RealField change({"assimilated", "G", "change of the field by data"}, block_.layout());
  const auto b = field.view(), d = change.view();
  for (Index i = 0; i < block_.rows(); ++i)
    for (Index k = 0; k < block_.columns(); ++k) {
      const auto place = at((block_.first_row() + i) * block_.columns_global() + block_.first_column() + k);
      d(i, k) = w[place] * (parameters_.mode == "add" ? data[place] : data[place] - b(i, k));
    }
  block_.close_poles(change);
  if (parameters_.balance_flux && balance_polarities(block_, change) == 0)
    base::log::warn("{}: the change has only one polarity; it is not balanced", entry.file.string());
  for (Index i = 0; i < block_.rows(); ++i)
    for (Index k = 0; k < block_.columns(); ++k) b(i, k) += d(i, k);
}

}  // namespace sluice::solvers::flux_transport
