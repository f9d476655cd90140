// Every scheme in time has its order on equations that use its terms: errors against a run of the adaptive
// eighth-order method with a tight tolerance.
#include <gtest/gtest.h>

#include <cmath>

#include "support/nlse_runs.hpp"

namespace {

using namespace sluice;

std::vector<double> run(test::NlseParameters parameters, const std::string& integrator, double dt,
                        double t_end) {
  parameters.time.integrator = integrator;
  parameters.time.dt = dt;
  parameters.time.tolerance = 1e-13;
  test::NlseSolver solver(parameters, test::context_on(base::Communicator::self()));
  solver.initialize();
  test::advance_to(solver, t_end);
  std::vector<double> all;
  for (const auto& output : solver.outputs()) {
    if (output.components != 2) continue;
    const auto view = output.compute();
    all.insert(all.end(), view.data, view.data + 2 * view.layout->owned_size());
  }
  return all;
}

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return std::sqrt(sum / size);
}

/// Orders seen between runs with n, 2 n and 4 n steps.
void expect_order(const std::string& yaml, const std::string& integrator, double order, int steps,
                  double t_end, bool at_least = false) {
  const auto parameters = test::nlse_parameters(yaml);
  const auto reference = run(parameters, "dop853", 0.01, t_end);
  std::vector<double> error;
  for (const int n : {steps, 2 * steps, 4 * steps})
    error.push_back(difference(run(parameters, integrator, t_end / n * (1 + 1e-13), t_end), reference));
  if (at_least) {
    EXPECT_GT(std::log2(error[0] / error[1]), 0.95 * order) << integrator;
    return;
  }
  EXPECT_NEAR(std::log2(error[1] / error[2]), order, 0.05 * order)
      << integrator << ": " << error[0] << " " << error[1] << " " << error[2] << " on " << yaml;
}

const std::string moving_trap =
    "{grid: {points: [96], lower: -10, upper: 10}, equation: {g: -1.5, V: '0.5*(x - 0.5*sin(2*t))^2 + "
    "0.1*cos(x)'}, "
    "initial: {type: gaussian, gaussian: {centre: 0.7}}, transform: {planning: estimated}, time: "
    "{integrator: rk4ip}}";
const std::string lossy =
    "{grid: {points: [96], lower: -10, upper: 10}, equation: {nonlinearity: cubic_quintic, g: 2, quintic: "
    "-0.5, loss: {linear: "
    "0.05, two_body: 0.1, three_body: 0.03}, absorber: {width: 3, strength: 2}}, initial: {type: gaussian, "
    "gaussian: {velocity: "
    "1, width: 1.2}}, transform: {planning: estimated}, time: {integrator: rk4ip}}";
const std::string two_components =
    "{grid: {points: [96], lower: -10, upper: 10}, equation: {components: 2, g: [-1, -0.6, -0.6, -1.2], "
    "potential: harmonic, "
    "rabi: 0.8}, initial: {type: expression, real: ['exp(-(x-0.5)^2/2)', '0.5*exp(-(x+0.3)^2)']}, transform: "
    "{planning: "
    "estimated}, time: {integrator: rk4ip}}";
const std::string nonlocal =
    "{grid: {points: [96], lower: -10, upper: 10}, equation: {nonlinearity: saturable, g: 2, saturation: "
    "0.7, nonlocal: {kernel: "
    "gaussian, strength: 1.5, range: 0.8}}, initial: {type: gaussian, gaussian: {velocity: 0.5}}, transform: "
    "{planning: "
    "estimated}, time: {integrator: rk4ip}}";

TEST(NlseSchemes, OfAMovingTrapHaveTheirOrder) {
  expect_order(moving_trap, "strang", 2, 60, 1);
  expect_order(moving_trap, "yoshida4", 4, 60, 1);
  expect_order(moving_trap, "srkn6b", 4, 40, 1);
  expect_order(moving_trap, "srkn11b", 6, 10, 1);
  expect_order(moving_trap, "rk4ip", 4, 60, 1);
  expect_order(moving_trap, "etdrk4", 4, 80, 1);
}

TEST(NlseSchemes, OfALossyEquationHaveTheirOrder) {
  expect_order(lossy, "strang", 2, 60, 1);
  expect_order(lossy, "yoshida4", 4, 100, 1);
  expect_order(lossy, "rk4ip", 4, 60, 1);
  expect_order(lossy, "etdrk4", 4, 80, 1);
}

TEST(NlseSchemes, OfCoupledComponentsHaveTheirOrder) {
  expect_order(two_components, "strang", 2, 60, 1);
  expect_order(two_components, "yoshida4", 4, 60, 1);
  expect_order(two_components, "rk4ip", 4, 60, 1);
  expect_order(two_components, "etdrk4", 4, 80, 1);
}

