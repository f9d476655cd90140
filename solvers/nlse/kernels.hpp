// Pointwise work of a split step, a row of points at a time: pure functions of numbers, shaped for vector
// instructions. Complex numbers are pairs of doubles here: std::complex products test for NaN, which stops
// vectorisation.
#pragma once
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>

#include "numerics/sincos.hpp"

namespace sluice::solvers::nlse {

/// exp(i angle) - 1 without cancellation: -2 sin^2(angle/2) + i sin(angle).
inline std::complex<double> phase_factor_minus_one(double angle) {
  const double s = std::sin(0.5 * angle), c = std::cos(0.5 * angle);
  return {-2 * s * s, 2 * s * c};
}

/// Strength of a kick of duration tau: it turns psi by the angle tau (g |psi|^2 - V).
struct Kick {
  double density = 0;    ///< tau g
  double potential = 0;  ///< tau
};

/// u += u (exp(2 i x) - 1), given sine and cosine of x.
inline void add_turn(const numerics::SinCos& half, double* u) {
  const double re = u[0], im = u[1];
  const double e_re = -2 * half.sin * half.sin, e_im = 2 * half.sin * half.cos;
  u[0] = re + (re * e_re - im * e_im);
  u[1] = im + (re * e_im + im * e_re);
}

inline constexpr std::ptrdiff_t kick_block = 256;

/// u[k] += u[k] (exp(2 i half[k]) - 1) for at most kick_block points; `large`: some |half[k]| is above
/// sincos_small_limit.
inline void add_turns(const double* __restrict half, bool large, double* __restrict u, std::ptrdiff_t n) {
  if (!large) {  // nearly always: a step turns the phase by little
    for (std::ptrdiff_t k = 0; k < n; ++k) add_turn(numerics::sincos_small(half[k]), u + 2 * k);
    return;
  }
  alignas(64) double sine[kick_block], cosine[kick_block];
  numerics::sincos(half, sine, cosine, n);
  for (std::ptrdiff_t k = 0; k < n; ++k) add_turn({sine[k], cosine[k]}, u + 2 * k);
}

/// psi <- exp(i (kick.density |psi|^2 - kick.potential V)) psi along a row, V = outer + inner[k]; first adds
/// `change` (what a drift has to add) if there is one. As increment: psi += psi (exp(i angle) - 1), so that a
/// small angle loses nothing to rounding. psi, change: n complex numbers.
template <bool with_change>
void kick_row(const Kick& kick, double outer, const double* __restrict inner, const double* __restrict change,
              double* __restrict psi, std::ptrdiff_t n) {
  constexpr std::ptrdiff_t block = kick_block;
  alignas(64) double half[block];
  const double density = 0.5 * kick.density, potential = 0.5 * kick.potential;
  for (std::ptrdiff_t begin = 0; begin < n; begin += block) {
    const std::ptrdiff_t size = std::min(block, n - begin);
    double* __restrict u = psi + 2 * begin;
    const double* __restrict v = inner + begin;
    if constexpr (with_change) {
      const double* __restrict w = change + 2 * begin;
      for (std::ptrdiff_t k = 0; k < 2 * size; ++k) u[k] += w[k];
    }
    constexpr numerics::AboveLimit above(numerics::sincos_small_limit);
    std::uint64_t marks = 0;
    for (std::ptrdiff_t k = 0; k < size; ++k) {
      half[k] = density * (u[2 * k] * u[2 * k] + u[2 * k + 1] * u[2 * k + 1]) - potential * (outer + v[k]);
      marks |= above.mark(half[k]);
    }
    add_turns(half, numerics::AboveLimit::any(marks), u, size);
  }
}

/// modes *= add + times * factor[k] along a row (drift: a tensor product of phase factors, or of phase
/// factors less one). modes, factor: n complex numbers.
inline void drift_row(std::complex<double> add, std::complex<double> times, const double* __restrict factor,
                      double* __restrict modes, std::ptrdiff_t n) {
  const double a_re = add.real(), a_im = add.imag(), t_re = times.real(), t_im = times.imag();
  for (std::ptrdiff_t k = 0; k < n; ++k) {
    const double f_re = factor[2 * k], f_im = factor[2 * k + 1];
    const double e_re = a_re + (t_re * f_re - t_im * f_im), e_im = a_im + (t_re * f_im + t_im * f_re);
    const double re = modes[2 * k], im = modes[2 * k + 1];
    modes[2 * k] = re * e_re - im * e_im;
    modes[2 * k + 1] = re * e_im + im * e_re;
  }
}

}  // namespace sluice::solvers::nlse
