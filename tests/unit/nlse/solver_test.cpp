// The solver as the machine sees it: restart, ranks, outputs, exact solutions, refusals.
#include "nlse/solver.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numbers>

#include "support/nlse_runs.hpp"

namespace {

using namespace sluice;
using grid::Index;
using test::NlseSolver;

const std::string one_dimension =
    "{grid: {points: [96], lower: [-12], upper: [12]}, time: {dt: 0.013}, initial: {solitons: [{amplitude: "
    "1.2, position: "
    "-2, velocity: 0.7}]}}";
const std::string two_dimensions =
    "{grid: {points: [20, 18], lower: -6, upper: [6, 5]}, equation: {g: -1, potential: harmonic, frequency: "
    "[1, 1.5], "
    "centre: [0.2, 0]}, time: {dt: 0.013}, initial: {type: gaussian, gaussian: {centre: [0.5, -0.3], "
    "velocity: [0.3, 0]}}}";
const std::string three_dimensions =
    "{grid: {points: [10, 9, 12], lower: -6, upper: 6}, equation: {g: 1.5}, time: {dt: 0.013, integrator: "
    "yoshida4}, "
    "initial: {type: gaussian, gaussian: {width: 1.4, velocity: [0, 0.5, 0]}}}";

// Every integrator, every kind of term and of memory.
const std::string coupled =
    "{grid: {points: [32], lower: -6, upper: 6}, equation: {components: 2, g: [-1, -0.5, -0.5, -1], "
    "potential: harmonic, rabi: "
    "0.5, loss: {linear: 0.01, two_body: 0.1}}, noise: {type: additive, amplitude: 0.1, length: 0.5, time: "
    "0.2}, time: {dt: "
    "0.013}, initial: {type: gaussian, noise: 0.01, share: [1, 0.5]}, transform: {planning: estimated}}";
const std::string rotating =
    "{grid: {points: [16, 18], lower: -6, upper: 6}, equation: {g: -1, potential: harmonic, rotation: 0.4, "
    "V: '0.1*x*cos(3*t)'}, "
    "time: {dt: 0.02, tolerance: 1.0e-6}, initial: {type: gaussian, vortices: [{x: 0.5}]}, transform: "
    "{planning: estimated}}";
const std::string adaptive =
    "{grid: {points: [32], lower: -6, upper: 6}, equation: {nonlinearity: expression, f: 'n/(1+n)', lattice: "
    "{depth: 0.5}}, time: "
    "{dt: 0.02, integrator: srkn6b, adaptive: true, tolerance: 1.0e-7}, space: {dealiasing: one_half}, "
    "initial: {type: gaussian}, transform: {planning: estimated}}";
const std::string dipolar =
    "{grid: {points: [10, 9, 12], lower: -6, upper: 6}, equation: {g: -1.5, potential: harmonic, nonlocal: "
    "{kernel: dipolar, "
    "strength: 0.5}}, noise: {type: potential, amplitude: 0.05}, time: {dt: 0.02, integrator: etdrk4}, "
    "space: {dealiasing: "
    "filter}, initial: {type: gaussian, gaussian: {width: 1.4}}, transform: {planning: estimated}}";
const std::string ground =
    "{grid: {points: [16, 18], lower: -6, upper: 6}, equation: {g: -5, potential: harmonic}, time: {dt: "
    "0.02, integrator: "
    "ground_state}, initial: {type: thomas_fermi, chemical_potential: 2, mass: 1}, transform: {planning: "
    "estimated}}";
const std::vector<std::string> all_kinds{one_dimension, two_dimensions, three_dimensions, coupled,
                                         rotating,      adaptive,       dipolar,          ground};

/// The points that this rank owns.
std::vector<std::complex<double>> owned(NlseSolver& solver) {
  const auto view = solver.outputs()[0].compute();
  const auto* values = reinterpret_cast<const std::complex<double>*>(view.data);
  return {values, values + view.layout->owned_size()};
}

/// psi at every point, on every rank. Collective.
std::vector<double> whole(NlseSolver& solver) {
  const auto view = solver.outputs()[0].compute();
  const auto& layout = *view.layout;
  std::vector<double> all(static_cast<std::size_t>(2 * layout.global_size()), 0.0);
  const Index plane = layout.global()[1] * layout.global()[2];
  for (Index i = 0; i < 2 * layout.owned_size(); ++i)
    all[static_cast<std::size_t>(2 * layout.offset()[0] * plane + i)] = view.data[i];
  layout.communicator().sum(all);
  return all;
}

bool same_bits(const std::vector<std::complex<double>>& a, const std::vector<std::complex<double>>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), sizeof(a[0]) * a.size()) == 0);
}

