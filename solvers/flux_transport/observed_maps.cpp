#include "observed_maps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "csv_table.hpp"
#include "parameters.hpp"
#include "surface_map.hpp"

namespace sluice::solvers::flux_transport {

using grid::Index;

namespace {

constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

}  // namespace

double time_tolerance(double t) { return 1e-9 * std::max(1.0, std::abs(t)); }

ObservedMaps::ObservedMaps(const numerics::SphereBlock& block, const AssimilationParameters& parameters)
    : block_(block), parameters_(parameters) {
  const auto& communicator = block.layout()->communicator();
  const std::filesystem::path list = parameters_.maps;
  const CsvTable table(
      communicator, list,
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
    if (!communicator.all(std::filesystem::exists(file)))
      table.refuse(row, "file", file.string() + " does not exist");
    const double turned = parameters_.observer_longitude - 360 * *time / parameters_.synodic_rotation;
    entries_.push_back(
        {.time = *time,
         .file = file,
         .longitude = table.number(row, "longitude").value_or(turned) * degree,
         .latitude = table.number(row, "latitude").value_or(parameters_.observer_latitude) * degree});
  }
}

std::int64_t ObservedMaps::layers(const Entry& entry) const {
  return is_fits(entry.file) ? 1 : map_layers(block_.layout()->communicator(), entry.file);
}

std::vector<double> ObservedMaps::data(const Entry& entry) const {
  auto values = on_grid(
      read_surface_map(block_.layout()->communicator(), entry.file, {.layer = 0, .fill = parameters_.fill}),
      block_);
  for (double& value : values) value *= parameters_.factor;
  return values;
}

std::vector<double> ObservedMaps::cosines(const Entry& entry) const {
  if (layers(entry) > 2)
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

std::vector<double> ObservedMaps::weights(const Entry& entry) const {
  if (layers(entry) < 2)
    throw base::InputError(
        fmt::format("{}: has no second layer; assimilation.weight = file needs one", entry.file.string()));
  return on_grid(read_surface_map(block_.layout()->communicator(), entry.file, {.layer = 1, .fill = "zero"}),
                 block_);
}

bool ObservedMaps::counts(Index row) const {
  return std::abs(0.5 * std::numbers::pi - block_.theta[at(row)]) <=
         parameters_.latitude_limit * degree + 1e-10;
}

}  // namespace sluice::solvers::flux_transport
