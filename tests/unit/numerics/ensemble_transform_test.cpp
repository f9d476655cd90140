#include "numerics/ensemble_transform.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <stdexcept>

#include "base/random.hpp"

namespace numerics = sluice::numerics;

namespace {

constexpr std::size_t members = 9, variables = 3;
using Ensemble = std::array<std::array<double, members>, variables>;

/// Members with correlated variables.
Ensemble some_ensemble() {
  Ensemble x{};
  for (std::size_t m = 0; m < members; ++m) {
    const auto a = sluice::base::random_normal({.seed = 3}, m, 0),
               b = sluice::base::random_normal({.seed = 3}, m, 1);
    x[0][m] = 1 + a[0];
    x[1][m] = -2 + 0.6 * a[0] + 0.5 * a[1];
    x[2][m] = 0.5 - 0.8 * a[0] + 0.3 * a[1] + 0.4 * b[0];
  }
  return x;
}

double mean(const std::array<double, members>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / members;
}

double covariance(const Ensemble& x, std::size_t a, std::size_t b) {
  double sum = 0;
  for (std::size_t m = 0; m < members; ++m) sum += (x[a][m] - mean(x[a])) * (x[b][m] - mean(x[b]));
  return sum / (members - 1);
}

/// Observes variables 0 and 1.
Ensemble analysis(Ensemble x, const std::array<double, 2>& data, const std::array<double, 2>& variance,
                  double inflation) {
  numerics::EnsembleTransform transform(members);
  transform.begin();
  for (std::size_t o = 0; o < 2; ++o) {
    auto deviations = x[o];
    for (double& value : deviations) value -= mean(x[o]);
    transform.add(deviations.data(), data[o] - mean(x[o]), 1 / variance[o]);
  }
  transform.solve(inflation);
  for (auto& variable : x) transform.apply(variable.data());
  return x;
}

}  // namespace

TEST(EnsembleTransform, IsKalmansUpdateOfMeanAndCovariance) {
  const Ensemble prior = some_ensemble();
  const std::array<double, 2> data{0.3, -1.2}, variance{0.4, 0.9};
  for (const double inflation : {1.0, 1.7}) {
    double p[variables][variables], s[2][2];
    for (std::size_t a = 0; a < variables; ++a)
      for (std::size_t b = 0; b < variables; ++b) p[a][b] = inflation * covariance(prior, a, b);
    for (std::size_t a = 0; a < 2; ++a)
      for (std::size_t b = 0; b < 2; ++b) s[a][b] = p[a][b] + (a == b ? variance[a] : 0);
    const double determinant = s[0][0] * s[1][1] - s[0][1] * s[1][0];
    const double inverse[2][2] = {{s[1][1] / determinant, -s[0][1] / determinant},
                                  {-s[1][0] / determinant, s[0][0] / determinant}};
    double gain[variables][2];
    for (std::size_t a = 0; a < variables; ++a)
      for (std::size_t o = 0; o < 2; ++o) gain[a][o] = p[a][0] * inverse[0][o] + p[a][1] * inverse[1][o];
    const Ensemble posterior = analysis(prior, data, variance, inflation);
    for (std::size_t a = 0; a < variables; ++a) {
      const double expected =
          mean(prior[a]) + gain[a][0] * (data[0] - mean(prior[0])) + gain[a][1] * (data[1] - mean(prior[1]));
      EXPECT_NEAR(mean(posterior[a]), expected, 1e-14) << "variable " << a;
      for (std::size_t b = 0; b < variables; ++b)
        EXPECT_NEAR(covariance(posterior, a, b), p[a][b] - gain[a][0] * p[0][b] - gain[a][1] * p[1][b], 2e-14)
            << "covariance " << a << ", " << b;
    }
  }
}

TEST(EnsembleTransform, DataWithoutWeightChangeNothing) {
  const Ensemble prior = some_ensemble();
  const Ensemble posterior = analysis(prior, {5, 5}, {1e30, 1e30}, 1.0);
  for (std::size_t a = 0; a < variables; ++a)
    for (std::size_t m = 0; m < members; ++m) EXPECT_NEAR(posterior[a][m], prior[a][m], 1e-13);
}

TEST(EnsembleTransform, ExactDataAreTaken) {
  const Ensemble posterior = analysis(some_ensemble(), {0.3, -1.2}, {1e-8, 1e-8}, 1.0);
  for (std::size_t m = 0; m < members; ++m) {
    EXPECT_NEAR(posterior[0][m], 0.3, 1e-3);
    EXPECT_NEAR(posterior[1][m], -1.2, 1e-3);
  }
}

TEST(GaspariCohn, FallsSmoothlyFromOneToZero) {
  EXPECT_EQ(numerics::gaspari_cohn(0), 1);
  EXPECT_NEAR(numerics::gaspari_cohn(0.5), 5. / 24, 1e-15);  // eq. 4.10 at z = c
  EXPECT_NEAR(numerics::gaspari_cohn(1 - 1e-4), 0, 1e-12);
  EXPECT_EQ(numerics::gaspari_cohn(1), 0);
  EXPECT_EQ(numerics::gaspari_cohn(7), 0);
  for (double r = 0; r < 1; r += 0.01) {
    EXPECT_GE(numerics::gaspari_cohn(r), numerics::gaspari_cohn(r + 0.01));
    EXPECT_NEAR(numerics::gaspari_cohn(r + 1e-7), numerics::gaspari_cohn(r), 1e-6);
  }
}

TEST(SymmetricEigen, GivesBackTheMatrix) {
  constexpr std::size_t n = 12;
  std::vector<double> matrix(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j)
      matrix[i * n + j] = 1.0 / (1.0 + static_cast<double>(i + j));  // Hilbert
  numerics::SymmetricEigen eigen;
  eigen.solve(n, matrix);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      double product = 0, orthonormal = 0;
      for (std::size_t e = 0; e < n; ++e) {
        product += eigen.values()[e] * eigen.vectors()[e * n + i] * eigen.vectors()[e * n + j];
        orthonormal += eigen.vectors()[i * n + e] * eigen.vectors()[j * n + e];
      }
      EXPECT_NEAR(product, matrix[i * n + j], 1e-14);
      EXPECT_NEAR(orthonormal, i == j ? 1.0 : 0.0, 1e-14);
    }
  double largest = 0;
  for (const double value : eigen.values()) largest = std::max(largest, value);
  EXPECT_NEAR(largest, 1.7953720595619975, 1e-14);  // of the Hilbert matrix of order 12
}

TEST(SymmetricEigen, RefusesWhatIsNotFinite) {
  numerics::SymmetricEigen eigen;
  std::vector<double> matrix{1, 2, 2, 1};
  eigen.solve(2, matrix);
  EXPECT_NEAR(eigen.values()[0], -1, 1e-15);
  EXPECT_NEAR(eigen.values()[1], 3, 1e-15);
  matrix[1] = std::nan("");
  EXPECT_THROW(eigen.solve(2, matrix), std::runtime_error);
}
