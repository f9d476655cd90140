// Error-controlled implicit Runge-Kutta steps by PETSc's TSARKIMEX.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/timer.hpp"
#include "numerics/petsc/implicit_detail.hpp"

namespace sluice::numerics::petsc {
namespace {

// SDIRK4 of E. Hairer and G. Wanner, "Solving Ordinary Differential Equations II", 2nd ed. 1996, table
// IV.6.5: five stages, order 4 with an embedded order 3, L-stable, stiffly accurate, one matrix a step. A
// one-step method: nothing but u and the next step size survives a step, so a restart repeats its bits.
constexpr int stages = 5;
constexpr char method_name[] = "sluice_sdirk4";
constexpr std::array<double, stages * stages> a{1. / 4,      0,
                                                0,           0,
                                                0,  //
                                                1. / 2,      1. / 4,
                                                0,           0,
                                                0,  //
                                                17. / 50,    -1. / 25,
                                                1. / 4,      0,
                                                0,  //
                                                371. / 1360, -137. / 2720,
                                                15. / 544,   1. / 4,
                                                0,  //
                                                25. / 24,    -49. / 48,
                                                125. / 16,   -85. / 12,
                                                1. / 4};
constexpr std::array<double, stages> b{25. / 24, -49. / 48, 125. / 16, -85. / 12, 1. / 4};
constexpr std::array<double, stages> b_embedded{59. / 48, -17. / 96, 225. / 32, -85. / 12, 0};
constexpr double diagonal = 1. / 4;
constexpr int most_rejections = 30;

void register_method() {
  static bool done = false;
  if (done) return;
  const std::array<double, stages * stages> no_explicit_part{};
  check(TSARKIMEXRegister(method_name, 4, stages, a.data(), b.data(), nullptr, no_explicit_part.data(),
                          b.data(), nullptr, b_embedded.data(), b_embedded.data(), 1, b.data(), nullptr));
  done = true;
}

PetscErrorCode ts_function(TS, PetscReal t, Vec u, Vec derivative, Vec result, void* context) {
  return guarded(
      [&] { static_cast<ImplicitSolver::Impl*>(context)->step_residual(t, u, derivative, result); });
}

PetscErrorCode ts_jacobian(TS, PetscReal t, Vec u, Vec, PetscReal shift, Mat, Mat, void* context) {
  return guarded([&] {
    auto& impl = *static_cast<ImplicitSolver::Impl*>(context);
    impl.system.assemble(impl.origin + t, u, shift * impl.system.equation().mass(), 1.0);
  });
}

PetscErrorCode ts_stage(TS ts, PetscReal stage_time, PetscInt stage, Vec* u) {
  return guarded([&] {
    void* context = nullptr;
    check(TSGetApplicationContext(ts, &context));
    static_cast<ImplicitSolver::Impl*>(context)->add_stage(stage_time, static_cast<int>(stage), u[stage]);
  });
}

}  // namespace

void ImplicitSolver::Impl::make_ts() {
  register_method();
  check(TSCreate(communicator().handle(), ts.out()));
  check(TSSetOptionsPrefix(ts, spec.prefix.c_str()));
  check(TSSetApplicationContext(ts, this));
  check(TSSetIFunction(ts, work, ts_function, this));
  check(TSSetIJacobian(ts, system.matrix(), system.matrix(), ts_jacobian, this));
  check(TSSetPostStage(ts, ts_stage));
  check(TSSetEquationType(
      ts, TS_EQ_ODE_IMPLICIT));  // slopes of stages as (u - known part) * shift: mass is not 1
  check(TSSetType(ts, TSARKIMEX));
  check(TSARKIMEXSetFullyImplicit(ts, PETSC_TRUE));
  check(TSARKIMEXSetType(ts, method_name));
  check(TSSetTolerances(ts, spec.error_absolute, nullptr, spec.error_relative, nullptr));
  check(TSSetMaxSteps(ts, std::numeric_limits<PetscInt>::max() - 1));
  check(TSSetExactFinalTime(ts, TS_EXACTFINALTIME_STEPOVER));  // the caller clips the step
  check(TSSetErrorIfStepFails(ts, PETSC_FALSE));
  check(TSSetMaxStepRejections(ts, most_rejections));
  check(TSSetMaxSNESFailures(ts, -1));
  TSAdapt adapt = nullptr;
  check(TSGetAdapt(ts, &adapt));
  check(TSAdaptSetType(adapt, TSADAPTBASIC));
  SNES inner = nullptr;
  check(TSGetSNES(ts, &inner));
  configure(inner);
  check(TSSetFromOptions(ts));
  check(SNESGetTolerances(inner, &least_residual, nullptr, nullptr, nullptr, nullptr));
  start = make_vector(*system.layout());
}

void ImplicitSolver::Impl::step_residual(double t, Vec u, Vec derivative, Vec result) {
  const auto& rate = system.evaluate(origin + t, u);
  const double mass = system.equation().mass();
  const double* slope = nullptr;
  double* values = nullptr;
  check(VecGetArrayRead(derivative, &slope));
  check(VecGetArrayWrite(result, &values));
  for (grid::Index n = 0; n < rate.layout().owned_size(); ++n) values[n] = mass * slope[n] - rate.data()[n];
  check(VecRestoreArrayWrite(result, &values));
  check(VecRestoreArrayRead(derivative, &slope));
}

/// The step adds h * sum of b_i * slope_i, and mass * slope_i = rate(stage i) up to the solve's tolerance.
void ImplicitSolver::Impl::add_stage(double stage_time, int stage, Vec u) {
  if (stage == 0) supply = 0;
  check(TSGetTimeStep(ts, &dt_used));
  static_cast<void>(system.evaluate(origin + stage_time, u));
  supply += dt_used * b[static_cast<std::size_t>(stage)] * system.supply();
}

std::string ImplicitSolver::Impl::step_failure() const {
  TSConvergedReason reason{};
  check(TSGetConvergedReason(ts, &reason));
  return reason < 0 ? TSConvergedReasons[reason] : "";
}

AdaptiveReport ImplicitSolver::adaptive_step(double t, double dt, grid::RealField& u) {
  auto& impl = *impl_;
  const base::ScopedTimer timer("solve");
  TS ts = impl.ts;
  SNES snes = nullptr;
  check(TSGetSNES(ts, &snes));
  FieldVector vector(u);
  check(VecCopy(vector.get(), impl.start));
  impl.origin = t;
  PetscInt linear_before = 0, newton_before = 0, rejected_before = 0;
  check(TSGetKSPIterations(ts, &linear_before));
  check(TSGetSNESIterations(ts, &newton_before));
  check(TSGetStepRejections(ts, &rejected_before));
  check(TSSetTime(ts, 0.0));
  check(TSSetTimeStep(ts, dt));
  check(TSSetStepNumber(ts, 0));
  impl.set_round_off(snes, t, vector.get(), impl.system.equation().mass() / (diagonal * dt), 1.0);
  check(TSSetSolution(ts, vector.get()));
  check(TSRestartStep(ts));
  check(TSStep(ts));
  if (const auto failure = impl.step_failure(); !failure.empty()) {
    check(VecCopy(impl.start, vector.get()));
    vector.write_back();
    impl.refuse(snes, fmt::format("the adaptive step from t = {:.9g} ({})", t, failure));
  }
  AdaptiveReport report;
  PetscInt linear = 0, newton = 0, rejected = 0;
  check(TSGetKSPIterations(ts, &linear));
  check(TSGetSNESIterations(ts, &newton));
  check(TSGetStepRejections(ts, &rejected));
  check(TSGetTime(ts, &report.dt_taken));
  check(TSGetTimeStep(ts, &report.dt_next));
  report.solve.linear_iterations = static_cast<int>(linear - linear_before);
  report.solve.newton_iterations = static_cast<int>(newton - newton_before);
  report.solve.supply = impl.supply;
  report.rejected = static_cast<int>(rejected - rejected_before);
  vector.write_back();
  return report;
}

}  // namespace sluice::numerics::petsc
