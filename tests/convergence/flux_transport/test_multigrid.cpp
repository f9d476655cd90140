// Implicit diffusion on the sphere: iterations do not depend on the grid, whatever the step.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/timer.hpp"
#include "flux_transport/parameters.hpp"
#include "numerics/petsc/sphere_implicit.hpp"

namespace {

using namespace sluice;

/// Iterations for a field as rough as the grid allows, `hours` at 300 km^2 s^-1.
int iterations(grid::Index n_theta, grid::Index n_phi, double hours, bool geometric) {
  const auto world = base::Communicator::world();
  const auto grid = grid::Grid::uniform_sphere(n_theta, n_phi, 1.0, "R_sun");
  const numerics::SphereBlock block(grid, numerics::SphereBlock::make_layout(world, grid));
  const numerics::SphereDiffusion diffusion(block, 300 * solvers::flux_transport::diffusivity_unit);
  numerics::petsc::SphereImplicit implicit(diffusion, {.prefix = "multigrid_test_", .geometric = geometric});
  grid::RealField u({"B_r", "G", ""}, block.layout()), x({"B_r", "G", ""}, block.layout());
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k) {
      const grid::Index j = block.first_row() + i, column = block.is_pole(j) ? 0 : block.first_column() + k;
      u.view()(i, k) = std::sin(12.9898 * double(j) + 78.233 * double(column) + double(j * column % 97));
    }
  const int count = implicit.solve(hours, u, x);
  const double begin = base::wall_seconds();
  implicit.solve(hours, u, x);
  std::printf("%s%ld x %ld, %g h: %d iterations, %.4f s once set up\n",
              geometric ? "geometric " : "algebraic ", long(n_theta), long(n_phi), hours, count,
              base::wall_seconds() - begin);
  return count;
}

TEST(Multigrid, IterationsDoNotDependOnTheGrid) {
  for (const double hours : {24.0, 8766.0})
    for (const bool geometric : {true, false}) {
      std::vector<int> found;
      for (const grid::Index n : {64, 128, 256}) found.push_back(iterations(n, 2 * n, hours, geometric));
      if (!geometric && hours < 100) continue;  // 3, 4, 5: on coarse grids hardly anything to solve
      const auto [least, most] = std::minmax_element(found.begin(), found.end());
      EXPECT_LE(*most, 1.3 * *least + 0.5) << hours << " h";
      EXPECT_LE(*most, 15) << hours << " h";
    }
}

/// Odd numbers of points, few longitudes, many longitudes.
TEST(Multigrid, AnyGrid) {
  EXPECT_LE(iterations(90, 177, 720, true), 15);
  EXPECT_LE(iterations(121, 24, 720, true), 20);
  EXPECT_LE(iterations(25, 300, 720, true), 20);
  EXPECT_LE(iterations(7, 5, 720, true), 15);
}

}  // namespace
