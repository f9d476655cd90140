#include "map_file.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "base/log.hpp"
#include "gaps.hpp"
#include "run/hdf5.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using base::InputError;
constexpr double pi = std::numbers::pi;

std::vector<double> read_axis(const base::Communicator& communicator, const std::filesystem::path& file,
                              const std::string& name) {
  auto axis = run::read_array(communicator, file, name);
  if (axis.shape.size() != 1)
    throw InputError(fmt::format("{}: dataset '{}' has {} dimensions; an axis has 1", file.string(), name,
                                 axis.shape.size()));
  return std::move(axis.values);
}

/// The data as [theta][phi] with `n_phi` columns: one layer of those that a leading dimension counts.
std::vector<double> read_data(const base::Communicator& communicator, const std::filesystem::path& file,
                              const std::string& name, std::size_t n_theta, std::size_t n_phi,
                              std::int64_t layer) {
  auto data = run::read_array(communicator, file, name);
  const std::uint64_t layers = data.shape.size() == 3 ? data.shape[0] : 1;
  if (static_cast<std::uint64_t>(layer) >= layers)
    throw InputError(
        fmt::format("{}: dataset '{}' has {} layers; layer {} was asked for, 0 to {} are allowed",
                    file.string(), name, layers, layer, layers - 1));
  if (data.shape.size() == 3) {
    data.shape.erase(data.shape.begin());
    const auto size = static_cast<std::ptrdiff_t>(data.shape[0] * data.shape[1]);
    data.values.erase(data.values.begin(), data.values.begin() + layer * size);
    data.values.resize(static_cast<std::size_t>(size));
  }
  if (data.shape.size() != 2 || data.shape[0] != n_theta || data.shape[1] != n_phi)
    throw InputError(fmt::format("{}: dataset '{}' has shape {}; its axes ask for {} x {} (theta x phi)",
                                 file.string(), name, fmt::join(data.shape, " x "), n_theta, n_phi));
  return std::move(data.values);
}

/// Averages columns 0 and n of rows of n + 1 values, and drops the last.
double close_seam(const std::vector<double>& data, std::size_t n_theta, std::size_t n_phi,
                  std::vector<double>& values) {
  double seam = 0;
  for (std::size_t j = 0; j < n_theta; ++j) {
    const double* row = &data[j * (n_phi + 1)];
    seam = std::max(seam, std::abs(row[n_phi] - row[0]));
    values.push_back(row[n_phi] == row[0] ? row[0] : 0.5 * (row[0] + row[n_phi]));
    values.insert(values.end(), row + 1, row + n_phi);
  }
  return seam;
}

/// Each pole row becomes its mean over longitude, weighted with the columns' widths.
double close_poles(const Axes& axes, std::vector<double>& values) {
  const std::size_t n = axes.phi.size();
  double spread = 0;
  for (const std::size_t row : {std::size_t{0}, axes.theta.size() - 1}) {
    double* value = &values[row * n];
    if (std::all_of(value, value + n, [&](double b) { return b == value[0]; })) continue;
    base::CompensatedSum sum;
    for (std::size_t k = 0; k < n; ++k) {
      const double east = k + 1 < n ? axes.phi[k + 1] : axes.phi[0] + 2 * pi,
                   west = k > 0 ? axes.phi[k - 1] : axes.phi[n - 1] - 2 * pi;
      sum.add(value[k] * 0.5 * (east - west));
    }
    const double mean = sum.value() / (2 * pi);
    for (std::size_t k = 0; k < n; ++k) {
      spread = std::max(spread, std::abs(value[k] - mean));
      value[k] = mean;
    }
  }
  return spread;
}

}  // namespace

