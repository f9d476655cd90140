// Private to this room: PETSc's view of a given preconditioner, with the classical one that stands in for it.
#pragma once
#include <functional>

#include "numerics/petsc/bridge.hpp"
#include "numerics/petsc/given_preconditioner.hpp"

namespace sluice::numerics::petsc {

class ShellPreconditioner {
 public:
  /// `configure` makes a preconditioner the classical one; `given` must outlive this. Collective.
  ShellPreconditioner(GivenPreconditioner& given, const grid::LayoutPtr& layout, const std::string& prefix,
                      const std::function<void(PC)>& configure);
  /// Makes `target` the given preconditioner; this must outlive it.
  void configure(PC target);

  // What PETSc calls.
  void set_up(PC target);                    ///< The matrix is new. Collective.
  void apply(Vec residual, Vec correction);  ///< Collective.

 private:
  [[nodiscard]] double left_by(Vec residual, double norm, Vec correction);
  GivenPreconditioner* given_;
  grid::RealField residual_, correction_;
  PcHandle classical_;
  Mat matrix_ = nullptr;
  VecHandle image_;  ///< A times the correction.
  double diagonal_ = 1;
};

}  // namespace sluice::numerics::petsc
