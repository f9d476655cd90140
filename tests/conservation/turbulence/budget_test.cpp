// Energy and enstrophy: what advection must keep, what each term gives and takes.
#include <gtest/gtest.h>

#include <cmath>

#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;

const std::string random_flow = "grid: {points: [48, 40]}, initial: {type: random, peak: 5}";

TEST(VorticityBudget, AdvectionKeepsEnergyAndEnstrophyWhereProductsAreExact) {
  for (const std::string dealiasing : {"two_thirds", "padded"}) {
    auto solver = test::turbulence_solver(
        "{" + random_flow +
            ", equation: {navier_stokes: {viscosity: 0, beta: 5}}, time: {dealiasing: " + dealiasing + "}}",
        base::Communicator::world());
    EXPECT_LT(std::abs(test::quantity(*solver, "energy_residual")), 1e-14) << dealiasing;
    EXPECT_LT(std::abs(test::quantity(*solver, "enstrophy_residual")), 1e-13) << dealiasing;
  }
}

/// A flow that reaches the cut-off.
std::unique_ptr<test::TurbulenceSolver> aliased_flow(const std::string& dealiasing) {
  return test::turbulence_solver(
      "{grid: {points: [24, 24]}, initial: {type: random, peak: 8}, equation: {navier_stokes: {viscosity: "
      "0}}, time: {dealiasing: " +
          dealiasing + "}}",
      base::Communicator::world());
}

TEST(VorticityBudget, AliasesBreakIt) {
  auto solver = aliased_flow("filter");  // the test above can fail
  EXPECT_GT(std::abs(test::quantity(*solver, "enstrophy_residual")), 1e-8);
}

TEST(VorticityBudget, TheSkewSymmetricFormKeepsEnstrophyWithItsAliases) {
  auto solver = aliased_flow("none");
  EXPECT_LT(std::abs(test::quantity(*solver, "enstrophy_residual")), 1e-13);
  EXPECT_GT(std::abs(test::quantity(*solver, "energy_residual")), 1e-8);  // there are aliases
}

TEST(VorticityBudget, IdealFlowDriftsWithTheOrderOfTheScheme) {
  double drift[2];
  for (const int n : {0, 1}) {
    auto solver = test::turbulence_solver(
        "{" + random_flow + ", equation: {navier_stokes: {viscosity: 0}}, time: {integrator: ifrk4, dt: " +
            std::to_string(0.04 / (n + 1)) + "}}",
        base::Communicator::world());
    const double before = test::quantity(*solver, "enstrophy");
    test::advance_to(*solver, 1.6);
    drift[n] = std::abs(test::quantity(*solver, "enstrophy") / before - 1);
  }
  EXPECT_LT(drift[1], 1e-4);
  EXPECT_GT(std::log2(drift[0] / drift[1]),
            3.7);  // fourth-order Runge-Kutta loses enstrophy with the fifth power
}

TEST(VorticityBudget, ClosesWithEveryClosure) {
  for (const std::string closure :
       {"{type: none}", "{type: smagorinsky, coefficient: 0.1}",
        "{type: smagorinsky, coefficient: 0.1, scope: local}", "{type: leith}", "{type: leith, scope: local}",
        "{type: dynamic_smagorinsky}", "{type: dynamic_leith}", "{type: backscatter, coefficient: 0.5}",
        "{type: given_field}"}) {
    auto solver = test::turbulence_solver("{" + random_flow +
                                              ", equation: {navier_stokes: {viscosity: 1.0e-3, drag: 0.1, "
                                              "beta: 2, hyperviscosity: 1.0e-12}}, forcing: {type: "
                                              "cosines}, time: {dt: 0.005, dealiasing: padded}, closure: " +
                                              closure + "}",
                                          base::Communicator::world());
    test::advance_to(*solver, 0.05);
    EXPECT_LT(std::abs(test::quantity(*solver, "energy_residual")), 1e-10) << closure;
    EXPECT_LT(std::abs(test::quantity(*solver, "enstrophy_residual")), 1e-10) << closure;
  }
}

