// Terms whose effect on a Gaussian or on rest has a closed form: convolved potentials, noise.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/nlse_runs.hpp"

namespace {

using namespace sluice;
using test::NlseSolver;
constexpr double pi = std::numbers::pi;

/// Energy of a Gaussian |psi|^2 ~ exp(-x^2 / a^2 - ...) of unit mass beyond that without the convolved
/// potential.
double nonlocal_energy(const std::string& grid_and_initial, const std::string& nonlocal) {
  const auto energy = [&](const std::string& equation) {
    NlseSolver solver(test::nlse_parameters("{" + grid_and_initial + ", equation: {g: 0" + equation +
                                            "}, transform: {planning: estimated}}"),
                      test::context_on(base::Communicator::world()));
    solver.initialize();
    return test::quantity(solver.invariants(), "energy");
  };
  return energy(", nonlocal: " + nonlocal) - energy("");
}

const std::string line =
    "grid: {points: [128], lower: -16, upper: 16}, initial: {type: gaussian, mass: 1, "
    "gaussian: {width: 1.3}}";

TEST(NlseNonlocal, AGaussianKernelActsOnAGaussian) {
  // n has variance a^2 / 2, n convolved a^2 / 2 + range^2: (strength / 2) integral of their product.
  const double a = 1.3, range = 0.9;
  EXPECT_NEAR(nonlocal_energy(line, "{kernel: gaussian, strength: 0.7, range: 0.9}") /
                  (0.35 / std::sqrt(2 * pi * (a * a + range * range))),
              1, 1e-12);
}

TEST(NlseNonlocal, ADiffusiveKernelActsOnAGaussian) {
  // (strength / 2) integral dk / 2 pi exp(-k^2 a^2 / 2) / (1 + range^2 k^2).
  const double a = 1.3, range = 0.9, s = a / (std::numbers::sqrt2 * range);
  const double integral = pi / range * std::exp(s * s) * std::erfc(s);
  EXPECT_NEAR(
      nonlocal_energy(line, "{kernel: diffusive, strength: 0.7, range: 0.9}") / (0.35 * integral / (2 * pi)),
      1,
      1e-3);  // the box's images feel the kernel's tail exp(-|x| / range)
}

TEST(NlseNonlocal, DipolesOnACigar) {
  // -(strength / 2) f(kappa) / ((2 pi)^(3/2) a_r^2 a_z), kappa = a_r / a_z: Yi and You, Phys. Rev. A 63
  // (2001) 053607.
  const double kappa = 0.5, e2 = 1 - kappa * kappa, root = std::sqrt(e2);
  const double f = (1 + 2 * kappa * kappa) / e2 - 3 * kappa * kappa * std::atanh(root) / (e2 * root);
  const double expected = -0.35 * f / (std::pow(2 * pi, 1.5) * 2);
  const std::string cigar =
      "grid: {points: [48, 48, 48], lower: [-12, -12, -12], upper: [12, 12, 12]}, initial: {type: gaussian, "
      "mass: 1, "
      "gaussian: {width: [1, 1, 2]}}";
  EXPECT_NEAR(nonlocal_energy(cigar, "{kernel: dipolar, strength: 0.7}") / expected, 1,
              0.02);  // images: 1/r^3
}

/// Mass over amplitude^2 and the number of points that noise brings to rest; waves too long to disperse. 65
/// 536 complex numbers: standard deviation 0.4 %.
double noise_mass(const std::string& noise, double dt, double t) {
  NlseSolver solver(
      test::nlse_parameters(
          "{grid: {points: [65536], lower: -1.0e7, upper: 1.0e7}, equation: {g: 0}, noise: {type: "
          "additive, amplitude: 0.1" +
          noise + "}, time: {integrator: strang, dt: " + std::to_string(dt) +
          "}, initial: {type: plane_wave, plane_wave: {amplitude: 0}}, transform: {planning: "
          "estimated}}"),
      test::context_on(base::Communicator::world()));
  solver.initialize();
  test::advance_to(solver, t);
  return test::quantity(solver.diagnostics(), "mass") / (0.01 * 65536);
}

TEST(NlseNoise, WhiteNoiseGrowsAsTime) { EXPECT_NEAR(noise_mass("", 0.25, 2) / 2, 1, 0.02); }

TEST(NlseNoise, ColouredNoiseGrowsAsAnOrnsteinUhlenbeckForce) {
  // Twice the integral of (t - s) exp(-s / tau) / (2 tau) over s.
  const double tau = 0.5, t = 2;
  EXPECT_NEAR(noise_mass(", time: 0.5", 0.05, t) / (t - tau * (1 - std::exp(-t / tau))), 1, 0.02);
}

/// Hou and Li's filter takes exp(-strength (k/k_max)^order) from a wave in each step, whatever the scheme.
TEST(NlseSpace, TheFilterDampsAWaveAsItsFormulaSays) {
  for (const std::string integrator : {"strang", "srkn6b", "rk4ip"}) {
    NlseSolver solver(
        test::nlse_parameters("{grid: {points: [64], lower: -8, upper: 8}, equation: {g: 0}, initial: "
                              "{type: plane_wave, plane_wave: {waves: [16]}}, space: {dealiasing: "
                              "filter, filter_order: 3, filter_strength: 0.4, tail_warning: 0}, time: "
                              "{dt: 0.01, integrator: " +
                              integrator + "}, transform: {planning: estimated}}"),
        test::context_on(base::Communicator::world()));
    solver.initialize();
    const double before = test::quantity(solver.invariants(), "mass");
    test::advance_to(solver, 0.05);
    EXPECT_NEAR(std::log(test::quantity(solver.invariants(), "mass") / before), -2 * 5 * 0.4 / 8, 1e-11)
        << integrator;
  }
}

/// Of 64 points the waves up to 31 are kept without a mask, to 21 by the two-thirds rule, to 15 by that of
/// one half.
TEST(NlseSpace, AMaskTakesTheWavesBeyondItAndNoOther) {
  struct Mask {
    std::string name;
    int last_kept;
  };
  for (const auto& [name, last_kept] : {Mask{"none", 31}, Mask{"two_thirds", 21}, Mask{"one_half", 15}})
    for (const std::string integrator : {"strang", "srkn6b", "rk4ip", "dop853", "etdrk4"})
      for (const int wave : {last_kept, -last_kept, std::min(last_kept + 1, 31)}) {
        NlseSolver solver(
            test::nlse_parameters(
                "{grid: {points: [64], lower: -8, upper: 8}, equation: {g: 0}, initial: {type: plane_wave, "
                "plane_wave: {waves: [" +
                std::to_string(wave) + "]}}, space: {dealiasing: " + name +
                ", tail_warning: 0}, time: {dt: 0.01, integrator: " + integrator +
                "}, transform: {planning: estimated}}"),
            test::context_on(base::Communicator::world()));
        solver.initialize();
        const double before = test::quantity(solver.invariants(), "mass");
        test::advance_to(solver, 0.05);
        EXPECT_NEAR(test::quantity(solver.invariants(), "mass") / before, std::abs(wave) <= last_kept ? 1 : 0,
                    1e-9)
            << name << ", " << integrator << ", wave " << wave;
      }
}

}  // namespace
