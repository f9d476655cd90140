// The nlse solver: psi on a periodic box, advanced by a splitting.
#pragma once
#include <memory>
#include <optional>

#include "nlse/measures.hpp"
#include "numerics/stepping.hpp"
#include "run/solver.hpp"

namespace sluice::solvers::nlse {

class NlseSolver final : public run::Solver {
 public:
  /// Plans the transforms (the ones of `context.fingerprint` if there are any). Collective.
  NlseSolver(const NlseParameters& parameters, const run::Context& context);
  /// The same with another splitting than `parameters.integrator`. Collective.
  NlseSolver(const NlseParameters& parameters, const run::Context& context, const Splitting& splitting);

  [[nodiscard]] const grid::Grid& grid() const override { return grid_; }
  void initialize() override;
  void state(run::State& state) override;
  run::StepResult advance(double t, double dt_max) override;
  [[nodiscard]] std::vector<run::Output> outputs() override;
  [[nodiscard]] std::vector<run::Quantity> invariants() override;
  [[nodiscard]] std::vector<run::Quantity> diagnostics() override;
  /// Round-off differs between decompositions; smooth waves keep it, unstable ones let it grow.
  [[nodiscard]] double rank_tolerance() const override { return 1e-10; }
  [[nodiscard]] std::string fingerprint() const override { return transform_.wisdom(); }
  [[nodiscard]] std::vector<std::string> summary() const override;

 private:
  [[nodiscard]] Scene scene() { return {&parameters_, &grid_, &transform_}; }
  void read_initial();

  NlseParameters parameters_;
  grid::Grid grid_;
  numerics::FourierTransform transform_;
  Equation equation_;
  SplitStep split_step_;
  grid::ComplexField psi_;
  grid::RealField density_;
  std::optional<ExactSolution> exact_;
  numerics::EqualSteps steps_;
  double start_ = 0,
         time_ = 0;         ///< Simulated times of the start and of the state: exact solutions need them.
  std::int64_t taken_ = 0;  ///< Steps since the start.
};

}  // namespace sluice::solvers::nlse
