// Iteration counts of multigrid do not grow with the mesh.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "unit/diffusion/setup.hpp"

namespace {

using namespace sluice;
using tests::diagnostic;
using tests::started;

double iterations(int cells, const std::string& rest) {
  auto solver = started(fmt::format("grid: {{points: [{}, {}]}}\nsource: {{type: gaussian, value: 1}}\n{}",
                                    cells, cells, rest));
  static_cast<void>(solver->advance(0, 1));
  return diagnostic(*solver, "linear_iterations");
}

TEST(DiffusionMultigrid, IterationsDoNotDependOnTheMesh) {
  for (const std::string rest :
       {"time: {scheme: stationary}\n", "time: {scheme: crank_nicolson, dt: 0.05}\n"}) {
    std::vector<double> counts;
    for (const int cells : {32, 64, 128, 256}) counts.push_back(iterations(cells, rest));
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
    EXPECT_LE(*most, 1.3 * *least) << rest << testing::PrintToString(counts);
    EXPECT_LE(*most, 14) << rest;
  }
}

TEST(DiffusionMultigrid, TakesAnyNumberOfCells) {
  const std::string stationary = "time: {scheme: stationary}\n";
  const double smooth = iterations(64, stationary);
  for (const int cells : {61, 67, 95}) EXPECT_LE(iterations(cells, stationary), 1.5 * smooth) << cells;
}

}  // namespace
