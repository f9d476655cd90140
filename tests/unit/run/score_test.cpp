// Scores against values known in closed form.
#include "run/score.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/error.hpp"

namespace sluice::run {
namespace {

Curve curve(std::vector<double> at, std::vector<double> values) {
  return {.name = "c",
          .unit = "1",
          .long_name = "",
          .abscissa = "k",
          .abscissa_unit = "1",
          .at = std::move(at),
          .values = std::move(values)};
}

TEST(Score, WassersteinOfSamplesIsTheWayThatMassMoves) {
  EXPECT_DOUBLE_EQ(wasserstein({1, 2, 3}, {3, 1, 2}), 0);
  EXPECT_DOUBLE_EQ(wasserstein({0, 1}, {5, 6}), 5);
  EXPECT_DOUBLE_EQ(wasserstein({0}, {-1, 1, 3}), 5.0 / 3);
  EXPECT_DOUBLE_EQ(wasserstein({0, 0, 0, 4}, {1, 1}), (1 + 1 + 1 + 3) / 4.0);
  EXPECT_NEAR(wasserstein({0, 1, 2}, {0, 0.5, 1, 1.5, 2, 2.5, 3}), 0.5, 1e-14);  // scipy.stats
  EXPECT_THROW((void)wasserstein({}, {1}), base::InputError);
}

TEST(Score, WassersteinOfHistogramsCutsBinsWhereTheyCross) {
  const Histogram unit{{0, 1}, {1}};
  EXPECT_DOUBLE_EQ(wasserstein(unit, unit), 0);
  EXPECT_DOUBLE_EQ(wasserstein(unit, {{3, 4}, {7}}), 3);  // moved by 3; totals do not matter
  // Uniform on (0, 1) and on (1/4, 3/4): quantiles differ by |1/2 - p| / 2, mean 1/8.
  EXPECT_NEAR(wasserstein(unit, {{0.25, 0.75}, {2}}), 0.125, 1e-15);
  EXPECT_NEAR(wasserstein(unit, {{0, 0.5, 1}, {2, 0}}), 0.25, 1e-15);
  EXPECT_THROW((void)wasserstein(unit, {{0, 1}, {0}}), base::InputError);
  EXPECT_THROW((void)wasserstein(unit, {{0, 1}, {1, 2}}), base::InputError);
}

TEST(Score, CurvesAreComparedWhereBothAre) {
  const auto error =
      curve_error(curve({0, 1, 2, 3}, {1, 10, 100, 5}), curve({1, 2, 3, 4}, {1, 1000, 5, 7}), 2.5);
  EXPECT_NEAR(error.decades, 1, 1e-14);
  EXPECT_NEAR(error.rms, std::sqrt((81.0 + 810000) / 2), 1e-10);
  EXPECT_NEAR(error.relative, std::sqrt((81.0 + 810000) / (1 + 1e6)), 1e-14);
  EXPECT_THROW((void)curve_error(curve({0.5}, {1}), curve({1}, {1}), 9), base::InputError);
}

TEST(Score, CorrelationIsPearsons) {
  const std::vector<double> a{1, 2, 3, 5}, b{2, 1, 4, 4};
  EXPECT_NEAR(correlation(a, b), 0.7481900559272088, 1e-14);  // numpy.corrcoef
  const std::vector<double> minus{-1, -2, -3, -5}, flat{1, 1, 1, 1};
  EXPECT_NEAR(correlation(a, minus), -1, 1e-15);
  EXPECT_EQ(correlation(a, flat), 0);
}

TEST(Score, AFineFieldIsCutToTheModesOfTheCoarseGrid) {
  const auto field = [](std::int64_t n, std::int64_t m, double high) {
    FieldValues result{.shape = {n, m}, .values = {}};
    for (std::int64_t i = 0; i < n; ++i)
      for (std::int64_t j = 0; j < m; ++j) {
        const double x = 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n),
                     y = 2 * std::numbers::pi * static_cast<double>(j) / static_cast<double>(m);
        result.values.push_back(1 + std::cos(2 * x + y) - std::sin(3 * y) + high * std::cos(7 * x - 2 * y));
      }
    return result;
  };
  const auto coarse = coarsened(field(24, 20, 5), {12, 10}), wanted = field(12, 10, 0);
  ASSERT_EQ(coarse.values.size(), wanted.values.size());
  for (std::size_t i = 0; i < wanted.values.size(); ++i)
    EXPECT_NEAR(coarse.values[i], wanted.values[i], 1e-13);
  EXPECT_THROW((void)coarsened(field(12, 10, 0), {24, 10}), base::InputError);
  EXPECT_THROW((void)coarsened(field(12, 10, 0), {12}), base::InputError);
}

}  // namespace
}  // namespace sluice::run
