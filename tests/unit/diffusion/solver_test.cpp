#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "run/state.hpp"
#include "unit/diffusion/setup.hpp"

namespace {

using namespace sluice;
using tests::diagnostic;
using tests::DiffusionSetup;
using tests::started;

const std::string nonlinear = "conductivity: {slope: 1, exponent: 2}\n";
const std::string box =
    "grid: {points: [18, 13]}\ninitial: {type: gaussian, value: 1, width: 0.2, centre: [0.4, 0.6]}\n"
    "boundary: {x_lower: {type: robin, value: 0.5}, x_upper: {type: neumann, value: 0.1}, y_lower: {type: "
    "periodic},"
    " y_upper: {type: periodic}}\n";

std::string with_scheme(const std::string& scheme) {
  return box + fmt::format("time: {{scheme: {}, dt: 0.004}}\n", scheme);
}

/// u of this rank's cells.
std::vector<double> values(run::Solver& solver) {
  const auto view = solver.outputs().front().compute();
  return {view.data, view.data + view.layout->owned_size()};
}

// --- restart
// ------------------------------------------------------------------------------------------------------

class Restart : public testing::TestWithParam<std::tuple<const char*, bool>> {};

TEST_P(Restart, GoesOnBitForBit) {
  const auto [scheme, linear] = GetParam();
  const std::string yaml = with_scheme(scheme) + (linear ? "" : nonlinear);
  auto whole = started(yaml);
  tests::advance_to(*whole, 0, 0.011);
  run::State at_half;
  whole->state(at_half);
  run::StateCopy saved;
  saved.capture(at_half);

  auto resumed = DiffusionSetup(yaml).build();
  run::State other;
  resumed->state(other);
  saved.restore(other);
  resumed->restored();
  for (const double end : {0.03, 0.041}) {  // segments with different steps
    const double from = end == 0.03 ? 0.011 : 0.03;
    EXPECT_EQ(tests::advance_to(*whole, from, end), tests::advance_to(*resumed, from, end));
    EXPECT_EQ(values(*whole), values(*resumed)) << scheme;
  }
  const auto first = whole->diagnostics(), second = resumed->diagnostics();
  for (std::size_t n = 0; n < first.size(); ++n) EXPECT_EQ(first[n].value, second[n].value) << first[n].name;
}

INSTANTIATE_TEST_SUITE_P(Diffusion, Restart,
                         testing::Combine(testing::Values("backward_euler", "crank_nicolson", "adaptive"),
                                          testing::Bool()));

// --- ranks
// --------------------------------------------------------------------------------------------------------

class Ranks : public testing::TestWithParam<std::tuple<const char*, bool>> {};

TEST_P(Ranks, GiveTheSameAnswerAsOne) {
  const auto [scheme, linear] = GetParam();
  const std::string yaml = with_scheme(scheme) + (linear ? "" : nonlinear);
  auto together = started(yaml), alone = started(yaml, base::Communicator::self());
  if (std::string(scheme) == "stationary") {
    static_cast<void>(together->advance(0, 1));
    static_cast<void>(alone->advance(0, 1));
  } else {
    EXPECT_EQ(tests::advance_to(*together, 0, 0.05), tests::advance_to(*alone, 0, 0.05));
  }
  const auto part = together->outputs().front().compute(), full = alone->outputs().front().compute();
  const grid::View<const double> ours(part.data, *part.layout), all(full.data, *full.layout);
  double difference = 0, size = 0;
  for (grid::Index i = 0; i < part.layout->count()[0]; ++i)
    for (grid::Index j = 0; j < part.layout->count()[1]; ++j) {
      const double reference = all(part.layout->offset()[0] + i, part.layout->offset()[1] + j);
      difference = std::max(difference, std::abs(ours(i, j) - reference));
      size = std::max(size, std::abs(reference));
    }
  const auto world = base::Communicator::world();
  EXPECT_LE(world.max(difference), together->rank_tolerance() * world.max(size));
}

INSTANTIATE_TEST_SUITE_P(Diffusion, Ranks,
                         testing::Combine(testing::Values("backward_euler", "crank_nicolson", "adaptive",
                                                          "stationary"),
                                          testing::Bool()));

TEST(Diffusion, MoreRanksThanCells) {
  auto solver =
      started("grid: {points: [3]}\nsource: {type: constant, value: 8}\ntime: {scheme: stationary}\n");
  static_cast<void>(solver->advance(0, 1));
  // div grad u = -8 on three cells, walls at half a cell: u = 4 x (1 - x) + 4 (h/2)^2 at the centres
  EXPECT_NEAR(diagnostic(*solver, "u_maximum"), 1 + 1.0 / 9, 1e-12);
}

TEST(Diffusion, RunsRepeatTheirBits) {
  for (const std::string preconditioner : {"multigrid", "algebraic"}) {
    std::vector<double> first;
    for (int run = 0; run < 4; ++run) {
      auto solver =
          started(with_scheme("backward_euler") + "solve: {preconditioner: " + preconditioner + "}\n");
      tests::advance_to(*solver, 0, 0.008);
      if (run == 0) first = values(*solver);
      EXPECT_EQ(first, values(*solver)) << preconditioner;
    }
  }
}

// --- solves
// -------------------------------------------------------------------------------------------------------

TEST(Diffusion, JumpOfConductivityIsExactAtAFace) {
  auto solver = started(
      "grid: {points: [20]}\nconductivity: {form: layered, value: 2, factors: [1, 1000], interfaces: [0.5]}\n"
      "boundary: {x_upper: {value: 1}}\ntime: {scheme: stationary}\nsolve: {tolerance: 1e-13}\n");
  static_cast<void>(solver->advance(0, 1));
  // heat flux q = 1 / (0.5 / 2 + 0.5 / 2000); u is q x / 2 in the left layer
  const double q = 1 / (0.25 + 0.00025);
  const auto view = solver->outputs().front().compute();
  for (grid::Index i = 0; i < view.layout->count()[0]; ++i) {
    const double x = (static_cast<double>(view.layout->offset()[0] + i) + 0.5) / 20;
    EXPECT_NEAR(view.data[i], x < 0.5 ? q * x / 2 : 1 - q * (1 - x) / 2000, 1e-9);
  }
}

TEST(Diffusion, NewtonNeedsFewIterations) {
  auto step = started(with_scheme("crank_nicolson") + nonlinear);
  static_cast<void>(step->advance(0, 0.004));
  EXPECT_LE(diagnostic(*step, "newton_iterations"), 4);
  auto steady = started(box + nonlinear + "source: {type: constant, value: 4}\ntime: {scheme: stationary}\n");
  static_cast<void>(steady->advance(0, 1));  // from a guess that is far away
  EXPECT_LE(diagnostic(*steady, "newton_iterations"), 10);
}

TEST(Diffusion, SteadyStateStaysWithoutTrouble) {
  for (const std::string scheme : {"crank_nicolson", "adaptive"})
    for (const std::string& k : {std::string(), nonlinear}) {
      auto solver = started(
          "grid: {points: [16]}\ninitial: {type: constant, value: 2}\nboundary: {x_lower: {value: 2}, "
          "x_upper: {value: 2}}\n" +
          k + fmt::format("time: {{scheme: {}, dt: 0.1}}\n", scheme));
      tests::advance_to(*solver, 0, 1);
      EXPECT_NEAR(diagnostic(*solver, "u_minimum"), 2, 1e-12) << scheme << k;
    }
}

TEST(Diffusion, SolveThatDoesNotConvergeSaysSo) {
  auto solver = started(
      "grid: {points: [64, 64]}\nsource: {type: gaussian, value: 1}\n"
      "solve: {preconditioner: jacobi, maximum_iterations: 3}\ntime: {scheme: stationary}\n");
  try {
    static_cast<void>(solver->advance(0, 1));
    FAIL() << "three Jacobi iterations were enough";
  } catch (const base::AgreedError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("DIVERGED_ITS"),
                                             testing::HasSubstr("3 linear iterations")));
  }
}

