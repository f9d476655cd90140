#include "globe_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

#include "base/error.hpp"
#include "run/hdf5.hpp"

namespace sluice::solvers::flux_transport {

namespace {

/// Index of the interval that holds `x`, and the share of its upper end; held at the ends.
std::pair<std::size_t, double> place(const std::vector<double>& axis, double x) {
  const auto upper = std::upper_bound(axis.begin() + 1, axis.end() - 1, x);
  const auto i = static_cast<std::size_t>(upper - axis.begin()) - 1;
  return {i, std::clamp((x - axis[i]) / (axis[i + 1] - axis[i]), 0.0, 1.0)};
}

}  // namespace

double GlobeMap::at(double colatitude, double longitude) const {
  const double turn = 2 * std::numbers::pi;
  const std::size_t n = phi.size();
  double x = phi[0] + std::fmod(longitude - phi[0], turn);
  if (x < phi[0]) x += turn;
  const auto [j, b] = place(theta, colatitude);
  std::size_t k = n - 1, k_next = 0;
  double a = 0;
  if (x <= phi[n - 1])
    std::tie(k, a) = place(phi, x), k_next = k + 1;
  else if (phi[0] + turn - phi[n - 1] > 1e-5)  // between the last longitude and the first
    a = (x - phi[n - 1]) / (phi[0] + turn - phi[n - 1]);
  const auto row = [&](std::size_t r) { return (1 - a) * values[r * n + k] + a * values[r * n + k_next]; };
  return (1 - b) * row(j) + b * row(j + 1);
}

GlobeMap read_globe_map(const base::Communicator& communicator, const std::filesystem::path& file) {
  GlobeMap map{.theta = run::read_array(communicator, file, "dim2").values,
               .phi = run::read_array(communicator, file, "dim1").values,
               .values = {}};
  auto data = run::read_array(communicator, file, "Data");
  if (data.shape.size() != 2 || data.shape[0] != map.theta.size() || data.shape[1] != map.phi.size())
    throw base::InputError(
        fmt::format("{}: dataset 'Data' has shape {}; its axes ask for {} x {} (theta x phi)", file.string(),
                    fmt::join(data.shape, " x "), map.theta.size(), map.phi.size()));
  for (const auto* axis : {&map.theta, &map.phi})
    for (std::size_t i = 0; i < axis->size(); ++i)
      if (axis->size() < 2 || !std::isfinite((*axis)[i]) || (i > 0 && (*axis)[i] <= (*axis)[i - 1]))
        throw base::InputError(
            fmt::format("{}: axis {} must have at least 2 ascending points; point {} is {}", file.string(),
                        axis == &map.theta ? "dim2" : "dim1", i, (*axis)[i]));
  for (std::size_t i = 0; i < data.values.size(); ++i)
    if (!std::isfinite(data.values[i]))
      throw base::InputError(fmt::format("{}: Data[{}, {}] = {}; finite numbers are allowed", file.string(),
                                         i / map.phi.size(), i % map.phi.size(), data.values[i]));
  map.values = std::move(data.values);
  return map;
}

}  // namespace sluice::solvers::flux_transport
