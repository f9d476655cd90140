// Largest Lyapunov exponent by two copies (Benettin et al., Phys. Rev. A 14 (1976) 2338): a second state
// takes the same steps; its difference from the first is measured and scaled back every so often.
#pragma once
#include <memory>

#include "turbulence/integrators.hpp"
#include "turbulence/parameters.hpp"

namespace sluice::solvers::turbulence {

class Lyapunov {
 public:
  Lyapunov(const Space& space, const TurbulenceParameters& parameters, const std::vector<std::string>& names);
  void begin(const Modes& u, const base::RandomKey& key);
  /// Takes the step that `u` has just taken, which ends at `time` from the start. Collective.
  void advance(Model& model, const Modes& u, double t, double dt, double time);
  /// Mean growth rate so far, and its standard error from the scatter of ten blocks of time at least as long
  /// as a tenth.
  [[nodiscard]] std::vector<run::Quantity> quantities() const;
  void state(run::State& state);
  void restored();

 private:
  /// Root mean square of the difference; scaled back to the separation.
  void rescale(const Modes& u, double time);
  [[nodiscard]] double norm(const Modes& u) const;
  const Space* space_;
  LyapunovParameters parameters_;
  Modes copy_;
  ManyModesState copy_state_;
  std::unique_ptr<Integrator> integrator_;
  double separation_ = 0, growth_ = 0, counted_ = 0, last_time_ = 0;
  std::int64_t steps_ = 0;
  std::vector<double> growths_;  ///< Logarithm of growth and length of every interval counted.
};

}  // namespace sluice::solvers::turbulence
