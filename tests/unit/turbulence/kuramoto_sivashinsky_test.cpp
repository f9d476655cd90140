// The right-hand side against derivatives taken by hand:
// u_t = -a u u_x - b u_xx - c u_xxx - d u_xxxx - e (u^3)_x / 2 - g u^2 u_xx.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;

TEST(KuramotoSivashinsky, ChangesAsItsEquationSays) {
  constexpr double length = 22, turn = 2 * std::numbers::pi / length, amplitude = 1.3, dt = 1e-6;
  constexpr double a = 0.9, b = 1.1, c = 0.3, d = 0.8, e = 0.25, g = 0.15;
  auto solver = test::turbulence_solver(
      "{grid: {points: [64], length: 22}, equation: {model: kuramoto_sivashinsky, kuramoto_sivashinsky: "
      "{advection: "
      "0.9, diffusion: 1.1, dispersion: 0.3, dissipation: 0.8, cubic_flux: 0.25, cubic_diffusion: 0.15, "
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
                        1.5 * e * u * u * u_x - g * u * u * u_xx;
    EXPECT_NEAR((view.data[i] - u) / dt, rate, 1e-5) << i;
  }
}

}  // namespace
