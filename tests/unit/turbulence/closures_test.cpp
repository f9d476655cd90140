// Closures on one wave w = A cos(x), where what each takes has a closed form: |S| = A |cos x|, |grad w| = A
// |sin x|.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;
constexpr double pi = std::numbers::pi, amplitude = 3, coefficient = 0.2, spacing = 2 * pi / 384;

struct Rates {
  double energy, enstrophy, viscosity;
};

Rates rates(const std::string& closure) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [384, 8], length: [6.283185307179586, 0.1308996938995747]}, equation: {navier_stokes: "
      "{viscosity: 0}}, initial: {type: rossby_wave, amplitude: 3, waves: [1, 0]}, closure: {coefficient: "
      "0.2, " +
          closure + "}}",
      base::Communicator::world());
  return {test::quantity(*solver, "energy_closure"), test::quantity(*solver, "enstrophy_closure"),
          test::quantity(*solver, "eddy_viscosity")};
}

/// Sampling |sin| and |cos| on 384 points errs by 2e-5.
constexpr double sampling = 1e-4;
const double smagorinsky = std::pow(coefficient * spacing, 2), leith = std::pow(coefficient * spacing, 3);

void expect_rates(const Rates& found, double viscosity, double energy) {
  EXPECT_NEAR(found.viscosity / viscosity, 1, sampling);
  EXPECT_NEAR(found.energy / energy, 1, sampling);
  EXPECT_NEAR(found.enstrophy / energy, 1, sampling);  // k = 1
}

TEST(Closures, GlobalSmagorinskyOfAWave) {
  const double nu = smagorinsky * amplitude / std::sqrt(2.0);
  expect_rates(rates("type: smagorinsky"), nu, -nu * amplitude * amplitude / 2);
}

TEST(Closures, LocalSmagorinskyOfAWave) {
  expect_rates(rates("type: smagorinsky, scope: local"), smagorinsky * amplitude * 2 / pi,
               -smagorinsky * std::pow(amplitude, 3) * 4 / (3 * pi));
}

TEST(Closures, GlobalLeithOfAWave) {
  const double nu = leith * amplitude * 2 / pi;
  expect_rates(rates("type: leith"), nu, -nu * amplitude * amplitude / 2);
}

TEST(Closures, LocalLeithOfAWave) {
  expect_rates(rates("type: leith, scope: local"), leith * amplitude * 2 / pi,
               -leith * std::pow(amplitude, 3) * 2 / (3 * pi));
}

TEST(Closures, TheFilterWidthScalesTheViscosity) {
  EXPECT_NEAR(rates("type: smagorinsky, filter_width: 2").viscosity / rates("type: smagorinsky").viscosity, 4,
              1e-12);
  EXPECT_NEAR(rates("type: leith, filter_width: 2").viscosity / rates("type: leith").viscosity, 8, 1e-12);
}

}  // namespace
