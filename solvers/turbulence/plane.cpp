#include "turbulence/plane.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace sluice::solvers::turbulence {

void velocity_modes(const Space& space, const ComplexField& w, ComplexField& u, ComplexField& v) {
  const double scale = space.product_scale();
  space.clear_rest(u);
  space.clear_rest(v);
  const Complex* __restrict from = w.data();
  Complex* __restrict to_u = u.data(), * __restrict to_v = v.data();
  space.each_mode([=](Index at, double kx, double ky, double) {
    const Complex psi = times(scale * inverse_square(kx, ky), from[at]);
    to_u[at] = times_i(ky, psi);
    to_v[at] = times_i(-kx, psi);
  });
}

void velocity(Space& space, const ComplexField& w, ComplexField& scratch, RealField& u, RealField& v) {
  make_modes(space, w, scratch,
             [](double kx, double ky, Complex z) { return times_i(ky * inverse_square(kx, ky), z); });
  space.to_products(scratch, u);
  make_modes(space, w, scratch,
             [](double kx, double ky, Complex z) { return times_i(-kx * inverse_square(kx, ky), z); });
  space.to_products(scratch, v);
}

/// Numbers that are not negative are in the order of their bits, and NaN is above them all: a maximum of
/// integers is one that compilers make vector instructions of.
double largest_rate(const double* u, const double* v, Index count, double x, double y) {
  std::int64_t most = 0;
  for (Index i = 0; i < count; ++i)
    most = std::max(most, std::bit_cast<std::int64_t>(std::abs(u[i]) * x + std::abs(v[i]) * y));
  return std::bit_cast<double>(most);
}

double largest_rate(const Space& space, const RealField& u, const RealField& v) {
  const double x = 1 / space.spacing(0), y = 1 / space.spacing(1);
  double most = 0;
  each_row(u.layout(), [&](Index first, Index count) {
    most = std::max(most, largest_rate(u.data() + first, v.data() + first, count, x, y));
  });
  return most;
}

double largest_rate(const Space& space, const RealField& u) {
  double most = 0;
  each_row(u.layout(), [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) most = std::max(most, std::abs(u.data()[i]));
  });
  return most / space.spacing(0);
}

ModeIndex mode_index(const Space& space, double kx, double ky) {
  const auto& spec = space.transform().spec();
  const double turn = 2 * std::numbers::pi;
  const auto m = std::lround(kx * spec.length[0] / turn), n = std::lround(ky * spec.length[1] / turn);
  const bool conjugate = n == 0 && m < 0;
  const auto row = static_cast<long>(spec.points[0]);
  return {static_cast<std::uint64_t>(2 * n * row + (conjugate ? -m : m < 0 ? m + 2 * row : m)), conjugate};
}

double mean_of(const Space& space, const RealField& values, const std::function<double(double)>& function) {
  base::CompensatedSum sum;
  each_row(values.layout(), [&](Index first, Index count) {
    for (Index i = 0; i < count; ++i) sum.add(function(values.data()[first + i]));
  });
  return space.communicator().sum(sum.value()) / space.product_points();
}

}  // namespace sluice::solvers::turbulence
