// Second order in space against manufactured solutions, in each number of dimensions and for each kind of
// side.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/diffusion/setup.hpp"

namespace {

using namespace sluice;
using tests::diagnostic;
using tests::started;

/// Error of the stationary problem with a given number of cells along each axis.
double stationary_error(int cells, int dimensions, const std::string& rest) {
  std::string points;
  for (int d = 0; d < dimensions; ++d) points += fmt::format("{}{}", d ? ", " : "", cells);
  auto solver = started(fmt::format(
      "grid: {{points: [{}], lower: 0.5, upper: 2}}\ntime: {{scheme: stationary}}\n{}", points, rest));
  static_cast<void>(solver->advance(0, 1));
  return diagnostic(*solver, "error_l2");
}

void expect_second_order(int coarse, int dimensions, const std::string& rest) {
  const double order =
      std::log2(stationary_error(coarse, dimensions, rest) / stationary_error(2 * coarse, dimensions, rest));
  EXPECT_NEAR(order, 2.0, 0.15) << dimensions << " dimensions, " << rest;
}

const std::string smooth_k = "conductivity: {form: sine, value: 0.7, amplitude: 0.4}\n";
const std::string wave =
    "exact: {type: sine_product, decay: 0, amplitude: 1.3, offset: 0.2, modes: [1.5], phases: [0.4]}\n";

TEST(DiffusionSpace, DirichletInOneTwoThreeDimensions) {
  expect_second_order(32, 1, smooth_k + wave);
  expect_second_order(32, 2, smooth_k + wave);
  expect_second_order(16, 3, smooth_k + wave);
}

TEST(DiffusionSpace, NeumannOppositeDirichlet) {
  expect_second_order(32, 1, smooth_k + wave + "boundary: {x_upper: {type: neumann}}");
  expect_second_order(32, 2,
                      smooth_k + wave + "boundary: {x_upper: {type: neumann}, y_lower: {type: neumann}}");
  expect_second_order(16, 3,
                      smooth_k + wave + "boundary: {x_upper: {type: neumann}, z_lower: {type: neumann}}");
}

TEST(DiffusionSpace, Robin) {
  const std::string sides =
      "boundary: {x_lower: {type: robin, a: 2, b: 0.5}, x_upper: {type: robin, a: 0.3, b: 1}";
  expect_second_order(32, 1, smooth_k + wave + sides + "}");
  expect_second_order(32, 2, smooth_k + wave + sides + ", y_lower: {type: robin, a: 1, b: 3}}");
  expect_second_order(16, 3, smooth_k + wave + sides + ", z_upper: {type: robin, a: 1, b: 3}}");
}

TEST(DiffusionSpace, PeriodicBesideDirichlet) {
  const std::string even = "exact: {type: sine_product, decay: 0, modes: [2], phases: [0.4]}\n";
  const std::string sides = "boundary: {x_lower: {type: periodic}, x_upper: {type: periodic}}";
  expect_second_order(32, 2, smooth_k + even + sides);
  expect_second_order(16, 3, smooth_k + even + sides);
}

TEST(DiffusionSpace, PeriodicAloneAndNeumannAloneAreKnownUpToTheMean) {
  const std::string periodic = "boundary: {x_lower: {type: periodic}, x_upper: {type: periodic}}";
  expect_second_order(
      33, 1,
      smooth_k + "exact: {type: sine_product, decay: 0, modes: [2]}\ninitial: {type: exact}\n" + periodic);
  // cos(pi x): no flux through the sides, mean zero
  const std::string cosine =
      "exact: {type: sine_product, decay: 0, modes: [1], phases: [1.5707963267948966]}\ninitial: {type: "
      "exact}\n";
  expect_second_order(16, 2,
                      smooth_k + cosine +
                          "boundary: {x_lower: {type: neumann}, x_upper: {type: neumann}, y_lower: {type: "
                          "neumann}, y_upper: {type: neumann}}");
}

TEST(DiffusionSpace, NonlinearConductivity) {
  const std::string k = "conductivity: {form: sine, amplitude: 0.4, slope: 0.5, exponent: 2}\n";
  const std::string sides = "boundary: {x_lower: {type: robin, a: 2, b: 0.5}, x_upper: {type: neumann}}";
  expect_second_order(32, 1, k + wave);
  expect_second_order(32, 1, k + wave + sides);
  expect_second_order(32, 2, k + wave + sides);
  expect_second_order(12, 3, k + wave + sides);
}

TEST(DiffusionSpace, KirchhoffsSteadyConduction) {
  expect_second_order(
      128, 1, "conductivity: {slope: 3, exponent: 2}\nexact: {type: kirchhoff, left: 2, right: 0.1}\n");
}

TEST(DiffusionSpace, UnsteadyWithOddNumbersOfCells) {
  const auto error = [](int cells) {
    auto solver = started(fmt::format(
        "grid: {{points: [{}, {}]}}\n{}exact: {{type: sine_product, decay: 2, modes: [1.5, 1]}}\ninitial: "
        "{{type: exact}}\n"
        "time: {{scheme: crank_nicolson, dt: 0.002}}\nboundary: {{x_upper: {{type: robin, a: 2, b: 0.5}}}}",
        cells, cells + 4, smooth_k));
    tests::advance_to(*solver, 0, 0.2);
    return diagnostic(*solver, "error_l2");
  };
  EXPECT_NEAR(std::log2(error(15) / error(30)), 2.0, 0.3);  // sizes of no common factor
}

}  // namespace
