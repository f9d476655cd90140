// Fifth-order WENO-Z reconstruction on equal spacing: point functions that know no grid.
#pragma once

namespace sluice::numerics {

/// The value on a face from cell averages (or, for a finite-difference flux, from point values of the flux):
/// `far2`, `far1`, `near` upwind of the face, near next to it, `across1`, `across2` behind it. Jiang & Shu,
/// J. Comput. Phys. 126 (1996) 202, eqs. (2.8)-(2.17), with the weights of Borges, Carmona, Costa & Don, J.
/// Comput. Phys. 227 (2008) 3191, eqs. (26)-(28), q = 1, multiplied out to a single division. The floor is
/// far below any field and its sixth power still a normal number: the weights do not depend on the field's
/// unit.
inline double face_weno5(double far2, double far1, double near, double across1, double across2) {
  constexpr double floor = 1e-50;
  const double d1 = far1 - far2, d2 = near - far1, d3 = across1 - near, d4 = across2 - across1;
  const double s0 = d2 - d1, s1 = d3 - d2, s2 = d4 - d3;
  const double t0 = s0 + 2 * d2, t1 = d2 + d3, t2 = s2 - 2 * d3;
  const double b0 = s0 * s0 + ((3.0 / 13) * (t0 * t0) + floor),
               b1 = s1 * s1 + ((3.0 / 13) * (t1 * t1) + floor),
               b2 = s2 * s2 + ((3.0 / 13) * (t2 * t2) + floor);
  const double difference = b0 - b2, tau = difference < 0 ? -difference : difference;
  const double b12 = b1 * b2, b01 = b0 * b1;
  const double w0 = (b0 + tau) * b12, w1 = 6 * ((b1 + tau) * (b0 * b2)), w2 = 3 * ((b2 + tau) * b01);
  const double e0 = 5 * d2 - 2 * d1, e1 = d2 + 2 * d3, e2 = 4 * d3 - d4;
  return near + (w0 * e0 + (w1 * e1 + w2 * e2)) / (6 * (w0 + (w1 + w2)));
}

}  // namespace sluice::numerics