TEST(NlseSolver, GoesOnWithTheSameBitsAfterARestart) {
  const auto world = base::Communicator::world();
  for (const auto& yaml : all_kinds) {
    SCOPED_TRACE(yaml);
    NlseSolver first(test::nlse_parameters(yaml), test::context_on(world));
    first.initialize();
    double t = 0;
    for (int step = 0; step < 5; ++step) t += first.advance(t, 0.2 - t).dt_taken;
    run::State state;
    first.state(state);
    run::StateCopy copy;
    copy.capture(state);

    NlseSolver second(test::nlse_parameters(yaml), test::context_on(world, first.fingerprint()));
    run::State restored;
    second.state(restored);
    copy.restore(restored);
    second.restored();
    EXPECT_EQ(second.fingerprint(), first.fingerprint());
    test::advance_to(first, 0.2, t);
    test::advance_to(second, 0.2, t);
    EXPECT_TRUE(same_bits(owned(first), owned(second)));
    const auto a = first.invariants(), b = second.invariants();
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].value, b[i].value) << a[i].name;
    EXPECT_EQ(first.diagnostics().back().value, second.diagnostics().back().value);
  }
}

// The equation takes no notice of a phase: a corrector that turns every sign turns every sign of what
// follows, also where an integrator remembers something of its last step.
TEST(NlseSolver, CorrectorsChangePsi) {
  const auto world = base::Communicator::world();
  for (const auto& yaml : {one_dimension, two_dimensions, three_dimensions, rotating, adaptive}) {
    SCOPED_TRACE(yaml);
    NlseSolver turned(test::nlse_parameters(yaml), test::context_on(world));
    NlseSolver plain(test::nlse_parameters(yaml), test::context_on(world, turned.fingerprint()));
    turned.initialize();
    plain.initialize();
    double t = 0, t_plain = 0;
    for (int step = 0; step < 3; ++step) {
      t += turned.advance(t, 0.2 - t).dt_taken;
      t_plain += plain.advance(t_plain, 0.2 - t_plain).dt_taken;
    }
    const double mass = test::quantity(turned.invariants(), "mass");
    const auto psi = turned.outputs()[0].compute();
    grid::ComplexField change({"change", "1", ""}, psi.layout);
    for (Index i = 0; i < psi.layout->owned_size(); ++i)
      change.data()[i] = -2.0 * std::complex<double>(psi.data[2 * i], psi.data[2 * i + 1]);
    const run::Increment increment{.output = "psi", .change = change.erased()};
    turned.apply(std::span(&increment, 1));
    EXPECT_EQ(test::quantity(turned.invariants(), "mass"), mass);
    test::advance_to(turned, 0.2, t);
    test::advance_to(plain, 0.2, t_plain);
    auto expected = owned(plain);
    for (auto& value : expected) value = -value;
    EXPECT_TRUE(owned(turned) == expected);
    const run::Increment unknown{.output = "density", .change = change.erased()};
    EXPECT_THROW(turned.apply(std::span(&unknown, 1)), base::AgreedError);
  }
}

TEST(NlseSolver, LookingNeverChangesBits) {
  const auto world = base::Communicator::world();
  NlseSolver seen(test::nlse_parameters(two_dimensions), test::context_on(world));
  NlseSolver unseen(test::nlse_parameters(two_dimensions), test::context_on(world, seen.fingerprint()));
  seen.initialize();
  unseen.initialize();
  for (double t = 0; t < 0.09;) {
    (void)seen.invariants();
    (void)seen.diagnostics();
    for (const auto& output : seen.outputs()) (void)output.compute();
    (void)unseen.advance(t, 0.1 - t);
    t += seen.advance(t, 0.1 - t).dt_taken;
  }
  EXPECT_TRUE(same_bits(owned(seen), owned(unseen)));
}

TEST(NlseSolver, GivesTheSameOnAnyNumberOfRanks) {
  const auto world = base::Communicator::world();
  for (const auto& yaml : all_kinds)
    for (const bool increment : {true, false}) {
      SCOPED_TRACE(yaml);
      auto parameters = test::nlse_parameters(yaml);
      parameters.time.increment_form = increment;
      parameters.planning = "estimated";
      NlseSolver alone(parameters, test::context_on(base::Communicator::self()));
      NlseSolver together(parameters, test::context_on(world));
      for (NlseSolver* solver : {&alone, &together}) {
        solver->initialize();
        test::advance_to(*solver, 0.1);
      }
      const auto a = whole(alone), b = whole(together);
      double difference = 0, size = 0;
      for (std::size_t i = 0; i < a.size(); ++i) {
        difference = std::max(difference, std::abs(a[i] - b[i]));
        size = std::max(size, std::abs(a[i]));
      }
      EXPECT_LT(difference, 1e-12 * size);
      EXPECT_LT(difference, together.rank_tolerance() * size);
    }
}

