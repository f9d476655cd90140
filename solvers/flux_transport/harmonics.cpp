#include "harmonics.hpp"

#include <cmath>
#include <cstdlib>
#include <numbers>

namespace sluice::solvers::flux_transport {

double real_harmonic(int l, int m, double theta, double phi) {
  const int order = std::abs(m);
  // std::sph_legendre has the Condon-Shortley phase and the norm of the complex harmonic.
  const double legendre = std::sph_legendre(static_cast<unsigned>(l), static_cast<unsigned>(order), theta);
  if (m == 0) return legendre;
  return std::numbers::sqrt2 * legendre * (m > 0 ? std::cos(order * phi) : std::sin(order * phi));
}

}  // namespace sluice::solvers::flux_transport
