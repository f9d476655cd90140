// Two layers: the exact linear operator, Phillips' instability, the orders of the schemes.
#include <gtest/gtest.h>

#include <cmath>

#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;

std::unique_ptr<test::TurbulenceSolver> layers(const std::string& equation, const std::string& time) {
  return test::turbulence_solver(
      "{grid: {points: [24, 24], length: [1.0e+6]}, equation: {model: two_layer, two_layer: {" + equation +
          "}}, time: {" + time + "}}",
      base::Communicator::self());
}

/// Phillips, Tellus 6 (1954) 273: eigenvalues of L at a wavenumber, written out from the equations.
double largest_growth(double k2, double kx, const std::array<double, 2>& flow, double beta, double f1,
                      double f2, double drag) {
  using Complex = std::complex<double>;
  const double d = k2 * (k2 + f1 + f2), q1 = beta + f1 * (flow[0] - flow[1]),
               q2 = beta - f2 * (flow[0] - flow[1]);
  // psi = -1/d (k2 + f2, f1; f2, k2 + f1) q
  const Complex i{0, 1};
  const Complex a = -i * kx * (flow[0] - q1 * (k2 + f2) / d), b = i * kx * q1 * f1 / d,
                c = (i * kx * q2 - drag * k2) * f2 / d,
                e = -i * kx * flow[1] + (i * kx * q2 - drag * k2) * (k2 + f1) / d;
  const Complex root = std::sqrt(0.25 * (a - e) * (a - e) + b * c);
  return std::max((0.5 * (a + e) + root).real(), (0.5 * (a + e) - root).real());
}

TEST(TwoLayer, SmallDisturbancesGrowAtPhillipsRateWhateverTheStep) {
  const double turn = 2 * std::numbers::pi / 1e6, f1 = 1 / (15000.0 * 15000.0 * 1.25);
  double growth = 0;
  for (int m = 0; m < 8; ++m)
    for (int n = -7; n < 8; ++n)
      if (m != 0 || n != 0)
        growth = std::max(growth, largest_growth(turn * turn * (m * m + n * n), turn * m, {0.025, 0}, 1.5e-11,
                                                 f1, 0.25 * f1, 5.787e-7));
  ASSERT_GT(growth, 1e-8);
  for (const std::string scheme : {"etdrk4", "ifrk3", "ifrk4"}) {
    auto solver = layers("noise: 1.0e-12", "dt: 1.0e+6, blow_up_cfl: 1.0e+9, integrator: " + scheme);
    test::advance_to(*solver, 4e8);
    const double before = std::log(test::quantity(*solver, "kinetic_energy"));
    test::advance_to(*solver, 4.1e8, 4e8);
    const double rate = (std::log(test::quantity(*solver, "kinetic_energy")) - before) / 2e7;
    EXPECT_NEAR(rate / growth, 1, 1e-4) << scheme;
  }
}

TEST(TwoLayer, OneLongStepIsManyShortOnesWhileDisturbancesAreSmall) {
  double energy[2];
  for (const int n : {0, 1}) {
    auto solver = layers("noise: 1.0e-10", "integrator: etdrk4, dt: " + std::to_string(n == 0 ? 8e6 : 1e5));
    test::advance_to(*solver, 8e6);
    energy[n] = test::quantity(*solver, "kinetic_energy");
  }
  EXPECT_NEAR(energy[0] / energy[1], 1, 1e-9);
}

std::vector<double> q1(const std::string& scheme, double dt) {
  auto solver = layers(
      "noise: 20, topography: {type: hill, amplitude: 5.0e-6}, lower_flow: 0.005, closure: {type: "
      "backscatter, coefficient: 0.05}",
      "dealiasing: padded, integrator: " + scheme + ", dt: " + std::to_string(dt));
  test::advance_to(*solver, 4e5);
  const auto view = solver->outputs()[0].compute();
  return {view.data, view.data + view.layout->allocated_size()};
}

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

TEST(TwoLayer, EverySchemeHasItsOrder) {
  for (const auto& [scheme, order] :
       {std::pair{"etdrk4", 4.0}, std::pair{"ifrk4", 4.0}, std::pair{"ifrk3", 3.0}, std::pair{"ab2cn", 2.0},
        std::pair{"ab3", 3.0}}) {
    const double dt = order > 3 ? 4e4 : 1e4;
    const auto coarse = q1(scheme, dt), middle = q1(scheme, dt / 2), fine = q1(scheme, dt / 4);
    EXPECT_NEAR(std::log2(difference(coarse, middle) / difference(middle, fine)), order, 0.35) << scheme;
  }
}

}  // namespace
