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
  tableau.dense_c.assign(dop853::dense_c.begin(), dop853::dense_c.end());
  for (const auto& row : dop853::dense_a) tableau.dense_a.emplace_back(row.begin(), row.end());
  for (const auto& row : dop853::dense_d) tableau.dense_d.emplace_back(row.begin(), row.end());
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
  if (tableau_.error5.empty()) return;
  control_.emplace(tools.parameters->time.dt, tableau_.order);
  for (std::size_t a = 0; a < components; ++a)
    begin_.emplace_back(
        grid::FieldInfo{component_name("begin", a, components), "1", "psi at the start of the step"},
        tools.transform->physical());
}

void InteractionRungeKutta::state(run::State& state) {
  state.real("segment_end", equal_.segment_end);
  state.real("dt", equal_.dt);
  if (control_) {
    control_->state(state);
    for (auto& one : begin_) state.field(one);
    state.real("begin_time", begin_time_);
    state.real("length", length_);
    state.real("reached", reached_);
    state.integer("ahead", ahead_);
  }
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

void InteractionRungeKutta::add_table(double c, double dt) {
  const auto& transform = *tools_.transform;
  const auto none = no_factors(transform);
  const double scale = 1.0 / static_cast<double>(transform.total_points());
  forth_.push_back(make_drift_table(transform, c * dt, none, false, scale));
  back_.push_back(make_drift_table(transform, -c * dt, none, false, 1));
}

void InteractionRungeKutta::make_tables(double dt) {
  if (dt == table_dt_) return;
  const auto& transform = *tools_.transform;
  const double scale = 1.0 / static_cast<double>(transform.total_points());
  forth_.clear();
  back_.clear();
  for (const double c : tableau_.c) add_table(c, dt);
  whole_ = make_drift_table(transform, dt, filter_, false, scale);
  change_ = make_drift_table(transform, dt, filter_, true, scale);
  table_dt_ = dt;
}

void InteractionRungeKutta::stage(std::size_t s, std::span<const double> row, double t, double dt) {
  auto& transform = *tools_.transform;
  combine(dt, row, stages_, work_);
  add_scaled(1, start_, work_);
  for (std::size_t a = 0; a < work_.size(); ++a) {
    multiply(transform, forth_[s], work_[a]);
    transform.inverse(work_[a], space_[a]);
  }
  rate_in_modes(space_, t, stages_[s]);
  for (auto& one : stages_[s]) multiply(transform, back_[s], one);
}

void InteractionRungeKutta::stages(Components& psi, double t, double dt) {
  make_tables(dt);
  rate_in_modes(psi, t, stages_[0]);
  for (std::size_t s = 1; s < tableau_.c.size(); ++s)
    stage(s, std::span(tableau_.a[s]).first(s), t + tableau_.c[s] * dt, dt);
  dense_known_ = false;
}

void InteractionRungeKutta::dense_stages() {
  if (dense_known_) return;
  const std::size_t n = tableau_.c.size();
  while (stages_.size() < n + 1 + tableau_.dense_c.size())
    stages_.push_back(make_components("stage", begin_.size(), tools_.transform->spectral()));
  if (forth_.size() == n) {
    add_table(1, length_);
    for (const double c : tableau_.dense_c) add_table(c, length_);
  }
  stage(n, tableau_.b, begin_time_ + length_, length_);
  for (std::size_t i = 0; i < tableau_.dense_c.size(); ++i)
    stage(n + 1 + i, std::span(tableau_.dense_a[i]).first(n + 1 + i),
          begin_time_ + tableau_.dense_c[i] * length_, length_);
  dense_known_ = true;
}

// Hairer, Norsett and Wanner, section II.6, eq. (6.13) and contd8 of dop853.f: the interpolant as weights of
// the stages. (x = part, y = 1 - x; polynomials x, x y, x^2 y, x^2 y^2, ...)
void InteractionRungeKutta::interpolate(double part, Components& psi) {
  dense_stages();
  const double x = part, y = 1 - part;
  const std::array<double, 7> p{x,
                                x * y,
                                x * x * y,
                                x * x * y * y,
                                x * x * x * y * y,
                                x * x * x * y * y * y,
                                x * x * x * x * y * y * y};
  std::vector<double> weights(stages_.size(), 0.0);
  for (std::size_t s = 0; s < tableau_.b.size(); ++s) weights[s] = tableau_.b[s] * (p[0] - p[1] + 2 * p[2]);
  weights[0] += p[1] - p[2];
  weights[tableau_.b.size()] -= p[2];
  for (std::size_t j = 0; j < tableau_.dense_d.size(); ++j)
    for (std::size_t s = 0; s < weights.size(); ++s) weights[s] += p[3 + j] * tableau_.dense_d[j][s];
  auto& transform = *tools_.transform;
  combine(length_, weights, stages_, work_);
  add_scaled(1, start_, work_);
  const auto forth = make_drift_table(transform, part * length_, no_factors(transform), false,
                                      1.0 / static_cast<double>(transform.total_points()));
  for (std::size_t a = 0; a < psi.size(); ++a) {
    multiply(transform, forth, work_[a]);
    transform.inverse(work_[a], psi[a]);
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

run::StepResult InteractionRungeKutta::advance_fixed(Components& psi, double t, double dt_max) {
  for (std::size_t a = 0; a < psi.size(); ++a) tools_.transform->forward(psi[a], start_[a]);
  const double dt = equal_.next(t, dt_max, tools_.parameters->time.dt);
  stages(psi, t, dt);
  accept(psi, dt);
  ++steps_;
  return {.accepted = true, .dt_taken = dt, .dt_next = equal_.dt};
}

void InteractionRungeKutta::begin_step(const Components& psi, double t) {
  // Its own sum of steps, so that it does not hang on how many pieces the clock has added up.
  begin_time_ = std::abs(t - reached_) <= 1e-12 * (std::abs(t) + length_) ? reached_ : t;
  copy(psi, begin_);
  for (std::size_t a = 0; a < psi.size(); ++a) tools_.transform->forward(begin_[a], start_[a]);
  for (int tries = 0;; ++tries) {
    length_ = control_->wish();
    stages(begin_, begin_time_, length_);
    if (control_->judge(length_, error(length_))) break;
    if (tries == 50 || length_ < 1e-14 * std::max(1.0, std::abs(t)))
      throw base::AgreedError("dop853: no step down to " + std::to_string(length_) +
                              " meets time.tolerance at t = " + std::to_string(t));
  }
  ++steps_;
  ahead_ = 1;
  known_ = true;
}

void InteractionRungeKutta::finish_step(Components& psi) {
  copy(begin_, psi);
  accept(psi, length_);
  reached_ = begin_time_ + length_;
  ahead_ = 0;
}

run::StepResult InteractionRungeKutta::advance(Components& psi, double t, double dt_max) {
  if (!control_) return advance_fixed(psi, t, dt_max);
  if (ahead_ != 0 && !known_) {  // after a restart
    const std::int64_t before = evaluations_;
    for (std::size_t a = 0; a < psi.size(); ++a) tools_.transform->forward(begin_[a], start_[a]);
    stages(begin_, begin_time_, length_);
    evaluations_ = before;
    known_ = true;
  }
  // What round-off has left of a step is no step of its own.
  if (ahead_ != 0 && begin_time_ + length_ - t <= 1e-10 * length_) finish_step(psi);
  if (ahead_ == 0) begin_step(psi, t);
  const double left = begin_time_ + length_ - t;
  if (left <= dt_max + 1e-14 * length_) {
    finish_step(psi);
    return {.accepted = true, .dt_taken = std::min(left, dt_max), .dt_next = control_->wish()};
  }
  interpolate((t + dt_max - begin_time_) / length_, psi);
  return {.accepted = true, .dt_taken = dt_max, .dt_next = left - dt_max};
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
