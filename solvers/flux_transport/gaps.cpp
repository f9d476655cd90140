#include "gaps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"

namespace sluice::solvers::flux_transport {

namespace {

constexpr double pi = std::numbers::pi;
double latitude(double theta) { return 90 - theta * 180 / pi; }

[[noreturn]] void refuse_gaps(const Raster& raster, const std::vector<bool>& gap, const std::string& where) {
  const std::size_t n = raster.columns;
  const auto first = static_cast<std::size_t>(std::find(gap.begin(), gap.end(), true) - gap.begin());
  double north = -90, south = 90;
  for (std::size_t i = 0; i < gap.size(); ++i)
    if (gap[i]) {
      north = std::max(north, latitude(raster.theta[i / n]));
      south = std::min(south, latitude(raster.theta[i / n]));
    }
  throw base::InputError(fmt::format(
      "{}[{}, {}] = {} (colatitude {:.2f} deg, longitude {:.2f} deg); {} of {} points are not finite, "
      "between the latitudes {:.1f} and {:.1f} deg: finite fields are allowed, or name a method in "
      "`fill` (zero, zonal_mean, laplace)",
      where, first / n, first % n, raster.values[first], 90 - latitude(raster.theta[first / n]),
      360.0 * double(first % n) / double(n), std::count(gap.begin(), gap.end(), true), gap.size(), south,
      north));
}

void fill_zonal_means(Raster& raster, const std::vector<bool>& gap, const std::string& where) {
  const std::size_t n = raster.columns, rows = raster.theta.size();
  std::vector<double> mean(rows, 0);
  std::vector<std::size_t> points(rows, 0);
  for (std::size_t i = 0; i < gap.size(); ++i)
    if (!gap[i]) {
      mean[i / n] += raster.values[i];
      ++points[i / n];
    }
  if (std::count(points.begin(), points.end(), std::size_t{0}) == static_cast<std::ptrdiff_t>(rows))
    throw base::InputError(where + ": no point is finite; there is nothing to fill from");
  for (std::size_t i = 0; i < gap.size(); ++i) {
    if (!gap[i]) continue;
    std::size_t near = rows;
    for (std::size_t j = 0; j < rows; ++j)
      if (points[j] > 0 && (near == rows || std::abs(raster.theta[j] - raster.theta[i / n]) <
                                                std::abs(raster.theta[near] - raster.theta[i / n])))
        near = j;
    raster.values[i] = mean[near] / double(points[near]);
  }
}

/// Weights of the five-point Laplacian of a row: north, south, each of east and west.
struct Weights {
  double north = 0, south = 0, side = 0;
};

std::vector<Weights> laplace_weights(const Raster& raster) {
  const std::size_t rows = raster.theta.size();
  const double h = 2 * pi / double(raster.columns);
  std::vector<Weights> weights(rows);
  for (std::size_t j = 0; j < rows; ++j) {
    const double sine = std::max(std::sin(raster.theta[j]), 1e-3);
    double north = 0, south = pi;  // edges of the row
    if (j > 0) {
      north = 0.5 * (raster.theta[j] + raster.theta[j - 1]);
      weights[j].north = std::sin(north) / (raster.theta[j] - raster.theta[j - 1]);
    }
    if (j + 1 < rows) {
      south = 0.5 * (raster.theta[j + 1] + raster.theta[j]);
      weights[j].south = std::sin(south) / (raster.theta[j + 1] - raster.theta[j]);
    }
    weights[j].side = (south - north) / (sine * h * h);
  }
  return weights;
}

/// Successive over-relaxation of Laplace's equation in the gap, the data around it fixed.
void relax(Raster& raster, const std::vector<bool>& gap) {
  constexpr int most = 5000;
  constexpr double factor = 1.7, accuracy = 1e-9;
  const std::size_t n = raster.columns, rows = raster.theta.size();
  const auto weights = laplace_weights(raster);
  double largest = 0;
  for (const double b : raster.values) largest = std::max(largest, std::abs(b));
  for (int sweep = 0; sweep < most; ++sweep) {
    double change = 0;
    for (std::size_t i = 0; i < gap.size(); ++i) {
      if (!gap[i]) continue;
      const std::size_t j = i / n, k = i % n;
      const Weights& w = weights[j];
      const double sum =
          (j > 0 ? w.north * raster.values[i - n] : 0) + (j + 1 < rows ? w.south * raster.values[i + n] : 0) +
          w.side * (raster.values[j * n + (k + 1) % n] + raster.values[j * n + (k + n - 1) % n]);
      const double step = factor * (sum / (w.north + w.south + 2 * w.side) - raster.values[i]);
      raster.values[i] += step;
      change = std::max(change, std::abs(step));
    }
    if (change <= accuracy * largest) return;
  }
}

}  // namespace

std::size_t fill_gaps(Raster& raster, const std::string& method, const std::string& where) {
  std::vector<bool> gap(raster.values.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < gap.size(); ++i) {
    gap[i] = !std::isfinite(raster.values[i]);
    count += gap[i] ? 1 : 0;
  }
  if (count == 0) return 0;
  if (method == "none") refuse_gaps(raster, gap, where);
  if (method == "zero")
    for (std::size_t i = 0; i < gap.size(); ++i) raster.values[i] = gap[i] ? 0.0 : raster.values[i];
  else
    fill_zonal_means(raster, gap, where);
  if (method == "laplace") relax(raster, gap);
  return count;
}

}  // namespace sluice::solvers::flux_transport
