// One quasi-geostrophic layer: waves at their frequency, energy kept over a bottom, free decay at the drag's
// rate.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;

std::unique_ptr<test::TurbulenceSolver> layer(const std::string& equation, const std::string& time) {
  return test::turbulence_solver("{grid: {points: [24, 20]}, equation: {model: barotropic, barotropic: {" +
                                     equation + "}}, time: {" + time + "}}",
                                 base::Communicator::self());
}

/// Mode (m, n) of an output.
std::complex<double> mode(run::Solver& solver, std::size_t output, int m, int n) {
  const auto field = solver.outputs()[output].compute();
  const grid::View<const double> values(field.data, *field.layout);
  std::complex<double> sum = 0;
  for (grid::Index i = 0; i < 24; ++i)
    for (grid::Index j = 0; j < 20; ++j)
      sum += values(i, j) *
             std::polar(1.0, -2 * std::numbers::pi *
                                 (m * static_cast<double>(i) / 24 + n * static_cast<double>(j) / 20));
  return sum;
}

TEST(Barotropic, SmallWavesHaveTheFrequencyOfRossbyWavesOfTheirRadius) {
  // Vallis (2006), eq. (5.191): omega = kx U - kx (beta + U/rd^2)/(k^2 + 1/rd^2), whatever the step.
  auto solver = layer("beta: 20, radius: 0.4, flow: 0.3, energy: 1.0e-24",
                      "integrator: etdrk4, dt: 0.5, blow_up_cfl: 1.0e+9");
  const std::vector<std::array<int, 2>> waves{{1, 0}, {2, 3}, {-3, 1}, {5, 2}};
  std::vector<std::complex<double>> before;
  for (const auto& [m, n] : waves) before.push_back(mode(*solver, 0, m, n));
  test::advance_to(*solver, 1.5);
  for (std::size_t i = 0; i < waves.size(); ++i) {
    const auto [m, n] = waves[i];
    const double omega = m * 0.3 - m * (20 + 0.3 / 0.16) / (m * m + n * n + 1 / 0.16);
    const auto expected = before[i] * std::polar(1.0, -omega * 1.5);
    EXPECT_LT(std::abs(mode(*solver, 0, m, n) - expected) / std::abs(expected), 1e-9) << m << ' ' << n;
    // psi = -q/(k^2 + 1/rd^2)
    EXPECT_LT(std::abs(mode(*solver, 1, m, n) * (m * m + n * n + 1 / 0.16) / mode(*solver, 0, m, n) + 1.0),
              1e-9);
  }
}

TEST(Barotropic, KeepsItsEnergyOverABottom) {
  double drift[2];
  for (const int n : {0, 1}) {
    auto solver = layer("beta: 2, radius: 1, peak: 3, topography: {type: hill, amplitude: 3}",
                        "integrator: ifrk4, dealiasing: padded, dt: " + std::to_string(0.04 / (n + 1)));
    const double energy = test::quantity(*solver, "energy");
    EXPECT_NEAR(energy, 0.5, 1e-12);
    test::advance_to(*solver, 0.8);
    EXPECT_LT(std::abs(test::quantity(*solver, "energy_residual")), 1e-13);
    drift[n] = std::abs(test::quantity(*solver, "energy") / energy - 1);
  }
  EXPECT_LT(drift[1], 1e-4);
  EXPECT_GT(std::log2(drift[0] / drift[1]), 3.5);
}

TEST(Barotropic, DragOfARigidLidTakesTwiceItsRate) {
  auto solver = layer("drag: 0.2, peak: 3", "integrator: etdrk4, dealiasing: padded, dt: 0.02");
  test::advance_to(*solver, 1);
  EXPECT_NEAR(test::quantity(*solver, "energy"), 0.5 * std::exp(-2 * 0.2), 1e-5);
}

}  // namespace
