#include "nlse/splitting_integrators.hpp"

#include <cmath>

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
    : SelfPaced(tools, splitting.order + 1),
      tools_(tools),
      whole_step_(*tools.transform, *tools.equation, splitting, tools.parameters->space,
                  tools.parameters->time.increment_form),
      half_step_(*tools.transform, *tools.equation, splitting, tools.parameters->space,
                 tools.parameters->time.increment_form),
      end_(make_components("end", tools.parameters->components(), tools.transform->physical())),
      whole_(make_components("whole", tools.parameters->components(), tools.transform->physical())) {}

void AdaptiveSplitting::state(run::State& state) {
  SelfPaced::state(state);
  state.integer("landings", landings_);
}

double AdaptiveSplitting::attempt(double t, double length) {
  copy(begin(), whole_);
  whole_step_.advance(whole_, t, length);
  copy(begin(), end_);
  half_step_.advance(end_, t, 0.5 * length);
  half_step_.advance(end_, t + 0.5 * length, 0.5 * length);
  add_scaled(-1, end_, whole_);
  const double richardson = std::pow(2.0, whole_step_.splitting().order) - 1;
  return in_tolerances(std::sqrt(squared_norm(tools_.transform->communicator(), whole_)) / richardson,
                       begin());
}

void AdaptiveSplitting::finish(Components& psi) { copy(end_, psi); }

void AdaptiveSplitting::interpolate(double part, Components& psi) {
  const double half = 0.5 * part * length();
  copy(begin(), psi);
  half_step_.advance(psi, begin_time(), half);
  half_step_.advance(psi, begin_time() + half, half);
  ++landings_;
}

std::string AdaptiveSplitting::summary() const {
  return "adaptive splitting " + tools_.parameters->integrator() + ": " + std::to_string(steps()) +
         " steps, " + std::to_string(rejected()) + " rejected, " + std::to_string(transforms()) +
         " transforms";
}

std::int64_t AdaptiveSplitting::transforms() const {
  return transforms_of(whole_step_.splitting(), 3 * (steps() + rejected()) + 2 * landings_);
}

}  // namespace sluice::solvers::nlse
