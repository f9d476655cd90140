// Lorenz-96 against the equations of Lorenz (1996) written out with plain modular indices.
#include "turbulence/lorenz96.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/random.hpp"

namespace {

using namespace sluice;
using solvers::turbulence::Lorenz96Run;
using solvers::turbulence::Lorenz96Solver;

/// The slow variables in front, then the ring of the fast ones.
std::vector<double> tendency(const Lorenz96Run& run, const std::vector<double>& z) {
  const auto& e = run.equation;
  const auto slow = static_cast<std::size_t>(run.variables), each = static_cast<std::size_t>(e.fast),
             fast = slow * each;
  const double h = e.coupling, b = e.amplitude_ratio, c = e.time_ratio;
  const auto x = [&](std::size_t k) { return z[k % slow]; };
  const auto y = [&](std::size_t j) { return z[slow + j % fast]; };
  std::vector<double> rate(z.size());
  for (std::size_t k = 0; k < slow; ++k) {
    rate[k] = -x(k + slow - 1) * (x(k + slow - 2) - x(k + 1)) - x(k) + e.forcing;
    for (std::size_t j = 0; j < each; ++j) rate[k] -= h * c / b * y(k * each + j);
  }
  for (std::size_t j = 0; j < fast; ++j)
    rate[slow + j] = -c * b * y(j + 1) * (y(j + 2) - y(j + fast - 1)) - c * y(j) + h * c / b * x(j / each);
  return rate;
}

/// Classical Runge-Kutta.
std::vector<double> step(const Lorenz96Run& run, std::vector<double> z, double dt) {
  const auto plus = [](std::vector<double> a, double factor, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] += factor * b[i];
    return a;
  };
  const auto k1 = tendency(run, z), k2 = tendency(run, plus(z, dt / 2, k1)),
             k3 = tendency(run, plus(z, dt / 2, k2)), k4 = tendency(run, plus(z, dt, k3));
  for (std::size_t i = 0; i < z.size(); ++i) z[i] += dt / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
  return z;
}

/// Both from the state that the solver draws, each system by itself.
void expect_the_equations(const Lorenz96Run& run) {
  const grid::Grid grid;  // of no use to the steps
  Lorenz96Solver solver(run, grid,
                        {.communicator = base::Communicator::self(), .seed = 11, .fingerprint = {}});
  solver.initialize();
  const base::RandomKey key{.seed = 11, .member = 0, .stream = 0x7f05};
  const auto slow = static_cast<std::size_t>(run.variables),
             all = slow * static_cast<std::size_t>(1 + run.equation.fast);
  std::vector<std::vector<double>> reference;
  for (std::size_t s = 0; s < static_cast<std::size_t>(run.systems); ++s) {
    auto& z = reference.emplace_back(all);
    for (std::size_t k = 0; k < slow; ++k)
      z[k] = 0.5 * run.equation.forcing + base::random_normal(key, s * slow + k, 0)[0];
    for (std::size_t j = 0; j < all - slow; ++j)
      z[slow + j] = 0.1 * base::random_normal(key, s * (all - slow) + j, 1)[0];
  }
  const int steps = 40;
  for (int n = 0; n < steps; ++n) {
    solver.advance(n * run.dt, (steps - n) * run.dt);
    for (auto& z : reference) z = step(run, z, run.dt);
  }
  const auto view = solver.outputs()[0].compute();
  const grid::View<const double> x(view.data, *view.layout);
  for (std::size_t s = 0; s < reference.size(); ++s)
    for (std::size_t k = 0; k < slow; ++k)
      EXPECT_NEAR(x(static_cast<grid::Index>(s), static_cast<grid::Index>(k)), reference[s][k], 1e-10)
          << s << " " << k;
}

TEST(Lorenz96, OneScale) { expect_the_equations({.equation = {.forcing = 8}, .dt = 0.01, .systems = 3}); }

TEST(Lorenz96, TwoScales) {
  expect_the_equations(
      {.equation = {.fast = 5, .forcing = 18, .coupling = 0.8, .amplitude_ratio = 9, .time_ratio = 7},
       .dt = 0.002,
       .systems = 2,
       .variables = 8});
}

}  // namespace
