// Flow in three dimensions: exact solutions, conservation, the same answer on any number of ranks.
#include <gtest/gtest.h>

#include <cmath>

#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;

std::unique_ptr<test::TurbulenceSolver> box(const std::string& equation, const std::string& time,
                                            const base::Communicator& communicator,
                                            const std::string& points = "[24, 24, 24]") {
  return test::turbulence_solver("{grid: {points: " + points +
                                     "}, equation: {model: isotropic, isotropic: {" + equation +
                                     "}}, time: {" + time + "}}",
                                 communicator);
}

TEST(Isotropic, BeltramiFlowOnlyDecays) {
  // Dombre et al., J. Fluid Mech. 167 (1986) 353: curl u = u.
  auto solver = box("initial: abc, viscosity: 0.05", "integrator: ifrk3, dt: 0.1",
                    base::Communicator::world(), "[12, 10, 16]");
  const double before = test::quantity(*solver, "energy");
  EXPECT_NEAR(before, 1.5, 1e-13);
  EXPECT_NEAR(test::quantity(*solver, "helicity"), 3, 1e-12);
  test::advance_to(*solver, 2);
  EXPECT_NEAR(test::quantity(*solver, "energy") / before, std::exp(-2 * 0.05 * 2), 1e-12);
}

TEST(Isotropic, TaylorAndGreensVortexFollowsItsSeries) {
  // <w^2>/2 = 3/8 + 5/128 t^2 + 25/8448 t^4 - ..., without viscosity: the series of Taylor and Green, Proc.
  // R. Soc. A 158 (1937) 499, from the equation in rational numbers (Brachet et al., J. Fluid Mech. 130
  // (1983) 411).
  auto solver =
      box("initial: taylor_green, viscosity: 0", "integrator: ifrk4, dt: 0.05", base::Communicator::world());
  double t = 0;
  for (const double next : {0.3, 0.6, 0.9}) {
    test::advance_to(*solver, next, t);
    t = next;
    const double s = t * t;
    EXPECT_NEAR(test::quantity(*solver, "enstrophy"),
                3.0 / 8 + s * (5.0 / 128 + s * (25.0 / 8448 - s * 52439.0 / 376668160)),
                3.5e-5 * s * s * s * s + 1e-9)
        << t;
    EXPECT_NEAR(test::quantity(*solver, "energy"), 0.125, 1e-8);
    EXPECT_LT(test::quantity(*solver, "divergence"), 1e-14);
  }
}

TEST(Isotropic, SpaceKeepsEnergyAndTheSchemeLosesItWithItsOrder) {
  double drift[2];
  for (const int n : {0, 1}) {
    auto solver = box("viscosity: 0, peak: 3", "integrator: ifrk4, dt: " + std::to_string(0.05 / (n + 1)),
                      base::Communicator::world(), "[16, 18, 20]");
    const double energy = test::quantity(*solver, "energy"), helicity = test::quantity(*solver, "helicity");
    EXPECT_NEAR(energy, 1.5, 1e-12);
    EXPECT_LT(std::abs(test::quantity(*solver, "energy_residual")), 1e-14);
    test::advance_to(*solver, 1);
    EXPECT_LT(std::abs(test::quantity(*solver, "energy_residual")), 1e-14);
    drift[n] = std::abs(test::quantity(*solver, "energy") / energy - 1);
    EXPECT_NEAR(test::quantity(*solver, "helicity"), helicity, 1e-3);
    EXPECT_LT(test::quantity(*solver, "divergence"), 1e-14);
  }
  EXPECT_LT(drift[1], 1e-4);
  EXPECT_GT(std::log2(drift[0] / drift[1]), 3.7);
}

TEST(Isotropic, TheForceFeedsItsRateAtEveryMoment) {
  auto solver = box("viscosity: 0.02, injection: 0.3, forced: 2.3, hyperviscosity: 1.0e-5",
                    "dt: 0.05, dealiasing: padded", base::Communicator::world(), "[16, 16, 16]");
  test::advance_to(*solver, 0.5);
  EXPECT_LT(std::abs(test::quantity(*solver, "energy_residual")), 1e-12);
  const double before = test::quantity(*solver, "energy"), lost = test::quantity(*solver, "dissipation");
  test::advance_to(*solver, 0.51, 0.5);
  EXPECT_NEAR((test::quantity(*solver, "energy") - before) / 0.01,
              0.3 - 0.5 * (lost + test::quantity(*solver, "dissipation")), 1e-3);
}

TEST(Isotropic, SpectraAddUpAndNothingLeavesAllWavenumbers) {
  auto solver = box("peak: 5", "", base::Communicator::world(), "[18, 16, 20]");
  const auto curves = solver->curves();
  double energy = 0, dissipated = 0;
  for (const double one : curves[0].values) energy += one;
  for (const double one : curves[2].values) dissipated += one;
  EXPECT_NEAR(energy, 1.5, 1e-12);
  EXPECT_NEAR(curves[1].values.back(), 0, 1e-13);
  EXPECT_NEAR(dissipated / test::quantity(*solver, "dissipation"), 1, 1e-12);
}

TEST(Isotropic, TheSameOnAnyNumberOfRanks) {
  const auto run = [](const base::Communicator& communicator) {
    auto solver = box("peak: 3, injection: 0.1", "integrator: ab3, dt: 0.02", communicator, "[14, 12, 16]");
    test::advance_to(*solver, 0.1);
    return solver;
  };
  auto together = run(base::Communicator::world()), alone = run(base::Communicator::self());
  for (const std::size_t output : {0U, 1U, 2U, 5U}) {
    const auto a = together->outputs()[output].compute(), b = alone->outputs()[output].compute();
    const grid::View<const double> part(a.data, *a.layout), whole(b.data, *b.layout);
    for (grid::Index i = 0; i < a.layout->count()[0]; ++i)
      for (grid::Index j = 0; j < a.layout->count()[1]; ++j)
        for (grid::Index k = 0; k < a.layout->count()[2]; ++k)
          EXPECT_NEAR(part(i, j, k), whole(i + a.layout->offset()[0], j, k), 1e-11);
  }
}

}  // namespace
