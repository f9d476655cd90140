// Exponentials of many numbers at once: without branches, so that the compiler turns the loop into vector
// instructions.
#pragma once
#include <bit>
#include <cstdint>

namespace sluice::numerics {

/// exp(x) for -700 <= x <= 0 (smaller x as -700), relative error below 2e-15: reduction by Cody and Waite
/// with ln 2 in two parts, then the Taylor polynomial of degree 13 on [-ln 2 / 2, ln 2 / 2].
inline double exp_of_negative(double x) {
  constexpr double log2_e = 1.44269504088896340736, ln2_high = 6.93147180369123816490e-01,
                   ln2_low = 1.90821492927058770002e-10;  // fdlibm, e_exp.c
  constexpr double round = 0x1.8p52;  // adding it leaves the nearest whole number in the low bits
  const double y = x > -700 ? x : -700;
  const double shifted = y * log2_e + round, n = shifted - round;
  const double r = (y - n * ln2_high) - n * ln2_low;
  const double high =
      (((((1.0 / 6227020800 * r + 1.0 / 479001600) * r + 1.0 / 39916800) * r + 1.0 / 3628800) * r +
        1.0 / 362880) *
           r +
       1.0 / 40320) *
          r +
      1.0 / 5040;
  const double p =
      ((((((high * r + 1.0 / 720) * r + 1.0 / 120) * r + 1.0 / 24) * r + 1.0 / 6) * r + 0.5) * r + 1) * r + 1;
  const auto scale = std::bit_cast<double>((std::bit_cast<std::uint64_t>(shifted) + 1023) << 52);
  return p * scale;
}

/// 1 - tanh(|x|).
inline double one_minus_tanh(double x) {
  const double e = exp_of_negative(x < 0 ? 2 * x : -2 * x);
  return 2 * e / (1 + e);
}

}  // namespace sluice::numerics