TEST(NlseSchemes, OfANonlocalEquationHaveTheirOrder) {
  expect_order(nonlocal, "srkn6b", 4, 40, 1);
  expect_order(nonlocal, "srkn11b", 6, 10, 1, true);  // still falling faster when round-off is met
  expect_order(nonlocal, "rk4ip", 4, 60, 1);
}

TEST(NlseSchemes, AdaptiveStepsMeetTheirTolerance) {
  const auto parameters = test::nlse_parameters(moving_trap);
  const auto reference = run(parameters, "srkn11b", 0.004, 2);
  double last = 1;
  for (const double tolerance : {1e-5, 1e-7, 1e-9}) {
    for (const bool splitting : {false, true}) {
      auto one = parameters;
      one.time.integrator = splitting ? "srkn6b" : "dop853";
      one.time.adaptive = splitting;
      one.time.tolerance = tolerance;
      one.time.dt = 0.01;
      test::NlseSolver solver(one, test::context_on(base::Communicator::self()));
      solver.initialize();
      test::advance_to(solver, 2);
      const auto view = solver.outputs()[0].compute();
      const double error = difference({view.data, view.data + 2 * view.layout->owned_size()}, reference);
      EXPECT_LT(error, 200 * tolerance) << one.time.integrator << " " << tolerance;
      if (!splitting) {
        EXPECT_LT(error, 0.3 * last);
        last = error;
      }
    }
  }
}

// One step that any error pleases, of length h and h/2: its error falls as h^9, that of the interpolant at
// least as h^8.
TEST(NlseSchemes, Dop853HasOrderEightAndItsInterpolantSeven) {
  const auto after = [](double first_step, double t_end, double tolerance) {
    auto parameters = test::nlse_parameters(moving_trap);
    parameters.points = {48};
    parameters.time.integrator = "dop853";
    parameters.time.dt = first_step;
    parameters.time.tolerance = tolerance;
    test::NlseSolver solver(parameters, test::context_on(base::Communicator::self()));
    solver.initialize();
    test::advance_to(solver, t_end);
    const auto view = solver.outputs()[0].compute();
    return std::vector<double>(view.data, view.data + 2 * view.layout->owned_size());
  };
  const auto order = [&](double part) {
    const auto error = [&](double h) {
      return difference(after(h, part * h, 0.1), after(h / 16, part * h, 1e-14));
    };
    return std::log2(error(0.07) / error(0.035));
  };
  EXPECT_NEAR(order(1), 9, 0.05 * 9);
  EXPECT_GT(order(0.45), 0.95 * 8);
}

// Steps by Richardson's estimate: the error falls with the number of steps as the scheme's order says.
TEST(NlseSchemes, AdaptiveSplittingsKeepTheirOrder) {
  auto parameters = test::nlse_parameters(moving_trap);
  const auto reference = run(parameters, "srkn11b", 0.004, 2);
  std::vector<double> error, steps;
  for (const double tolerance : {1e-6, 1e-9}) {
    parameters.time.integrator = "yoshida4";
    parameters.time.adaptive = true;
    parameters.time.dt = 0.01;
    parameters.time.tolerance = tolerance;
    test::NlseSolver solver(parameters, test::context_on(base::Communicator::self()));
    solver.initialize();
    test::advance_to(solver, 2);
    const auto view = solver.outputs()[0].compute();
    error.push_back(difference({view.data, view.data + 2 * view.layout->owned_size()}, reference));
    steps.push_back(static_cast<double>(solver.transforms()));
  }
  EXPECT_NEAR(std::log(error[0] / error[1]) / std::log(steps[1] / steps[0]), 4, 0.05 * 4);
}

TEST(NlseSchemes, ARotatingFrameIsTheLaboratoryTurned) {
  // exp(i t Omega L_z) only turns the frame: of a packet in a round trap the centre is that of a classical
  // oscillator, seen from the turning frame.
  auto parameters = test::nlse_parameters(
      "{grid: {points: [48, 48], lower: -8, upper: 8}, equation: {g: -1, potential: harmonic, rotation: "
      "0.5}, initial: {type: "
      "gaussian, gaussian: {centre: [1.5, 0]}}, transform: {planning: estimated}, time: {dt: 0.02, "
      "tolerance: 1.0e-9}}");
  ASSERT_EQ(parameters.integrator(), "dop853");
  test::NlseSolver solver(parameters, test::context_on(base::Communicator::world()));
  solver.initialize();
  const auto before = solver.invariants();
  test::advance_to(solver, 1);
  const auto seen = solver.diagnostics();
  EXPECT_NEAR(test::quantity(seen, "centre_x"), 1.5 * std::cos(1) * std::cos(0.5), 1e-6);
  EXPECT_NEAR(test::quantity(seen, "centre_y"), -1.5 * std::cos(1) * std::sin(0.5), 1e-6);
  EXPECT_NEAR(test::quantity(seen, "angular_momentum"), 0, 1e-7);
  EXPECT_NEAR(test::quantity(solver.invariants(), "energy"), test::quantity(before, "energy"), 1e-7);
}

}  // namespace
