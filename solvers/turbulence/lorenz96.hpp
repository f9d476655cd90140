// Lorenz-96, one and two scales, an ensemble of systems: what is decomposed is the list of systems.
//   X_k' = -X_{k-1} (X_{k-2} - X_{k+1}) - X_k + F - (h c/b) sum_j Y_jk
//   Y_j' = -c b Y_{j+1} (Y_{j+2} - Y_{j-1}) - c Y_j + (h c/b) X_k      (Y is one ring of K J)
#pragma once
#include <array>

#include "base/parameters.hpp"
#include "numerics/stepping.hpp"
#include "run/solver.hpp"

namespace sluice::solvers::turbulence {

struct Lorenz96Parameters {
  std::int64_t fast = 0;  ///< J; 0: one scale.
  double forcing = 8, coupling = 1, amplitude_ratio = 10, time_ratio = 10;
  void declare(base::Parameters& parameters);
};

/// What the solver needs of the case besides.
struct Lorenz96Run {
  Lorenz96Parameters equation;
  double dt = 0.005, mean_start = 0, lyapunov_start = 0, separation = 1e-7;
  std::int64_t systems = 1, variables = 40, mean_every = 0, lyapunov_every = 0;
};

class Lorenz96Solver final : public run::Solver {
 public:
  Lorenz96Solver(const Lorenz96Run& run, const grid::Grid& grid, const run::Context& context);
  [[nodiscard]] static grid::LayoutPtr layout(const base::Communicator& communicator, std::int64_t systems,
                                              std::int64_t variables);
  [[nodiscard]] const grid::Grid& grid() const override { return grid_; }
  void initialize() override;
  void state(run::State& state) override;
  run::StepResult advance(double t, double dt_max) override;
  [[nodiscard]] std::vector<run::Output> outputs() override;
  [[nodiscard]] std::vector<run::Quantity> invariants() override { return {}; }
  [[nodiscard]] std::vector<run::Quantity> diagnostics() override;
  /// A chaotic system lets round-off grow, but a system is on one rank whatever their number.
  [[nodiscard]] double rank_tolerance() const override { return 1e-13; }

 private:
  struct Ensemble {
    grid::RealField x, y;
  };
  [[nodiscard]] Ensemble make_ensemble(const std::string& suffix) const;
  void tendency(const double* x, const double* y, double* dx, double* dy) const;
  void step(Ensemble& ensemble, double dt);
  void rescale(double time);
  void sample();

  Lorenz96Run run_;
  grid::Grid grid_;
  run::Context context_;
  grid::LayoutPtr slow_, fast_;
  Ensemble first_, second_;
  grid::RealField growth_;                   ///< Sum of logarithms of growth of each system.
  std::array<std::vector<double>, 4> work_;  ///< Start, stage, rate and sum of one system.
  numerics::EqualSteps steps_;
  double start_ = 0, time_ = 0, last_rescaling_ = 0, counted_ = 0;
  std::int64_t taken_ = 0, samples_ = 0;
  std::vector<double> sums_{0, 0, 0};  ///< Of X, X^2 and U over samples, means over all systems.
};

}  // namespace sluice::solvers::turbulence
