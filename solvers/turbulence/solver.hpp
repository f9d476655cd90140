// The turbulence solver: a model among its modes, advanced by an integrator.
#pragma once
#include <memory>
#include <optional>

#include "numerics/stepping.hpp"
#include "run/calibration.hpp"
#include "run/curve.hpp"
#include "run/emulator.hpp"
#include "run/solver.hpp"
#include "run/subgrid.hpp"
#include "turbulence/lyapunov.hpp"
#include "turbulence/reinforcement.hpp"
#include "turbulence/resolution.hpp"

namespace sluice::solvers::turbulence {

class TurbulenceSolver final : public run::Solver,
                               public run::CurveSource,
                               public run::SubgridSource,
                               public run::Emulable,
                               public run::Calibrated,
                               public run::Environment {
 public:
  /// Plans the transforms (the ones of `context.fingerprint` if there are any). Collective.
  TurbulenceSolver(const TurbulenceParameters& parameters, const run::Context& context);

  [[nodiscard]] const grid::Grid& grid() const override { return grid_; }
  void initialize() override;
  void state(run::State& state) override;
  void restored() override;
  run::StepResult advance(double t, double dt_max) override;
  [[nodiscard]] std::vector<run::Output> outputs() override;
  [[nodiscard]] std::vector<run::Quantity> invariants() override;
  [[nodiscard]] std::vector<run::Quantity> diagnostics() override;
  [[nodiscard]] std::vector<run::Curve> curves() override { return model_->curves(u_, time_ - start_); }
  [[nodiscard]] std::unique_ptr<run::SubgridCompanion> subgrid_companion(
      const run::SubgridSpec& spec) override;
  void apply(std::span<const run::Increment> increments) override;
  void jumped(double from, double to) override;
  /// Round-off differs between decompositions; a chaotic flow lets it grow, so this holds for short runs. The
  /// difference of two near copies, from which Lyapunov exponents are made, feels it in units of itself.
  [[nodiscard]] double rank_tolerance() const override {
    return lyapunov_ ? 1e-14 / parameters_.lyapunov.separation : 1e-9;
  }
  [[nodiscard]] std::string fingerprint() const override { return space_.wisdom(); }
  [[nodiscard]] std::vector<std::string> summary() const override;

  [[nodiscard]] surrogate::Surrogate& calibrated() override;
  [[nodiscard]] std::vector<double> observed() override { return window_->observed(); }
  void begin_window() override { window_->begin(time_ - start_); }
  [[nodiscard]] std::vector<double>& calibration_memory() override { return window_->memory; }

  [[nodiscard]] surrogate::Surrogate& policy() override { return training_->policy(); }
  [[nodiscard]] surrogate::Actor& actor() override { return training_->actor(); }
  [[nodiscard]] std::vector<double>& learner_memory() override { return training_->memory; }
  void reset() override { begin_anew(time_); }

  [[nodiscard]] Modes& modes() { return u_; }
  [[nodiscard]] Space& space() { return space_; }

 private:
  void step(double t, double dt);
  void begin_anew(double time);
  void step_or_begin_anew(double t, double dt);
  void control_step();
  void check(double t, double dt);
  [[noreturn]] void give_up(double t, double dt, bool finite);
  void sample();
  grid::FieldView compute(std::size_t output);

  TurbulenceParameters parameters_;
  run::Context context_;
  grid::Grid grid_;
  Space space_;
  std::unique_ptr<Model> model_;
  Modes u_;
  ManyModesState u_state_;
  std::unique_ptr<Integrator> integrator_;
  Resolution resolution_;
  std::optional<Lyapunov> lyapunov_;
  std::optional<WindowStatistics> window_;  ///< While the closure is calibrated.
  std::optional<PolicyTraining> training_;  ///< While the closure is a policy that learns.
  ComplexField scratch_;
  std::vector<RealField> values_;  ///< Outputs in space, made when first asked for.
  numerics::EqualSteps steps_;
  run::StateCopy before_;          ///< Of a step that may have to be done again.
  double start_ = 0, time_ = 0;    ///< Simulated times of the start and of the state.
  double nominal_ = 0;             ///< Step that the CFL number allows.
  double rate_ = 0, last_dt_ = 0;  ///< Advection rate at the beginning of the last step, of all ranks.
  std::int64_t taken_ = 0;
  std::vector<double> sums_;  ///< Of the samples.
  std::int64_t samples_ = 0;
};

}  // namespace sluice::solvers::turbulence