TEST(NlseSolver, PlainAndIncrementFormAreOneScheme) {
  auto parameters = test::nlse_parameters(two_dimensions);
  parameters.planning = "estimated";
  NlseSolver increment(parameters, test::context_on(base::Communicator::world()));
  parameters.time.increment_form = false;
  NlseSolver plain(parameters, test::context_on(base::Communicator::world()));
  for (NlseSolver* solver : {&increment, &plain}) {
    solver->initialize();
    test::advance_to(*solver, 0.3);
  }
  const auto a = whole(increment), b = whole(plain);
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], 1e-13);
}

TEST(NlseSolver, APlaneWaveStaysOneInEveryDimension) {
  for (const auto& [points, waves] :
       {std::pair{"[24]", "[3]"}, std::pair{"[12, 10]", "[2, -1]"}, std::pair{"[8, 6, 10]", "[1, 2, -2]"}}) {
    NlseSolver solver(
        test::nlse_parameters(std::string("{grid: {points: ") + points +
                              ", lower: 0, upper: 7}, equation: {g: 1.3}, time: {dt: 0.1}, initial: {type: "
                              "plane_wave, plane_wave: {amplitude: 0.4, phase: 0.5, waves: " +
                              waves + "}}, transform: {planning: estimated}}"),
        test::context_on(base::Communicator::world()));
    solver.initialize();
    test::advance_to(solver, 1.0);
    EXPECT_LT(test::quantity(solver.diagnostics(), "error_l2"), 1e-13)
        << points;  // no splitting error: they commute
  }
}

TEST(NlseSolver, ASolitonMovesThroughTheBoundary) {
  NlseSolver solver(
      test::nlse_parameters("{grid: {points: [256], lower: -10, upper: 10}, equation: {g: 2}, time: {dt: "
                            "0.004}, initial: {solitons: [{amplitude: 1.5, position: 8, velocity: 2, "
                            "phase: 0.3}]}, transform: {planning: estimated}}"),
      test::context_on(base::Communicator::world()));
  solver.initialize();
  EXPECT_NEAR(test::quantity(solver.diagnostics(), "peak_position"), 8, 1e-4);
  test::advance_to(solver, 2.0);
  EXPECT_LT(test::quantity(solver.diagnostics(), "error_l2"), 1e-5);
  EXPECT_NEAR(test::quantity(solver.diagnostics(), "peak_position"), -8, 1e-3);
  EXPECT_NEAR(test::quantity(solver.diagnostics(), "peak_density"), 2.25, 0.03);
}

TEST(NlseSolver, ExactSolutionsCountFromTheStart) {
  NlseSolver solver(test::nlse_parameters(one_dimension), test::context_on(base::Communicator::self()));
  solver.initialize();
  test::advance_to(solver, 5.5, 5.0);
  EXPECT_LT(test::quantity(solver.diagnostics(), "error_l2"), 1e-5);
}

TEST(NlseSolver, ShowsPsiAndItsDensity) {
  NlseSolver solver(test::nlse_parameters(two_dimensions), test::context_on(base::Communicator::world()));
  solver.initialize();
  const auto outputs = solver.outputs();
  ASSERT_EQ(outputs.size(), 2U);
  const auto psi = outputs[0].compute(), density = outputs[1].compute();
  EXPECT_EQ(psi.components, 2);
  for (Index i = 0; i < psi.layout->owned_size(); ++i)
    ASSERT_DOUBLE_EQ(density.data[i],
                     psi.data[2 * i] * psi.data[2 * i] + psi.data[2 * i + 1] * psi.data[2 * i + 1]);
}

TEST(NlseSolver, AFreePacketSpreadsAsTheoryHasIt) {
  // width(t) of |psi|^2: w / sqrt 2 sqrt(1 + (t/w^2)^2), centre v t (linear equation).
  NlseSolver solver(test::nlse_parameters(
                        "{grid: {points: [64, 60], lower: -16, upper: 16}, equation: {g: 0}, time: {dt: "
                        "0.5}, initial: {type: gaussian, gaussian: {width: [1, 1.25], velocity: [0.5, 0]}}, "
                        "transform: {planning: estimated}}"),
                    test::context_on(base::Communicator::world()));
  solver.initialize();
  test::advance_to(solver, 2.0);
  const auto seen = solver.diagnostics();
  EXPECT_NEAR(test::quantity(seen, "centre_x"), 1.0, 1e-9);
  EXPECT_NEAR(test::quantity(seen, "width_x"), std::sqrt(0.5 * (1 + 4)), 1e-8);
  EXPECT_NEAR(test::quantity(seen, "width_y"), 1.25 * std::sqrt(0.5 * (1 + std::pow(2 / 1.5625, 2))), 1e-8);
}

