#include "assimilation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "balance.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "csv_table.hpp"
#include "parameters.hpp"
#include "surface_map.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using grid::Index;
constexpr double pi = std::numbers::pi;
constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// What two times may differ by and still be the same [h].
double tolerance(double t) { return 1e-9 * std::max(1.0, std::abs(t)); }

}  // namespace

Assimilation::Assimilation(const numerics::SphereBlock& block, const AssimilationParameters& parameters)
    : block_(block), parameters_(parameters) {
  if (!parameters.maps.empty()) read_list();
}

void Assimilation::read_list() {
  const std::filesystem::path list = parameters_.maps;
  const CsvTable table(
      block_.layout()->communicator(), list,
      {{"time", "h"}, {"file", ""}, {"longitude", "deg", false}, {"latitude", "deg", false}});
  if (table.rows() == 0) throw base::InputError(list.string() + ": lists no map");
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto time = table.number(row, "time");
    if (!time) table.refuse(row, "time", "is empty; a number is needed");
    if (!entries_.empty() && *time <= entries_.back().time)
      table.refuse(
          row, "time",
          fmt::format("{} h is not after {} h; ascending times are allowed", *time, entries_.back().time));
    const std::filesystem::path name = table.text(row, "file");
    const std::filesystem::path file = name.is_absolute() ? name : list.parent_path() / name;
    if (!block_.layout()->communicator().all(std::filesystem::exists(file)))
      table.refuse(row, "file", file.string() + " does not exist");
    const double turned = parameters_.observer_longitude - 360 * *time / parameters_.synodic_rotation;
    entries_.push_back(
        {.time = *time,
         .file = file,
         .longitude = table.number(row, "longitude").value_or(turned) * degree,
         .latitude = table.number(row, "latitude").value_or(parameters_.observer_latitude) * degree});
  }
}

void Assimilation::state(run::State& state) {
  if (active()) state.integer("assimilation_next", next_);
}

void Assimilation::begin(double t) {
  while (at(next_) < entries_.size() && entries_[at(next_)].time < t - tolerance(t)) ++next_;
  if (next_ > 0) base::log::info("assimilation: {} maps from before the start are left out", next_);
}

double Assimilation::way(double t) const {
  if (at(next_) >= entries_.size()) return std::numeric_limits<double>::infinity();
  return entries_[at(next_)].time - t;
}

void Assimilation::advance(grid::RealField& field, double t) {
  for (; at(next_) < entries_.size() && entries_[at(next_)].time <= t + tolerance(t); ++next_)
    use(field, entries_[at(next_)]);
}

std::vector<double> Assimilation::cosines(const Entry& entry, std::int64_t layers) const {
  if (layers > 2)
    return on_grid(
        read_surface_map(block_.layout()->communicator(), entry.file, {.layer = 2, .fill = "zero"}), block_);
  std::vector<double> values;
  for (Index j = 0; j < block_.rows_global(); ++j)
    for (Index k = 0; k < block_.columns_global(); ++k)
      values.push_back(block_.cos_theta[at(j)] * std::sin(entry.latitude) +
                       block_.sin_theta[at(j)] * std::cos(entry.latitude) *
                           std::cos(block_.phi[at(k)] - entry.longitude));
  return values;
}

std::vector<double> Assimilation::weights(const Entry& entry) const {
  const auto& communicator = block_.layout()->communicator();
  const std::int64_t layers = is_fits(entry.file) ? 1 : map_layers(communicator, entry.file);
  std::vector<double> w(at(block_.rows_global() * block_.columns_global()), 1.0);
  if (parameters_.weight == "file") {
    if (layers < 2)
      throw base::InputError(
          fmt::format("{}: has no second layer; assimilation.weight = file needs one", entry.file.string()));
    w = on_grid(read_surface_map(communicator, entry.file, {.layer = 1, .fill = "zero"}), block_);
  } else if (parameters_.weight == "viewing_angle") {
    w = cosines(entry, layers);
    for (double& mu : w) mu = mu > parameters_.limit ? std::pow(std::max(mu, 0.0), parameters_.power) : 0.0;
  }
  const double farthest = parameters_.latitude_limit * degree + 1e-10;
  for (Index j = 0; j < block_.rows_global(); ++j)
    if (std::abs(0.5 * pi - block_.theta[at(j)]) > farthest)
      std::fill_n(w.begin() + j * block_.columns_global(), block_.columns_global(), 0.0);
  return w;
}

void Assimilation::use(grid::RealField& field, const Entry& entry) const {
  const auto data = on_grid(
      read_surface_map(block_.layout()->communicator(), entry.file, {.layer = 0, .fill = parameters_.fill}),
      block_);
  const auto w = weights(entry);
  grid::RealField change({"assimilated", "G", "change of the field by data"}, block_.layout());
  const auto b = field.view(), d = change.view();
  for (Index i = 0; i < block_.rows(); ++i)
    for (Index k = 0; k < block_.columns(); ++k) {
      const auto place = at((block_.first_row() + i) * block_.columns_global() + block_.first_column() + k);
      const double datum = parameters_.factor * data[place];
      d(i, k) = w[place] * (parameters_.mode == "add" ? datum : datum - b(i, k));
    }
  block_.close_poles(change);
  if (parameters_.balance_flux && balance_polarities(block_, change) == 0)
    base::log::warn("{}: the change has only one polarity; it is not balanced", entry.file.string());
  for (Index i = 0; i < block_.rows(); ++i)
    for (Index k = 0; k < block_.columns(); ++k) b(i, k) += d(i, k);
}

}  // namespace sluice::solvers::flux_transport
