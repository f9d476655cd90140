#include "surrogate/translation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/error.hpp"
#include "surrogate/trainer.hpp"

namespace sluice::surrogate {
namespace {

using grid::Index;
using grid::Index3;

double value(Index field, Index i, Index j, Index k) {
  return static_cast<double>(1000 * field + 100 * i + 10 * j + k);
}

TEST(Translation, what_was_at_a_point_is_at_the_shifted_one) {
  const std::vector<std::pair<Index3, Index3>> cases{
      {{7, 1, 1}, {3, 0, 0}}, {{4, 5, 1}, {0, 4, 0}}, {{4, 5, 1}, {3, 2, 0}}, {{2, 3, 4}, {1, 2, 3}}};
  for (const auto& [points, by] : cases) {
    std::vector<double> fields;
    for (Index f = 0; f < 3; ++f)
      for (Index i = 0; i < points[0]; ++i)
        for (Index j = 0; j < points[1]; ++j)
          for (Index k = 0; k < points[2]; ++k) fields.push_back(value(f, i, j, k));
    translate(fields, points, by);
    std::size_t n = 0;
    for (Index f = 0; f < 3; ++f)
      for (Index i = 0; i < points[0]; ++i)
        for (Index j = 0; j < points[1]; ++j)
          for (Index k = 0; k < points[2]; ++k, ++n)
            EXPECT_EQ(fields[n],
                      value(f, (i + points[0] - by[0]) % points[0], (j + points[1] - by[1]) % points[1],
                            (k + points[2] - by[2]) % points[2]));
  }
}

std::string refusal(const grid::Grid& grid, const char* kind) {
  TrainingParameters parameters;
  parameters.augment = "translations";
  Architecture architecture;
  architecture.kind = kind;
  try {
    parameters.check("here", grid, architecture);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return {};
}

TEST(Translation, needs_a_periodic_axis_of_equal_distances) {
  const auto box = [](bool x, bool y) {
    return grid::Grid::cartesian({.points = {8, 8}, .lower = {0, 0}, .upper = {1, 1}, .periodic = {x, y}});
  };
  EXPECT_EQ(refusal(box(true, true), "fourier"), "");
  EXPECT_EQ(refusal(box(false, true), "unet"), "");
  EXPECT_THAT(refusal(box(false, false), "unet"), testing::HasSubstr("need a periodic axis"));
  EXPECT_THAT(refusal(box(true, true), "mlp"), testing::HasSubstr("change nothing for an mlp"));
  EXPECT_EQ(refusal(grid::Grid::uniform_sphere(5, 8, 1, "m"), "fourier"), "");
  const grid::Grid uneven = grid::Grid::sphere({0, 1.5, 3.14159265358979}, {0, 1, 2, 4}, 1, "m");
  EXPECT_THAT(refusal(uneven, "fourier"), testing::HasSubstr("axis phi has cells of"));
}

}  // namespace
}  // namespace sluice::surrogate