void expect_refused(const std::string& yaml, const std::string& part) {
  try {
    (void)test::nlse_parameters(yaml);
    FAIL() << "not refused: " << yaml;
  } catch (const base::InputError& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(NlseParameters, RefuseWhatDoesNotFitTogether) {
  expect_refused("{grid: {points: [16, 16], lower: [0, 0, 0]}, initial: {type: gaussian}}", "grid.lower");
  expect_refused("{grid: {lower: 25}}", "grid.upper");
  expect_refused("{grid: {points: [16, 16]}}", "initial.type");
  expect_refused("{equation: {g: -1}}", "g > 0");
  expect_refused("{initial: {type: file}}", "initial.file");
  expect_refused("{time: {dt: 0}}", "dt");
  expect_refused("{initial: {type: gaussian, gaussian: {width: [1, 2]}}}", "initial.gaussian.width");
  expect_refused("{grid: {pionts: [16]}}", "points");
  expect_refused("{equation: {components: 2, g: [1, 2, 3]}}",
                 "3 values for 2 components; 1 or 4 are allowed");
  expect_refused("{equation: {V: 'x + w'}}", "column 5 of 'x + w': unknown symbol 'w'");
  expect_refused("{equation: {V: 'x + y'}}", "unknown symbol 'y'");
  expect_refused("{equation: {components: 2}, initial: {solitons: [{share: [1, 0, 0]}]}}",
                 "3 values for 2 components");
  expect_refused("{equation: {loss: {linear: 0.1}}, time: {integrator: srkn6b}}",
                 "{V,{V,{V,T}}} = 0, which loss");
  expect_refused(
      "{grid: {points: [16, 16]}, equation: {rotation: 0.1}, time: {integrator: strang}, initial: {type: "
      "gaussian}}",
      "rotation is diagonal neither");
  expect_refused("{equation: {rabi: 0.1}}", "2 are allowed");
  expect_refused("{initial: {type: breather}}", "periods of the breather");
  expect_refused("{equation: {g: -1}, initial: {type: dark_solitons, dark_solitons: [{position: 1}]}}",
                 "the phase jumps");
  expect_refused("{noise: {type: additive}, time: {integrator: dop853}}", "equal steps");
  expect_refused("{equation: {loss: {linear: 0.1}}, time: {integrator: ground_state}}", "no ground state");
}

TEST(NlseParameters, ChooseTheIntegratorByTheEquation) {
  EXPECT_EQ(test::nlse_parameters("{}").integrator(), "srkn6b");
  EXPECT_EQ(test::nlse_parameters("{equation: {loss: {linear: 0.1}}}").integrator(), "yoshida4");
  EXPECT_EQ(
      test::nlse_parameters("{grid: {points: [8, 8]}, equation: {rotation: 0.1}, initial: {type: gaussian}}")
          .integrator(),
      "dop853");
}

TEST(NlseMonitor, StopsARunWhoseSpectrumDoesNotFallOff) {
  const auto yaml =
      "{grid: {points: [64]}, space: {tail_stop: 0.1}, initial: {solitons: [{amplitude: 4}]}, transform: "
      "{planning: estimated}}";
  NlseSolver solver(test::nlse_parameters(yaml), test::context_on(base::Communicator::world()));
  EXPECT_THROW(solver.initialize(), base::AgreedError);
}

TEST(NlseNoise, AdditiveNoiseBringsTheMassThatItShould) {
  // d mass / dt = amplitude^2 sum over modes of exp(-length^2 k^2).
  auto parameters = test::nlse_parameters(
      "{grid: {points: [512], lower: -50, upper: 50}, equation: {g: 0}, noise: {type: additive, amplitude: "
      "0.1, length: 1}, time: "
      "{integrator: strang, dt: 0.01}, initial: {type: plane_wave, plane_wave: {amplitude: 0}}, transform: "
      "{planning: estimated}}");
  double expected = 0;
  for (int m = -255; m < 256; ++m) expected += 0.01 * std::exp(-std::pow(2 * std::numbers::pi * m / 100, 2));
  double mass = 0;
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    auto context = test::context_on(base::Communicator::world());
    context.seed = seed;
    NlseSolver solver(parameters, context);
    solver.initialize();
    test::advance_to(solver, 1);
    mass += test::quantity(solver.diagnostics(), "mass") / 4;
  }
  // Some 28 modes with exponential laws, four runs: standard deviation about 1/sqrt(70).
  EXPECT_NEAR(mass / expected, 1, 0.35);
}

TEST(NlseNoise, ARandomPotentialKeepsTheMass) {
  auto parameters = test::nlse_parameters(
      "{noise: {type: potential, amplitude: 0.3, length: 0.5}, time: {dt: 0.01}, transform: {planning: "
      "estimated}}");
  NlseSolver solver(parameters, test::context_on(base::Communicator::world()));
  solver.initialize();
  const double energy = test::quantity(solver.diagnostics(), "energy");
  test::advance_to(solver, 0.3);
  EXPECT_NEAR(test::quantity(solver.invariants(), "mass"), 2, 1e-12);
  EXPECT_GT(std::abs(test::quantity(solver.diagnostics(), "energy") - energy), 1e-4);
}

TEST(NlseMeasures, EntropiesOfAPlaneWaveAreThoseOfEqualParts) {
  NlseSolver solver(test::nlse_parameters(
                        "{grid: {points: [64]}, diagnostics: {entropies: true}, initial: {type: plane_wave}, "
                        "transform: {planning: estimated}}"),
                    test::context_on(base::Communicator::world()));
  solver.initialize();
  const auto seen = solver.diagnostics();
  for (const auto* name :
       {"entropy_shannon", "entropy_renyi_0", "entropy_renyi_half", "entropy_renyi_2", "entropy_renyi_inf"})
    EXPECT_NEAR(test::quantity(seen, name), std::log(64), 1e-12) << name;
  EXPECT_NEAR(test::quantity(seen, "entropy_tsallis_2"), 1 - 1.0 / 64, 1e-12);
  EXPECT_NEAR(test::quantity(seen, "entropy_tsallis_half"), 2 * (8 - 1), 1e-12);
  for (const auto* name :
       {"shannon", "renyi_0", "renyi_half", "renyi_2", "renyi_inf", "tsallis_half", "tsallis_2"})
    EXPECT_NEAR(test::quantity(seen, std::string("entropy_spectral_") + name), 0, 1e-12) << name;
}

TEST(NlseMeasures, VorticesAreFoundWhereTheyWerePut) {
  NlseSolver solver(test::nlse_parameters("{grid: {points: [48, 40], lower: -6, upper: 6}, equation: {g: -1, "
                                          "potential: harmonic}, diagnostics: "
                                          "{vortices: true, angular_momentum: true}, initial: {type: "
                                          "gaussian, gaussian: {width: 2}, vortices: "
                                          "[{x: 0.53, y: 0.31, core: 0.5}, {x: -0.87, y: -0.42, core: 0.5, "
                                          "charge: -1}]}, transform: {planning: "
                                          "estimated}}"),
                    test::context_on(base::Communicator::world()));
  solver.initialize();
  const auto seen = solver.diagnostics();
  EXPECT_EQ(test::quantity(seen, "vortices_plus"), 1);
  EXPECT_EQ(test::quantity(seen, "vortices_minus"), 1);
  EXPECT_NEAR(test::quantity(seen, "vortex_plus_x"), 0.53, 0.02);
  EXPECT_NEAR(test::quantity(seen, "vortex_plus_y"), 0.31, 0.02);
  EXPECT_NEAR(test::quantity(seen, "vortex_minus_x"), -0.87, 0.02);
  EXPECT_NEAR(test::quantity(seen, "vortex_minus_y"), -0.42, 0.02);
}

TEST(NlseCase, PlansWithoutPlanningTransforms) {
  const auto world = base::Communicator::world();
  const auto the_case = solvers::nlse::make_case();
  base::Parameters declared;
  the_case->declare(declared);
  declared.read(base::parse_yaml("{grid: {points: [16, 12], lower: 0, upper: 1}, initial: {type: gaussian}}",
                                 "t.yaml"));
  the_case->validate(declared);
  const auto plan = the_case->plan(world);
  EXPECT_EQ(plan.grid.size(), 192);
  EXPECT_EQ(world.sum(static_cast<std::int64_t>(plan.layout->owned_size())), 192);
  EXPECT_GE(plan.bytes_per_rank, 192 / world.size() * 40);
  EXPECT_FALSE(plan.notes.empty());
}

}  // namespace
