// What the two-dimensional models share: velocities, norms, and the fields that closures are made of.
#pragma once
#include <cstdint>
#include <functional>

#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

/// modes = scale factor(kx, ky) w, ready for Space::to_products. The rest is zero.
template <class Factor>
void make_modes(const Space& space, const ComplexField& w, ComplexField& modes, Factor factor) {
  const double scale = space.product_scale();
  space.clear_rest(modes);
  const Complex* from = w.data();
  Complex* to = modes.data();
  space.each_mode([&](Index at, double kx, double ky, double) { to[at] = scale * factor(kx, ky, from[at]); });
}

/// 1/k^2, and 0 for the mean.
inline double inverse_square(double kx, double ky) {
  const double k2 = kx * kx + ky * ky;
  return k2 > 0 ? 1 / k2 : 0.0;
}

/// Modes of the velocity of the vorticity w, u = -psi_y, v = psi_x, lap psi = w, in one pass, ready for
/// Space::to_products.
void velocity_modes(const Space& space, const ComplexField& w, ComplexField& u, ComplexField& v);

/// The same in space. Collective. `scratch` is overwritten.
void velocity(Space& space, const ComplexField& w, ComplexField& scratch, RealField& u, RealField& v);

/// Largest |u| x + |v| y of a row.
[[nodiscard]] double largest_rate(const double* u, const double* v, Index count, double x, double y);

/// Largest |u|/dx + |v|/dy of this rank's points [1/time].
[[nodiscard]] double largest_rate(const Space& space, const RealField& u, const RealField& v);

/// Largest |u|/dx along the first axis of this rank's points [1/time].
[[nodiscard]] double largest_rate(const Space& space, const RealField& u);

/// Sum over the kept modes of Re(conj(a) b) weight(kx, ky) / points^2: a mean over the box. Collective.
template <class Weight>
[[nodiscard]] double mean_product(const Space& space, const ComplexField& a, const ComplexField& b,
                                  Weight weight) {
  const double norm = 1 / (space.points() * space.points());
  const Complex *x = a.data(), *y = b.data();
  return norm * space.sum_modes([&](Index at, double kx, double ky, double) {
    return weight(kx, ky) * (x[at].real() * y[at].real() + x[at].imag() * y[at].imag());
  });
}

/// A number for the mode (m, n) of a real field, the same on any number of ranks; (-m, 0) has the one of (m,
/// 0), of which it is the conjugate.
struct ModeIndex {
  std::uint64_t index = 0;
  bool conjugate = false;
};
[[nodiscard]] ModeIndex mode_index(const Space& space, double kx, double ky);

/// Mean over the product grid of function(value). Collective.
[[nodiscard]] double mean_of(const Space& space, const RealField& values,
                             const std::function<double(double)>& function);

}  // namespace sluice::solvers::turbulence
