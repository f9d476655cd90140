// Order in time. The error in space is taken away by comparing with the same grid at a far smaller step.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/diffusion/setup.hpp"

namespace {

using namespace sluice;
using tests::diagnostic;
using tests::started;

// A line in space decays without error in space only if the discrete operator is exact for it: a wave does as
// well when its discrete eigenvalue is used. Free decay on one grid goes as exp(-lambda_h t) exactly, with
// lambda_h = 4 k / h^2 sin^2(w h / 2), so u(0.5) in a cell against that is the error in time alone.
constexpr int cells = 24;
constexpr double end = 0.1;

double eigenvalue_ratio() {
  const double pi = std::acos(-1.0), h = 1.0 / cells;
  const double discrete = 4 / (h * h) * std::pow(std::sin(pi * h / 2), 2);
  return std::exp(-discrete * end);
}

/// Heat left over, relative, in a box that is insulated but for the odd wave cos(pi x) in it.
double amplitude(run::Solver& solver) { return diagnostic(solver, "u_maximum"); }

double free_decay_error(const std::string& time) {
  auto solver = started(fmt::format(
      "grid: {{points: [{}]}}\nboundary: {{x_lower: {{type: neumann}}, x_upper: {{type: neumann}}}}\n"
      "exact: {{type: sine_product, modes: [1], phases: [1.5707963267948966]}}\n"
      "initial: {{type: exact}}\nsolve: {{tolerance: 1e-13}}\ntime: {{{}}}\n",
      cells, time));
  const double before = amplitude(*solver);
  tests::advance_to(*solver, 0, end);
  return std::abs(amplitude(*solver) / before - eigenvalue_ratio());
}

double order(const std::string& scheme, double dt) {
  const auto time = [&](double step) { return fmt::format("scheme: {}, dt: {}", scheme, step); };
  return std::log2(free_decay_error(time(dt)) / free_decay_error(time(dt / 2)));
}

TEST(DiffusionTime, BackwardEulerHasOrderOne) { EXPECT_NEAR(order("backward_euler", end / 64), 1.0, 0.05); }

TEST(DiffusionTime, CrankNicolsonHasOrderTwo) { EXPECT_NEAR(order("crank_nicolson", end / 16), 2.0, 0.05); }

TEST(DiffusionTime, ErrorOfTheAdaptiveMethodFollowsTheTolerance) {
  double last = 1;
  for (const double tolerance : {1e-3, 1e-5, 1e-7, 1e-9}) {
    const double error = free_decay_error(
        fmt::format("scheme: adaptive, error_relative: {}, error_absolute: {}", tolerance, tolerance));
    EXPECT_LT(error, 3 * tolerance);
    EXPECT_LT(error, 0.1 * last);
    last = error;
  }
}

/// Manufactured: sides that change in time, a source, k(x), k(u). Steps and cells are halved together.
double manufactured_error(const std::string& scheme, int n, const std::string& rest) {
  auto solver =
      started(fmt::format("grid: {{points: [{}, {}]}}\nexact: {{type: sine_product, decay: 3, offset: 0.3, "
                          "modes: [1.5, 1], phases: [0.4]}}\n"
                          "initial: {{type: exact}}\ntime: {{scheme: {}, dt: {}}}\n{}",
                          n, n, scheme, 0.4 / n, rest));
  tests::advance_to(*solver, 0, 0.2);
  return diagnostic(*solver, "error_l2");
}

TEST(DiffusionTime, CrankNicolsonWithSidesSourcesAndVaryingConductivity) {
  const std::string sides = "boundary: {x_lower: {type: robin, a: 2, b: 0.5}, y_upper: {type: neumann}}\n";
  for (const std::string k :
       {"conductivity: {form: sine, amplitude: 0.4}\n", "conductivity: {slope: 0.5, exponent: 2}\n"})
    EXPECT_NEAR(std::log2(manufactured_error("crank_nicolson", 16, sides + k) /
                          manufactured_error("crank_nicolson", 32, sides + k)),
                2.0, 0.2)
        << k;
}

TEST(DiffusionTime, AdaptiveNonlinearMatchesCrankNicolson) {
  const std::string yaml =
      "grid: {points: [32]}\nconductivity: {slope: 0.5, exponent: 2}\ninitial: {type: gaussian, value: 1}\n";
  auto fine = started(yaml + "time: {scheme: crank_nicolson, dt: 1e-4}\n");
  auto adaptive = started(yaml + "time: {scheme: adaptive, error_relative: 1e-8, error_absolute: 1e-8}\n");
  tests::advance_to(*fine, 0, 0.05);
  tests::advance_to(*adaptive, 0, 0.05);
  EXPECT_NEAR(diagnostic(*fine, "u_maximum"), diagnostic(*adaptive, "u_maximum"), 1e-5);
  EXPECT_NEAR(tests::value_of(fine->invariants(), "heat_content"),
              tests::value_of(adaptive->invariants(), "heat_content"), 1e-6);
}

}  // namespace