std::vector<double> snap_axis(std::vector<double> points, double end, const std::string& where) {
  if (points.size() < 5)
    throw InputError(fmt::format("{} has {} points; at least 5 are allowed", where, points.size()));
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!std::isfinite(points[i]))
      throw InputError(fmt::format("{}[{}] = {}; finite numbers are allowed", where, i, points[i]));
    if (i > 0 && points[i] <= points[i - 1])
      throw InputError(
          fmt::format("{}[{}] = {} rad is not above {}[{}] = {} rad; ascending points are allowed", where, i,
                      points[i], where, i - 1, points[i - 1]));
  }
  const std::size_t last = points.size() - 1;
  for (const auto& [i, wanted] : {std::pair<std::size_t, double>{0, 0.0}, {last, end}})
    if (std::abs(points[i] - wanted) > end_tolerance)
      throw InputError(
          fmt::format("{}[{}] = {} rad; {} rad is allowed (within {} rad): the map must cover the whole Sun",
                      where, i, points[i], wanted, end_tolerance));
  bool uniform = true;
  for (std::size_t i = 0; i <= last; ++i)
    uniform = uniform && std::abs(points[i] - end * double(i) / double(last)) <= uniform_tolerance;
  if (uniform)
    for (std::size_t i = 0; i <= last; ++i) points[i] = end * double(i) / double(last);
  points[0] = 0;
  points[last] = end;
  return points;
}

Map make_map(const Axes& axes, std::vector<double> data, const std::string& file, const std::string& fill) {
  Map map{.axes = {.theta = snap_axis(axes.theta, pi, file + ": dim2"),
                   .phi = snap_axis(axes.phi, 2 * pi, file + ": dim1")},
          .values = {}};
  map.axes.phi.pop_back();
  const std::size_t n_theta = map.axes.theta.size(), n_phi = map.axes.phi.size();
  Raster raster{.theta = map.axes.theta, .columns = n_phi + 1, .values = std::move(data)};
  if (const std::size_t filled = fill_gaps(raster, fill, file + ": Data"); filled > 0)
    base::log::warn_once("{}: {} points without data filled ({})", file, filled, fill);
  data = std::move(raster.values);
  map.values.reserve(n_theta * n_phi);
  map.seam = close_seam(data, n_theta, n_phi, map.values);
  map.poles = close_poles(map.axes, map.values);
  return map;
}

Axes read_map_axes(const base::Communicator& communicator, const std::filesystem::path& file) {
  Axes axes{.theta = snap_axis(read_axis(communicator, file, "dim2"), pi, file.string() + ": dim2"),
            .phi = snap_axis(read_axis(communicator, file, "dim1"), 2 * pi, file.string() + ": dim1")};
  axes.phi.pop_back();
  return axes;
}

Map read_map(const base::Communicator& communicator, const std::filesystem::path& file,
             const MapOptions& options) {
  const Axes axes{.theta = read_axis(communicator, file, "dim2"),
                  .phi = read_axis(communicator, file, "dim1")};
  Map map =
      make_map(axes, read_data(communicator, file, "Data", axes.theta.size(), axes.phi.size(), options.layer),
               file.string(), options.fill);
  double largest = 0;
  for (const double b : map.values) largest = std::max(largest, std::abs(b));
  const double round_off = 1e-6 * largest;  // of float32
  if (map.seam > round_off)
    base::log::warn_once("{}: first and last longitude differ by up to {:.4g} G; averaged", file.string(),
                         map.seam);
  if (map.poles > round_off)
    base::log::warn_once("{}: a pole's row differs from its mean by up to {:.4g} G; averaged", file.string(),
                         map.poles);
  return map;
}

std::int64_t map_layers(const base::Communicator& communicator, const std::filesystem::path& file) {
  std::int64_t layers = 1;
  base::agree_on_root(communicator, [&] {
    auto stream = run::Hdf5File::open(base::Communicator::self(), file);
    const auto shape = stream.has("Data") ? stream.shape("Data") : std::vector<std::uint64_t>();
    if (shape.size() == 3) layers = static_cast<std::int64_t>(shape[0]);
    stream.close();
  });
  return communicator.broadcast(layers);
}

Axes read_snapshot_axes(const base::Communicator& communicator, const std::filesystem::path& file) {
  return {.theta = read_axis(communicator, file, "theta"), .phi = read_axis(communicator, file, "phi")};
}

Map read_snapshot(const base::Communicator& communicator, const std::filesystem::path& file) {
  Map map{.axes = read_snapshot_axes(communicator, file), .values = {}};
  map.values = read_data(communicator, file, "B_r", map.axes.theta.size(), map.axes.phi.size(), 0);
  map.poles = close_poles(map.axes, map.values);
  return map;
}

}  // namespace sluice::solvers::flux_transport
