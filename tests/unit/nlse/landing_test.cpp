// The adaptive method lands on required times by its interpolant: they never change its steps.
#include <gtest/gtest.h>

#include <cstring>

#include "support/nlse_runs.hpp"

namespace {

using namespace sluice;
using test::NlseSolver;

const std::string soliton =
    "{grid: {points: [384], lower: -22, upper: 22}, time: {integrator: dop853, dt: 0.01, tolerance: "
    "1.0e-10}, "
    "initial: {solitons: [{amplitude: 1.2, position: -2, velocity: 0.7}]}, transform: {planning: estimated}}";
const std::string shaken =
    "{grid: {points: [24, 18], lower: -6, upper: 6}, equation: {g: -1, potential: harmonic, rotation: 0.4, "
    "V: "
    "'0.1*x*cos(3*t)'}, time: {dt: 0.02, tolerance: 1.0e-6}, initial: {type: gaussian, gaussian: {centre: "
    "[0.5, "
    "0]}}, transform: {planning: estimated}}";

std::vector<double> owned(NlseSolver& solver) {
  const auto view = solver.outputs()[0].compute();
  return {view.data, view.data + 2 * view.layout->owned_size()};
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() &&
         (a.empty() || std::memcmp(a.data(), b.data(), sizeof(double) * a.size()) == 0);
}

/// Advances to t_end and lands on every multiple of `period` on the way (0: nowhere); calls look(t) there.
template <class Look>
void advance_landing(NlseSolver& solver, run::Clock& clock, double t_end, double period, Look look) {
  for (int n = static_cast<int>(clock.time() / (period > 0 ? period : 1)) + 1; clock.time() < t_end; ++n) {
    const double required = period > 0 ? std::min(t_end, n * period) : t_end;
    while (clock.time() < required)
      clock.advance(solver.advance(clock.time(), required - clock.time()).dt_taken, required);
    look(required);
  }
}

TEST(Landing, NeverChangesTheSteps) {
  for (const auto& yaml : {soliton, shaken}) {
    NlseSolver straight(test::nlse_parameters(yaml), test::context_on(base::Communicator::world()));
    NlseSolver landing(test::nlse_parameters(yaml), test::context_on(base::Communicator::world()));
    for (auto* solver : {&straight, &landing}) {
      solver->initialize();
      run::Clock clock;
      clock.start(0);
      advance_landing(*solver, clock, 2, solver == &landing ? 0.037 : 0, [](double) {});
    }
    EXPECT_EQ(straight.summary()[0].substr(0, straight.summary()[0].find(" rejected")),
              landing.summary()[0].substr(0, landing.summary()[0].find(" rejected")));
    EXPECT_TRUE(same_bits(owned(straight), owned(landing)));
  }
}

TEST(Landing, IsAsExactAsTheSteps) {
  NlseSolver solver(test::nlse_parameters(soliton), test::context_on(base::Communicator::world()));
  solver.initialize();
  run::Clock clock;
  clock.start(0);
  int looks = 0;
  advance_landing(solver, clock, 2, 0.013, [&](double t) {
    ++looks;
    EXPECT_LT(test::quantity(solver.diagnostics(), "error_l2"), 1e-8) << t;
  });
  EXPECT_GT(looks, 150);
}

TEST(Landing, InTheMiddleOfAStepRestartsWithTheSameBits) {
  for (const auto& yaml : {soliton, shaken}) {
    const auto world = base::Communicator::world();
    NlseSolver first(test::nlse_parameters(yaml), test::context_on(world));
    first.initialize();
    run::Clock clock;
    clock.start(0);
    advance_landing(first, clock, 0.777, 0, [](double) {});
    run::State state;
    first.state(state);
    run::StateCopy copy;
    copy.capture(state);
    NlseSolver second(test::nlse_parameters(yaml), test::context_on(world, first.fingerprint()));
    run::State restored;
    second.state(restored);
    copy.restore(restored);
    second.restored();
    EXPECT_TRUE(same_bits(owned(first), owned(second)));
    for (auto* solver : {&first, &second}) {
      run::Clock own = clock;
      advance_landing(*solver, own, 2, 0.31, [](double) {});
    }
    EXPECT_TRUE(same_bits(owned(first), owned(second)));
    EXPECT_EQ(first.summary(), second.summary());
  }
}

// A corrector that acts in the middle of a step: what was known of the way ahead must not come back.
TEST(Landing, ACorrectorInTheMiddleOfAStepIsNotForgotten) {
  NlseSolver solver(test::nlse_parameters(soliton), test::context_on(base::Communicator::world()));
  solver.initialize();
  run::Clock clock;
  clock.start(0);
  advance_landing(solver, clock, 0.777, 0, [](double) {});
  const auto psi = solver.outputs()[0].compute();
  grid::ComplexField change({"change", "1", ""}, psi.layout);
  for (grid::Index i = 0; i < psi.layout->owned_size(); ++i)
    change.data()[i] = -0.5 * std::complex<double>(psi.data[2 * i], psi.data[2 * i + 1]);
  const run::Increment increment{.output = "psi", .change = change.erased()};
  solver.apply(std::span(&increment, 1));
  const double mass = test::quantity(solver.invariants(), "mass");
  advance_landing(solver, clock, 1, 0, [](double) {});
  EXPECT_NEAR(mass, 0.25 * 2 * 1.2, 1e-8);
  EXPECT_NEAR(test::quantity(solver.invariants(), "mass"), mass, 1e-9);
}

}  // namespace
