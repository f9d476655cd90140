#include "nlse/runge_kutta.hpp"

#include <cmath>

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

InteractionSteps::InteractionSteps(const Tools& tools, Tableau tableau)
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
}

void InteractionSteps::rate_in_modes(Components& psi, double t, Components& to) {
  rates_(psi, t, rate_);
  for (std::size_t a = 0; a < psi.size(); ++a) {
    tools_.transform->forward(rate_[a], to[a]);
    if (tools_.parameters->space.dealiasing != "none") multiply(*tools_.transform, mask_, to[a]);
  }
}

void InteractionSteps::add_table(double c, double dt) {
  const auto& transform = *tools_.transform;
  const auto none = no_factors(transform);
  const double scale = 1.0 / static_cast<double>(transform.total_points());
  forth_.push_back(make_drift_table(transform, c * dt, none, false, scale));
  back_.push_back(make_drift_table(transform, -c * dt, none, false, 1));
}

void InteractionSteps::make_tables(double dt) {
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

void InteractionSteps::stage(std::size_t s, std::span<const double> row, double c) {
  auto& transform = *tools_.transform;
  combine(dt_, row, stages_, work_);
  add_scaled(1, start_, work_);
  for (std::size_t a = 0; a < work_.size(); ++a) {
    multiply(transform, forth_[s], work_[a]);
    transform.inverse(work_[a], space_[a]);
  }
  rate_in_modes(space_, t_ + c * dt_, stages_[s]);
  for (auto& one : stages_[s]) multiply(transform, back_[s], one);
}

void InteractionSteps::begin(const Components& psi, double t, double dt) {
  t_ = t;
  dt_ = dt;
  make_tables(dt);
  copy(psi, space_);
  for (std::size_t a = 0; a < psi.size(); ++a) tools_.transform->forward(space_[a], start_[a]);
  rate_in_modes(space_, t, stages_[0]);
  for (std::size_t s = 1; s < tableau_.c.size(); ++s)
    stage(s, std::span(tableau_.a[s]).first(s), tableau_.c[s]);
  dense_known_ = false;
}

void InteractionSteps::make_dense_stages() {
  if (dense_known_) return;
  const std::size_t n = tableau_.c.size();
  while (stages_.size() < n + 1 + tableau_.dense_c.size())
    stages_.push_back(make_components("stage", start_.size(), tools_.transform->spectral()));
  if (forth_.size() == n) {
    add_table(1, dt_);
    for (const double c : tableau_.dense_c) add_table(c, dt_);
  }
  stage(n, tableau_.b, 1);
  for (std::size_t i = 0; i < tableau_.dense_c.size(); ++i)
    stage(n + 1 + i, std::span(tableau_.dense_a[i]).first(n + 1 + i), tableau_.dense_c[i]);
  dense_known_ = true;
}

// Hairer, Norsett and Wanner, section II.6, eq. (6.13) and contd8 of dop853.f: the interpolant as weights of
// the stages. (x = part, y = 1 - x; polynomials x, x y, x^2 y, x^2 y^2, ...)
void InteractionSteps::interpolate(double part, Components& psi) {
  make_dense_stages();
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
  combine(dt_, weights, stages_, work_);
  add_scaled(1, start_, work_);
  const auto forth = make_drift_table(transform, part * dt_, no_factors(transform), false,
                                      1.0 / static_cast<double>(transform.total_points()));
  for (std::size_t a = 0; a < psi.size(); ++a) {
    multiply(transform, forth, work_[a]);
    transform.inverse(work_[a], psi[a]);
  }
}

/// As in dop853.f, with the norm of all modes in place of single numbers: the estimate of order 5 corrected
/// by that of order 3.
double InteractionSteps::error() {
  const auto& communicator = tools_.transform->communicator();
  combine(dt_, tableau_.error5, stages_, work_);
  const double five = squared_norm(communicator, work_);
  combine(dt_, tableau_.error3, stages_, work_);
  const double three = squared_norm(communicator, work_);
  const double below = std::sqrt(five + 0.01 * three);
  return below == 0 ? 0 : five / below;
}

/// psi += ifft((E - 1) v + E dt sum of b w'): an increment, so that round-off stays that of the change.
void InteractionSteps::finish(Components& psi) {
  auto& transform = *tools_.transform;
  combine(dt_, tableau_.b, stages_, work_);
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

std::int64_t InteractionSteps::transforms(std::int64_t steps, std::int64_t evaluations) const {
  // The first stage begins in space; start and end of a step take one each.
  return 2 * evaluations + steps + rates_.transforms() * evaluations;
}

}  // namespace sluice::solvers::nlse
