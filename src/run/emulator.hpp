// A surrogate in place of the solver's steps: one call takes the state on by a large step, and by a rule the
// solver itself does.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "run/surrogate_change.hpp"
#include "run/surrogates.hpp"

namespace sluice::run {

struct EmulatorParameters {
  std::string use;
  double step = 0;  ///< [time] Of one call.
  double from = 0;  ///< [time]
  std::int64_t solve_every = 0;
  void declare(base::Parameters& parameters, const std::string& time_unit);
};

/// What a solver derives from beside Solver if its state may be taken on by somebody else.
class Emulable {
 public:
  virtual ~Emulable() = default;
  /// `apply` has made of the state at `from` the one at `to`: what the solver keeps of time and of earlier
  /// steps has to follow. Collective.
  virtual void jumped(double from, double to) = 0;
};

/// The surrogate's outputs are the changes of the solver's outputs over `step`. Of every `solve_every` large
/// steps the last is the solver's own, in as many steps as it needs; so is one that the guard refuses, and
/// whatever is left to the next required time where that is less than a large step.
class Emulator {
 public:
  /// InputError if the solver cannot be emulated, or not by this surrogate.
  Emulator(const EmulatorParameters& parameters, Solver& solver, Surrogates& surrogates);
  /// As Solver::advance; `solve` is the solver's own. Collective.
  StepResult advance(double t, double dt_max, OutputSet& outputs,
                     const std::function<StepResult(double dt_max)>& solve);
  void state(State& state);
  [[nodiscard]] bool emulated() const { return emulated_ != 0; }  ///< The last step.

 private:
  [[nodiscard]] bool emulate(double t, OutputSet& outputs);
  EmulatorParameters parameters_;
  Solver* solver_;
  Emulable* emulable_;
  SurrogateChange change_;
  double solve_until_;  ///< The large step that the solver is in ends here.
  std::int64_t large_steps_ = 0, emulated_ = 0;
};

}  // namespace sluice::run
