// Exact solutions: breathers, collisions, growth of a modulated wave, loss, ground states.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "nlse/exact.hpp"
#include "support/nlse_runs.hpp"

namespace {

using namespace sluice;

const std::string estimated = ", transform: {planning: estimated}}";

std::vector<run::Quantity> seen_after(const std::string& yaml, double t_end) {
  test::NlseSolver solver(test::nlse_parameters(yaml), test::context_on(base::Communicator::self()));
  solver.initialize();
  test::advance_to(solver, t_end);
  auto all = solver.diagnostics();
  for (auto& one : solver.invariants()) all.push_back(one);
  return all;
}

TEST(ExactSolutions, AnAkhmedievBreatherReachesItsPeak) {
  // a = 1/4: wavenumber sqrt 2, peak 1 + sqrt 2; one period, from t = -4 to the peak.
  const auto seen = seen_after(
      "{grid: {points: [64], lower: -2.221441469079183, upper: 2.221441469079183}, time: {integrator: "
      "srkn11b, dt: 0.005}, "
      "initial: {type: breather}" +
          estimated,
      4);
  EXPECT_LT(test::quantity(seen, "error_l2"), 1e-11);
  EXPECT_NEAR(test::quantity(seen, "peak_density"), std::pow(1 + std::sqrt(2.0), 2), 1e-9);
}

TEST(ExactSolutions, KuznetsovMaAndPeregrineReachTheirPeaks) {
  const auto ma = seen_after(
      "{grid: {points: [512], lower: -20, upper: 20}, time: {integrator: srkn11b, dt: 0.005}, initial: "
      "{type: breather, "
      "breather: {kind: kuznetsov_ma, a: 1, time: -1}}" +
          estimated,
      1);
  EXPECT_LT(test::quantity(ma, "error_l2"), 1e-7);
  EXPECT_NEAR(test::quantity(ma, "peak_density"), std::pow(1 + 2 * std::sqrt(2.0), 2), 1e-5);
  const auto peregrine = seen_after(
      "{grid: {points: [4096], lower: -100, upper: 100}, equation: {g: 2}, time: {integrator: srkn6b, dt: "
      "0.005}, initial: "
      "{type: breather, breather: {kind: peregrine, amplitude: 0.8, time: -1.28}}" +
          estimated,
      1);
  EXPECT_LT(test::quantity(peregrine, "error_max"), 2e-3);  // it falls off as 1/x^2: the box cuts it
  EXPECT_NEAR(std::sqrt(test::quantity(peregrine, "peak_density")), 3 * 0.8, 1e-3);
}

TEST(ExactSolutions, ShiftsOfACollisionAreThoseOfTheory) {
  const solvers::nlse::Soliton fast{.amplitude = 2, .position = -10, .velocity = 2},
      slow{.amplitude = 1.5, .position = 10, .velocity = -2};
  const auto of_fast = solvers::nlse::collision_shift(fast, slow, 1),
             of_slow = solvers::nlse::collision_shift(slow, fast, 1);
  EXPECT_NEAR(of_fast.position, 0.27650027, 1e-8);
  EXPECT_NEAR(of_slow.position, -0.36866703, 1e-8);
  EXPECT_NEAR(of_fast.phase, 1.188950, 1e-6);
  EXPECT_NEAR(of_slow.phase, 1.686370, 1e-6);
  const auto seen = seen_after(
      "{grid: {points: [1024], lower: -50, upper: 50}, time: {integrator: srkn11b, dt: 0.01}, initial: "
      "{solitons: [{amplitude: "
      "2, position: -10, velocity: 2}, {amplitude: 1.5, position: 10, velocity: -2}]}" +
          estimated,
      10);
  EXPECT_NEAR(test::quantity(seen, "shift_1"), of_fast.position, 1e-6);
  EXPECT_NEAR(test::quantity(seen, "shift_2"), of_slow.position, 1e-6);
  EXPECT_NEAR(test::quantity(seen, "phase_shift_1"), of_fast.phase, 1e-6);
  EXPECT_NEAR(test::quantity(seen, "phase_shift_2"), of_slow.phase, 1e-6);
}

TEST(ExactSolutions, OrthogonalManakovSolitonsShiftHalfAsFar) {
  // Radhakrishnan, Lakshmanan and Hietarinta, Phys. Rev. E 56 (1997) 2213: with orthogonal polarisations the
  // factor |k1 - k2|^2/|k1 + k2*|^2 enters once, not twice.
  const auto seen = seen_after(
      "{grid: {points: [1024], lower: -50, upper: 50}, equation: {components: 2}, time: {integrator: "
      "srkn11b, dt: 0.01}, initial: "
      "{solitons: [{amplitude: 2, position: -10, velocity: 2, share: [1, 0]}, {amplitude: 1.5, position: 10, "
      "velocity: -2, "
      "share: [0, 1]}]}" +
          estimated,
      10);
  EXPECT_NEAR(test::quantity(seen, "shift_1"), 0.5 * 0.27650027, 1e-6);
  EXPECT_NEAR(test::quantity(seen, "shift_2"), -0.5 * 0.36866703, 1e-6);
  EXPECT_NEAR(test::quantity(seen, "mass_1"), 4, 1e-12);
}

TEST(ExactSolutions, AModulatedWaveGrowsAtTheRateOfTheory) {
  const double q = 0.75, length = 2 * std::numbers::pi / q;
  const auto seen = seen_after(
      "{grid: {points: [32], lower: 0, upper: " + std::to_string(length) +
          "}, time: {dt: 0.02}, initial: {type: plane_wave, plane_wave: {perturbation: 1.0e-6, eigenmode: "
          "true}}" +
          estimated,
      8);
  EXPECT_NEAR(test::quantity(seen, "growth_rate"), solvers::nlse::modulation_growth(1, 1, q), 1e-4);
}

TEST(ExactSolutions, DarkSolitonsMoveAsTheyShould) {
  // Two grey ones that run apart: each goes on with its velocity; |psi|^2 at the bottom is (v/c)^2.
  auto parameters = test::nlse_parameters(
      "{grid: {points: [800], lower: -40, upper: 40}, equation: {g: -1}, time: {dt: 0.005}, initial: {type: "
      "dark_solitons, "
      "dark_solitons: [{position: -20, velocity: 0.4}, {position: 20, velocity: -0.4}]}" +
      estimated);
  test::NlseSolver solver(parameters, test::context_on(base::Communicator::self()));
  solver.initialize();
  test::advance_to(solver, 10);
  const auto view = solver.outputs()[1].compute();
  double worst = 0;
  const double depth = 1 - 0.16;
  for (grid::Index i = 0; i < view.layout->owned_size(); ++i) {
    const double x = solver.grid().axes[0].points[static_cast<std::size_t>(i)];
    double density = 1;
    for (const double centre : {-16.0, 16.0})
      density -= depth * std::pow(std::cosh(std::sqrt(depth) * (x - centre)), -2);
    worst = std::max(worst, std::abs(view.data[i] - density));
  }
  EXPECT_LT(worst, 1e-8);
}

TEST(ExactSolutions, LinearLossTakesTheMassAway) {
  const auto seen = seen_after(
      "{grid: {points: [64], lower: -8, upper: 8}, equation: {loss: {linear: 0.1}}, time: {dt: 0.02}, "
      "initial: {type: gaussian}" +
          estimated,
      2);
  EXPECT_NEAR(test::quantity(seen, "mass"), std::sqrt(std::numbers::pi) * std::exp(-0.4), 1e-9);
}

TEST(ExactSolutions, ACouplingTurnsOneComponentIntoTheOther) {
  const auto seen = seen_after(
      "{grid: {points: [64], lower: -8, upper: 8}, equation: {components: 2, rabi: 1.3}, time: {dt: 0.02}, "
      "initial: {type: "
      "gaussian, share: [1, 0]}" +
          estimated,
      1);
  const double mass = std::sqrt(std::numbers::pi);
  EXPECT_NEAR(test::quantity(seen, "mass_2"), mass * std::pow(std::sin(0.65), 2), 1e-9);
}

TEST(GroundState, OfATrapIsTheOneOfTheory) {
  const auto linear = seen_after(
      "{grid: {points: [64], lower: -8, upper: 8}, equation: {g: 0, potential: harmonic}, time: {integrator: "
      "ground_state, dt: 1}, "
      "initial: {type: gaussian, mass: 1, gaussian: {width: 2, centre: 0.5}}" +
          estimated,
      60);
  EXPECT_NEAR(test::quantity(linear, "energy"), 0.5, 1e-12);
  EXPECT_LT(test::quantity(linear, "residual"), 1e-9);
  const auto condensate = seen_after(
      "{grid: {points: [64, 64], lower: -8, upper: 8}, equation: {g: -50, potential: harmonic, frequency: "
      "[1, 1.3]}, time: "
      "{integrator: ground_state, dt: 1}, initial: {type: gaussian, mass: 1, gaussian: {width: 1.5}}" +
          estimated,
      150);
  EXPECT_LT(test::quantity(condensate, "residual"), 1e-9);
  EXPECT_NEAR(test::quantity(condensate, "virial"), 0, 1e-9);
  EXPECT_NEAR(test::quantity(condensate, "mass"), 1, 1e-13);
}

TEST(GroundState, OfASlowSolitonIsTheSoliton) {
  const auto seen = seen_after(
      "{grid: {points: [256], lower: -20, upper: 20}, time: {integrator: ground_state, dt: 1}, initial: "
      "{type: gaussian, mass: 2}" +
          estimated,
      200);
  EXPECT_NEAR(test::quantity(seen, "peak_density"), 1, 1e-8);
  EXPECT_NEAR(test::quantity(seen, "energy"), -1.0 / 3, 1e-10);
}

}  // namespace
