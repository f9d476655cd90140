// Ensemble Kalman inversion against closed forms: a linear model and a curved one.
#include "numerics/ensemble_inversion.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "base/random.hpp"

namespace numerics = sluice::numerics;

namespace {

constexpr std::size_t members = 12;

/// Two parameters a member.
std::vector<double> some_parameters(double spread) {
  std::vector<double> parameters;
  for (std::size_t m = 0; m < members; ++m)
    for (const double value : sluice::base::random_normal({.seed = 5}, m, 0))
      parameters.push_back(0.4 + spread * value);
  return parameters;
}

struct Moments {
  std::array<double, 2> mean{};
  double a = 0, b = 0, c = 0;  ///< Covariance {{a, b}, {b, c}}.
};

Moments moments(const std::vector<double>& parameters) {
  Moments result;
  for (std::size_t m = 0; m < members; ++m)
    for (std::size_t p = 0; p < 2; ++p) result.mean[p] += parameters[2 * m + p] / members;
  for (std::size_t m = 0; m < members; ++m) {
    const double x = parameters[2 * m] - result.mean[0], y = parameters[2 * m + 1] - result.mean[1];
    result.a += x * x / (members - 1), result.b += x * y / (members - 1), result.c += y * y / (members - 1);
  }
  return result;
}

constexpr std::array<std::array<double, 2>, 3> matrix{{{1, 0.5}, {-0.3, 2}, {0.7, 0.7}}};

std::vector<double> linear(const std::vector<double>& parameters) {
  std::vector<double> outputs;
  for (std::size_t m = 0; m < members; ++m)
    for (const auto& row : matrix)
      outputs.push_back(row[0] * parameters[2 * m] + row[1] * parameters[2 * m + 1]);
  return outputs;
}

const numerics::InversionData data{.values = {1.0, -0.5, 0.3}, .deviations = {0.2, 0.4, 0.3}};

/// Posterior of the linear model: covariance (C^-1 + A^T R^-1 A)^-1, mean by the gain.
Moments posterior(const Moments& prior) {
  const double determinant = prior.a * prior.c - prior.b * prior.b;
  double a = prior.c / determinant, b = -prior.b / determinant, c = prior.a / determinant;
  std::array<double, 2> right{};
  for (std::size_t d = 0; d < 3; ++d) {
    const double weight = 1 / (data.deviations[d] * data.deviations[d]);
    const auto& row = matrix[d];
    a += weight * row[0] * row[0], b += weight * row[0] * row[1], c += weight * row[1] * row[1];
    const double rest = data.values[d] - row[0] * prior.mean[0] - row[1] * prior.mean[1];
    right[0] += weight * row[0] * rest, right[1] += weight * row[1] * rest;
  }
  const double det = a * c - b * b;
  Moments result{.mean = prior.mean, .a = c / det, .b = -b / det, .c = a / det};
  result.mean[0] += result.a * right[0] + result.b * right[1];
  result.mean[1] += result.b * right[0] + result.c * right[1];
  return result;
}

}  // namespace

TEST(EnsembleInversion, GivesTheLinearPosteriorHoweverItsWayIsCut) {
  for (const auto& steps : {std::vector<double>{1}, {0.1, 0.25, 0.65}, {0.5, 0.5}}) {
    std::vector<double> parameters = some_parameters(0.8);
    const Moments expected = posterior(moments(parameters));
    for (const double step : steps)
      numerics::inversion_update(data, {}, linear(parameters), step, 1, parameters);
    const Moments found = moments(parameters);
    for (std::size_t p = 0; p < 2; ++p) EXPECT_NEAR(found.mean[p], expected.mean[p], 1e-12);
    EXPECT_NEAR(found.a, expected.a, 1e-12);
    EXPECT_NEAR(found.b, expected.b, 1e-12);
    EXPECT_NEAR(found.c, expected.c, 1e-12);
  }
}

TEST(EnsembleInversion, ThePriorIsDataToo) {
  // Without weight on the data the members go to the prior's mean as to a datum of their own.
  std::vector<double> parameters = some_parameters(0.8);
  const Moments before = moments(parameters);
  numerics::InversionData vague = data;
  for (double& deviation : vague.deviations) deviation = 1e9;
  numerics::inversion_update(vague, {.mean = {2, -1}, .deviation = 0.01}, linear(parameters), 1, 1,
                             parameters);
  EXPECT_GT(std::abs(before.mean[0] - 2), 0.5);
  EXPECT_NEAR(moments(parameters).mean[0], 2, 1e-3);
  EXPECT_NEAR(moments(parameters).mean[1], -1, 1e-3);
}

TEST(EnsembleInversion, TheControllerLimitsTheStep) {
  EXPECT_DOUBLE_EQ(numerics::inversion_step(std::vector<double>{8, 12}, 4, 1), std::sqrt(2 / 8.0));
  EXPECT_DOUBLE_EQ(numerics::inversion_step(std::vector<double>{1, 199}, 4, 1), 0.02);
  EXPECT_DOUBLE_EQ(numerics::inversion_step(std::vector<double>{8, 12}, 4, 0.1), 0.1);
  EXPECT_DOUBLE_EQ(numerics::inversion_step(std::vector<double>{0, 0}, 4, 0.3), 0.3);
}

TEST(EnsembleInversion, FindsTheParametersOfACurvedModel) {
  // A sine of amplitude exp(p) and phase q, seen at six places: data of p = 0.5, q = 1.1 without error.
  const auto model = [](const std::vector<double>& parameters) {
    std::vector<double> outputs;
    for (std::size_t m = 0; m < parameters.size() / 2; ++m)
      for (int i = 0; i < 6; ++i)
        outputs.push_back(std::exp(parameters[2 * m]) * std::sin(parameters[2 * m + 1] + 0.9 * i));
    return outputs;
  };
  const numerics::InversionData seen{.values = model({0.5, 1.1}), .deviations = std::vector<double>(6, 0.02)};
  std::vector<double> parameters = some_parameters(0.7);
  double time = 0;
  int steps = 0;
  for (; time < 1 && steps < 40; ++steps) {
    const auto outputs = model(parameters);
    const double step = numerics::inversion_step(numerics::misfits(seen, outputs), 6, 1 - time);
    numerics::inversion_update(seen, {}, outputs, step, 1, parameters);
    time += step;
  }
  EXPECT_GE(steps, 3);
  EXPECT_NEAR(time, 1, 1e-12);
  EXPECT_NEAR(moments(parameters).mean[0], 0.5, 0.02);
  EXPECT_NEAR(moments(parameters).mean[1], 1.1, 0.02);
  EXPECT_LT(std::sqrt(moments(parameters).a), 0.03);
}
