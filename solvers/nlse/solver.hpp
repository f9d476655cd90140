// The nlse solver: one or several wave functions on a periodic box.
#pragma once
#include <memory>
#include <optional>

#include "nlse/integrator.hpp"
#include "nlse/integrators.hpp"
#include "nlse/measures.hpp"
#include "nlse/monitor.hpp"
#include "nlse/noise.hpp"
#include "run/curve.hpp"
#include "run/points.hpp"
#include "run/solver.hpp"

namespace sluice::solvers::nlse {

class NlseSolver final : public run::Solver, public run::CurveSource, public run::PointSource {
 public:
  /// Plans the transforms (the ones of `context.fingerprint` if there are any). Collective.
  NlseSolver(const NlseParameters& parameters, const run::Context& context);
  /// The same with another splitting than `parameters.time.integrator`. Collective.
  NlseSolver(const NlseParameters& parameters, const run::Context& context, const Splitting& splitting);

  [[nodiscard]] const grid::Grid& grid() const override { return grid_; }
  void initialize() override;
  void state(run::State& state) override;
  void restored() override;
  run::StepResult advance(double t, double dt_max) override;
  [[nodiscard]] std::vector<run::Output> outputs() override;
  [[nodiscard]] std::vector<run::Quantity> invariants() override;
  [[nodiscard]] std::vector<run::Quantity> diagnostics() override;
  void apply(std::span<const run::Increment> increments) override;
  /// Round-off differs between decompositions; smooth waves keep it, unstable ones let it grow.
  [[nodiscard]] double rank_tolerance() const override { return 1e-10; }
  [[nodiscard]] std::string fingerprint() const override { return transform_.wisdom(); }
  [[nodiscard]] std::vector<std::string> summary() const override { return {integrator_->summary()}; }
  /// `spectrum`: what shells of wavenumbers hold of the mass.
  [[nodiscard]] std::vector<run::Curve> curves() override;
  [[nodiscard]] std::string no_points() const override;
  /// Vortices: x, y, charge, component.
  [[nodiscard]] run::PointTable points() override;
  /// Transforms of one component that the steps took.
  [[nodiscard]] std::int64_t transforms() const { return integrator_->transforms(); }

 private:
  [[nodiscard]] Scene scene() { return {&parameters_, &grid_, &transform_, &equation_}; }
  [[nodiscard]] const Budget& budget();
  struct Sorted {
    std::vector<run::Quantity> conserved, others;
  };
  /// What is an integral, sorted by whether this equation conserves it.
  [[nodiscard]] Sorted integrals();
  /// mass_change, energy_change, ...: of the conserved ones against the start of the run.
  [[nodiscard]] std::vector<run::Quantity> changes();
  void add_state_measures(std::vector<run::Quantity>& to);

  NlseParameters parameters_;
  grid::Grid grid_;
  numerics::FourierTransform transform_;
  Equation equation_;
  Components psi_;
  run::Context context_;
  std::unique_ptr<Integrator> integrator_;
  std::optional<Noise> noise_;
  Monitor monitor_;
  std::vector<grid::RealField> density_;
  std::optional<ExactSolution> exact_;
  std::optional<Budget> budget_;  ///< Of the present state, if it is known.
  double start_ = 0,
         time_ = 0;            ///< Simulated times of the start and of the state: exact solutions need them.
  std::int64_t taken_ = 0;     ///< Steps since the start.
  std::vector<double> first_;  ///< What is conserved, at the start.
};

}  // namespace sluice::solvers::nlse