TEST(Diffusion, ImpossibleSteadyStateIsRefused) {
  auto solver = started(
      "grid: {points: [16]}\nsource: {type: constant, value: 1}\ntime: {scheme: stationary}\n"
      "boundary: {x_lower: {type: periodic}, x_upper: {type: periodic}}\n");
  EXPECT_THROW(static_cast<void>(solver->advance(0, 1)), base::AgreedError);
}

TEST(Diffusion, SteadyStateKnownUpToAConstantKeepsTheMeanOfTheGuess) {
  auto solver = started(
      "grid: {points: [16]}\ninitial: {type: constant, value: 3}\ntime: {scheme: stationary}\n"
      "boundary: {x_lower: {type: neumann, value: 1}, x_upper: {type: neumann, value: -1}}\n");
  static_cast<void>(solver->advance(0, 1));
  EXPECT_NEAR(tests::value_of(solver->invariants(), "heat_content"), 3, 1e-10);
  EXPECT_NEAR(diagnostic(*solver, "u_maximum"), 3 + 15.0 / 32,
              1e-9);  // slope -1 between the outermost centres
}

TEST(Diffusion, OptionsOfPetscReachTheSolve) {
  const DiffusionSetup setup("grid: {points: [16, 16]}\n");
  auto solver = setup.build(base::Communicator::world(),
                            {{"diffusion_pc_type", "jacobi"}, {"diffusion_ksp_rtol", "1e-12"}});
  EXPECT_THAT(solver->summary(), testing::Contains(testing::HasSubstr("preconditioner jacobi")));
  EXPECT_THROW(
      static_cast<void>(setup.build(base::Communicator::world(), {{"diffusion_ksp_rtoll", "1e-12"}})),
      base::InputError);
}

