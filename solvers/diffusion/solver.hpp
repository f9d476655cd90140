// The solver: state, steps, heat balance.
#pragma once
#include "diffusion/operator.hpp"
#include "numerics/stepping.hpp"
#include "run/solver.hpp"
#include "surrogate/preconditioner.hpp"

namespace sluice::solvers::diffusion {

class DiffusionSolver : public run::Solver {
 public:
  /// Sets up the solve; InputError if an option of the case's `petsc:` block was not used. Collective.
  DiffusionSolver(const DiffusionParameters& parameters, const grid::Grid& grid,
                  const grid::LayoutPtr& layout, const run::Context& context);

  [[nodiscard]] const grid::Grid& grid() const override { return grid_; }
  [[nodiscard]] std::string time_unit() const override { return parameters_.units.time; }
  void initialize() override;
  void state(run::State& state) override;
  run::StepResult advance(double t, double dt_max) override;
  [[nodiscard]] std::vector<run::Output> outputs() override;
  [[nodiscard]] std::vector<run::Quantity> invariants() override;
  [[nodiscard]] std::vector<run::Quantity> diagnostics() override;
  void apply(std::span<const run::Increment> increments) override;
  [[nodiscard]] double rank_tolerance() const override;
  [[nodiscard]] std::vector<std::string> summary() const override;

 private:
  void set_initial_state();
  void count(const numerics::petsc::SolveReport& report);
  run::StepResult step_fixed(double t, double dt_max);
  run::StepResult step_adaptive(double dt_max);
  [[nodiscard]] double heat() const;  ///< Collective.
  [[nodiscard]] double theta() const { return parameters_.time.scheme == "crank_nicolson" ? 0.5 : 1.0; }
  void compute_conductivity();
  void compute_error();

  DiffusionParameters parameters_;
  grid::Grid grid_;
  grid::RealField u_;          ///< Owned cells, no ghosts: PETSc works on this memory.
  grid::RealField k_, error_;  ///< Outputs beside u, each with its own memory: both may be on view at once.
  Operator operator_;
  std::unique_ptr<surrogate::SurrogatePreconditioner> learned_;  ///< Null if there is none.
  numerics::petsc::ImplicitSolver implicit_;

  // State beside u.
  numerics::EqualSteps equal_steps_;
  double origin_ = 0;         ///< Time of the first step; exact solutions and sources count from here.
  double time_ = 0;           ///< Since then.
  double dt_controller_ = 0;  ///< What the error allows next (adaptive).
  double heat_start_ = 0;
  double heat_supplied_ = 0;  ///< By sources, sides and correctors since the start.
  std::int64_t steps_ = 0, rejected_ = 0;
  std::int64_t linear_iterations_ = 0, newton_iterations_ = 0;  ///< Of the last step.
  std::int64_t all_linear_ = 0, all_newton_ = 0;
};

}  // namespace sluice::solvers::diffusion
