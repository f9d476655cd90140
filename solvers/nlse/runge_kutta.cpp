#include "nlse/runge_kutta.hpp"

#include <cmath>

#include "base/error.hpp"
#include "nlse/dop853.hpp"
#include "nlse/mode_vectors.hpp"

namespace sluice::solvers::nlse {

using grid::Index;

Tableau classical_tableau() {
  return {.name = "rk4ip",
          .order = 4,
          .c = {0, 0.5, 0.5, 1},
          .b = {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6},
          .a = {{}, {0.5}, {0, 0.5}, {0, 0, 1}},
          .error3 = {},
          .error5 = {}};
}

Tableau dop853_tableau() {
  const auto list = [](const dop853::Row& row) { return std::vector<double>(row.begin(), row.end()); };
  Tableau tableau{.name = "dop853",
                  .order = 8,
                  .c = list(dop853::c),
                  .b = list(dop853::b),
                  .a = {},
                  .error3 = list(dop853::error3),
                  .error5 = list(dop853::error5)};
  for (const auto& row : dop853::a) tableau.a.push_back(list(row));
  return tableau;
}

InteractionRungeKutta::InteractionRungeKutta(const Tools& tools, Tableau tableau)
    : tools_(tools),
      tableau_(std::move(tableau)),
      rates_(*tools.transform, *tools.equation),
      mask_(no_factors(*tools.transform)),
      filter_(no_factors(*tools.transform)) {
  const auto& space = tools.parameters->space;
  filter_ = dealiasing_factors(space, *tools.transform, 1);
  if (space.dealiasing != "filter") mask_ = filter_;
  const std::size_t components = tools.parameters->components();
  for (std::size_t s = 0; s < tableau_.c.size(); ++s)
    stages_.push_back(make_components("stage", components, tools.transform->spectral()));
  start_ = make_components("start", components, tools.transform->spectral());
  work_ = make_components("work", components, tools.transform->spectral());
  space_ = make_components("space", components, tools.transform->physical());
  rate_ = make_components("rate", components, tools.transform->physical());
  if (!tableau_.error5.empty()) control_.emplace(tools.parameters->time.dt, tableau_.order);
}

void InteractionRungeKutta::state(run::State& state) {
  state.real("segment_end", equal_.segment_end);
  state.real("dt", equal_.dt);
  if (control_) control_->state(state);
  state.integer("integrator_steps", steps_);
  state.integer("evaluations", evaluations_);
}

void InteractionRungeKutta::rate_in_modes(Components& psi, double t, Components& to) {
  rates_(psi, t, rate_);
  ++evaluations_;
  for (std::size_t a = 0; a < psi.size(); ++a) {
    tools_.transform->forward(rate_[a], to[a]);
    if (tools_.parameters->space.dealiasing != "none") multiply(*tools_.transform, mask_, to[a]);
  }
}

void InteractionRungeKutta::make_tables(double dt) {
  if (dt == table_dt_) return;
  const auto& transform = *tools_.transform;
  const auto none = no_factors(transform);
  const double scale = 1.0 / static_cast<double>(transform.total_points());
  forth_.clear();
  back_.clear();
  for (const double c : tableau_.c) {
    forth_.push_back(make_drift_table(transform, c * dt, none, false, scale));
    back_.push_back(make_drift_table(transform, -c * dt, none, false, 1));
  }
  whole_ = make_drift_table(transform, dt, filter_, false, scale);
  change_ = make_drift_table(transform, dt, filter_, true, scale);
  table_dt_ = dt;
}

void InteractionRungeKutta::stages(Components& psi, double t, double dt) {
  auto& transform = *tools_.transform;
  make_tables(dt);
  for (std::size_t s = 0; s < tableau_.c.size(); ++s) {
    const double after = tableau_.c[s] * dt;
    if (s == 0) {
      rate_in_modes(psi, t, stages_[0]);
    } else {
      combine(dt, tableau_.a[s].empty() ? std::span<const double>() : std::span(tableau_.a[s]).first(s),
              stages_, work_);
      add_scaled(1, start_, work_);
      for (std::size_t a = 0; a < psi.size(); ++a) {
        multiply(transform, forth_[s], work_[a]);
        transform.inverse(work_[a], space_[a]);
      }
      rate_in_modes(space_, t + after, stages_[s]);
      for (auto& one : stages_[s]) multiply(transform, back_[s], one);
    }
  }
}

/// As in dop853.f, with the root mean square of the modes in place of single numbers: the estimate of order 5
/// corrected by that of order 3.
double InteractionRungeKutta::error(double dt) {
  const auto& communicator = tools_.transform->communicator();
  combine(dt, tableau_.error5, stages_, work_);
  const double five = squared_norm(communicator, work_);
  combine(dt, tableau_.error3, stages_, work_);
  const double three = squared_norm(communicator, work_);
  const double size = std::sqrt(squared_norm(communicator, start_));
  const double below = std::sqrt(five + 0.01 * three);
  if (below == 0) return 0;
  return five / below / (tools_.parameters->time.tolerance * (size > 0 ? size : 1));
}

/// psi += ifft((E - 1) v + E dt sum of b w'): an increment, so that round-off stays that of the change.
void InteractionRungeKutta::accept(Components& psi, double dt) {
  auto& transform = *tools_.transform;
  combine(dt, tableau_.b, stages_, work_);
  for (std::size_t a = 0; a < psi.size(); ++a) {
    multiply(transform, whole_, work_[a]);
    multiply(transform, change_, start_[a]);
    double* u = as_doubles(work_[a].data());
    const double* v = as_doubles(start_[a].data());
    for (Index i = 0; i < 2 * work_[a].layout().owned_size(); ++i) u[i] += v[i];
    transform.inverse(work_[a], space_[a]);
    double* p = as_doubles(psi[a].data());
    const double* q = as_doubles(space_[a].data());
    for (Index i = 0; i < 2 * psi[a].layout().owned_size(); ++i) p[i] += q[i];
  }
}

run::StepResult InteractionRungeKutta::advance(Components& psi, double t, double dt_max) {
  for (std::size_t a = 0; a < psi.size(); ++a) tools_.transform->forward(psi[a], start_[a]);
  double dt = control_ ? control_->propose(dt_max) : equal_.next(t, dt_max, tools_.parameters->time.dt);
  for (int tries = 0;; ++tries) {
    stages(psi, t, dt);
    if (!control_ || control_->judge(dt, error(dt))) break;
    if (tries == 50 || dt < 1e-14 * std::max(1.0, std::abs(t)))
      throw base::AgreedError("dop853: no step down to " + std::to_string(dt) +
                              " meets time.tolerance at t = " + std::to_string(t));
    dt = control_->propose(dt_max);
  }
  accept(psi, dt);
  ++steps_;
  return {.accepted = true, .dt_taken = dt, .dt_next = control_ ? control_->wish() : equal_.dt};
}

std::string InteractionRungeKutta::summary() const {
  return tableau_.name + " in the interaction picture: " + std::to_string(steps_) + " steps" +
         (control_ ? ", " + std::to_string(control_->rejected()) + " rejected" : "") + ", " +
         std::to_string(evaluations_) + " evaluations, " + std::to_string(transforms()) + " transforms";
}

std::int64_t InteractionRungeKutta::transforms() const {
  // The first stage begins in space; start and end of a step take one each.
  return 2 * evaluations_ + steps_ + rates_.transforms() * evaluations_;
}

}  // namespace sluice::solvers::nlse
