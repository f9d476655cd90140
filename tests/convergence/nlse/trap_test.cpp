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
      "{grid: {points: [128], lower: -12, upper: 12}, equation: {g: -2, potential: harmonic, frequency: 1}, "
      "initial: {type: "
      "gaussian, gaussian: {centre: 1.5}}, transform: {planning: estimated}}");
  parameters.time.integrator = integrator;
  parameters.time.dt = t_end / steps * (1 + 1e-13);
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
  for (const auto& [integrator, steps, order] :
       {std::tuple{"strang", 80, 2.0}, std::tuple{"yoshida4", 160, 4.0}, std::tuple{"srkn6b", 160, 4.0}}) {
    const auto coarse = run(integrator, steps), middle = run(integrator, 2 * steps),
               fine = run(integrator, 4 * steps);
    EXPECT_NEAR(std::log2(difference(coarse, middle) / difference(middle, fine)), order, 0.05 * order)
        << integrator;
  }
}

TEST(PacketInATrap, TheCentreMovesAsAClassicalOscillator) {
  const double exact = 1.5 * std::cos(t_end);
  for (const auto& [integrator, steps, order] :
       {std::tuple{"strang", 40, 2.0}, std::tuple{"yoshida4", 40, 4.0}, std::tuple{"srkn6b", 20, 4.0}}) {
    const double coarse = run(integrator, steps).centre - exact,
                 fine = run(integrator, 2 * steps).centre - exact;
    EXPECT_NEAR(std::log2(coarse / fine), order, 0.05 * order) << integrator;
    EXPECT_LT(std::abs(fine), 1e-4) << integrator;
  }
}

}  // namespace
