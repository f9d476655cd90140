// Mass, momentum and energy, in one to three dimensions, on any number of ranks.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/nlse_runs.hpp"

namespace {

using namespace sluice;

TEST(NlseInvariants, OfASolitonAreTheTextbookOnes) {
  // M = 2 A, P = v M, E = v^2 M / 2 - A^3 / 3 (g = 1).
  test::NlseSolver solver(
      test::nlse_parameters(
          "{initial: {solitons: [{amplitude: 2, velocity: 1}]}, transform: {planning: estimated}}"),
      test::context_on(base::Communicator::world()));
  solver.initialize();
  const auto all = solver.invariants();
  EXPECT_NEAR(test::quantity(all, "mass"), 4, 1e-13);
  EXPECT_NEAR(test::quantity(all, "momentum_x"), 4, 1e-12);
  EXPECT_NEAR(test::quantity(all, "energy"), 2 - 8.0 / 3.0, 1e-12);
}

TEST(NlseInvariants, OfAGaussianInATrapAreTheTextbookOnes) {
  // a exp(-r^2/(2 w^2)) in two dimensions: M = a^2 pi w^2; kinetic M (1/(2 w^2) + v^2/2); int |psi|^4 = a^4
  // pi w^2 / 2; int V |psi|^2 = M (omega_x^2 + omega_y^2) w^2 / 4 about the centre of the trap.
  test::NlseSolver solver(
      test::nlse_parameters(
          "{grid: {points: [64, 48], lower: [-12, -10], upper: [12, 10]}, equation: {g: -3, potential: "
          "harmonic, frequency: [1, 2]}, initial: {type: gaussian, gaussian: {amplitude: 0.5, width: "
          "1.5, velocity: [0.5, -0.25]}}, transform: {planning: estimated}}"),
      test::context_on(base::Communicator::world()));
  solver.initialize();
  const double w2 = 1.5 * 1.5, mass = 0.25 * std::numbers::pi * w2;
  const auto all = solver.invariants();
  EXPECT_NEAR(test::quantity(all, "mass"), mass, 1e-12);
  const auto seen = solver.diagnostics();  // in a trap the momentum is no invariant
  EXPECT_NEAR(test::quantity(seen, "momentum_x"), 0.5 * mass, 1e-12);
  EXPECT_NEAR(test::quantity(seen, "momentum_y"), -0.25 * mass, 1e-12);
  const double kinetic = mass * (1 / (2 * w2) + (0.25 + 0.0625) / 2);
  const double potential = mass * (1.0 + 4.0) * w2 / 4,
               interaction = 1.5 * 0.0625 * std::numbers::pi * w2 / 2;
  EXPECT_NEAR(test::quantity(all, "energy"), kinetic + potential + interaction, 1e-11);
}

/// Largest relative changes of mass and energy, and change of momentum, over a run.
struct Changes {
  double mass = 0, momentum = 0, energy = 0;
};

Changes changes(const std::string& yaml, double t_end) {
  test::NlseSolver solver(test::nlse_parameters(yaml), test::context_on(base::Communicator::world()));
  solver.initialize();
  const auto before = solver.invariants();
  test::advance_to(solver, t_end);
  const auto after = solver.invariants();
  const auto relative = [&](const std::string& name) {
    return std::abs(test::quantity(after, name) / test::quantity(before, name) - 1);
  };
  return {.mass = relative("mass"),
          .momentum = after.size() > 2 ? std::abs(after[1].value - before[1].value) : 0,
          .energy = relative("energy")};
}

TEST(NlseConservation, TheHistoryShowsTheChangesSinceTheStart) {
  test::NlseSolver solver(
      test::nlse_parameters(
          "{initial: {solitons: [{amplitude: 2, velocity: 1}]}, time: {integrator: strang, dt: "
          "0.01}, transform: {planning: estimated}}"),
      test::context_on(base::Communicator::world()));
  solver.initialize();
  const auto before = solver.invariants();
  for (const auto* name : {"mass", "momentum_x", "energy"})
    EXPECT_EQ(test::quantity(solver.diagnostics(), std::string(name) + "_change"), 0);
  test::advance_to(solver, 0.1);
  const auto after = solver.invariants(), seen = solver.diagnostics();
  for (const auto* name : {"mass", "energy"})
    EXPECT_NEAR(
        test::quantity(seen, std::string(name) + "_change"),
        (test::quantity(after, name) - test::quantity(before, name)) / std::abs(test::quantity(before, name)),
        1e-16);
  EXPECT_GT(std::abs(test::quantity(seen, "energy_change")), 1e-6);  // Strang shows
}

TEST(NlseConservation, MassInOneDimension) {
  const auto drift = changes(
      "{grid: {points: [512]}, time: {dt: 0.01}, initial: {solitons: [{amplitude: 1, position: -5, velocity: "
      "1}, "
      "{amplitude: 0.8, position: 5, velocity: -1.0053096491487339}]}, transform: {planning: estimated}}",
      5.0);
  EXPECT_LT(drift.mass, 1e-13);
  EXPECT_LT(drift.momentum, 1e-6);
  EXPECT_LT(drift.energy, 1e-6);
}

TEST(NlseConservation, MassInTwoDimensionsInATrap) {
  const auto drift = changes(
      "{grid: {points: [32, 24], lower: -8, upper: 8}, equation: {g: -2, potential: harmonic}, time: {dt: "
      "0.02}, "
      "initial: {type: gaussian, gaussian: {width: [1, 1.2], centre: [1, 0]}}, transform: {planning: "
      "estimated}}",
      2.0);
  EXPECT_LT(drift.mass, 1e-13);
  EXPECT_LT(drift.energy, 1e-5);
}

TEST(NlseConservation, MassInThreeDimensions) {
  const auto drift = changes(
      "{grid: {points: [24, 20, 27], lower: -9, upper: 9}, equation: {g: 0.5}, time: {dt: 0.02}, initial: "
      "{type: "
      "gaussian, gaussian: {width: 1.6, velocity: [0.3490658503988659, 0, 0]}}, transform: {planning: "
      "estimated}}",
      0.4);
  EXPECT_LT(drift.mass, 1e-13);
  EXPECT_LT(drift.momentum, 1e-5);  // of a mass of 23, on a coarse grid
  EXPECT_LT(drift.energy, 1e-5);
}

}  // namespace
