#include "numerics/petsc/interpolation.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace sluice::numerics::petsc;
using sluice::grid::Index;

LevelAxis axis(int cells, bool periodic, End end = End::free) {
  LevelAxis made{.faces = {}, .periodic = periodic, .ends = {end, end}};
  for (int i = 0; i <= cells; ++i) made.faces.push_back(static_cast<double>(i) / cells);
  return made;
}

double interpolate(const LevelAxis& fine, const LevelAxis& coarse, Index cell, double (*function)(double)) {
  const auto weights = linear_weights(fine, coarse, cell);
  return weights.weight[0] * function(coarse.centre(weights.cell[0])) +
         weights.weight[1] * function(coarse.centre(weights.cell[1]));
}

TEST(Interpolation, KeepsConstants) {
  for (const int cells : {3, 4, 5, 8, 13})
    for (const bool periodic : {false, true}) {
      const auto fine = axis(cells, periodic), coarse = fine.coarsened();
      for (Index i = 0; i < cells; ++i) {
        const auto weights = linear_weights(fine, coarse, i);
        EXPECT_NEAR(weights.weight[0] + weights.weight[1], 1.0, 1e-15) << cells << " cells, cell " << i;
      }
    }
}

TEST(Interpolation, IsExactForLinesInside) {
  const auto line = [](double x) { return 2 - 3 * x; };
  for (const int cells : {5, 8, 13}) {
    const auto fine = axis(cells, false), coarse = fine.coarsened();
    EXPECT_EQ(coarse.size(), (cells + 1) / 2);
    for (Index i = 1; i + 1 < cells; ++i)
      EXPECT_NEAR(interpolate(fine, coarse, i, line), line(fine.centre(i)), 1e-14);
  }
}

TEST(Interpolation, VanishesAtFixedWalls) {
  const auto fine = axis(8, false, End::fixed), coarse = fine.coarsened();
  const auto from_wall = [](double x) { return x; };
  EXPECT_NEAR(interpolate(fine, coarse, 0, from_wall), fine.centre(0), 1e-15);
}

TEST(Interpolation, HalvesNarrowAxesFirst) {
  LevelAxis unused{.faces = {0.0, 1.0}, .periodic = false, .ends = {}};
  const auto only_second = axes_to_halve({axis(16, false), axis(64, false), unused}, 64);
  EXPECT_FALSE(only_second[0]);
  EXPECT_TRUE(only_second[1]);
  EXPECT_FALSE(only_second[2]);
  const auto enough = axes_to_halve({axis(8, false), axis(8, false), unused}, 64);
  EXPECT_FALSE(enough[0] || enough[1] || enough[2]);
}

}  // namespace
