// Real orthonormal spherical harmonics.
#pragma once

namespace sluice::solvers::flux_transport {

/// Y_l0 = sqrt((2l+1)/4pi) P_l(cos theta); Y_l,m = sqrt(2) sqrt((2l+1)(l-m)!/(4pi(l+m)!)) P_l^m(cos theta)
/// cos(m phi) with the Condon-Shortley phase (-1)^m of P_l^m; sin(|m| phi) for m < 0.
[[nodiscard]] double real_harmonic(int l, int m, double theta, double phi);

}  // namespace sluice::solvers::flux_transport
