// Global numbers of the cells of a block decomposition, as PETSc wants them: rank after rank, each rank's
// block in memory order. So a field without halo and a PETSc vector are the same memory.
#pragma once
#include <array>
#include <vector>

#include "grid/layout.hpp"

namespace sluice::numerics::petsc {

class Numbering {
 public:
  explicit Numbering(const grid::Layout& layout);
  /// Every second cell along the chosen axes (an odd last cell stays alone); a coarse cell belongs to the
  /// rank of its first fine cell. Ranks may stay empty.
  [[nodiscard]] Numbering coarsened(const std::array<bool, 3>& axes) const;

  [[nodiscard]] const grid::Index3& global() const { return global_; }
  [[nodiscard]] const grid::Index3& offset() const { return offset_; }  ///< First owned cell.
  [[nodiscard]] const grid::Index3& count() const { return count_; }    ///< Owned cells along each axis.
  [[nodiscard]] grid::Index size() const { return global_[0] * global_[1] * global_[2]; }
  [[nodiscard]] grid::Index owned() const { return count_[0] * count_[1] * count_[2]; }
  [[nodiscard]] grid::Index first() const { return first_; }  ///< Number of the first owned cell.
  /// Number of a cell given by its global indices.
  [[nodiscard]] grid::Index number(const grid::Index3& cell) const;

 private:
  Numbering() = default;
  void count_blocks();
  [[nodiscard]] std::size_t parts(std::size_t d) const { return splits_[d].size() - 1; }

  std::array<std::vector<grid::Index>, 3> splits_;
  std::vector<grid::Index>
      first_of_block_;  ///< Number of each block's first cell; blocks are numbered as their ranks.
  std::array<int, 3> coordinate_{};  ///< Of this rank's block; -1 if it has none.
  grid::Index3 global_{1, 1, 1}, offset_{}, count_{};
  grid::Index first_ = 0;
};

}  // namespace sluice::numerics::petsc
