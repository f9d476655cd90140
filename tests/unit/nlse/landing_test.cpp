// Methods that choose their steps land on required times from within a step: required times never change
// the steps.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
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

const std::string halves =
    "{grid: {points: [32, 30], lower: -7, upper: 7}, equation: {components: 2, g: -1, potential: harmonic, "
    "rabi: 0.7, V: '0.2*x*cos(3*t)'}, time: {integrator: yoshida4, adaptive: true, dt: 0.02, tolerance: "
    "1.0e-5}, initial: {type: gaussian, share: [0.8, 0.6], gaussian: {centre: [0.5, 0]}}, transform: "
    "{planning: estimated}}";

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
  for (const auto& yaml : {soliton, shaken, halves}) {
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

/// Of psi, relative. Collective.
double difference(NlseSolver& a, NlseSolver& b) {
  const auto u = owned(a), v = owned(b);
  std::array<double, 2> sums{};
  for (std::size_t i = 0; i < u.size(); ++i) {
    sums[0] += (u[i] - v[i]) * (u[i] - v[i]);
    sums[1] += v[i] * v[i];
  }
  base::Communicator::world().sum(sums);
  return std::sqrt(sums[0] / sums[1]);
}

/// By how much errors at required times exceed those at both ends of their step, the worst one. The solution
/// is that of dop853 with a tight tolerance.
double excess_of_landings(NlseSolver& solver, NlseSolver& exact, double period, double t_end) {
  solver.initialize();
  exact.initialize();
  run::Clock clock, exact_clock;
  clock.start(0);
  exact_clock.start(0);
  std::vector<double> landed;
  double at_last_end = 0, worst = 0;
  for (int n = 1; n * period < t_end; ++n)
    while (clock.time() < n * period) {
      clock.advance(solver.advance(clock.time(), n * period - clock.time()).dt_taken, n * period);
      while (exact_clock.time() < clock.time())
        exact_clock.advance(exact.advance(exact_clock.time(), clock.time() - exact_clock.time()).dt_taken,
                            clock.time());
      const double error = difference(solver, exact);
      if (clock.time() >= n * period) {
        landed.push_back(error);
        continue;
      }
      for (const double one : landed) worst = std::max(worst, one - std::max(error, at_last_end));
      landed.clear();
      at_last_end = error;
    }
  return worst;
}

// A landing is no step that the controller judges: that its error stays near the tolerance is a property of
// the interpolant (order 7) and of shorter steps.
TEST(Landing, IsAsExactAsTheStepsWhateverTheTolerance) {
  for (const auto& yaml : {soliton, shaken, halves})
    for (const double tolerance : {1e-3, 1e-5, 1e-7}) {
      auto parameters = test::nlse_parameters(yaml);
      parameters.time.tolerance = tolerance;
      NlseSolver solver(parameters, test::context_on(base::Communicator::world()));
      parameters.time.integrator = "dop853";
      parameters.time.adaptive = false;
      parameters.time.tolerance = 1e-12;
      NlseSolver exact(parameters, test::context_on(base::Communicator::world()));
      EXPECT_LT(excess_of_landings(solver, exact, 0.027, 1), 5 * tolerance) << yaml << " " << tolerance;
    }
}

TEST(Landing, InTheMiddleOfAStepRestartsWithTheSameBits) {
  for (const auto& yaml : {soliton, shaken, halves}) {
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
