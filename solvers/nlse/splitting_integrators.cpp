#include "nlse/splitting_integrators.hpp"

#include <cmath>

#include "base/error.hpp"
#include "nlse/mode_vectors.hpp"

namespace sluice::solvers::nlse {
namespace {

std::int64_t transforms_of(const Splitting& splitting, std::int64_t steps) {
  return 2 * static_cast<std::int64_t>(splitting.drifts.size()) * steps;
}

}  // namespace

FixedSplitting::FixedSplitting(const Tools& tools, Splitting splitting)
    : tools_(tools),
      split_step_(*tools.transform, *tools.equation, std::move(splitting), tools.parameters->space,
                  tools.parameters->time.increment_form) {}

void FixedSplitting::state(run::State& state) {
  state.real("segment_end", equal_.segment_end);
  state.real("dt", equal_.dt);
  state.integer("integrator_steps", steps_);
}

run::StepResult FixedSplitting::advance(Components& psi, double t, double dt_max) {
  const double dt = equal_.next(t, dt_max, tools_.parameters->time.dt);
  split_step_.advance(psi, t, dt);
  ++steps_;
  return {.accepted = true, .dt_taken = dt, .dt_next = equal_.dt};
}

std::string FixedSplitting::summary() const {
  return "splitting " + tools_.parameters->integrator() + ": " + std::to_string(steps_) + " steps, " +
         std::to_string(transforms()) + " transforms";
}

std::int64_t FixedSplitting::transforms() const { return transforms_of(split_step_.splitting(), steps_); }

AdaptiveSplitting::AdaptiveSplitting(const Tools& tools, const Splitting& splitting)
    : tools_(tools),
      whole_step_(*tools.transform, *tools.equation, splitting, tools.parameters->space,
                  tools.parameters->time.increment_form),
      half_step_(*tools.transform, *tools.equation, splitting, tools.parameters->space,
                 tools.parameters->time.increment_form),
      before_(make_components("before", tools.parameters->components(), tools.transform->physical())),
      whole_(make_components("whole", tools.parameters->components(), tools.transform->physical())),
      control_(tools.parameters->time.dt, splitting.order + 1) {}

void AdaptiveSplitting::state(run::State& state) {
  control_.state(state);
  state.integer("integrator_steps", steps_);
}

run::StepResult AdaptiveSplitting::advance(Components& psi, double t, double dt_max) {
  const auto& communicator = tools_.transform->communicator();
  copy(psi, before_);
  const double size = std::sqrt(squared_norm(communicator, psi));
  const double richardson = std::pow(2.0, whole_step_.splitting().order) - 1;
  for (int tries = 0; tries < 50; ++tries) {
    const double dt = control_.propose(dt_max);
    copy(before_, whole_);
    whole_step_.advance(whole_, t, dt);
    half_step_.advance(psi, t, 0.5 * dt);
    half_step_.advance(psi, t + 0.5 * dt, 0.5 * dt);
    add_scaled(-1, psi, whole_);
    const double error = std::sqrt(squared_norm(communicator, whole_)) / richardson;
    if (control_.judge(dt, error / (tools_.parameters->time.tolerance * (size > 0 ? size : 1)))) {
      ++steps_;
      return {.accepted = true, .dt_taken = dt, .dt_next = control_.wish()};
    }
    copy(before_, psi);
  }
  throw base::AgreedError("adaptive splitting: no step down to " + std::to_string(control_.wish()) +
                          " meets time.tolerance at t = " + std::to_string(t));
}

std::string AdaptiveSplitting::summary() const {
  return "adaptive splitting " + tools_.parameters->integrator() + ": " + std::to_string(steps_) +
         " steps, " + std::to_string(control_.rejected()) + " rejected, " + std::to_string(transforms()) +
         " transforms";
}

std::int64_t AdaptiveSplitting::transforms() const {
  return transforms_of(whole_step_.splitting(), 3 * (steps_ + control_.rejected()));
}

}  // namespace sluice::solvers::nlse
