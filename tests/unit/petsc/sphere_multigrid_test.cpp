// Geometric multigrid of implicit diffusion: the same bits every time on the same ranks, the same answer as
// without.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "numerics/petsc/sphere_implicit.hpp"

namespace {

using namespace sluice;
using numerics::petsc::SphereImplicit;
using numerics::petsc::SphereImplicitSpec;

struct Problem {
  grid::Grid grid = grid::Grid::uniform_sphere(31, 57, 1.0, "R_sun");
  numerics::SphereBlock block;
  numerics::SphereDiffusion diffusion{block, 3.7e-6};

  explicit Problem(const std::array<int, 2>& ranks = {0, 0})
      : block(grid, numerics::SphereBlock::make_layout(base::Communicator::world(), grid, ranks)) {}

  grid::RealField solved(const SphereImplicitSpec& spec) {
    grid::RealField u({"B_r", "G", ""}, block.layout()), x({"B_r", "G", ""}, block.layout());
    for (grid::Index i = 0; i < block.rows(); ++i)
      for (grid::Index k = 0; k < block.columns(); ++k) {
        const grid::Index j = block.first_row() + i, column = block.is_pole(j) ? 0 : block.first_column() + k;
        u.view()(i, k) = std::sin(3.7 * double(j) + 1.9 * double(column));
      }
    SphereImplicit(diffusion, spec).solve(300, u, x);
    return x;
  }
};

TEST(SphereMultigrid, SameBitsEveryTime) {
  const int size = base::Communicator::world().size();
  for (const auto& ranks : {std::array{0, 0}, std::array{1, size}}) {
    Problem problem(ranks);
    const auto first = problem.solved({.prefix = "a_", .geometric = true});
    for (int i = 0; i < 3; ++i) {
      const auto again = problem.solved({.prefix = "b_", .geometric = true});
      if (problem.block.layout()->owned_size() > 0) {
        EXPECT_EQ(std::memcmp(first.data(), again.data(), sizeof(double) * first.span().size()), 0);
      }
    }
  }
}

TEST(SphereMultigrid, AsAlgebraicAndAsWithoutAny) {
  Problem problem;
  const auto geometric = problem.solved({.prefix = "c_", .geometric = true, .tolerance = 1e-12});
  const auto algebraic = problem.solved({.prefix = "d_", .tolerance = 1e-12});
  const auto plain =
      problem.solved({.prefix = "e_", .options = {{"e_pc_type", "jacobi"}}, .tolerance = 1e-12});
  for (grid::Index i = 0; i < problem.block.rows(); ++i)
    for (grid::Index k = 0; k < problem.block.columns(); ++k) {
      EXPECT_NEAR(geometric.view()(i, k), plain.view()(i, k), 1e-9);
      EXPECT_NEAR(algebraic.view()(i, k), plain.view()(i, k), 1e-9);
    }
}

}  // namespace
