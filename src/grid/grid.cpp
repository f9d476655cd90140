#include "grid/grid.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "base/error.hpp"

namespace sluice::grid {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double angle_tolerance =
    1e-9;  ///< [rad] by which an angle read from a file may miss a pole or a full turn.

template <class... Args>
[[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) {
  throw base::AgreedError("grid: " + fmt::format(format, std::forward<Args>(args)...));
}

Axis cartesian_axis(const CartesianSpec& spec, std::size_t d) {
  static constexpr std::array names{"x", "y", "z"};
  const Index n = spec.points[d];
  const double lower = spec.lower[d], upper = spec.upper[d];
  const bool periodic = spec.periodic[d], nodal = spec.centring == Centring::node && !periodic;
  if (n < (nodal ? 2 : 1)) fail("{} points along {}; at least {} are allowed", n, names[d], nodal ? 2 : 1);
  if (!std::isfinite(lower) || !std::isfinite(upper) || !(lower < upper))
    fail("{} runs from {} to {}; finite ascending ends are allowed", names[d], lower, upper);
  const double length = upper - lower;
  if (!std::isfinite(length))
    fail("{} runs from {} to {}; its length is out of range", names[d], lower, upper);
  const auto intervals = static_cast<double>(nodal ? n - 1 : n);
  // Position of `i` intervals, both ends exact.
  const auto place = [&](double i) { return i == intervals ? upper : lower + length * (i / intervals); };
  Axis axis{names[d], spec.unit, fmt::format("{} coordinate", names[d]), {}, {}, periodic};
  const bool at_interval_ends = periodic || nodal;
  for (Index i = 0; i < n; ++i)
    axis.points.push_back(place(static_cast<double>(i) + (at_interval_ends ? 0.0 : 0.5)));
  for (Index i = 0; i <= n; ++i)
    axis.faces.push_back(place(static_cast<double>(i) - (at_interval_ends ? 0.5 : 0.0)));
  if (nodal) {  // end cells are half cells
    axis.faces.front() = lower;
    axis.faces.back() = upper;
  }
  for (std::size_t i = 0; i + 1 < axis.faces.size(); ++i)
    if (!(axis.faces[i] < axis.faces[i + 1]))
      fail("{} points along {} from {} to {} are closer than round-off", n, names[d], lower, upper);
  return axis;
}

void check_ascending(const std::vector<double>& values, const char* name) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) fail("{}[{}] = {}; finite angles [rad] are allowed", name, i, values[i]);
    if (i > 0 && !(values[i] > values[i - 1]))
      fail("{}[{}] = {} after {}[{}] = {}; ascending, distinct angles [rad] are allowed", name, i, values[i],
           name, i - 1, values[i - 1]);
  }
}

Axis colatitude(std::vector<double> theta) {
  if (theta.size() < 3)
    fail("{} colatitudes; at least 3 (two poles and one between) are allowed", theta.size());
  check_ascending(theta, "theta");
  if (std::abs(theta.front()) > angle_tolerance || std::abs(theta.back() - pi) > angle_tolerance)
    fail("theta runs from {} to {} rad; from 0 to pi (both poles are points) is allowed", theta.front(),
         theta.back());
  theta.front() = 0;
  theta.back() = pi;
  check_ascending(theta, "theta");
  std::vector<double> faces{0};
  for (std::size_t i = 1; i < theta.size(); ++i) faces.push_back(0.5 * (theta[i - 1] + theta[i]));
  faces.push_back(pi);
  return {"theta", "rad", "colatitude", std::move(theta), std::move(faces), false};
}

Axis longitude(std::vector<double> phi) {
  if (phi.empty()) fail("no longitudes; at least 1 is allowed");
  check_ascending(phi, "phi");
  const double turn = phi.back() - phi.front();
  if (turn > 2 * pi - angle_tolerance)
    fail(
        "phi runs from {} to {} rad; distinct longitudes within one turn are allowed (leave the repeated "
        "last one out)",
        phi.front(), phi.back());
  std::vector<double> faces{0.5 * (phi.back() - 2 * pi + phi.front())};
  for (std::size_t i = 1; i < phi.size(); ++i) faces.push_back(0.5 * (phi[i - 1] + phi[i]));
  faces.push_back(faces.front() + 2 * pi);
  return {"phi", "rad", "longitude", std::move(phi), std::move(faces), true};
}

}  // namespace

Grid Grid::cartesian(const CartesianSpec& spec) {
  const std::size_t dimensions = spec.points.size();
  if (dimensions < 1 || dimensions > 3)
    fail("{} numbers of points; 1 to 3 (one a dimension) are allowed", dimensions);
  if (spec.lower.size() != dimensions || spec.upper.size() != dimensions ||
      spec.periodic.size() != dimensions)
    fail(
        "{} dimensions, but {} lower ends, {} upper ends and {} choices of periodic; as many as dimensions "
        "are allowed",
        dimensions, spec.lower.size(), spec.upper.size(), spec.periodic.size());
  Grid grid;
  grid.centring = spec.centring;
  for (std::size_t d = 0; d < dimensions; ++d) grid.axes.push_back(cartesian_axis(spec, d));
  return grid;
}

Grid Grid::sphere(std::vector<double> theta, std::vector<double> phi, double radius,
                  const std::string& radius_unit) {
  if (!std::isfinite(radius) || radius <= 0)
    fail("a sphere of radius {}; a positive number is allowed", radius);
  Grid grid;
  grid.geometry = Geometry::sphere;
  grid.axes = {colatitude(std::move(theta)), longitude(std::move(phi))};
  grid.radius = radius;
  grid.radius_unit = radius_unit;
  return grid;
}

Grid Grid::uniform_sphere(Index n_theta, Index n_phi, double radius, const std::string& radius_unit) {
  if (n_theta < 3) fail("{} colatitudes; at least 3 (two poles and one between) are allowed", n_theta);
  if (n_phi < 1) fail("{} longitudes; at least 1 is allowed", n_phi);
  std::vector<double> theta, phi;
  for (Index i = 0; i < n_theta; ++i)
    theta.push_back(pi * (static_cast<double>(i) / static_cast<double>(n_theta - 1)));
  for (Index j = 0; j < n_phi; ++j)
    phi.push_back(2 * pi * (static_cast<double>(j) / static_cast<double>(n_phi)));
  return sphere(std::move(theta), std::move(phi), radius, radius_unit);
}

Index3 Grid::extents() const {
  Index3 result{1, 1, 1};
  for (std::size_t d = 0; d < axes.size(); ++d) result[d] = axes[d].size();
  return result;
}

Index Grid::size() const {
  const auto n = extents();
  return n[0] * n[1] * n[2];
}

LayoutSpec Grid::layout_spec(Index halo) const {
  LayoutSpec spec{.dimensions = dimensions(), .global = extents()};
  for (std::size_t d = 0; d < axes.size(); ++d) {
    spec.periodic[d] = axes[d].periodic;
    spec.halo[d] = halo;
  }
  return spec;
}

std::string Grid::describe_point(const Index3& global_index) const {
  std::string text;
  for (std::size_t d = 0; d < axes.size(); ++d) {
    const auto& axis = axes[d];
    const auto at = static_cast<std::size_t>(global_index[d]);
    text += fmt::format("{}{} = {:.8g}", d > 0 ? ", " : "", axis.name, axis.points.at(at));
    if (axis.unit != "1") text += " " + axis.unit;
  }
  return text;
}

}  // namespace sluice::grid
