#include "fits_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "base/log.hpp"
#include "parameters.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using base::InputError;
constexpr double pi = std::numbers::pi;
constexpr double extent_tolerance = 1e-3;  // of the whole extent, relative: headers are rounded

double number(const run::FitsImage& image, const std::string& key, const std::string& file) {
  const auto value = image.number(key);
  if (!value || !std::isfinite(*value))
    throw InputError(
        fmt::format("{}: the keyword {} is missing or no number; a Carrington map has it", file, key));
  return *value;
}

/// CAR or CEA.
std::string projection(const run::FitsImage& image, const std::string& file) {
  const std::string x = image.text("CTYPE1").value_or(""), y = image.text("CTYPE2").value_or("");
  const std::string kind = y.size() >= 3 ? y.substr(y.size() - 3) : "";
  if (!x.starts_with("CRLN") || !y.starts_with("CRLT") || (kind != "CAR" && kind != "CEA"))
    throw InputError(
        fmt::format("{}: CTYPE1 = '{}', CTYPE2 = '{}'; CRLN-CAR with CRLT-CAR, and CRLN-CEA with "
                    "CRLT-CEA are allowed",
                    file, x, y));
  return kind;
}

/// Gauss for one unit of the data.
double field_unit(const run::FitsImage& image, const std::string& file) {
  const auto unit = image.text("BUNIT");
  if (!unit || unit->empty()) {
    base::log::warn("{}: no BUNIT; gauss is taken", file);
    return 1;
  }
  std::string name = *unit;
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto& [known, factor] : {std::pair{"gauss", 1.0},
                                      {"g", 1.0},
                                      {"mx/cm^2", 1.0},
                                      {"mx/cm**2", 1.0},
                                      {"mx cm-2", 1.0},
                                      {"mx cm^-2", 1.0},
                                      {"kg", 1e3},
                                      {"t", 1e4},
                                      {"mt", 10.0}})
    if (name == known) return factor;
  throw InputError(fmt::format("{}: BUNIT = '{}'; Gauss, G, Mx/cm^2, kG, T, mT are allowed", file, *unit));
}

/// Edges of rows in the order of the file, as the sine of the latitude.
std::vector<double> sine_edges(const run::FitsImage& image, const std::string& kind,
                               const std::string& file) {
  const double step = number(image, "CDELT2", file), pixel = number(image, "CRPIX2", file),
               value = number(image, "CRVAL2", file);
  const auto n = static_cast<double>(image.rows);
  std::vector<double> edges;
  const auto at = [&](std::size_t j) { return value + (static_cast<double>(j) + 0.5 - pixel) * step; };
  // Equal area: degrees by the standard, but HMI ("Sine Latitude") and GONG give the sine itself.
  const bool sine = kind == "CEA" && std::abs(std::abs(n * step) / 2 - 1) < 0.01;
  const double lambda = image.number("PV2_1").value_or(1.0);
  for (std::size_t j = 0; j <= image.rows; ++j)
    edges.push_back(kind == "CAR" ? at(j) : sine ? at(j) : lambda * at(j) * degree);
  double full = kind == "CAR" ? 90.0 : 1.0;
  // Rows with their middles on the poles: half of each lies beyond.
  if (kind == "CAR" && std::abs(std::abs(at(0)) - 90 - 0.5 * std::abs(step)) < extent_tolerance * 90) {
    edges.front() = std::clamp(edges.front(), -90.0, 90.0);
    edges.back() = std::clamp(edges.back(), -90.0, 90.0);
  }
  const double low = std::min(edges.front(), edges.back()), high = std::max(edges.front(), edges.back());
  if (std::abs(low + full) > extent_tolerance * full || std::abs(high - full) > extent_tolerance * full)
    throw InputError(
        fmt::format("{}: NAXIS2, CRPIX2, CRVAL2, CDELT2 reach from {:.6g} to {:.6g}; {} to {} is "
                    "allowed: the map must cover the whole Sun",
                    file, low, high, -full, full));
  (edges.front() < edges.back() ? edges.front() : edges.back()) = -full;
  (edges.front() < edges.back() ? edges.back() : edges.front()) = full;
  if (kind == "CAR")
    for (double& edge : edges)
      edge = std::abs(edge) == 90 ? std::copysign(1.0, edge) : std::sin(edge * degree);
  return edges;
}

/// True where longitude falls from column to column. HMI's negative CDELT1 is of Carrington time, not of
/// longitude (SunPy reads it alike).
bool columns_fall(const run::FitsImage& image, const std::string& file) {
  return number(image, "CDELT1", file) < 0 && image.text("CUNIT2").value_or("") != "Sine Latitude";
}

/// Edges of columns, ascending [rad].
std::vector<double> longitude_edges(const run::FitsImage& image, const std::string& file) {
  const double step = std::abs(number(image, "CDELT1", file)), pixel = number(image, "CRPIX1", file),
               value = number(image, "CRVAL1", file);
  const auto n = static_cast<double>(image.columns);
  if (std::abs(n * step / 360 - 1) > extent_tolerance)
    throw InputError(
        fmt::format("{}: NAXIS1 {} of CDELT1 {} cover {:.6g} deg; 360 deg is allowed: the map must "
                    "cover the whole Sun",
                    file, image.columns, step, n * step));
  const double west =
      columns_fall(image, file) ? value - (n + 0.5 - pixel) * step : value + (0.5 - pixel) * step;
  const double first = (west - 360 * std::floor(west / 360)) * degree;
  std::vector<double> edges;
  for (std::size_t k = 0; k <= image.columns; ++k)
    edges.push_back(first + 2 * pi * static_cast<double>(k) / n);
  return edges;
}

}  // namespace

FitsMap make_fits_map(const run::FitsImage& image, const std::string& file) {
  if (image.rows < 5 || image.columns < 5)
    throw InputError(
        fmt::format("{}: {} x {} pixels; at least 5 x 5 are allowed", file, image.columns, image.rows));
  const std::string kind = projection(image, file);
  const double unit = field_unit(image, file);
  std::vector<double> sines = sine_edges(image, kind, file);
  const bool northward = sines.front() < sines.back(), falling = columns_fall(image, file);
  if (northward) std::reverse(sines.begin(), sines.end());
  FitsMap map;
  for (const double sine : sines) map.cells.rows.push_back(1 - sine);
  map.cells.columns = longitude_edges(image, file);
  map.raster.columns = image.columns;
  for (std::size_t j = 0; j < image.rows; ++j) {
    // Rows of equal width in latitude or in its sine.
    map.raster.theta.push_back(kind == "CAR" ? 0.5 * (std::acos(sines[j]) + std::acos(sines[j + 1]))
                                             : std::acos(0.5 * (sines[j] + sines[j + 1])));
    const std::size_t row = northward ? image.rows - 1 - j : j;
    for (std::size_t k = 0; k < image.columns; ++k)
      map.raster.values.push_back(unit *
                                  image.values[row * image.columns + (falling ? image.columns - 1 - k : k)]);
  }
  return map;
}

}  // namespace sluice::solvers::flux_transport
