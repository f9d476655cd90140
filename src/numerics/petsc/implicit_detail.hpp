// Private to this room: what the two halves of ImplicitSolver (theta and stationary, adaptive) share.
#pragma once
#include <optional>

#include "numerics/petsc/multigrid.hpp"
#include "numerics/petsc/session.hpp"
#include "numerics/petsc/shell.hpp"
#include "numerics/petsc/system.hpp"

namespace sluice::numerics::petsc {

struct ImplicitSolver::Impl {
  Impl(RateEquation& equation, const grid::Grid& grid, const grid::LayoutPtr& layout,
       const ImplicitSpec& given);

  // implicit.cpp
  void make_snes();
  void configure(SNES target);  ///< The one place where linear and Newton solvers get their defaults.
  void configure_classical(PC target) const;
  void residual(Vec u, Vec result);
  SolveReport solve(double t, grid::RealField& u);
  void set_round_off(SNES target, double t, Vec u, double shift, double theta);
  void balance_singular(double t, const grid::RealField& u);
  [[noreturn]] void refuse(SNES failed, const std::string& what) const;

  // pairs.cpp
  void watch(KSP ksp);  ///< Keeps pairs of its solves.
  void look(KSP ksp, int iteration);
  void draw_probe();
  void finish_pair(KSP ksp);

  // adaptive.cpp
  void make_ts();
  void step_residual(double t, Vec u, Vec derivative, Vec result);
  void add_stage(double stage_time, int stage, Vec u);
  [[nodiscard]] std::string step_failure() const;

  [[nodiscard]] base::Communicator communicator() const { return system.layout()->communicator(); }

  ImplicitSpec spec;
  Options options;
  System system;
  std::optional<Hierarchy> hierarchy;
  std::optional<ShellPreconditioner> shell;  ///< Where one is given.
  VecHandle work;                            ///< The residual.
  SnesHandle snes;
  TsHandle ts;
  double least_residual = 0;  ///< Absolute tolerance that the options ask for.

  std::optional<Pairs> pairs;
  VecHandle seen_residual, seen_error;  ///< Work space of the pairs.

  // The theta step under way: shift * (u - start) - theta * rate(time, u) - known = 0.
  VecHandle start, known;
  double time = 0, shift = 0, theta = 1;
  std::vector<double> history;

  // The adaptive step under way; PETSc counts time from its beginning.
  double origin = 0;
  double dt_used = 0;
  double supply = 0;
};

}  // namespace sluice::numerics::petsc
