#include "nlse/self_paced.hpp"

#include <cmath>

#include "base/error.hpp"
#include "nlse/mode_vectors.hpp"

namespace sluice::solvers::nlse {

SelfPaced::SelfPaced(const Tools& tools, int order)
    : tools_(tools), control_(tools.parameters->time.dt, order) {
  const std::size_t components = tools.parameters->components();
  for (std::size_t a = 0; a < components; ++a)
    begin_.emplace_back(
        grid::FieldInfo{component_name("begin", a, components), "1", "psi at the start of the step"},
        tools.transform->physical());
}

void SelfPaced::state(run::State& state) {
  control_.state(state);
  for (auto& one : begin_) state.field(one);
  state.real("begin_time", begin_time_);
  state.real("length", length_);
  state.real("reached", reached_);
  state.integer("ahead", ahead_);
  state.integer("integrator_steps", steps_);
}

double SelfPaced::in_tolerances(double error, const Components& psi) const {
  const double size = std::sqrt(squared_norm(tools_.transform->communicator(), psi));
  return error / (tools_.parameters->time.tolerance * (size > 0 ? size : 1));
}

void SelfPaced::begin_step(const Components& psi, double t) {
  // Its own sum of steps, so that it does not hang on how many pieces the clock has added up.
  begin_time_ = std::abs(t - reached_) <= 1e-12 * (std::abs(t) + length_) ? reached_ : t;
  copy(psi, begin_);
  for (int tries = 0;; ++tries) {
    length_ = control_.wish();
    if (control_.judge(length_, attempt(begin_time_, length_))) break;
    if (tries == 50 || length_ < 1e-14 * std::max(1.0, std::abs(t)))
      throw base::AgreedError(tools_.parameters->integrator() + ": no step down to " +
                              std::to_string(length_) + " meets time.tolerance at t = " + std::to_string(t));
  }
  ++steps_;
  ahead_ = 1;
  known_ = true;
}

void SelfPaced::finish_step(Components& psi) {
  finish(psi);
  reached_ = begin_time_ + length_;
  ahead_ = 0;
}

run::StepResult SelfPaced::advance(Components& psi, double t, double dt_max) {
  if (ahead_ != 0 && !known_) {  // after a restart
    (void)attempt(begin_time_, length_);
    known_ = true;
  }
  // What round-off has left of a step is no step of its own.
  if (ahead_ != 0 && begin_time_ + length_ - t <= 1e-10 * length_) finish_step(psi);
  if (ahead_ == 0) begin_step(psi, t);
  const double left = begin_time_ + length_ - t;
  if (left <= dt_max + 1e-14 * length_) {
    finish_step(psi);
    return {.accepted = true, .dt_taken = std::min(left, dt_max), .dt_next = control_.wish()};
  }
  interpolate((t + dt_max - begin_time_) / length_, psi);
  return {.accepted = true, .dt_taken = dt_max, .dt_next = left - dt_max};
}

}  // namespace sluice::solvers::nlse
