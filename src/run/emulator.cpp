#include "run/emulator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/timer.hpp"

namespace sluice::run {

namespace {

constexpr double same = 1e-9;  // of a large step: times that differ by less are the same

Emulable& emulable(Solver& solver) {
  auto* found = dynamic_cast<Emulable*>(&solver);
  if (found == nullptr)
    throw base::InputError("emulator.use: this solver's steps cannot be taken by a surrogate");
  return *found;
}

}  // namespace

void EmulatorParameters::declare(base::Parameters& p, const std::string& time_unit) {
  p.text("use", use,
         {.help = "name of the surrogate under `surrogates:`; its outputs are the changes of the solver's "
                  "outputs of "
                  "the same names over `step`; left out: the solver takes every step"});
  p.real("step", step,
         {.help = "time that one call takes the state on by; what it was trained for",
          .unit = time_unit,
          .minimum = 0});
  p.real("from", from, {.help = "until then the solver takes every step", .unit = time_unit});
  p.integer(
      "solve_every", solve_every,
      {.help = "the last of so many large steps is the solver's own; 0: only those that the guard refuses",
       .minimum = 0});
}

Emulator::Emulator(const EmulatorParameters& parameters, Solver& solver, Surrogates& surrogates)
    : parameters_(parameters),
      solver_(&solver),
      emulable_(&emulable(solver)),
      change_("emulator: use: " + parameters.use, surrogates.get("emulator.use", parameters.use), solver,
              "1"),
      solve_until_(std::numeric_limits<double>::lowest()) {
  if (!(parameters.step > 0)) throw base::InputError("emulator.step: 0; a time above 0 is needed");
}

bool Emulator::emulate(double t, OutputSet& outputs) {
  const base::ScopedTimer timer("emulator");
  const std::vector<Increment> increments = change_.call(solver_->grid(), outputs, 1.0, parameters_.step);
  if (increments.empty()) return false;
  solver_->apply(increments);
  emulable_->jumped(t, t + parameters_.step);
  return true;
}

StepResult Emulator::advance(double t, double dt_max, OutputSet& outputs,
                             const std::function<StepResult(double)>& solve) {
  const double step = parameters_.step, little = same * step;
  emulated_ = 0;
  if (t < parameters_.from - little) return solve(std::min(dt_max, parameters_.from - t));
  if (t < solve_until_ - little) return solve(std::min(dt_max, solve_until_ - t));
  if (dt_max < step - little || change_.surrogate().is_off()) return solve(dt_max);
  const bool own = parameters_.solve_every > 0 && ++large_steps_ % parameters_.solve_every == 0;
  if (!own && emulate(t, outputs)) {
    emulated_ = 1;
    return {.accepted = true, .dt_taken = std::min(step, dt_max), .dt_next = step};
  }
  solve_until_ = t + step;
  return solve(std::min(dt_max, step));
}

void Emulator::state(State& state) {
  state.real("solve_until", solve_until_);
  state.integer("large_steps", large_steps_);
  state.integer("emulated", emulated_);
}

}  // namespace sluice::run
