// One wave under the linear terms of the vorticity equation: w_t + beta psi_x = nu lap w - nu_p (-lap)^p w -
// drag w.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;

TEST(LinearTerms, AWaveDecaysAndTravelsAsItsDispersionRelationSays) {
  constexpr double nu = 0.004, drag = 0.1, beta = 7, hyper = 2e-6, t = 0.8, kx = 3, ky = 4,
                   k2 = kx * kx + ky * ky;
  for (const int order : {2, 3}) {
    auto solver = test::turbulence_solver(
        "{grid: {points: [24, 30]}, equation: {navier_stokes: {viscosity: 0.004, drag: 0.1, beta: 7, "
        "hyperviscosity: "
        "2.0e-6, hyperviscosity_order: " +
            std::to_string(order) + "}}, initial: {type: rossby_wave, waves: [3, 4]}, time: {dt: 0.1}}",
        base::Communicator::self());
    test::advance_to(*solver, t);
    const auto view = solver->outputs()[0].compute();
    const grid::View<const double> w(view.data, *view.layout);
    const double kept = std::exp(-(nu * k2 + drag + hyper * std::pow(k2, order)) * t);
    for (grid::Index i = 0; i < 24; ++i)
      for (grid::Index j = 0; j < 30; ++j) {
        const double x = 2 * std::numbers::pi * static_cast<double>(i) / 24,
                     y = 2 * std::numbers::pi * static_cast<double>(j) / 30;
        // Westward: the frequency is -beta kx / k^2.
        EXPECT_NEAR(w(i, j), kept * std::cos(kx * x + ky * y + beta * kx / k2 * t), 1e-12) << i << " " << j;
      }
  }
}

}  // namespace
