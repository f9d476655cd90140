#include "nlse/etdrk4.hpp"

#include <cmath>

#include "nlse/kernels.hpp"
#include "nlse/mode_vectors.hpp"

namespace sluice::solvers::nlse {

using grid::Complex;
using grid::Index;

std::array<Complex, 3> phi_functions(double y) {
  const Complex z(0, y);
  if (std::abs(y) > 1) {
    const Complex one = phase_factor_minus_one(y) / z, two = (one - 1.0) / z;
    return {one, two, (two - 0.5) / z};
  }
  std::array<Complex, 3> result{};
  double factorial = 1;
  for (int n = 1; n <= 3; ++n) {
    factorial *= n;
    Complex term = 1 / factorial, sum = term;
    for (int j = 1; j < 20; ++j) sum += term *= z / static_cast<double>(j + n);
    result[static_cast<std::size_t>(n - 1)] = sum;
  }
  return result;
}

Etdrk4::Etdrk4(const Tools& tools)
    : tools_(tools),
      rates_(*tools.transform, *tools.equation),
      mask_(no_factors(*tools.transform)),
      filter_(dealiasing_factors(tools.parameters->space, *tools.transform, 1)),
      squared_(squared_wavenumbers(*tools.transform)) {
  if (tools.parameters->space.dealiasing != "filter") mask_ = filter_;
  const std::size_t n = tools.parameters->components();
  for (Components* modes : {&start_, &stage_, &rate_start_, &rate_a_, &rate_b_})
    *modes = make_components("modes", n, tools.transform->spectral());
  for (Components* space : {&space_, &rate_})
    *space = make_components("space", n, tools.transform->physical());
}

void Etdrk4::state(run::State& state) {
  state.real("segment_end", equal_.segment_end);
  state.real("dt", equal_.dt);
  state.integer("integrator_steps", steps_);
}

void Etdrk4::make_tables(double dt) {
  if (dt == table_dt_) return;
  for (Numbers* table : {&half_, &half_less_one_, &whole_less_one_, &q_, &f1_, &f2_, &f3_}) table->clear();
  for (const double k2 : squared_) {
    const double y = -0.5 * k2 * dt;
    const auto [p1, p2, p3] = phi_functions(y);
    half_less_one_.push_back(phase_factor_minus_one(0.5 * y));
    half_.push_back(1.0 + half_less_one_.back());
    whole_less_one_.push_back(phase_factor_minus_one(y));
    q_.push_back(0.5 * dt * phi_functions(0.5 * y)[0]);
    f1_.push_back(dt * (p1 - 3.0 * p2 + 4.0 * p3));
    f2_.push_back(dt * (2.0 * p2 - 4.0 * p3));
    f3_.push_back(dt * (4.0 * p3 - p2));
  }
  table_dt_ = dt;
}

void Etdrk4::rate_of(Components& psi, double t, Components& rate) {
  rates_(psi, t, rate_);
  for (std::size_t a = 0; a < psi.size(); ++a) {
    tools_.transform->forward(rate_[a], rate[a]);
    if (tools_.parameters->space.dealiasing != "none") multiply(*tools_.transform, mask_, rate[a]);
  }
}

void Etdrk4::rate_at(Components& modes, double t, Components& rate) {
  const double scale = 1.0 / static_cast<double>(tools_.transform->total_points());
  for (std::size_t a = 0; a < modes.size(); ++a) {
    tools_.transform->inverse(modes[a], space_[a]);
    double* u = as_doubles(space_[a].data());
    for (Index i = 0; i < 2 * space_[a].layout().owned_size(); ++i) u[i] *= scale;
  }
  rate_of(space_, t, rate);
}

run::StepResult Etdrk4::advance(Components& psi, double t, double dt_max) {
  auto& transform = *tools_.transform;
  const double dt = equal_.next(t, dt_max, tools_.parameters->time.dt);
  make_tables(dt);
  for (std::size_t a = 0; a < psi.size(); ++a) transform.forward(psi[a], start_[a]);
  rate_of(psi, t, rate_start_);
  const auto each = [&](Components& to, auto function) {
    for (std::size_t a = 0; a < psi.size(); ++a)
      for (std::size_t i = 0; i < squared_.size(); ++i) to[a].data()[i] = function(a, i);
  };
  const auto at = [](const Components& z, std::size_t a, std::size_t i) { return z[a].data()[i]; };
  const auto stage_a = [&](std::size_t a, std::size_t i) {
    return half_[i] * at(start_, a, i) + q_[i] * at(rate_start_, a, i);
  };
  each(stage_, stage_a);
  rate_at(stage_, t + 0.5 * dt, rate_a_);
  each(stage_,
       [&](std::size_t a, std::size_t i) { return half_[i] * at(start_, a, i) + q_[i] * at(rate_a_, a, i); });
  rate_at(stage_, t + 0.5 * dt, rate_b_);
  each(stage_, [&](std::size_t a, std::size_t i) {
    return half_[i] * stage_a(a, i) + q_[i] * (2.0 * at(rate_b_, a, i) - at(rate_start_, a, i));
  });
  add_scaled(1, rate_b_, rate_a_);
  rate_at(stage_, t + dt, rate_b_);
  // As an increment, so that round-off stays that of the change.
  each(stage_, [&](std::size_t a, std::size_t i) {
    return whole_less_one_[i] * at(start_, a, i) + f1_[i] * at(rate_start_, a, i) +
           f2_[i] * at(rate_a_, a, i) + f3_[i] * at(rate_b_, a, i);
  });
  const bool filtered = tools_.parameters->space.dealiasing != "none";
  const double scale = 1.0 / static_cast<double>(transform.total_points());
  for (std::size_t a = 0; a < psi.size(); ++a) {
    if (filtered) {  // filter (v + change) - v
      grid::ComplexField& change = stage_[a];
      for (std::size_t i = 0; i < squared_.size(); ++i) change.data()[i] += start_[a].data()[i];
      multiply(transform, filter_, change);
      for (std::size_t i = 0; i < squared_.size(); ++i) change.data()[i] -= start_[a].data()[i];
    }
    transform.inverse(stage_[a], space_[a]);
    double* p = as_doubles(psi[a].data());
    const double* q = as_doubles(space_[a].data());
    for (Index i = 0; i < 2 * psi[a].layout().owned_size(); ++i) p[i] += scale * q[i];
  }
  ++steps_;
  return {.accepted = true, .dt_taken = dt, .dt_next = equal_.dt};
}

std::string Etdrk4::summary() const {
  return "etdrk4: " + std::to_string(steps_) + " steps, " + std::to_string(transforms()) + " transforms";
}

std::int64_t Etdrk4::transforms() const { return (9 + 4 * rates_.transforms()) * steps_; }

}  // namespace sluice::solvers::nlse
