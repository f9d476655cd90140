// The solver on any number of ranks: spectra, refusals, blow-up, Lamb's dipole, exponents.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numbers>

#include "run/hook.hpp"
#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;

TEST(TurbulenceSolver, SpectraAddUpToEnergyAndEnstrophy) {
  auto solver =
      test::turbulence_solver("{grid: {points: [30, 24], length: [3, 2]}, initial: {type: random, peak: 12}}",
                              base::Communicator::world());
  const auto curves = solver->curves();
  const auto total = [&](std::size_t n) {
    double sum = 0;
    for (const double value : curves[n].values) sum += value;
    return sum;
  };
  EXPECT_NEAR(total(0), test::quantity(*solver, "energy"), 1e-13);
  EXPECT_NEAR(total(0), 0.5, 1e-13);
  const double enstrophy = test::quantity(*solver, "enstrophy");
  EXPECT_NEAR(total(1) / enstrophy, 1, 1e-12);
  EXPECT_NEAR(curves[2].values.back(), 0, 1e-12);  // nothing leaves all wavenumbers
  EXPECT_NEAR(curves[3].values.back() / enstrophy, 0, 1e-12);
  for (const std::size_t n : {4, 5})
    EXPECT_NEAR((curves[n].values[0] + 2 * (total(n) - curves[n].values[0])) / enstrophy, 1, 1e-12);
}

class TwoLayerCurves : public testing::TestWithParam<std::string> {};

TEST_P(TwoLayerCurves, TransfersMoveEnergyAndTheRestAddsUpToTheRates) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [32, 32], length: [1.0e+6]}, equation: {model: two_layer, two_layer: {closure: "
      "{type: " +
          GetParam() + "}}}, time: {integrator: ab3, dt: 7200, dealiasing: padded}}",
      base::Communicator::world());
  test::advance_to(*solver, 7200 * 30);
  std::map<std::string, double> total, size;
  for (const auto& curve : solver->curves())
    for (const double value : curve.values) {
      total[curve.name] += value;
      size[curve.name] += std::abs(value);
    }
  EXPECT_GT(size["potential_energy_transfer"], 0);
  const double moved = std::max(size["kinetic_energy_transfer"], size["potential_energy_transfer"]);
  const double closure = GetParam() == "none" ? 0 : test::quantity(*solver, "energy_closure");
  EXPECT_EQ(closure < 0, GetParam() == "smagorinsky");
  EXPECT_NEAR((total["kinetic_energy_transfer"] + total["potential_energy_transfer"] - closure) / moved, 0,
              1e-10);
  EXPECT_NEAR(total["potential_energy_generation"] / test::quantity(*solver, "energy_shear"), 1, 1e-10);
  EXPECT_NEAR(total["drag_spectrum"] / test::quantity(*solver, "energy_drag"), 1, 1e-10);
}

INSTANTIATE_TEST_SUITE_P(Closures, TwoLayerCurves, testing::Values("none", "smagorinsky"));

/// Relative vorticity and velocities are those of the stream functions.
TEST(TwoLayerOutputs, VorticityIsTheCurlOfTheVelocity) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [16, 18], length: [1.0e+6, 8.0e+5]}, equation: {model: two_layer}, time: {dt: 7200}}",
      base::Communicator::self());
  test::advance_to(*solver, 7200);
  std::map<std::string, std::vector<double>> field;
  const auto outputs = solver->outputs();
  for (const auto& output : outputs) {
    const auto view = output.compute();
    const grid::View<const double> values(view.data, *view.layout);
    for (grid::Index i = 0; i < 16; ++i)
      for (grid::Index j = 0; j < 18; ++j) field[output.info.name].push_back(values(i, j));
  }
  // q1 - q2 = zeta_1 - zeta_2 - (F1 + F2) (psi_1 - psi_2), F1 + F2 = 1/rd^2.
  double error = 0, size = 0;
  for (std::size_t n = 0; n < field["q1"].size(); ++n) {
    const double psi = field["streamfunction_1"][n] - field["streamfunction_2"][n];
    const double zeta = field["vorticity_1"][n] - field["vorticity_2"][n];
    error = std::max(error, std::abs(field["q1"][n] - field["q2"][n] - zeta + psi / (15000.0 * 15000.0)));
    size = std::max(size, std::abs(zeta));
  }
  EXPECT_GT(size, 0);
  EXPECT_LT(error, 1e-12 * size);
}

