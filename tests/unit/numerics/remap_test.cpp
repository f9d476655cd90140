// Conservative remap between grids on the sphere.
#include "numerics/sphere_remap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

namespace {

using namespace sluice;
using numerics::SphereCells;
constexpr double pi = std::numbers::pi;

struct Points {
  std::vector<double> theta, phi;
  [[nodiscard]] SphereCells cells() const { return numerics::sphere_cells(theta, phi); }
};

Points uniform(int rows, int columns) {
  Points points;
  for (int j = 0; j < rows; ++j) points.theta.push_back(j + 1 == rows ? pi : pi * j / (rows - 1));
  for (int k = 0; k < columns; ++k) points.phi.push_back(2 * pi * k / columns);
  return points;
}

Points uneven(int rows, int columns) {
  Points points = uniform(rows, columns);
  for (int j = 1; j + 1 < rows; ++j) points.theta[std::size_t(j)] += 0.3 * pi / rows * std::sin(5.0 * j);
  for (int k = 0; k < columns; ++k)
    points.phi[std::size_t(k)] += 0.3 * pi / columns * std::cos(3.0 * k) + 0.2;
  return points;
}

std::vector<double> sample(const Points& points, const std::function<double(double, double)>& f) {
  std::vector<double> values;
  for (double theta : points.theta)
    for (double phi : points.phi) values.push_back(f(theta, theta == 0 || theta == pi ? 0.0 : phi));
  return values;
}

double flux(const SphereCells& cells, const std::vector<double>& values) {
  double sum = 0;
  for (std::size_t j = 0; j < cells.n_rows(); ++j)
    for (std::size_t k = 0; k < cells.n_columns(); ++k)
      sum += values[j * cells.n_columns() + k] * (cells.rows[j + 1] - cells.rows[j]) *
             (cells.columns[k + 1] - cells.columns[k]);
  return sum;
}

double rough(double theta, double phi) { return std::sin(40 * theta) + std::cos(37 * phi + 3 * theta) + 0.5; }
double smooth(double theta, double phi) {
  return std::cos(theta) + std::pow(std::sin(theta), 3) * std::cos(3 * phi) * std::cos(theta);
}

TEST(Remap, ConservesTheFluxBetweenAnyGrids) {
  for (const auto& from : {uniform(31, 60), uneven(33, 47)})
    for (const auto& to : {uniform(19, 35), uneven(50, 101), uniform(61, 120)}) {
      const auto before = sample(from, rough);
      const auto after = numerics::remap(from.cells(), before, to.cells());
      EXPECT_NEAR(flux(to.cells(), after), flux(from.cells(), before), 1e-12);
    }
}

TEST(Remap, MakesNoNewExtremes) {
  const auto from = uneven(33, 47), to = uniform(61, 120);
  const auto before = sample(from, rough);
  const auto after = numerics::remap(from.cells(), before, to.cells());
  const auto [low, high] = std::minmax_element(before.begin(), before.end());
  const auto [low_after, high_after] = std::minmax_element(after.begin(), after.end());
  EXPECT_GE(*low_after, *low - 1e-3);
  EXPECT_LE(*high_after, *high + 1e-3);
}

/// A uniform field stays uniform up to the grids' difference in total area, by one factor.
TEST(Remap, KeepsAUniformField) {
  const auto from = uneven(33, 47), to = uniform(61, 120);
  const auto after =
      numerics::remap(from.cells(), sample(from, [](double, double) { return 2.0; }), to.cells());
  const auto [low, high] = std::minmax_element(after.begin(), after.end());
  EXPECT_NEAR(*low, *high, 1e-12);
  EXPECT_NEAR(*low, 2.0, 2e-3);
}

TEST(Remap, IsOfSecondOrderOnSmoothFields) {
  std::vector<double> errors;
  for (int n : {16, 32, 64}) {
    const auto from = uniform(2 * n + 1, 4 * n), to = uniform(3 * n + 2, 5 * n);
    const auto after = numerics::remap(from.cells(), sample(from, smooth), to.cells());
    const auto exact = sample(to, smooth);
    const auto cells = to.cells();
    std::vector<double> difference;
    for (std::size_t i = 0; i < exact.size(); ++i) difference.push_back(std::abs(after[i] - exact[i]));
    errors.push_back(flux(cells, difference) / (4 * pi));
  }
  EXPECT_GT(std::log2(errors[0] / errors[1]), 1.7);
  EXPECT_GT(std::log2(errors[1] / errors[2]), 1.8);
}

}  // namespace
