// The heat in the box changes by what sources and sides bring in, to the tolerance of the solves.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "unit/diffusion/setup.hpp"

namespace {

using namespace sluice;
using tests::diagnostic;

constexpr double end = 0.05;
const std::string insulated =
    "boundary: {x_lower: {type: neumann}, x_upper: {type: neumann}, y_lower: {type: periodic}, y_upper: "
    "{type: periodic}}\n";
const std::string open =
    "boundary: {x_lower: {type: robin, a: 2, b: 0.5, value: 1}, x_upper: {type: dirichlet, value: 0.3},"
    " y_lower: {type: neumann, value: 0.7}, y_upper: {type: dirichlet}}\n";
const std::string bump = "initial: {type: gaussian, value: 1, centre: [0.4]}\n";

std::unique_ptr<run::Solver> run_case(const std::string& scheme, const std::string& rest) {
  auto solver =
      tests::started(fmt::format("grid: {{points: [24, 20]}}\ncapacity: 1.7\nsolve: {{tolerance: "
                                 "1e-10}}\n{}time: {{scheme: {}, dt: 2.5e-3}}\n{}",
                                 bump, scheme, rest));
  tests::advance_to(*solver, 0, end);
  return solver;
}

double heat(run::Solver& solver) { return tests::value_of(solver.invariants(), "heat_content"); }

class EveryScheme : public testing::TestWithParam<const char*> {};

TEST_P(EveryScheme, BalanceClosesWithAllKindsOfSides) {
  const auto solver = run_case(GetParam(), open + "source: {type: gaussian, value: 5}\n");
  EXPECT_LT(std::abs(diagnostic(*solver, "heat_balance_residual")), 1e-9 * heat(*solver));
}

TEST_P(EveryScheme, BalanceClosesForVaryingAndNonlinearConductivity) {
  for (const std::string k :
       {"conductivity: {form: layered, factors: [1, 30]}\n", "conductivity: {slope: 2, exponent: 2}\n"}) {
    const auto solver = run_case(GetParam(), open + k);
    EXPECT_LT(std::abs(diagnostic(*solver, "heat_balance_residual")), 1e-9 * heat(*solver)) << k;
  }
}

TEST_P(EveryScheme, InsulatedBoxKeepsItsHeat) {
  auto before =
      tests::started(fmt::format("grid: {{points: [24, 20]}}\ncapacity: 1.7\n{}{}", bump, insulated));
  const auto solver = run_case(GetParam(), insulated);
  EXPECT_NEAR(heat(*solver) / heat(*before), 1, 1e-10);
}

TEST_P(EveryScheme, SourceHeatsAnInsulatedBoxAtItsRate) {
  const auto solver = run_case(GetParam(), insulated + "source: {type: constant, value: 3}\n");
  const auto without = run_case(GetParam(), insulated);
  EXPECT_NEAR(heat(*solver) - heat(*without), 3 * end, 1e-9);  // the box has volume 1
}

INSTANTIATE_TEST_SUITE_P(Diffusion, EveryScheme,
                         testing::Values("backward_euler", "crank_nicolson", "adaptive"),
                         [](const auto& scheme) { return std::string(scheme.param); });

TEST(DiffusionHeat, CorrectorsCountAsSupply) {
  auto solver = tests::started("grid: {points: [24, 20]}\ntime: {dt: 0.01}\n");
  const auto before = heat(*solver);
  const auto view = solver->outputs().front().compute();
  grid::RealField change({"u", "1", "change"}, view.layout->with_halo({1, 1, 0}));
  for (auto& value : change.span()) value = 0.5;
  const run::Increment increment{.output = "u", .change = change.erased()};
  solver->apply(std::span(&increment, 1));
  EXPECT_NEAR(heat(*solver) - before, 0.5, 1e-13);
  EXPECT_NEAR(diagnostic(*solver, "heat_balance_residual"), 0, 1e-13);
}

}  // namespace
