// Sine and cosine of many angles at once: without branches, so that the compiler turns the loop into vector
// instructions (std::sincos, a call for each angle, costs more than the Fourier transforms of a split step).
//
// Reduction by Cody and Waite with pi/2 in three parts (33 + 33 + 53 bits), then the kernels of fdlibm (Sun
// Microsystems, k_sin.c, k_cos.c) on [-pi/4, pi/4]. Error below 2 units in the last place for |x| <=
// sincos_limit.
#pragma once
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace sluice::numerics {

/// Largest angle that the branch-free code takes: products n * (part of pi/2) stay exact.
inline constexpr double sincos_limit = 1e5;

struct SinCos {
  double sin, cos;
};

/// Whether some |x| has been above a limit: collects sign bits (as whole numbers, positive doubles are
/// ordered).
class AboveLimit {
 public:
  constexpr explicit AboveLimit(double limit) : limit_(std::bit_cast<std::uint64_t>(limit)) {}
  [[nodiscard]] std::uint64_t mark(double x) const {
    return limit_ - (std::bit_cast<std::uint64_t>(x) & (~std::uint64_t{0} >> 1));
  }
  [[nodiscard]] static bool any(std::uint64_t marks) { return marks >> 63 != 0; }

 private:
  std::uint64_t limit_;
};

/// Sine and cosine of y + rest, |y| <= pi/4, rest below half a unit in the last place of y.
inline SinCos sincos_kernel(double y, double rest) {
  const double z = y * y;
  constexpr double s1 = -1.66666666666666324348e-01, s2 = 8.33333333332248946124e-03,
                   s3 = -1.98412698298579493134e-04, s4 = 2.75573137070700676789e-06,
                   s5 = -2.50507602534068634195e-08, s6 = 1.58969099521155010221e-10;
  const double p = s2 + z * (s3 + z * (s4 + z * (s5 + z * s6)));
  const double v = z * y;
  const double sine = y - ((z * (0.5 * rest - v * p) - rest) - v * s1);

  constexpr double c1 = 4.16666666666666019037e-02, c2 = -1.38888888888741095749e-03,
                   c3 = 2.48015872894767294178e-05, c4 = -2.75573143513906633035e-07,
                   c5 = 2.08757232129817482790e-09, c6 = -1.13596475577881948265e-11;
  const double q = z * (c1 + z * (c2 + z * (c3 + z * (c4 + z * (c5 + z * c6)))));
  const double half = 0.5 * z, one = 1.0 - half;
  const double cosine = one + (((1.0 - one) - half) + (z * q - y * rest));
  return {sine, cosine};
}

/// |x| <= sincos_limit (or NaN).
inline SinCos sincos_reduced(double x) {
  constexpr double two_over_pi = 6.36619772367581382433e-01;
  constexpr double pio2_1 = 1.57079632673412561417e+00, pio2_2 = 6.07710050630396597660e-11,
                   pio2_3 = 2.02226624879595063154e-21;  // fdlibm, e_rem_pio2.c
  constexpr double round = 0x1.8p52;  // adding it leaves the nearest whole number in the low bits
  const double shifted = x * two_over_pi + round;
  const auto quadrant = std::bit_cast<std::uint64_t>(shifted);
  const double n = shifted - round;

  const double t = x - n * pio2_1, w = n * pio2_2;
  const double r = t - w;
  const double low = ((t - r) - w) - n * pio2_3;
  const double y = r + low;
  const auto [sine, cosine] = sincos_kernel(y, (r - y) + low);

  // Quadrant n mod 4: swap sine and cosine if odd; signs from bit 1 of n and of n + 1.
  const std::uint64_t swap = 0 - (quadrant & 1);
  const auto sine_bits = std::bit_cast<std::uint64_t>(sine),
             cosine_bits = std::bit_cast<std::uint64_t>(cosine);
  const std::uint64_t mixed = (sine_bits ^ cosine_bits) & swap;
  const std::uint64_t sine_sign = (quadrant & 2) << 62, cosine_sign = ((quadrant + 1) & 2) << 62;
  return {std::bit_cast<double>((sine_bits ^ mixed) ^ sine_sign),
          std::bit_cast<double>((cosine_bits ^ mixed) ^ cosine_sign)};
}

/// sine[i], cosine[i] of x[i] for i < n, any angles. The arrays do not overlap.
inline void sincos(const double* __restrict x, double* __restrict sine, double* __restrict cosine,
                   std::ptrdiff_t n) {
  constexpr AboveLimit above(sincos_limit);
  std::uint64_t marks = 0;
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    const SinCos both = sincos_reduced(x[i]);
    sine[i] = both.sin;
    cosine[i] = both.cos;
    marks |= above.mark(x[i]);
  }
  if (!AboveLimit::any(marks)) return;
  for (std::ptrdiff_t i = 0; i < n; ++i)
    if (!(std::abs(x[i]) <= sincos_limit)) {
      sine[i] = std::sin(x[i]);
      cosine[i] = std::cos(x[i]);
    }
}

}  // namespace sluice::numerics
