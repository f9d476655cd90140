// Private to this room: geometric multigrid on any number of cells, on Sluice's decomposition.
#pragma once
#include <string>
#include <vector>

#include "grid/grid.hpp"
#include "numerics/petsc/handles.hpp"
#include "numerics/petsc/interpolation.hpp"
#include "numerics/petsc/numbering.hpp"

namespace sluice::numerics::petsc {

/// Grids from fine to coarse and the interpolation between them. Coarse matrices are Galerkin products, which
/// PETSc makes.
class Hierarchy {
 public:
  /// Collective.
  Hierarchy(const grid::Grid& grid, const grid::Layout& layout,
            const std::array<std::array<End, 2>, 3>& ends);
  [[nodiscard]] int levels() const { return static_cast<int>(axes_.size()); }
  /// Makes `preconditioner` a multigrid on this hierarchy: V cycle, two Chebyshev-SOR sweeps, direct solve at
  /// the bottom.
  void configure(PC preconditioner) const;
  [[nodiscard]] std::string describe() const;  ///< "6 levels (128 x 128 to 4 x 4)"

 private:
  [[nodiscard]] MatHandle interpolation(std::size_t fine, const Numbering& numbering,
                                        const Numbering& coarse_numbering) const;
  MPI_Comm communicator_;
  int dimensions_;
  std::vector<std::array<LevelAxis, 3>> axes_;  ///< Level by level, finest first.
  std::vector<MatHandle> interpolations_;       ///< From level l + 1 (coarse) to l.
  /// Their transposes. PETSc can multiply by a transpose without it, but then adds what comes from other
  /// ranks in the order of arrival: other bits from run to run. So do its products P^T A P, not its products
  /// R A P.
  std::vector<MatHandle> restrictions_;
};

}  // namespace sluice::numerics::petsc
