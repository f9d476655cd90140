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

/// Angles up to here take the short expansion; pi/4 rounded down.
inline constexpr double small_angle = 0.785398163397448;

struct Pair {
  double re, im;
};

/// exp(i x) - 1 for |x| <= small_angle: the kernels of fdlibm (Sun Microsystems, k_sin.c, k_cos.c), of which
/// cosine less one needs no care for cancellation.
inline Pair small_turn(double x) {
  constexpr double s1 = -1.66666666666666324348e-01, s2 = 8.33333333332248946124e-03,
                   s3 = -1.98412698298579493134e-04, s4 = 2.75573137070700676789e-06,
                   s5 = -2.50507602534068634195e-08, s6 = 1.58969099521155010221e-10;
  constexpr double c1 = 4.16666666666666019037e-02, c2 = -1.38888888888741095749e-03,
                   c3 = 2.48015872894767294178e-05, c4 = -2.75573143513906633035e-07,
                   c5 = 2.08757232129817482790e-09, c6 = -1.13596475577881948265e-11;
  const double z = x * x;
  return {z * (-0.5 + z * (c1 + z * (c2 + z * (c3 + z * (c4 + z * (c5 + z * c6)))))),
          x + x * (z * (s1 + z * (s2 + z * (s3 + z * (s4 + z * (s5 + z * s6))))))};
}

inline constexpr std::ptrdiff_t kick_block = 128;

/// Points of a block, real and imaginary parts apart: what vector instructions like.
struct KickBlock {
  alignas(64) double re[kick_block], im[kick_block], angle[kick_block];
};

/// u[k] = psi[k] exp(i angle[k]) as psi + psi (exp(i angle) - 1), for at most kick_block points; `large`:
/// some |angle| is above small_angle.
inline void store_turned(const KickBlock& block, bool large, double* __restrict u, std::ptrdiff_t n) {
  const auto store = [&](std::ptrdiff_t k, const Pair& e) {
    const double re = block.re[k], im = block.im[k];
    u[2 * k] = re + (re * e.re - im * e.im);
    u[2 * k + 1] = im + (re * e.im + im * e.re);
  };
  if (!large) {  // nearly always: a step turns the phase by little
    for (std::ptrdiff_t k = 0; k < n; ++k) store(k, small_turn(block.angle[k]));
    return;
  }
  alignas(64) double half[kick_block] = {}, sine[kick_block], cosine[kick_block];
  for (std::ptrdiff_t k = 0; k < n; ++k) half[k] = 0.5 * block.angle[k];
  numerics::sincos(half, sine, cosine, n);
  for (std::ptrdiff_t k = 0; k < n; ++k) store(k, {-2 * sine[k] * sine[k], 2 * sine[k] * cosine[k]});
}

/// psi <- exp(i (kick.density |psi|^2 - kick.potential V)) psi along a row, V = outer + inner[k] (none
/// without `with_potential`); first adds `change` (what a drift has to add) if there is one. As increment:
/// psi += psi (exp(i angle) - 1), so that a small angle loses nothing to rounding. psi, change: n complex
/// numbers.
template <bool with_change, bool with_potential>
void kick_row(const Kick& kick, double outer, const double* __restrict inner, const double* __restrict change,
              double* __restrict psi, std::ptrdiff_t n) {
  KickBlock block;
  for (std::ptrdiff_t begin = 0; begin < n; begin += kick_block) {
    const std::ptrdiff_t size = std::min(kick_block, n - begin);
    double* __restrict u = psi + 2 * begin;
    constexpr numerics::AboveLimit above(small_angle);
    std::uint64_t marks = 0;
    for (std::ptrdiff_t k = 0; k < size; ++k) {
      double re = u[2 * k], im = u[2 * k + 1];
      if constexpr (with_change) {
        re += change[2 * (begin + k)];
        im += change[2 * (begin + k) + 1];
      }
      double angle = kick.density * (re * re + im * im);
      if constexpr (with_potential) angle -= kick.potential * (outer + inner[begin + k]);
      block.re[k] = re;
      block.im[k] = im;
      block.angle[k] = angle;
      marks |= above.mark(angle);
    }
    store_turned(block, numerics::AboveLimit::any(marks), u, size);
  }
}

/// modes *= factor along a row. modes, factor: n complex numbers.
inline void multiply_row(const double* __restrict factor, double* __restrict modes, std::ptrdiff_t n) {
  for (std::ptrdiff_t k = 0; k < n; ++k) {
    const double re = modes[2 * k], im = modes[2 * k + 1];
    modes[2 * k] = re * factor[2 * k] - im * factor[2 * k + 1];
    modes[2 * k + 1] = re * factor[2 * k + 1] + im * factor[2 * k];
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
