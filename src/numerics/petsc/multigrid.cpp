#include "numerics/petsc/multigrid.hpp"

#include <fmt/format.h>

namespace sluice::numerics::petsc {

using grid::Index;
using grid::Index3;

namespace {

constexpr Index coarsest_cells = 64;  // solved directly, by every rank for itself

std::array<LevelAxis, 3> finest(const grid::Grid& grid, const std::array<std::array<End, 2>, 3>& ends) {
  std::array<LevelAxis, 3> axes;
  for (std::size_t d = 0; d < 3; ++d) {
    axes[d].faces = {0.0, 1.0};
    if (static_cast<int>(d) >= grid.dimensions()) continue;
    axes[d] = {.faces = grid.axes[d].faces, .periodic = grid.axes[d].periodic, .ends = ends[d]};
  }
  return axes;
}

std::string size_text(const std::array<LevelAxis, 3>& axes, int dimensions) {
  std::string text = fmt::format("{}", axes[0].size());
  for (int d = 1; d < dimensions; ++d) text += fmt::format(" x {}", axes[static_cast<std::size_t>(d)].size());
  return text;
}

}  // namespace

Hierarchy::Hierarchy(const grid::Grid& grid, const grid::Layout& layout,
                     const std::array<std::array<End, 2>, 3>& ends)
    : communicator_(layout.communicator().handle()),
      dimensions_(grid.dimensions()),
      axes_{finest(grid, ends)} {
  Numbering numbering(layout);
  for (;;) {
    const auto halve = axes_to_halve(axes_.back(), coarsest_cells);
    if (!halve[0] && !halve[1] && !halve[2]) break;
    auto coarse = axes_.back();
    for (std::size_t d = 0; d < 3; ++d)
      if (halve[d]) coarse[d] = coarse[d].coarsened();
    axes_.push_back(std::move(coarse));
    Numbering coarse_numbering = numbering.coarsened(halve);
    interpolations_.push_back(interpolation(axes_.size() - 2, numbering, coarse_numbering));
    MatHandle transpose;
    check(MatTranspose(interpolations_.back(), MAT_INITIAL_MATRIX, transpose.out()));
    restrictions_.push_back(std::move(transpose));
    numbering = std::move(coarse_numbering);
  }
}

MatHandle Hierarchy::interpolation(std::size_t fine, const Numbering& numbering,
                                   const Numbering& coarse_numbering) const {
  MatHandle matrix;
  check(MatCreateAIJ(communicator_, static_cast<PetscInt>(numbering.owned()),
                     static_cast<PetscInt>(coarse_numbering.owned()), static_cast<PetscInt>(numbering.size()),
                     static_cast<PetscInt>(coarse_numbering.size()), 8, nullptr, 8, nullptr, matrix.out()));
  const auto &from = axes_[fine + 1], &to = axes_[fine];
  const Index3 offset = numbering.offset(), count = numbering.count();
  auto row = static_cast<PetscInt>(numbering.first());
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j)
      for (Index k = 0; k < count[2]; ++k, ++row) {
        const std::array<LinearWeights, 3> along{linear_weights(to[0], from[0], offset[0] + i),
                                                 linear_weights(to[1], from[1], offset[1] + j),
                                                 linear_weights(to[2], from[2], offset[2] + k)};
        for (std::size_t corner = 0; corner < 8; ++corner) {
          const std::size_t a = corner >> 2U, b = corner >> 1U & 1U, c = corner & 1U;
          const double weight = along[0].weight[a] * along[1].weight[b] * along[2].weight[c];
          if (weight == 0) continue;
          const auto column = static_cast<PetscInt>(
              coarse_numbering.number({along[0].cell[a], along[1].cell[b], along[2].cell[c]}));
          check(MatSetValues(matrix, 1, &row, 1, &column, &weight, ADD_VALUES));
        }
      }
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  return matrix;
}

void Hierarchy::configure(PC preconditioner) const {
  check(PCSetType(preconditioner, PCMG));
  check(PCMGSetLevels(preconditioner, levels(), nullptr));
  check(PCMGSetGalerkin(preconditioner, PC_MG_GALERKIN_BOTH));
  for (int level = 1; level < levels();
       ++level) {  // PETSc counts from the coarsest, this class from the finest
    const auto fine = static_cast<std::size_t>(levels() - 1 - level);
    check(PCMGSetInterpolation(preconditioner, level, interpolations_[fine]));
    check(PCMGSetRestriction(preconditioner, level, restrictions_[fine]));
  }
}

std::string Hierarchy::describe() const {
  if (levels() == 1) return fmt::format("1 level ({}, direct)", size_text(axes_[0], dimensions_));
  return fmt::format("{} levels ({} to {})", levels(), size_text(axes_.front(), dimensions_),
                     size_text(axes_.back(), dimensions_));
}

}  // namespace sluice::numerics::petsc
