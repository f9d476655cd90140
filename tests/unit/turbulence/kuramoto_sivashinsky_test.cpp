// The right-hand side against derivatives taken by hand:
// u_t = -a u u_x - b u_xx - c u_xxx - d u_xxxx - e (u^3)_x / 2 - g u^2 u_xx - r u - s u^3.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;

TEST(KuramotoSivashinsky, ChangesAsItsEquationSays) {
  constexpr double length = 22, turn = 2 * std::numbers::pi / length, amplitude = 1.3, dt = 1e-6;
  constexpr double a = 0.9, b = 1.1, c = 0.3, d = 0.8, e = 0.25, g = 0.15, r = 0.7, s = 0.35;
  auto solver = test::turbulence_solver(
      "{grid: {points: [64], length: 22}, equation: {model: kuramoto_sivashinsky, kuramoto_sivashinsky: "
      "{advection: "
      "0.9, diffusion: 1.1, dispersion: 0.3, dissipation: 0.8, cubic_flux: 0.25, cubic_diffusion: 0.15, "
      "damping: 0.7, cubic_damping: 0.35, "
      "initial: "
      "cosine, amplitude: 1.3}}, time: {dt: 1.0e-6, dealiasing: none}}",
      base::Communicator::self());
  solver->advance(0, dt);
  const auto view = solver->outputs()[0].compute();
  for (int i = 0; i < 64; ++i) {
    const double x = turn * (i * length / 64 - length / 2);
    const auto derivative = [&](int n) {  // of -A (cos x - sin(2 x) / 2)
      const double shift = n * std::numbers::pi / 2;
      return -amplitude * (std::pow(turn, n) * std::cos(x + shift) -
                           0.5 * std::pow(2 * turn, n) * std::sin(2 * x + shift));
    };
    const double u = derivative(0), u_x = derivative(1), u_xx = derivative(2);
    const double rate = -a * u * u_x - b * u_xx - c * derivative(3) - d * derivative(4) -
                        1.5 * e * u * u * u_x - g * u * u * u_xx - r * u - s * u * u * u;
    EXPECT_NEAR((view.data[i] - u) / dt, rate, 1e-5) << i;
  }
}

/// Rolls just above onset: the equation among the waves 1, 3, 5 of a box of one wavelength, by Newton's
/// method.
double rolls_rms(double epsilon) {
  double a = 2 * std::sqrt(epsilon / 3), b = 0;
  const double l3 = epsilon - 64;  // epsilon - (1 - 9)^2
  for (int n = 0; n < 60; ++n) {
    // (a cos x + b cos 3x)^3 among cos x and cos 3x.
    const double cube1 = 0.75 * (a * a * a + a * a * b + 2 * a * b * b),
                 cube3 = 0.25 * (a * a * a + 6 * a * a * b + 3 * b * b * b);
    b = cube3 / l3;
    a += 0.5 * (epsilon * a - cube1) / epsilon;
  }
  return std::sqrt((a * a + b * b) / 2);
}

TEST(SwiftHohenberg, RollsHaveTheirAmplitude) {
  for (const double epsilon : {0.1, 0.3}) {
    auto solver = test::turbulence_solver(
        "{grid: {points: [32], length: 6.283185307179586}, equation: {model: kuramoto_sivashinsky, "
        "kuramoto_sivashinsky: {advection: 0, diffusion: 2, damping: " +
            std::to_string(1 - epsilon) +
            ", cubic_damping: 1, initial: cosine, amplitude: 0.3}}, time: {dt: 0.1, dealiasing: padded}}",
        base::Communicator::self());
    EXPECT_TRUE(solver->invariants().empty());
    test::advance_to(*solver, 200);
    // Waves 5 and above: of the order of a^5/(64 (epsilon - 576)^2).
    EXPECT_NEAR(test::quantity(*solver, "rms"), rolls_rms(epsilon), 1e-6) << epsilon;
  }
}

}  // namespace