// --- input
// --------------------------------------------------------------------------------------------------------

std::string refusal(const std::string& yaml) {
  try {
    const DiffusionSetup setup(yaml);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(DiffusionInput, RefusesWhatDoesNotFitTogether) {
  using testing::HasSubstr;
  EXPECT_THAT(refusal("boundary: {x_lower: {type: periodic}}"), HasSubstr("come in pairs"));
  EXPECT_THAT(refusal("boundary: {x_lower: {type: robin, a: 0, b: 0}}"), HasSubstr("boundary.x_lower.a"));
  EXPECT_THAT(refusal("grid: {points: [8]}\nboundary: {y_lower: {value: 1}}"), HasSubstr("boundary.y_lower"));
  EXPECT_THAT(refusal("grid: {points: [8], upper: -1}"), HasSubstr("grid.upper"));
  EXPECT_THAT(refusal("grid: {points: [8, 8, 8], lower: [0, 0]}"), HasSubstr("grid.lower"));
  EXPECT_THAT(refusal("conductivity: {form: layered, factors: [1, 2, 3]}"),
              HasSubstr("conductivity.factors"));
  EXPECT_THAT(refusal("initial: {type: exact}"), HasSubstr("initial.type"));
  EXPECT_THAT(refusal("exact: {type: sine_product}\nsource: {type: constant, value: 1}"),
              HasSubstr("source.type"));
  EXPECT_THAT(refusal("exact: {type: sine_product}\ntime: {scheme: stationary}"), HasSubstr("exact.decay"));
  EXPECT_THAT(refusal("exact: {type: kirchhoff, left: -2}\nconductivity: {slope: 1}"),
              HasSubstr("positive conductivity"));
  EXPECT_THAT(refusal("grid: {points: [8]}\nconductivity: {slope: 1}\ntime: {scheme: stationary}\n"
                      "boundary: {x_lower: {type: neumann}, x_upper: {type: neumann}}"),
              HasSubstr("no side that fixes u"));
  EXPECT_EQ(refusal("grid: {points: [8]}"), "accepted");
}

}  // namespace
