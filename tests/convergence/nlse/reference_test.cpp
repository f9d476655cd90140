// The four set-ups of the reference code (simple_idealized_1d_nlse) on its grid of 512 points: errors at t =
// 20 against the same function on 2048 points. Its own errors are 1.7e-6, 3.6e-4, 1.5e-3 and 3.6e-2;
// unfiltered, 512 points leave 1.1e-10, 8.4e-7, 1.5e-6 and 6.9e-3.
#include <gtest/gtest.h>

#include <cmath>
#include <complex>

#include "support/nlse_runs.hpp"

namespace {

using namespace sluice;
using Complex = std::complex<double>;

std::vector<Complex> psi_at_20(const std::string& initial, int points, double dt) {
  test::NlseSolver solver(test::nlse_parameters("{grid: {points: [" + std::to_string(points) +
                                                "]}, time: {integrator: srkn11b, dt: " + std::to_string(dt) +
                                                "}, space: {tail_warning: 0}, initial: " + initial +
                                                ", transform: {planning: estimated}}"),
                          test::context_on(base::Communicator::self()));
  solver.initialize();
  test::advance_to(solver, 20);
  const auto view = solver.outputs()[0].compute();
  const auto* values = reinterpret_cast<const Complex*>(view.data);
  return {values, values + view.layout->owned_size()};
}

/// On the points of the coarse grid.
double error_of(const std::string& initial, double dt) {
  const auto coarse = psi_at_20(initial, 512, dt), fine = psi_at_20(initial, 1024, dt);
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < coarse.size(); ++i) {
    difference += std::norm(coarse[i] - fine[2 * i]);
    size += std::norm(fine[2 * i]);
  }
  return std::sqrt(difference / size);
}

TEST(ReferenceSetUps, TwoSolitons) {
  EXPECT_LT(
      error_of(
          "{type: expression, real: '2/cosh(2*(x+10))*cos(2*x)+1.5/cosh(1.5*(x-10))*cos(-2*x)', imaginary: "
          "'2/cosh(2*(x+10))*sin(2*x)+1.5/cosh(1.5*(x-10))*sin(-2*x)'}",
          0.01),
      1e-6);
}

TEST(ReferenceSetUps, AModulatedHyperbolicSecant) {
  EXPECT_LT(error_of("{type: expression, real: 'sqrt(2)*sech(x)*cos(0.5*x)*(1+0.5*cos(x))', imaginary: "
                     "'sqrt(2)*sech(x)*sin(0.5*x)*(1+0.5*cos(x))'}",
                     0.01),
            2e-6);
}

/// The file's state on a grid of `points`, a multiple of 512: as a trigonometric interpolant.
std::vector<Complex> refined(const std::vector<Complex>& coarse, std::size_t points) {
  const auto n = static_cast<int>(coarse.size());
  numerics::FourierSpec spec{.points = {n, 1, 1}, .planning = numerics::Planning::estimated};
  const auto self = base::Communicator::self();
  numerics::FourierTransform from(self, spec);
  spec.points[0] = static_cast<grid::Index>(points);
  numerics::FourierTransform to(self, spec);
  grid::ComplexField psi({"psi", "1", ""}, from.physical()), modes({"m", "1", ""}, from.spectral()),
      more({"M", "1", ""}, to.spectral()), result({"r", "1", ""}, to.physical());
  std::copy(coarse.begin(), coarse.end(), psi.data());
  from.forward(psi, modes);
  std::fill_n(more.data(), points, Complex{});
  for (int i = 0; i < n; ++i)
    more.data()[i < n / 2 ? i : i + static_cast<int>(points) - n] = modes.data()[i] / double(n);
  to.inverse(more, result);
  return {result.data(), result.data() + points};
}

std::vector<Complex> psi_of(test::NlseSolver& solver) {
  const auto view = solver.outputs()[0].compute();
  const auto* values = reinterpret_cast<const Complex*>(view.data);
  return {values, values + view.layout->owned_size()};
}

std::string noisy(int points) {
  return "{grid: {points: [" + std::to_string(points) +
         "]}, time: {integrator: srkn11b, dt: 0.005}, space: {tail_warning: 0}, transform: {planning: "
         "estimated}, initial: ";
}

// White noise fills the spectrum, so that the grid leaves some 7e-3, against a grid of four times the points.
TEST(ReferenceSetUps, ANoisyGaussian) {
  test::NlseSolver coarse(
      test::nlse_parameters(noisy(512) + "{type: file, file: " + SLUICE_INPUTS "/nlse/noisy_gaussian.h5}}"),
      test::context_on(base::Communicator::self()));
  test::NlseSolver fine(
      test::nlse_parameters(noisy(2048) + "{type: plane_wave, plane_wave: {amplitude: 0}}}"),
      test::context_on(base::Communicator::self()));
  coarse.initialize();
  fine.initialize();
  const auto start = refined(psi_of(coarse), 2048);
  grid::ComplexField change({"change", "1", ""}, fine.outputs()[0].compute().layout);
  std::copy(start.begin(), start.end(), change.data());
  const run::Increment increment{.output = "psi", .change = change.erased()};
  fine.apply(std::span(&increment, 1));
  test::advance_to(coarse, 20);
  test::advance_to(fine, 20);
  const auto a = psi_of(coarse), b = psi_of(fine);
  double difference = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += std::norm(a[i] - b[4 * i]);
    size += std::norm(b[4 * i]);
  }
  EXPECT_LT(std::sqrt(difference / size), 6.95e-3);
}

}  // namespace
