#include "nlse/runge_kutta_integrators.hpp"

#include "nlse/mode_vectors.hpp"

namespace sluice::solvers::nlse {
namespace {

std::string counted(std::int64_t evaluations, std::int64_t transforms) {
  return ", " + std::to_string(evaluations) + " evaluations, " + std::to_string(transforms) + " transforms";
}

std::int64_t stages_of(const InteractionSteps& method) {
  return static_cast<std::int64_t>(method.tableau().c.size());
}

}  // namespace

FixedRungeKutta::FixedRungeKutta(const Tools& tools, Tableau tableau)
    : tools_(tools), method_(tools, std::move(tableau)) {}

void FixedRungeKutta::state(run::State& state) {
  state.real("segment_end", equal_.segment_end);
  state.real("dt", equal_.dt);
  state.integer("integrator_steps", steps_);
}

run::StepResult FixedRungeKutta::advance(Components& psi, double t, double dt_max) {
  const double dt = equal_.next(t, dt_max, tools_.parameters->time.dt);
  method_.begin(psi, t, dt);
  method_.finish(psi);
  ++steps_;
  return {.accepted = true, .dt_taken = dt, .dt_next = equal_.dt};
}

std::int64_t FixedRungeKutta::evaluations() const { return stages_of(method_) * steps_; }

std::string FixedRungeKutta::summary() const {
  return method_.tableau().name + " in the interaction picture: " + std::to_string(steps_) + " steps" +
         counted(evaluations(), transforms());
}

std::int64_t FixedRungeKutta::transforms() const { return method_.transforms(steps_, evaluations()); }

AdaptiveRungeKutta::AdaptiveRungeKutta(const Tools& tools, Tableau tableau)
    : SelfPaced(tools, tableau.order), method_(tools, std::move(tableau)) {}

void AdaptiveRungeKutta::state(run::State& state) {
  SelfPaced::state(state);
  state.integer("interpolated", interpolated_);
  state.integer("last_interpolated", last_interpolated_);
}

double AdaptiveRungeKutta::attempt(double t, double length) {
  method_.begin(begin(), t, length);
  return in_tolerances(method_.error(), method_.start());
}

void AdaptiveRungeKutta::finish(Components& psi) {
  copy(begin(), psi);
  method_.finish(psi);
}

void AdaptiveRungeKutta::interpolate(double part, Components& psi) {
  method_.interpolate(part, psi);
  if (last_interpolated_ != steps()) ++interpolated_;
  last_interpolated_ = steps();
}

std::int64_t AdaptiveRungeKutta::evaluations() const {
  return stages_of(method_) * (steps() + rejected()) + method_.dense_stages() * interpolated_;
}

std::string AdaptiveRungeKutta::summary() const {
  return method_.tableau().name + " in the interaction picture: " + std::to_string(steps()) + " steps, " +
         std::to_string(rejected()) + " rejected" + counted(evaluations(), transforms());
}

std::int64_t AdaptiveRungeKutta::transforms() const { return method_.transforms(steps(), evaluations()); }

}  // namespace sluice::solvers::nlse
