// A surrogate as preconditioner of a linear solve: from a residual, scaled to a root mean square of 1, to the
// correction times the matrix's diagonal.
#pragma once
#include "grid/grid.hpp"
#include "numerics/petsc/given_preconditioner.hpp"
#include "surrogate/surrogate.hpp"

namespace sluice::surrogate {

class SurrogatePreconditioner : public numerics::petsc::GivenPreconditioner {
 public:
  /// A correction is taken if it can leave at most the part `contraction` of the residual; otherwise the call
  /// counts as refused. InputError, naming `where`, unless the surrogate maps `residual` to `correction`.
  /// Collective.
  SurrogatePreconditioner(const std::string& where, Surrogate& surrogate, const grid::Grid& grid,
                          const grid::LayoutPtr& layout, double contraction);
  [[nodiscard]] bool apply(const grid::RealField& residual, grid::RealField& correction) override;
  [[nodiscard]] bool take(double left) override;

 private:
  Surrogate* surrogate_;
  double contraction_;
};

}  // namespace sluice::surrogate
