// Functions of 2 x 2 matrices against their series.
#include <gtest/gtest.h>

#include <cmath>

#include "turbulence/coupled.hpp"

namespace {

using namespace sluice::solvers::turbulence;

Matrix2 product(const Matrix2& a, const Matrix2& b) {
  return {a.aa * b.aa + a.ab * b.ba, a.aa * b.ab + a.ab * b.bb, a.ba * b.aa + a.bb * b.ba,
          a.ba * b.ab + a.bb * b.bb};
}
Matrix2 sum(const Matrix2& a, const Matrix2& b) {
  return {a.aa + b.aa, a.ab + b.ab, a.ba + b.ba, a.bb + b.bb};
}
double distance(const Matrix2& a, const Matrix2& b) {
  return std::abs(a.aa - b.aa) + std::abs(a.ab - b.ab) + std::abs(a.ba - b.ba) + std::abs(a.bb - b.bb);
}

/// phi_k = sum of z^n/(n + k)!
Matrix2 phi(int k, const Matrix2& z) {
  double factorial = 1;
  for (int n = 2; n <= k; ++n) factorial *= n;
  Matrix2 term{1 / factorial, 0, 0, 1 / factorial}, result{};
  for (int n = 1; n < 90; ++n) {
    result = sum(result, term);
    term = (1.0 / (n + k)) * product(term, z);
  }
  return result;
}

const std::vector<Matrix2> matrices{
    {0, 0, 0, 0},
    {Complex{-1e-3, 0.2}, Complex{0.1, 0.05}, Complex{0, -0.3}, Complex{-0.2, 0.1}},  // small
    {1, 1, 0, 1},                                                                     // defective
    {Complex{0, 1}, 1e-9, 0, Complex{0, 1}},
    {Complex{-1.5, 2}, Complex{3, -1}, Complex{0.5, 1}, Complex{-2, -1}},  // eigenvalues far apart
    {Complex{-3, 1}, 0.01, 0.02, Complex{-3, 1.1}},                        // near each other, not near 0
    {Complex{0, 2.2}, 0.2, -0.2, Complex{0, 1.9}}};

TEST(Coupled, FunctionsOfMatricesAreTheirSeries) {
  for (const Matrix2& z : matrices) {
    const auto c = etdrk4_matrices(z);
    const Matrix2 one = phi(1, z), two = phi(2, z), three = phi(3, z);
    EXPECT_LT(distance(c.exponential, phi(0, z)), 1e-12);
    EXPECT_LT(distance(c.exponential_half, phi(0, 0.5 * z)), 1e-12);
    EXPECT_LT(distance(c.half, 0.5 * phi(1, 0.5 * z)), 1e-12);
    EXPECT_LT(distance(c.first, sum(one, sum(-3.0 * two, 4.0 * three))), 1e-11);
    EXPECT_LT(distance(c.middle, sum(two, -2.0 * three)), 1e-11);
    EXPECT_LT(distance(c.last, sum(4.0 * three, -1.0 * two)), 1e-11);
  }
}

TEST(Coupled, SolvesWhatItMultiplies) {
  const Matrix2 m = matrices[4];
  const Pair x{Complex{1, 2}, Complex{-3, 0.5}}, back = solve(m, times(m, x));
  EXPECT_LT(std::abs(back.a - x.a) + std::abs(back.b - x.b), 1e-14);
}

}  // namespace