TEST(VorticityBudget, EddyViscosityTakesAndIsDiffusiveIfPositive) {
  // A published set-up has the sign the other way round; this must not come back.
  for (const std::string closure :
       {"{type: smagorinsky, coefficient: 0.1}", "{type: smagorinsky, coefficient: 0.1, scope: local}",
        "{type: leith}", "{type: leith, scope: local}", "{type: dynamic_smagorinsky}",
        "{type: dynamic_leith}"}) {
    auto solver = test::turbulence_solver("{" + random_flow + ", closure: " + closure + "}",
                                          base::Communicator::world());
    EXPECT_LT(test::quantity(*solver, "energy_closure"), 0) << closure;
    EXPECT_LT(test::quantity(*solver, "enstrophy_closure"), 0) << closure;
  }
}

TEST(VorticityBudget, BackscatterReturnsTheStatedPart) {
  const auto rate = [](double part, const std::string& name) {
    auto solver = test::turbulence_solver(
        "{" + random_flow +
            ", closure: {type: backscatter, coefficient: 0.6, backscatter: " + std::to_string(part) + "}}",
        base::Communicator::world());
    return test::quantity(*solver, name);
  };
  const double removed = rate(0, "energy_closure");
  EXPECT_LT(removed, 0);
  EXPECT_NEAR(rate(0.75, "energy_closure") / removed, 0.25, 1e-12);
  EXPECT_NEAR(rate(1, "energy_closure") / removed, 0, 1e-12);
  EXPECT_LT(rate(1, "enstrophy_closure"), 0);
}

TEST(VorticityBudget, AGivenConstantViscosityIsViscosity) {
  auto solver = test::turbulence_solver("{" + random_flow +
                                            ", closure: {type: given_field}, equation: {navier_stokes: "
                                            "{viscosity: 0.003}}}",
                                        base::Communicator::world());
  const auto layout = solver->outputs()[0].compute().layout;
  grid::RealField change({"change", "1", "change"}, layout);
  std::fill(change.span().begin(), change.span().end(), 0.003);
  const run::Increment increment{.output = "eddy_viscosity", .change = change.erased()};
  solver->apply({&increment, 1});
  EXPECT_NEAR(test::quantity(*solver, "energy_closure") / test::quantity(*solver, "energy_viscous"), 1,
              1e-12);
  EXPECT_NEAR(test::quantity(*solver, "enstrophy_closure") / test::quantity(*solver, "enstrophy_viscous"), 1,
              1e-12);
}

TEST(Forcing, ARingFeedsItsEnergyOnAverage) {
  // White in time: the mean of the energy after many short runs is the rate times the time.
  double sum = 0;
  constexpr int runs = 40;
  for (int n = 0; n < runs; ++n) {
    auto parameters = test::turbulence_parameters(
        "{grid: {points: [24, 24]}, initial: {type: rest}, equation: {navier_stokes: {viscosity: 0}}, time: "
        "{integrator: "
        "ifrk3, dt: 0.01}, forcing: {type: ring, centre: 5, half_width: 1, injection: 0.02}}");
    test::TurbulenceSolver solver(parameters, {.communicator = base::Communicator::world(),
                                               .seed = static_cast<std::uint64_t>(n),
                                               .fingerprint = {}});
    solver.initialize();
    test::advance_to(solver, 0.1);
    sum += test::quantity(solver, "energy");
  }
  // About 36 independent pairs of modes of a run: a relative standard error of 1 / sqrt(40 * 36) = 0.03.
  EXPECT_NEAR(sum / runs / (0.02 * 0.1), 1, 0.12);
}

TEST(TwoLayerBudget, ShearMakesEnergyAndDragTakesIt) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [32, 32], length: [1.0e+6]}, equation: {model: two_layer}, time: {integrator: ab3, "
      "dt: 7200, "
      "dealiasing: padded}}",
      base::Communicator::world());
  test::advance_to(*solver, 7200 * 40);
  EXPECT_LT(std::abs(test::quantity(*solver, "energy_residual")), 1e-10);
  EXPECT_GT(test::quantity(*solver, "kinetic_energy"), 0);
}

