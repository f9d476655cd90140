// A displaced packet in a harmonic trap with defocusing nonlinearity: orders by comparing runs with n, 2 n, 4
// n steps, and by the motion of the centre, which is that of a classical oscillator whatever the nonlinearity
// is (Kohn, Phys. Rev. 123 (1961) 1242; Dobson, Phys. Rev. Lett. 73 (1994) 2244).
#include <gtest/gtest.h>

#include <cmath>

#include "support/nlse_runs.hpp"

namespace {

using namespace sluice;

constexpr double t_end = 2;

struct Result {
  std::vector<double> psi;
  double centre = 0;
};

Result run(const std::string& integrator, int steps) {
  auto parameters = test::nlse_parameters(
      "{grid: {points: [96], lower: -9, upper: 9}, equation: {g: -2, potential: harmonic, frequency: 1}, "
      "initial: {type: "
      "gaussian, gaussian: {centre: 1.5}}, transform: {planning: estimated}}");
  parameters.integrator = integrator;
  parameters.dt = t_end / steps * (1 + 1e-13);
  test::NlseSolver solver(parameters, test::context_on(base::Communicator::self()));
  solver.initialize();
  test::advance_to(solver, t_end);
  const auto view = solver.outputs()[0].compute();
  return {.psi = {view.data, view.data + 2 * view.layout->owned_size()},
          .centre = test::quantity(solver.diagnostics(), "centre_x")};
}

double difference(const Result& a, const Result& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.psi.size(); ++i) sum += (a.psi[i] - b.psi[i]) * (a.psi[i] - b.psi[i]);
  return std::sqrt(sum);
}

TEST(PacketInATrap, EverySplittingHasItsOrder) {
  for (const auto& [integrator, steps, expected] :
       {std::tuple{"strang", 200, 2.0}, std::tuple{"yoshida4", 200, 4.0}, std::tuple{"srkn6b", 60, 4.0}}) {
    const auto coarse = run(integrator, steps), middle = run(integrator, 2 * steps),
               fine = run(integrator, 4 * steps);
    EXPECT_NEAR(std::log2(difference(coarse, middle) / difference(middle, fine)), expected, 0.05 * expected)
        << integrator;
    const double exact = 1.5 * std::cos(t_end);
    EXPECT_NEAR(std::log2((middle.centre - exact) / (fine.centre - exact)), expected, 0.05 * expected)
        << integrator;
  }
}

}  // namespace
