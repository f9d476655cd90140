// What is seen of a state: single vortices, probes, spectrum; relaxation of the first state; warnings.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>

#include "base/log.hpp"
#include "support/nlse_runs.hpp"

namespace {

using namespace sluice;
using test::NlseSolver;

const std::string three_vortices =
    "{grid: {points: [48, 40], lower: -6, upper: 6}, equation: {g: -1, potential: harmonic}, initial: {type: "
    "gaussian, gaussian: {width: 1.5}, vortices: [{x: 0.53, y: 0.31, core: 0.5}, {x: -0.87, y: -1.42, core: "
    "0.5, "
    "charge: -1}, {x: 1.71, y: 1.1, core: 0.5}]}, diagnostics: {probes: [{at: [0, 0]}, {at: [5.9, -6.05]}]}, "
    "transform: {planning: estimated}}";

TEST(NlsePoints, AreTheVorticesOneByOneOnAnyNumberOfRanks) {
  NlseSolver alone(test::nlse_parameters(three_vortices), test::context_on(base::Communicator::self()));
  NlseSolver together(test::nlse_parameters(three_vortices), test::context_on(base::Communicator::world()));
  alone.initialize();
  together.initialize();
  const auto table = together.points();
  EXPECT_EQ(table.values, alone.points().values);
  ASSERT_EQ(table.columns.size(), 4U);
  ASSERT_EQ(table.values.size(), 3 * 4U);  // along x
  const std::vector<double> expected{-0.87, -1.42, -1, 1, 0.53, 0.31, 1, 1, 1.71, 1.1, 1, 1};
  for (std::size_t i = 0; i < expected.size(); ++i)
    EXPECT_NEAR(table.values[i], expected[i], i % 4 < 2 ? 0.02 : 0.0) << i;
  EXPECT_TRUE(together.no_points().empty());
  EXPECT_FALSE(NlseSolver(test::nlse_parameters("{transform: {planning: estimated}}"),
                          test::context_on(base::Communicator::self()))
                   .no_points()
                   .empty());
}

TEST(NlseProbes, ShowTheDensityAtTheNearestPoint) {
  NlseSolver solver(
      test::nlse_parameters("{grid: {points: [24, 20], lower: -6, upper: 6}, initial: {type: gaussian, "
                            "gaussian: {centre: [1, 0.6]}}, diagnostics: {probes: [{at: [1.1, 0.7]}, "
                            "{at: [-5.9, 6.05]}]}, transform: {planning: estimated}}"),
      test::context_on(base::Communicator::world()));
  solver.initialize();
  const auto seen = solver.diagnostics();
  EXPECT_NEAR(test::quantity(seen, "probe_1"), 1, 1e-14);
  // (-6, 6) is the point (-6, -6) of the periodic box.
  EXPECT_NEAR(test::quantity(seen, "probe_2"), std::exp(-49 - 6.6 * 6.6), 1e-30);
  EXPECT_THROW((void)test::nlse_parameters("{diagnostics: {probes: [{at: [1, 2]}]}}"), base::InputError);
}

TEST(NlseCurves, HoldTheMassInShells) {
  NlseSolver solver(
      test::nlse_parameters("{grid: {points: [32, 24], lower: 0, upper: [6, 5]}, initial: {type: "
                            "plane_wave, plane_wave: {amplitude: 0.5, waves: [3, 0]}}, transform: "
                            "{planning: estimated}}"),
      test::context_on(base::Communicator::world()));
  solver.initialize();
  const auto curve = solver.curves()[0];
  const auto most = std::max_element(curve.values.begin(), curve.values.end());
  EXPECT_NEAR(*most, 0.25 * 30, 1e-12);
  EXPECT_NEAR(curve.at[static_cast<std::size_t>(most - curve.values.begin())], 3 * 2 * std::numbers::pi / 6,
              1e-12);
}

TEST(NlseRelaxation, GivesTheGroundStateBeforeTheRun) {
  const std::string trap =
      "{grid: {points: [32, 30], lower: -7, upper: 7}, equation: {g: -20, potential: harmonic}, time: {dt: "
      "0.02}, "
      "initial: {type: gaussian, mass: 1, relax: {residual: 1.0e-9";
  const std::string rest = "}}, transform: {planning: estimated}}";
  NlseSolver solver(test::nlse_parameters(trap + rest), test::context_on(base::Communicator::world()));
  solver.initialize();
  const double width = test::quantity(solver.diagnostics(), "width_x");
  EXPECT_NEAR(test::quantity(solver.diagnostics(), "virial"), 0, 1e-7);
  EXPECT_NEAR(test::quantity(solver.invariants(), "mass"), 1, 1e-13);
  test::advance_to(solver, 0.5);
  EXPECT_NEAR(test::quantity(solver.diagnostics(), "width_x"), width, 1e-7);
  // In a tighter trap it was smaller: it breathes.
  NlseSolver tight(test::nlse_parameters(trap + ", frequency: [1.2]" + rest),
                   test::context_on(base::Communicator::world()));
  tight.initialize();
  EXPECT_LT(test::quantity(tight.diagnostics(), "width_x"), 0.97 * width);
  EXPECT_THROW(
      (void)test::nlse_parameters("{initial: {relax: {residual: 1.0e-9}}, equation: {loss: {linear: 0.1}}}"),
      base::InputError);
  EXPECT_THROW((void)test::nlse_parameters("{initial: {relax: {residual: 1.0e-9, frequency: [1]}}}"),
               base::InputError);
}

/// What is logged while `work` runs, on every rank.
template <class Work>
std::string logged(const base::Communicator& world, Work work) {
  const auto file = std::filesystem::temp_directory_path() /
                    ("nlse_log_" + std::to_string(world.broadcast(std::int64_t{::getpid()})));
  base::log::start(world.is_root());
  base::log::open_file(file);
  work();
  base::log::close_file();
  base::log::start(false);
  world.barrier();
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  world.barrier();
  if (world.is_root()) std::filesystem::remove(file);
  return text.str();
}

TEST(NlseWarnings, NameTheNumber) {
  const auto world = base::Communicator::world();
  const auto start = [&](const std::string& yaml) {
    return logged(world, [&] {
      NlseSolver solver(test::nlse_parameters(yaml), test::context_on(world));
      solver.initialize();
    });
  };
  const std::string planning = ", transform: {planning: estimated}}";
  // sech(1 * 8) = 6.7e-4 where the images meet.
  EXPECT_NE(start("{grid: {points: [128], lower: -8, upper: 8}" + planning)
                .find("it still has 0.00067 of its peak"),
            std::string::npos);
  EXPECT_EQ(start("{grid: {points: [128], lower: -20, upper: 20}" + planning), "");
  // exp(-x^2 / 2) at 4 is 3.4e-4, whatever type of state it comes from; a second axis without trap is none.
  const std::string trapped =
      ", lower: -4, upper: 4}, equation: {g: -1, potential: harmonic, frequency: [1, 0]}, initial: {type: "
      "expression, real: 'exp(-0.5*x^2)'}";
  EXPECT_NE(start("{grid: {points: [48, 24]" + trapped + planning).find("it still has 0.00034 of its peak"),
            std::string::npos);
  // |psi|^2 = 9: a step of 0.5 turns the phase by 4.5.
  for (const std::string integrator : {"srkn6b", "rk4ip", "etdrk4"})
    EXPECT_NE(
        start("{grid: {points: [512]}, time: {dt: 0.5, integrator: " + integrator +
              "}, initial: {solitons: [{amplitude: 3}]}" + planning)
            .find("turns the phase of psi by 4.5 rad where it is fastest; a step below 0.17 resolves it"),
        std::string::npos)
        << integrator;
  EXPECT_NE(start("{grid: {points: [64]}, initial: {solitons: [{amplitude: 2}]}" + planning)
                .find("under-resolved: modes above 2/3 of the highest hold"),
            std::string::npos);
}

}  // namespace