TEST(TwoLayerBudget, ClosesWithEveryTermAndClosure) {
  for (const std::string terms :
       {"noise: 20", "noise: 20, drag: 0, upper_flow: 0, beta: 0",
        "noise: 20, topography: {type: hill, amplitude: 1.0e-5}, lower_flow: -0.01",
        "noise: 20, topography: {type: cosine, amplitude: 1.0e-6, waves: [2, 1]}",
        "noise: 20, hyperviscosity: 1.0e+30", "noise: 20, jet: {rate: 1.0e-6, width: 5.0e+4, sponge: 1.0e-6}",
        "noise: 20, closure: {type: smagorinsky}",
        "noise: 20, closure: {type: backscatter, coefficient: 0.08}"}) {
    auto solver = test::turbulence_solver(
        "{grid: {points: [32, 28], length: [1.0e+6]}, equation: {model: two_layer, two_layer: {" + terms +
            "}}, time: {integrator: etdrk4, dt: 7200, dealiasing: padded}}",
        base::Communicator::world());
    test::advance_to(*solver, 7200 * 20);
    EXPECT_LT(std::abs(test::quantity(*solver, "energy_residual")), 1e-10) << terms;
    EXPECT_LT(std::abs(test::quantity(*solver, "enstrophy_residual")), 1e-10) << terms;
  }
}

/// The terms against what a short step changes.
TEST(TwoLayerBudget, RatesAreThoseOfEnergyAndPotentialEnstrophy) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [32, 28], length: [1.0e+6]}, equation: {model: two_layer, two_layer: {noise: 20, "
      "topography: {type: hill, amplitude: 1.0e-5}, lower_flow: -0.01, hyperviscosity: 1.0e+30, jet: {rate: "
      "1.0e-6, width: 5.0e+4, sponge: 1.0e-6}, closure: {type: smagorinsky}}}, time: {integrator: etdrk4, "
      "dt: 7200, dealiasing: padded}}",
      base::Communicator::world());
  test::advance_to(*solver, 7200 * 20);
  const auto now = [&](const std::string& name) { return test::quantity(*solver, name); };
  const auto energy = [&] { return now("kinetic_energy") + now("potential_energy"); };
  double rates[2] = {0, 0};
  for (const std::string term : {"shear", "drag", "viscous", "relaxation", "closure"}) {
    rates[0] += now("energy_" + term);
    rates[1] += now("enstrophy_" + term);
  }
  rates[0] += now("energy_topography");
  const double before[2] = {energy(), now("potential_enstrophy")}, dt = 60;
  test::advance_to(*solver, 7200 * 20 + dt, 7200 * 20);
  EXPECT_NEAR((energy() - before[0]) / dt, rates[0], 2e-3 * std::abs(rates[0]));
  EXPECT_NEAR((now("potential_enstrophy") - before[1]) / dt, rates[1], 2e-3 * std::abs(rates[1]));
}

TEST(TwoLayerBudget, EddyViscosityTakesAndBackscatterGivesBackItsPart) {
  const auto rate = [](const std::string& closure, const std::string& name) {
    auto solver = test::turbulence_solver(
        "{grid: {points: [32, 32], length: [1.0e+6]}, equation: {model: two_layer, two_layer: {noise: 20, "
        "closure: {" +
            closure + "}}}, time: {integrator: ab3, dt: 7200, dealiasing: padded}}",
        base::Communicator::world());
    return test::quantity(*solver, name);
  };
  EXPECT_LT(rate("type: smagorinsky", "energy_closure"), 0);
  EXPECT_LT(rate("type: smagorinsky", "enstrophy_closure_1"), 0);
  const double removed = rate("type: backscatter, backscatter: 0", "energy_closure");
  EXPECT_LT(removed, 0);
  EXPECT_NEAR(rate("type: backscatter, backscatter: 0.75", "energy_closure") / removed, 0.25, 1e-10);
  EXPECT_NEAR(rate("type: backscatter, backscatter: 1.2", "energy_closure") / removed, -0.2, 1e-10);
}

}  // namespace
