#include "numerics/petsc/system.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/timer.hpp"

namespace sluice::numerics::petsc {

using grid::Index;
using grid::Index3;

namespace {

grid::LayoutPtr one_ghost_layer(const grid::Layout& layout) {
  Index3 halo{0, 0, 0};
  for (int d = 0; d < layout.dimensions(); ++d) halo[static_cast<std::size_t>(d)] = 1;
  return layout.with_halo(halo);
}

void refuse_too_large(const grid::Layout& layout) {
  const auto most = static_cast<Index>(std::numeric_limits<PetscInt>::max());
  if (layout.global_size() > most)
    throw base::AgreedError(
        fmt::format("{} cells: this PETSc counts with {}-bit integers, at most {} cells are possible",
                    layout.global_size(), 8 * sizeof(PetscInt), most));
}

}  // namespace

System::System(RateEquation& equation, const grid::LayoutPtr& layout)
    : equation_(&equation),
      layout_((refuse_too_large(*layout), layout)),
      padded_({"u", "1", "unknown with ghosts"}, one_ghost_layer(*layout)),
      result_({"rate", "1", "rate of change"}, layout->with_halo({0, 0, 0})),
      exchange_(padded_.layout_pointer()),
      numbering_(*layout),
      width_(1 + 2 * static_cast<std::size_t>(layout->dimensions())),
      coefficients_(static_cast<std::size_t>(layout->owned_size()) * width_),
      columns_(coefficients_.size(), -1) {
  number_columns();
  const auto owned = static_cast<PetscInt>(layout->owned_size());
  const auto all = static_cast<PetscInt>(layout->global_size());
  check(MatCreateAIJ(layout->communicator().handle(), owned, owned, all, all, static_cast<PetscInt>(width_),
                     nullptr, static_cast<PetscInt>(width_ - 1), nullptr, matrix_.out()));
  if (equation.symmetric()) check(MatSetOption(matrix_, MAT_SYMMETRIC, PETSC_TRUE));
}

void System::number_columns() {
  const Index3 count = layout_->count(), offset = layout_->offset(), global = layout_->global();
  std::size_t at = 0;
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j)
      for (Index k = 0; k < count[2]; ++k, at += width_) {
        const Index3 cell{offset[0] + i, offset[1] + j, offset[2] + k};
        columns_[at] = static_cast<PetscInt>(numbering_.number(cell));
        for (std::size_t d = 0; d < (width_ - 1) / 2; ++d)
          for (std::size_t side = 0; side < 2; ++side) {
            Index3 neighbour = cell;
            neighbour[d] += side == 0 ? -1 : 1;
            if (layout_->periodic(static_cast<int>(d))) neighbour[d] = (neighbour[d] + global[d]) % global[d];
            if (neighbour[d] < 0 || neighbour[d] >= global[d]) continue;
            columns_[at + 1 + 2 * d + side] = static_cast<PetscInt>(numbering_.number(neighbour));
          }
      }
}

void System::load(Vec u) {
  const double* values = nullptr;
  check(VecGetArrayRead(u, &values));
  copy_to_field(values, padded_);
  check(VecRestoreArrayRead(u, &values));
  exchange_(padded_);
}

const grid::RealField& System::evaluate(double t, Vec u) {
  const base::ScopedTimer timer("rate");
  load(u);
  equation_->rate(t, padded_, result_);
  return result_;
}

void System::assemble(double t, Vec u, double shift, double theta) {
  if (assembled_ && equation_->linear() && shift == shift_ && theta == theta_) return;
  const base::ScopedTimer timer("matrix");
  load(u);
  equation_->jacobian(t, padded_, coefficients_);
  check(MatZeroEntries(matrix_));
  auto row = static_cast<PetscInt>(numbering_.first());
  const auto width = static_cast<PetscInt>(width_);
  for (std::size_t at = 0; at < coefficients_.size(); at += width_, ++row) {
    for (std::size_t n = 0; n < width_; ++n) coefficients_[at + n] *= -theta;
    coefficients_[at] += shift;
    // ADD_VALUES, since on a short periodic axis a neighbour may be the cell itself or come twice.
    check(MatSetValues(matrix_, 1, &row, width, &columns_[at], &coefficients_[at], ADD_VALUES));
  }
  check(MatAssemblyBegin(matrix_, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix_, MAT_FINAL_ASSEMBLY));
  assembled_ = true;
  shift_ = shift;
  theta_ = theta;
}

double System::largest_diagonal(double t, Vec u, double shift, double theta) {
  load(u);
  equation_->jacobian(t, padded_, coefficients_);
  double largest = 0;
  for (std::size_t at = 0; at < coefficients_.size(); at += width_)
    largest = std::max(largest, std::abs(shift - theta * coefficients_[at]));
  return layout_->communicator().max(largest);
}

void System::declare_singular() {
  NullSpaceHandle constants;
  check(MatNullSpaceCreate(layout_->communicator().handle(), PETSC_TRUE, 0, nullptr, constants.out()));
  check(MatSetNullSpace(matrix_, constants));
  check(MatSetTransposeNullSpace(matrix_, constants));
}

}  // namespace sluice::numerics::petsc