/// What a surrogate is told of the force, which it cannot know from the state: only where there is one.
TEST(TurbulenceSolver, TheForceIsAnOutput) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [16, 18], length: [2, 3]}, forcing: {type: cosines, waves: [2, 3], amplitude: [0.5, "
      "-2]}}",
      base::Communicator::world());
  const auto outputs = solver->outputs();
  ASSERT_EQ(outputs.back().info.name, "forcing");
  test::advance_to(*solver, 0.01);
  const auto view = outputs.back().compute();
  const grid::View<const double> force(view.data, *view.layout);
  const double turn = 2 * std::numbers::pi;
  for (grid::Index i = 0; i < view.layout->count()[0]; ++i)
    for (grid::Index j = 0; j < view.layout->count()[1]; ++j) {
      const double x = turn * static_cast<double>(2 * (i + view.layout->offset()[0])) / 16,
                   y = turn * static_cast<double>(3 * (j + view.layout->offset()[1])) / 18;
      EXPECT_NEAR(force(i, j), 0.5 * std::cos(x) - 2 * std::cos(y), 1e-14);
    }
  auto free = test::turbulence_solver("{grid: {points: [16, 18]}}", base::Communicator::world());
  for (const auto& output : free->outputs()) EXPECT_NE(output.info.name, "forcing");
}

TEST(TurbulenceSolver, ARandomStartIsTheSameOnAnyNumberOfRanks) {
  const std::string yaml = "{grid: {points: [20, 18]}, initial: {type: random, peak: 4}}";
  auto together = test::turbulence_solver(yaml, base::Communicator::world());
  auto alone = test::turbulence_solver(yaml, base::Communicator::self());
  test::advance_to(*together, 0.05);
  test::advance_to(*alone, 0.05);
  const auto a = together->outputs()[0].compute(), b = alone->outputs()[0].compute();
  const grid::View<const double> part(a.data, *a.layout), whole(b.data, *b.layout);
  for (grid::Index i = 0; i < a.layout->count()[0]; ++i)
    for (grid::Index j = 0; j < a.layout->count()[1]; ++j)
      EXPECT_NEAR(part(i, j), whole(i + a.layout->offset()[0], j), 1e-11);
}

TEST(TurbulenceSolver, RefusesWhatCannotBe) {
  EXPECT_THROW(test::turbulence_parameters("{grid: {points: [64]}}"), base::InputError);
  EXPECT_THROW(test::turbulence_parameters("{equation: {model: kuramoto_sivashinsky}}"), base::InputError);
  EXPECT_THROW(test::turbulence_parameters("{initial: {type: file}}"), base::InputError);
  EXPECT_THROW(test::turbulence_solver("{grid: {points: [16, 16]}, forcing: {type: cosines, waves: [7, 7]}}",
                                       base::Communicator::world()),
               base::InputError);
}

TEST(TurbulenceSolver, ABlowUpStopsWithTheFieldAndTheCflNumber) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [32, 32]}, equation: {navier_stokes: {viscosity: 0}}, initial: {type: random, peak: "
      "8, energy: 5}, "
      "time: {integrator: ab3, dt: 0.2}}",
      base::Communicator::world());
  try {
    test::advance_to(*solver, 100);
    FAIL() << "the run went on";
  } catch (const run::StateError& error) {
    EXPECT_NE(std::string(error.what()).find("vorticity"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("CFL number"), std::string::npos) << error.what();
  }
}

