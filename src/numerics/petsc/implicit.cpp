#include "numerics/petsc/implicit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/timer.hpp"
#include "numerics/petsc/implicit_detail.hpp"

namespace sluice::numerics::petsc {
namespace {

constexpr double newton_linear_tolerance =
    1e-6;  // of a linear solve inside Newton: keeps it quadratic in practice
constexpr int newton_maximum_iterations = 30;
constexpr std::size_t history_size = 100;
constexpr double largest_imbalance =
    1e-2;  // of a singular problem; less is discretisation error and projected away

// hypre's BoomerAMG gives the same bits every time; PETSc's own GAMG adds in the order of arrival.
#ifdef PETSC_HAVE_HYPRE
constexpr const char* algebraic_multigrid = PCHYPRE;
#else
constexpr const char* algebraic_multigrid = PCGAMG;
#endif

/// PETSc has to be there before the first object is made.
const ImplicitSpec& started(const grid::LayoutPtr& layout, const ImplicitSpec& spec) {
  start(layout->communicator());
  return spec;
}

PetscErrorCode snes_function(SNES, Vec u, Vec result, void* context) {
  return guarded([&] { static_cast<ImplicitSolver::Impl*>(context)->residual(u, result); });
}

PetscErrorCode snes_jacobian(SNES, Vec u, Mat, Mat, void* context) {
  return guarded([&] {
    auto& impl = *static_cast<ImplicitSolver::Impl*>(context);
    impl.system.assemble(impl.time, u, impl.shift, impl.theta);
  });
}

}  // namespace

ImplicitSolver::Impl::Impl(RateEquation& equation, const grid::Grid& grid, const grid::LayoutPtr& layout,
                           const ImplicitSpec& given)
    : spec(started(layout, given)), options(spec.options), system(equation, layout), history(history_size) {
  if (spec.preconditioner == "multigrid") hierarchy.emplace(grid, *layout, spec.ends);
  work = make_vector(*layout);
  if (spec.adaptive)
    make_ts();
  else
    make_snes();
}

void ImplicitSolver::Impl::make_snes() {
  check(SNESCreate(communicator().handle(), snes.out()));
  check(SNESSetOptionsPrefix(snes, spec.prefix.c_str()));
  check(SNESSetFunction(snes, work, snes_function, this));
  check(SNESSetJacobian(snes, system.matrix(), system.matrix(), snes_jacobian, this));
  configure(snes);
  check(SNESSetFromOptions(snes));
  check(SNESGetTolerances(snes, &least_residual, nullptr, nullptr, nullptr, nullptr));
  check(SNESSetConvergenceHistory(snes, history.data(), nullptr, static_cast<PetscInt>(history.size()),
                                  PETSC_TRUE));
  start = make_vector(*system.layout());
  known = make_vector(*system.layout());
}

/// A given preconditioner may change from one application to the next. Generalised conjugate residuals (S.
/// Eisenstat, H. Elman, M. Schultz, SIAM J. Numer. Anal. 20 (1983) 345) ask it for a correction of the
/// residual itself and never leave more of it than the correction alone would.
void ImplicitSolver::Impl::configure(SNES target) {
  const bool linear = system.equation().linear();
  check(SNESSetType(target, linear ? SNESKSPONLY : SNESNEWTONLS));
  check(SNESSetTolerances(target, PETSC_DEFAULT, spec.tolerance, 0.0, newton_maximum_iterations,
                          PETSC_DEFAULT));
  KSP ksp = nullptr;
  check(SNESGetKSP(target, &ksp));
  const bool symmetric = system.equation().symmetric() && spec.given == nullptr;
  check(KSPSetType(ksp, spec.given ? KSPGCR : symmetric ? KSPCG : KSPGMRES));
  if (symmetric)
    check(KSPSetNormType(ksp, KSP_NORM_UNPRECONDITIONED));
  else
    check(KSPSetPCSide(ksp, PC_RIGHT));
  check(KSPSetTolerances(ksp, linear ? spec.tolerance : newton_linear_tolerance, PETSC_DEFAULT, PETSC_DEFAULT,
                         spec.maximum_iterations));
  PC preconditioner = nullptr;
  check(KSPGetPC(ksp, &preconditioner));
  if (spec.given) {
    shell.emplace(*spec.given, system.layout(), spec.prefix,
                  [this](PC classical) { configure_classical(classical); });
    shell->configure(preconditioner);
  } else {
    configure_classical(preconditioner);
  }
  if (spec.pairs != "none") watch(ksp);
}

void ImplicitSolver::Impl::configure_classical(PC target) const {
  if (hierarchy)
    hierarchy->configure(target);
  else
    check(PCSetType(target, spec.preconditioner == "algebraic" ? algebraic_multigrid : PCJACOBI));
}

void ImplicitSolver::Impl::residual(Vec u, Vec result) {
  const auto& rate = system.evaluate(time, u);
  check(VecWAXPY(result, -1.0, start, u));
  double* values = nullptr;
  const double* explicit_part = nullptr;
  check(VecGetArray(result, &values));
  check(VecGetArrayRead(known, &explicit_part));
  const auto cells = static_cast<std::size_t>(rate.layout().owned_size());
  const double* rates = rate.data();
  for (std::size_t n = 0; n < cells; ++n) values[n] = shift * values[n] - theta * rates[n] - explicit_part[n];
  check(VecRestoreArrayRead(known, &explicit_part));
  check(VecRestoreArray(result, &values));
}

/// Newton cannot lower a residual below the round-off of its terms.
void ImplicitSolver::Impl::set_round_off(SNES target, double t, Vec u, double at_shift, double at_theta) {
  if (system.equation().linear()) return;
  double norm = 0;
  check(VecNorm(u, NORM_2, &norm));
  const double floor =
      4 * std::numeric_limits<double>::epsilon() * system.largest_diagonal(t, u, at_shift, at_theta) * norm;
  check(SNESSetTolerances(target, std::max(least_residual, floor), PETSC_DEFAULT, PETSC_DEFAULT,
                          PETSC_DEFAULT, PETSC_DEFAULT));
}

SolveReport ImplicitSolver::Impl::solve(double t, grid::RealField& u) {
  const base::ScopedTimer timer("solve");
  time = t;
  FieldVector vector(u);
  set_round_off(snes, t, vector.get(), shift, theta);
  check(SNESSolve(snes, nullptr, vector.get()));
  SNESConvergedReason reason{};
  check(SNESGetConvergedReason(snes, &reason));
  if (reason < 0) {
    check(VecCopy(start, vector.get()));
    vector.write_back();
    refuse(snes, shift == 0 ? "the stationary problem" : fmt::format("the step to t = {:.9g}", t));
  }
  SolveReport report;
  PetscInt linear = 0, newton = 0, kept = 0;
  check(SNESGetLinearSolveIterations(snes, &linear));
  check(SNESGetIterationNumber(snes, &newton));
  check(SNESGetConvergenceHistory(snes, nullptr, nullptr, &kept));
  report.linear_iterations = static_cast<int>(linear);
  report.newton_iterations = static_cast<int>(newton);
  report.residuals.assign(history.begin(), history.begin() + kept);
  vector.write_back();
  return report;
}

void ImplicitSolver::Impl::refuse(SNES failed, const std::string& what) const {
  SNESConvergedReason reason{};
  KSPConvergedReason linear_reason{};
  PetscInt newton = 0, linear = 0;
  PetscReal residual_norm = 0;
  KSP ksp = nullptr;
  check(SNESGetConvergedReason(failed, &reason));
  check(SNESGetIterationNumber(failed, &newton));
  check(SNESGetLinearSolveIterations(failed, &linear));
  check(SNESGetKSP(failed, &ksp));
  check(KSPGetConvergedReason(ksp, &linear_reason));
  check(KSPGetResidualNorm(ksp, &residual_norm));
  throw base::AgreedError(
      fmt::format("{}solve: {} does not converge: {} after {} Newton and {} linear iterations; the last "
                  "linear solve ended with {} at a residual of {:.3g}",
                  spec.prefix, what, SNESConvergedReasons[reason], newton, linear,
                  KSPConvergedReasons[linear_reason], residual_norm));
}

/// The rates of a constant are sources and fluxes alone; their sum must vanish for a steady state to exist.
void ImplicitSolver::Impl::balance_singular(double t, const grid::RealField& u) {
  const double mean = grid::sum(u.erased()) / static_cast<double>(u.layout().global_size());
  check(VecSet(work, mean));
  const auto& rate = system.evaluate(t, work);
  double size = 0;
  for (grid::Index n = 0; n < rate.layout().owned_size(); ++n) size += std::abs(rate.data()[n]);
  size = communicator().sum(size);
  const double excess = std::abs(system.supply());
  if (excess > largest_imbalance * size)
    throw base::AgreedError(
        fmt::format("{}solve: no steady state exists: no side fixes the value, and what sources and "
                    "boundaries bring in does not add up "
                    "to 0 (excess {:.3g} of {:.3g}, at most {:g} of it is allowed)",
                    spec.prefix, excess, size, largest_imbalance));
  system.declare_singular();
}

ImplicitSolver::ImplicitSolver(RateEquation& equation, const grid::Grid& grid, const grid::LayoutPtr& layout,
                               const ImplicitSpec& spec)
    : impl_(std::make_unique<Impl>(equation, grid, layout, spec)) {}

ImplicitSolver::~ImplicitSolver() = default;

void ImplicitSolver::prepare(double t, double dt, double theta, const grid::RealField& u) {
  auto& impl = *impl_;
  const base::ScopedTimer timer("prepare");
  double* values = nullptr;
  check(VecGetArrayWrite(impl.work, &values));
  copy_from_field(u, values);
  check(VecRestoreArrayWrite(impl.work, &values));
  if (dt == 0 && impl.system.equation().singular()) impl.system.declare_singular();
  impl.system.assemble(t, impl.work, dt > 0 ? impl.system.equation().mass() / dt : 0.0, theta);
  SNES snes = impl.snes;
  if (impl.ts) check(TSGetSNES(impl.ts, &snes));
  KSP ksp = nullptr;
  check(SNESGetKSP(snes, &ksp));
  check(KSPSetOperators(ksp, impl.system.matrix(), impl.system.matrix()));
  check(KSPSetUp(ksp));
  check(KSPSetUpOnBlocks(ksp));
  impl.options.refuse_unused();
}

SolveReport ImplicitSolver::theta_step(double t, double dt, double theta, grid::RealField& u) {
  auto& impl = *impl_;
  impl.shift = impl.system.equation().mass() / dt;
  impl.theta = theta;
  FieldVector vector(u);
  check(VecCopy(vector.get(), impl.start));
  check(VecZeroEntries(impl.known));
  double before = 0;
  if (theta < 1) {
    const auto& rate = impl.system.evaluate(t, impl.start);
    before = impl.system.supply();
    double* values = nullptr;
    check(VecGetArray(impl.known, &values));
    for (grid::Index n = 0; n < rate.layout().owned_size(); ++n) values[n] = (1 - theta) * rate.data()[n];
    check(VecRestoreArray(impl.known, &values));
  }
  SolveReport report = impl.solve(t + dt, u);
  FieldVector after(u);
  static_cast<void>(impl.system.evaluate(t + dt, after.get()));
  report.supply = dt * (theta * impl.system.supply() + (1 - theta) * before);
  return report;
}

SolveReport ImplicitSolver::stationary(double t, grid::RealField& u) {
  auto& impl = *impl_;
  impl.shift = 0;
  impl.theta = 1;
  FieldVector vector(u);
  check(VecCopy(vector.get(), impl.start));
  check(VecZeroEntries(impl.known));
  const bool singular = impl.system.equation().singular();
  if (singular) impl.balance_singular(t, u);
  const double mean = grid::sum(u.erased());
  SolveReport report = impl.solve(t, u);
  if (singular) {
    const double shift = (mean - grid::sum(u.erased())) / static_cast<double>(u.layout().global_size());
    FieldVector solution(u);
    check(VecShift(solution.get(), shift));
    solution.write_back();
  }
  return report;
}

ImplicitSolver::Pairs& ImplicitSolver::pairs() { return impl_->pairs.value(); }

std::string ImplicitSolver::method() const {
  KSP ksp = nullptr;
  SNES snes = impl_->snes;
  if (impl_->ts) check(TSGetSNES(impl_->ts, &snes));
  check(SNESGetKSP(snes, &ksp));
  PC preconditioner = nullptr;
  check(KSPGetPC(ksp, &preconditioner));
  KSPType ksp_type = nullptr;
  PCType pc_type = nullptr;
  check(KSPGetType(ksp, &ksp_type));
  check(PCGetType(preconditioner, &pc_type));
  if (std::string(pc_type) == PCSHELL)
    return fmt::format("{}{} with the given preconditioner, {} in its place",
                       impl_->system.equation().linear() ? "" : "Newton, ", ksp_type,
                       impl_->hierarchy ? "geometric multigrid, " + impl_->hierarchy->describe()
                                        : impl_->spec.preconditioner);
  const bool ours = impl_->hierarchy && std::string(pc_type) == PCMG;
  return fmt::format("{}{} with {}", impl_->system.equation().linear() ? "" : "Newton, ", ksp_type,
                     ours ? "geometric multigrid, " + impl_->hierarchy->describe()
                          : std::string("preconditioner ") + pc_type);
}

}  // namespace sluice::numerics::petsc
