#include "numerics/petsc/shell.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/timer.hpp"

namespace sluice::numerics::petsc {
namespace {

ShellPreconditioner& shell_of(PC target) {
  void* context = nullptr;
  check(PCShellGetContext(target, &context));
  return *static_cast<ShellPreconditioner*>(context);
}

PetscErrorCode shell_set_up(PC target) {
  return guarded([&] { shell_of(target).set_up(target); });
}

PetscErrorCode shell_apply(PC target, Vec residual, Vec correction) {
  return guarded([&] { shell_of(target).apply(residual, correction); });
}

}  // namespace

ShellPreconditioner::ShellPreconditioner(GivenPreconditioner& given, const grid::LayoutPtr& layout,
                                         const std::string& prefix, const std::function<void(PC)>& configure)
    : given_(&given),
      residual_({"residual", "1", "scaled residual"}, layout->with_halo({0, 0, 0})),
      correction_({"correction", "1", "scaled correction"}, layout->with_halo({0, 0, 0})),
      image_(make_vector(*layout)) {
  check(PCCreate(layout->communicator().handle(), classical_.out()));
  check(PCSetOptionsPrefix(classical_, (prefix + "fallback_").c_str()));
  configure(classical_);
  check(PCSetFromOptions(classical_));
}

void ShellPreconditioner::configure(PC target) {
  check(PCSetType(target, PCSHELL));
  check(PCShellSetContext(target, this));
  check(PCShellSetSetUp(target, shell_set_up));
  check(PCShellSetApply(target, shell_apply));
  check(PCShellSetName(target, "surrogate"));
}

void ShellPreconditioner::set_up(PC target) {
  Mat preconditioning = nullptr;
  check(PCGetOperators(target, &matrix_, &preconditioning));
  check(PCSetOperators(classical_, matrix_, preconditioning));
  check(PCSetUp(classical_));
  check(MatGetDiagonal(matrix_, image_));
  check(VecNorm(image_, NORM_INFINITY, &diagonal_));
}

/// |r - s A z| / |r| with the factor s that makes it least: the sine of the angle between r and A z.
double ShellPreconditioner::left_by(Vec residual, double norm, Vec correction) {
  check(MatMult(matrix_, correction, image_));
  PetscScalar along = 0, square = 0;
  check(VecDotNorm2(residual, image_, &along, &square));
  if (!std::isfinite(along) || !std::isfinite(square)) return std::numeric_limits<double>::quiet_NaN();
  if (!(along > 0)) return 1;  // it points away from the residual, or nowhere
  return std::sqrt(std::max(0.0, 1 - along / square * along / (norm * norm)));
}

void ShellPreconditioner::apply(Vec residual, Vec correction) {
  PetscReal norm = 0;
  PetscInt size = 0;
  check(VecNorm(residual, NORM_2, &norm));
  check(VecGetSize(residual, &size));
  const double scale = norm / std::sqrt(static_cast<double>(size));
  if (scale > 0 && std::isfinite(scale)) {
    const base::ScopedTimer timer("given preconditioner");
    const double* values = nullptr;
    check(VecGetArrayRead(residual, &values));
    copy_to_field(values, residual_);
    check(VecRestoreArrayRead(residual, &values));
    for (double& value : residual_.span()) value /= scale;
    if (given_->apply(residual_, correction_)) {
      for (double& value : correction_.span()) value *= scale / diagonal_;
      double* result = nullptr;
      check(VecGetArrayWrite(correction, &result));
      copy_from_field(correction_, result);
      check(VecRestoreArrayWrite(correction, &result));
      if (given_->take(left_by(residual, norm, correction))) return;
    }
  }
  check(PCApply(classical_, residual, correction));
}

}  // namespace sluice::numerics::petsc
