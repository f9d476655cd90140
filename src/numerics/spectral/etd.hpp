// Coefficients of exponential time differencing.
#pragma once
#include <complex>

namespace sluice::numerics {

/// What one mode of u_t = L u + N(u) needs for a step of ETDRK4, with z = L dt (the step's length multiplies
/// the last four): Cox and Matthews, J. Comput. Phys. 176 (2002) 430, eqs. (26)-(29).
struct EtdCoefficients {
  std::complex<double> exponential;       ///< exp(z)
  std::complex<double> exponential_half;  ///< exp(z/2)
  std::complex<double> half;              ///< (exp(z/2) - 1)/z
  std::complex<double> first;             ///< (-4 - z + exp(z)(4 - 3 z + z^2))/z^3
  std::complex<double> middle;            ///< (2 + z + exp(z)(z - 2))/z^3; it is used twice
  std::complex<double> last;              ///< (-4 - 3 z - z^2 + exp(z)(4 - z))/z^3
};

/// Near z = 0 the quotients cancel; they are entire functions, so there they are means over a circle around z
/// (Kassam and Trefethen, SIAM J. Sci. Comput. 26 (2005) 1214). Real for real z.
[[nodiscard]] EtdCoefficients etdrk4_coefficients(std::complex<double> z);

}  // namespace sluice::numerics
