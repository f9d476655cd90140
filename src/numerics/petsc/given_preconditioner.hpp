// A preconditioner from outside PETSc, which may be anything: nothing but the number of iterations depends on
// it.
#pragma once
#include "grid/field.hpp"

namespace sluice::numerics::petsc {

/// What stands in for the inverse of a matrix A. Scaled, so that it never sees the size of a problem: given r
/// of root mean square 1, D z with z near A^-1 r, D the largest element of A's diagonal. Need be neither
/// linear nor symmetric. After each correction is known how much of the residual it leaves at best, |r - s A
/// z| / |r| with the best factor s; one that is not taken, or none, makes the classical preconditioner stand
/// in.
class GivenPreconditioner {
 public:
  virtual ~GivenPreconditioner() = default;
  /// False: it has none. Both on the solver's layout, without halo. Collective.
  [[nodiscard]] virtual bool apply(const grid::RealField& residual, grid::RealField& correction) = 0;
  /// Whether the correction is taken; `left` is the same on every rank, NaN if something is not finite.
  [[nodiscard]] virtual bool take(double left) = 0;
};

}  // namespace sluice::numerics::petsc
