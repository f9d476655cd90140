// Linear interpolation between the cell centres of a coarse and a fine axis, for geometric multigrid on cell
// averages.
#pragma once
#include <array>
#include <vector>

#include "grid/layout.hpp"

namespace sluice::numerics::petsc {

/// What the error of a linear solve does at an end of a bounded axis: 0 at the wall (Dirichlet), or anything
/// else.
enum class End { fixed, free };

/// One axis of one level: boundaries of its cells.
struct LevelAxis {
  std::vector<double> faces;
  bool periodic = false;
  std::array<End, 2> ends{End::free, End::free};
  [[nodiscard]] grid::Index size() const { return static_cast<grid::Index>(faces.size()) - 1; }
  [[nodiscard]] double centre(grid::Index i) const;
  [[nodiscard]] double mean_width() const;
  /// Cells joined two by two; an odd last one stays alone.
  [[nodiscard]] LevelAxis coarsened() const;
};

/// Value at a fine cell = sum of weight * value at the coarse cells (weight 0: not used).
struct LinearWeights {
  std::array<grid::Index, 2> cell{0, 0};
  std::array<double, 2> weight{0, 0};
};
[[nodiscard]] LinearWeights linear_weights(const LevelAxis& fine, const LevelAxis& coarse,
                                           grid::Index fine_cell);

/// Which axes a level halves: those along which the cells are narrow, since point smoothers leave the error
/// rough along the others (Trottenberg, Oosterlee, Schueller, "Multigrid", 2001, section 5.1). None if the
/// grid is coarse enough.
[[nodiscard]] std::array<bool, 3> axes_to_halve(const std::array<LevelAxis, 3>& axes,
                                                grid::Index coarsest_cells);

}  // namespace sluice::numerics::petsc
