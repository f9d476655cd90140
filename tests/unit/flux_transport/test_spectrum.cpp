// Multipoles and open flux against what is known exactly.
#include <gtest/gtest.h>

#include <numbers>

#include "flux_transport/spectrum.hpp"
#include "support/flux_transport_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::solvers::flux_transport;
using test::FluxTransportRun;
constexpr double pi = std::numbers::pi;

TEST(Spectrum, SchmidtFunctions) {
  const double theta = 0.7, c = std::cos(theta), s = std::sin(theta);
  const auto p = schmidt_functions(3, c, s);
  EXPECT_NEAR(p[3], 1.5 * c * c - 0.5, 1e-15);                         // P_2^0
  EXPECT_NEAR(p[4], std::sqrt(3.0) * s * c, 1e-15);                    // P_2^1
  EXPECT_NEAR(p[5], std::sqrt(3.0) / 2 * s * s, 1e-15);                // P_2^2
  EXPECT_NEAR(p[7], std::sqrt(6.0) / 4 * s * (5 * c * c - 1), 1e-15);  // P_3^1
  EXPECT_NEAR(p[9], std::sqrt(10.0) / 4 * s * s * s, 1e-15);           // P_3^3
}

/// Y_lm of unit amplitude is sqrt((2l+1)/4pi) times Schmidt's function, with the phase (-1)^m.
TEST(Spectrum, FindsTheHarmonicsThatWerePutIn) {
  FluxTransportRun run(
      "grid: {n_theta: 121, n_phi: 240}\ndiagnostics: {harmonics: 4, open_flux: 4}\n"
      "initial: {type: harmonics, harmonics: [{l: 3, m: 2, amplitude: 5}, {l: 4, m: -3}, {l: 2, m: 0, "
      "amplitude: -2}]}\n");
  EXPECT_NEAR(run.value("g_3_2"), 5 * std::sqrt(7 / (4 * pi)), 5e-3);
  EXPECT_NEAR(run.value("h_4_3"), -std::sqrt(9 / (4 * pi)), 5e-3);
  EXPECT_NEAR(run.value("g_2_0"), -2 * std::sqrt(5 / (4 * pi)), 5e-3);
  for (const char* name : {"g_1_0", "g_1_1", "h_3_2", "g_4_3", "g_3_1", "h_2_2"})
    EXPECT_NEAR(run.value(name), 0, 1e-3) << name;
}

TEST(Spectrum, TheFirstDegreeIsTheDipoleOfTheHistory) {
  FluxTransportRun run("grid: {n_theta: 31, n_phi: 59}\ndiagnostics: {harmonics: 1}\n");
  EXPECT_NEAR(run.value("g_1_0"), run.value("axial_dipole"), 1e-13);
  EXPECT_NEAR(std::hypot(run.value("g_1_1"), run.value("h_1_1")), run.value("equatorial_dipole"), 1e-13);
}

/// A dipole g P_1 has the open flux 2 pi g 3 R^-1 / (2 + R^-3) through a source surface at R.
TEST(Spectrum, OpenFluxOfADipole) {
  for (const double radius : {1.5, 2.5, 10.0}) {
    Multipoles dipole{.degree = 1, .g = {7, 4, 0}, .h = {0, 0, 0}};  // a monopole counts nothing
    const double exact = 2 * pi * 4 * 3 / radius / (2 + std::pow(radius, -3));
    const auto world = base::Communicator::world();
    EXPECT_NEAR(open_flux(world, dipole, radius) / exact, 1, 1e-3);
    dipole = {.degree = 1, .g = {0, 0, 2.4}, .h = {0, 0, 3.2}};  // the same on its side
    EXPECT_NEAR(open_flux(world, dipole, radius) / exact, 1, 1e-3);
  }
}

}  // namespace