TEST(TurbulenceSolver, LambsDipoleMovesAsOneAtItsSpeed) {
  // Periodic images slow it by about (pi a / L)^2 / 3: with a = L/16, 1 %.
  auto solver = test::turbulence_solver(
      "{grid: {points: [128, 128]}, equation: {navier_stokes: {viscosity: 0}}, initial: {type: lamb_dipole, "
      "radius: 0.39269908, "
      "speed: 1}, time: {integrator: ifrk3, dt: 0.01}}",
      base::Communicator::world());
  const auto centre = [&] {
    const auto view = solver->outputs()[0].compute();
    const grid::View<const double> w(view.data, *view.layout);
    std::array<double, 2> sums{};
    const double h = 2 * std::numbers::pi / 128;
    for (grid::Index i = 0; i < view.layout->count()[0]; ++i)
      for (grid::Index j = 0; j < view.layout->count()[1]; ++j) {
        sums[0] += w(i, j) * w(i, j) * std::cos(h * static_cast<double>(i + view.layout->offset()[0]));
        sums[1] += w(i, j) * w(i, j) * std::sin(h * static_cast<double>(i + view.layout->offset()[0]));
      }
    view.layout->communicator().sum(sums);
    return std::atan2(sums[1], sums[0]);
  };
  const double before = centre();
  test::advance_to(*solver, 1);
  double way = centre() - before;
  if (way < 0) way += 2 * std::numbers::pi;
  EXPECT_NEAR(way, 1, 0.02);
}

TEST(TurbulenceSolver, StepsFollowTheCflNumber) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [32, 32]}, initial: {type: random, peak: 4, energy: 2}, time: {dt: 0.5, cfl: 0.5, "
      "integrator: ab3}}",
      base::Communicator::world());
  test::advance_to(*solver, 1);
  EXPECT_LT(test::quantity(*solver, "cfl"), 0.55);
  EXPECT_GT(test::quantity(*solver, "cfl"), 0.1);
}

TEST(Lyapunov, OfTheLinearKuramotoSivashinskyEquationIsItsGrowthRate) {
  // Without advection the longest wave that grows fastest wins: max of k^2 - k^4 over k = 2 pi n / 12.
  double fastest = 0;
  for (int n = 1; n < 8; ++n) {
    const double k = 2 * std::numbers::pi * n / 12;
    fastest = std::max(fastest, k * k - k * k * k * k);
  }
  auto solver = test::turbulence_solver(
      "{grid: {points: [32], length: 12}, equation: {model: kuramoto_sivashinsky, kuramoto_sivashinsky: "
      "{advection: 0}}, "
      "time: {dt: 0.5}, lyapunov: {every_steps: 2, start: 30, separation: 1.0e-3}}",
      base::Communicator::world());
  test::advance_to(*solver, 40);
  EXPECT_NEAR(test::quantity(*solver, "lyapunov"), fastest, 1e-3);
}

TEST(Lyapunov, SeesTheFilter) {
  // As before, but the wave that grows fastest lies where the filter takes more than a step gives.
  constexpr double length = 26.6, dt = 0.5;
  double fastest = -1e300;
  for (int n = 1; n < 4; ++n) {
    const double k = 2 * std::numbers::pi * n / length;
    const double excess = std::max(0.0, k * length / 8 - 0.65 * std::numbers::pi);
    fastest = std::max(fastest, k * k - k * k * k * k - 23.6 * std::pow(excess, 4) / dt);
  }
  ASSERT_LT(fastest, 0.2);  // 0.25 without the filter
  auto solver = test::turbulence_solver(
      "{grid: {points: [8], length: 26.6}, equation: {model: kuramoto_sivashinsky, kuramoto_sivashinsky: "
      "{advection: 0}}, "
      "time: {dt: 0.5, dealiasing: filter}, lyapunov: {every_steps: 2, start: 30, separation: 1.0e-3}}",
      base::Communicator::world());
  test::advance_to(*solver, 40);
  EXPECT_NEAR(test::quantity(*solver, "lyapunov"), fastest, 1e-3);
}

}  // namespace
