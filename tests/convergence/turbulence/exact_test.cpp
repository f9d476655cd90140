// Exact solutions, and the orders of the integrators.
#include <gtest/gtest.h>

#include <cmath>

#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;

TEST(ExactVorticity, LinearWavesAreExactToRoundOff) {
  // Single waves have no Jacobian: exp(L t) is the whole solution, whatever the step.
  for (const std::string scheme : {"etdrk4", "ifrk3", "ifrk4"}) {
    auto solver = test::turbulence_solver(
        "{grid: {points: [24, 30], length: [3, 5]}, equation: {navier_stokes: {viscosity: 0.01, drag: 0.1, "
        "beta: 20}}, "
        "initial: {type: rossby_wave, waves: [2, -3], amplitude: 3}, time: {dt: 0.1, integrator: " +
            scheme + "}}",
        base::Communicator::world());
    test::advance_to(*solver, 3);
    EXPECT_LT(test::quantity(*solver, "error_l2"), 1e-12) << scheme;
  }
}

TEST(ExactVorticity, TaylorGreenDecays) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [16, 16]}, equation: {navier_stokes: {viscosity: 0.05}}, initial: {type: "
      "taylor_green, waves: [2, "
      "2]}, time: {dt: 0.1, integrator: ifrk3}}",
      base::Communicator::world());
  const double before = test::quantity(*solver, "energy");
  test::advance_to(*solver, 2);
  EXPECT_NEAR(test::quantity(*solver, "energy") / before, std::exp(-4 * 0.05 * 8 * 2 / 2.0), 1e-12);
}

TEST(ExactVorticity, CrankNicolsonWavesHaveSecondOrderAndDoNotGrow) {
  double errors[2];
  for (const int n : {0, 1}) {
    auto solver = test::turbulence_solver(
        "{grid: {points: [16, 16]}, equation: {navier_stokes: {viscosity: 0, beta: 20}}, initial: {type: "
        "rossby_wave, waves: "
        "[1, 0]}, time: {integrator: ab2cn, dt: " +
            std::to_string(0.01 / (n + 1)) + "}}",
        base::Communicator::world());
    const double before = test::quantity(*solver, "enstrophy");
    test::advance_to(*solver, 1);
    errors[n] = test::quantity(*solver, "error_l2");
    EXPECT_NEAR(test::quantity(*solver, "enstrophy") / before, 1, 1e-12);
  }
  EXPECT_NEAR(std::log2(errors[0] / errors[1]), 2, 0.05);
}

std::vector<double> vorticity(const std::string& scheme, const std::string& dealiasing, double dt) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [32, 32]}, equation: {navier_stokes: {viscosity: 0.02, beta: 3, drag: 0.1}}, forcing: "
      "{type: cosines, "
      "waves: [2, 1], amplitude: [1, 2]}, initial: {type: random, peak: 3}, time: {integrator: " +
          scheme + ", dealiasing: " + dealiasing + ", dt: " + std::to_string(dt) + "}}",
      base::Communicator::self());
  test::advance_to(*solver, 0.8);
  const auto view = solver->outputs()[0].compute();
  return {view.data, view.data + view.layout->allocated_size()};
}

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

TEST(Integrators, EveryOneHasItsOrder) {
  for (const auto& [scheme, dealiasing, order] :
       {std::tuple{"etdrk4", "two_thirds", 4.0}, std::tuple{"ifrk4", "padded", 4.0},
        std::tuple{"ifrk3", "none", 3.0}, std::tuple{"ab2cn", "two_thirds", 2.0},
        std::tuple{"ab3", "two_thirds", 3.0}}) {
    const double dt = order > 3 ? 0.02 : 0.01;
    const auto coarse = vorticity(scheme, dealiasing, dt), middle = vorticity(scheme, dealiasing, dt / 2),
               fine = vorticity(scheme, dealiasing, dt / 4);
    EXPECT_NEAR(std::log2(difference(coarse, middle) / difference(middle, fine)), order, 0.2) << scheme;
  }
}

TEST(KuramotoSivashinsky, StepsHaveOrderFourAndKeepTheMean) {
  const auto run = [](double dt) {
    auto solver = test::turbulence_solver(
        "{grid: {points: [64], length: 22}, equation: {model: kuramoto_sivashinsky}, time: {dt: " +
            std::to_string(dt) + "}}",
        base::Communicator::self());
    const double mean = test::quantity(*solver, "mean");
    test::advance_to(*solver, 10);
    EXPECT_NEAR(test::quantity(*solver, "mean"), mean, 1e-13);
    const auto view = solver->outputs()[0].compute();
    return std::vector<double>(view.data, view.data + 64);
  };
  const auto coarse = run(0.02), middle = run(0.01), fine = run(0.005);
  EXPECT_NEAR(std::log2(difference(coarse, middle) / difference(middle, fine)), 4, 0.2);
}

}  // namespace
