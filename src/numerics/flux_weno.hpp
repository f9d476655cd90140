// Third-order WENO-CS reconstruction of split fluxes: point functions that know no grid.
#pragma once

namespace sluice::numerics {

/// Weights of one face between the cells i-1 and i. With cell widths d and T_m = d_{m-1} + d_m + d_{m+1}:
/// `back` and `ahead` are the interpolation weights of the differences against and along the direction of
/// travel, `outer` and `inner` the linear weights of the two stencils, `epsilon` the smoothness floor: the
/// width of the upwind cell. WENO-CS(h): Cravero & Semplice, J. Sci. Comput. 67 (2016) 1219.
struct Weno3Side {
  double back, ahead, outer, inner, epsilon;
};
struct Weno3Face {
  Weno3Side left, right;
};

/// From the widths of the cells i-2, i-1, i, i+1 around the face between i-1 and i.
constexpr Weno3Face weno3_face(double d0, double d1, double d2, double d3) {
  const double t_left = d0 + d1 + d2, t_right = d1 + d2 + d3;
  return {.left = {d1 / (d0 + d1), d1 / (d1 + d2), d2 / t_left, (d0 + d1) / t_left, d1},
          .right = {d2 / (d2 + d3), d2 / (d1 + d2), d1 / t_right, (d2 + d3) / t_right, d2}};
}

/// The weighted correction to the upwind value as numerator / denominator.
struct Weno3Ratio {
  double numerator, denominator;
};

/// `far`, `near`, `across`: the second cell upwind, the upwind cell, the cell behind the face.
/// u = near + (w0 e0 + w1 e1) / (w0 + w1), e0 = back (near - far), e1 = ahead (across - near),
/// w0 = outer / (epsilon + 4 e0^2)^2, w1 = inner / (epsilon + 4 e1^2)^2, multiplied out: no division here.
inline Weno3Ratio weno3_ratio(double far, double near, double across, const Weno3Side& side) {
  const double e0 = side.back * (near - far), e1 = side.ahead * (across - near);
  const double s0 = side.epsilon + 4 * e0 * e0, s1 = side.epsilon + 4 * e1 * e1;
  const double w0 = side.outer * s1 * s1, w1 = side.inner * s0 * s0;
  return {w0 * e0 + w1 * e1, w0 + w1};
}

/// Flux in one direction of travel alone (the other part of the splitting vanishes).
inline double flux_weno3_one_way(double far, double near, double across, const Weno3Side& side) {
  const Weno3Ratio r = weno3_ratio(far, near, across, side);
  return near + r.numerator / r.denominator;
}

/// u- + u+ with a single division: r2, r1, r0 are the right-going parts of the cells i-2, i-1, i; l1, l0, l_1
/// the left-going ones of i+1, i, i-1.
inline double flux_weno3(double r2, double r1, double r0, double l1, double l0, double l_1,
                         const Weno3Face& face) {
  const Weno3Ratio a = weno3_ratio(r2, r1, r0, face.left), b = weno3_ratio(l1, l0, l_1, face.right);
  return (r1 + l0) +
         (a.numerator * b.denominator + b.numerator * a.denominator) / (a.denominator * b.denominator);
}

}  // namespace sluice::numerics
