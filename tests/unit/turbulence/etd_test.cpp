// Coefficients of exponential time differencing against their series.
#include <gtest/gtest.h>

#include <cmath>

#include "numerics/spectral/etd.hpp"

namespace {

using Complex = std::complex<double>;

/// (exp(z) - 1 - z - ... )/z^k by its series.
Complex phi(int k, Complex z) {
  Complex term = 1;
  for (int n = 1; n <= k; ++n) term /= n;
  Complex sum = 0;
  for (int n = k + 1; n < 80; ++n) {
    sum += term;
    term *= z / static_cast<double>(n);
  }
  return sum;
}

TEST(Etd, CoefficientsAreThePhiFunctions) {
  for (const Complex z : {Complex{0}, Complex{1e-9}, Complex{-1e-3}, Complex{-0.5}, Complex{0, 1.3},
                          Complex{-1.9, 0.3}, Complex{-2.1}, Complex{-3, 2}, Complex{1.5, -1}}) {
    const auto c = sluice::numerics::etdrk4_coefficients(z);
    const Complex one = phi(1, z), two = phi(2, z), three = phi(3, z);
    EXPECT_LT(std::abs(c.half - 0.5 * phi(1, 0.5 * z)), 1e-13) << z;
    EXPECT_LT(std::abs(c.first - (one - 3.0 * two + 4.0 * three)), 1e-12) << z;
    EXPECT_LT(std::abs(c.middle - (two - 2.0 * three)), 1e-12) << z;
    EXPECT_LT(std::abs(c.last - (4.0 * three - two)), 1e-12) << z;
    EXPECT_LT(std::abs(c.exponential - std::exp(z)), 1e-14) << z;
  }
}

TEST(Etd, StiffModesOnlyFollowTheForcing) {
  const auto c = sluice::numerics::etdrk4_coefficients(-1e8);
  EXPECT_EQ(c.exponential, 0.0);
  EXPECT_NEAR(c.half.real(), 1e-8, 1e-20);
}

}  // namespace
