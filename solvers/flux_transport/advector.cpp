#include "advector.hpp"

#include <algorithm>
#include <cmath>

#include "base/timer.hpp"
#include "flow.hpp"
#include "numerics/exponential.hpp"

namespace sluice::solvers::flux_transport {

namespace {

numerics::ShuOsherScheme integrator_of(const std::string& name) {
  return name == "euler"      ? numerics::forward_euler
         : name == "ssprk33"  ? numerics::ssprk33
         : name == "ssprk104" ? numerics::ssprk104
                              : numerics::ssprk43;
}

numerics::AdvectionScheme scheme_of(const std::string& name) {
  return name == "upwind"  ? numerics::AdvectionScheme::upwind
         : name == "weno3" ? numerics::AdvectionScheme::weno3
         : name == "weno5" ? numerics::AdvectionScheme::weno5
                           : numerics::AdvectionScheme::weno3_lax_friedrichs;
}

}  // namespace

void attenuation(std::span<const double> b, double scale, std::span<double> factor) {
  const double over = 1 / scale;
  const double* __restrict from = b.data();
  double* __restrict to = factor.data();
#pragma GCC ivdep
  for (std::size_t i = 0; i < b.size(); ++i) to[i] = numerics::one_minus_tanh(from[i] * over);
}

Advector::Advector(const numerics::SphereBlock& block, const FluxTransportParameters& parameters,
                   const numerics::PolarFilter* filter)
    : block_(block),
      parameters_(parameters),
      filter_(filter),
      integrator_(integrator_of(parameters.advection.integrator)),
      advection_(block, scheme_of(parameters.advection.scheme), parameters.advection.upwinding),
      still_(is_still(parameters.flow)),
      steady_(is_steady(parameters.flow)),
      zonal_rate_(still_ ? 0.0 : bound_of_rate(parameters.flow, block, advection_)) {
  rate_ = zonal_rate_;
  next_change_ = std::numeric_limits<double>::infinity();
  if (parameters.flow.attenuation)
    factor_ = grid::RealField({"factor", "1", "attenuation of the flows"}, block.layout());
}

void Advector::add(std::unique_ptr<FlowPart> part) { parts_.push_back(std::move(part)); }

void Advector::begin(double t, const grid::RealField& field) {
  rate_ = zonal_rate_;
  next_change_ = std::numeric_limits<double>::infinity();
  for (const auto& part : parts_) {
    part->begin(t, field);
    rate_ += part->fastest_rate();
    next_change_ = std::min(next_change_, part->next_change());
  }
}

double Advector::limit() const {
  if (rate_ <= 0) return std::numeric_limits<double>::infinity();
  // Half of the Courant limit in two dimensions; the integrator's SSP limit; Strang splitting takes half
  // steps.
  const double strang = parameters_.step.splitting == "strang" ? 2 : 1;
  return parameters_.step.safety * 0.5 * integrator_.limit * strang / rate_;
}

void Advector::prepare(double t, double dt, grid::RealField& field, grid::HaloExchange& exchange) {
  if (still()) return;
  const base::ScopedTimer timer("velocities");
  const bool changes = first_ || !steady_ || !parts_.empty();
  if (changes) set_velocities(t + 0.5 * dt, exchange);
  first_ = false;
  if (!parameters_.flow.attenuation) return;
  exchange(field);
  attenuation(field.span(), *parameters_.flow.attenuation, factor_.span());
  advection_.attenuate(factor_);
}

void Advector::set_velocities(double t, grid::HaloExchange& exchange) {
  const auto& flow = parameters_.flow;
  if (parts_.empty() && is_zonal(flow)) {
    zonal_.set(flow, block_, t);
    return advection_.set_zonal(zonal_.theta, zonal_.phi);
  }
  if (parts_.empty() && steady_) return flux_transport::set_velocities(flow, block_, advection_, t);
  advection_.make_faces();
  auto &north = advection_.north_faces(), &west = advection_.west_faces();
  set_zonal(flow, block_, t, north, west);
  if (!is_zonal(flow)) {
    if (tilted_north_.data() == nullptr) {
      tilted_north_ = grid::RealField(north.info(), block_.layout());
      tilted_west_ = grid::RealField(north.info(), block_.layout());
      add_tilted(flow, block_, tilted_north_, tilted_west_);
    }
    for (auto [from, to] : {std::pair{&tilted_north_, &north}, std::pair{&tilted_west_, &west}})
      for (std::size_t i = 0; i < to->span().size(); ++i) to->span()[i] += from->span()[i];
  }
  for (const auto& part : parts_) part->add(t, north, west);
  advection_.faces_changed(exchange);
}

void Advector::mix(grid::RealField& start, grid::RealField& newest) const {
  const auto a = integrator_.mixed_start, b = integrator_.mixed_newest;
  for (grid::Index i = 0; i < block_.rows(); ++i) {
    double* __restrict u0 = start.view().row(i), * __restrict u = newest.view().row(i);
    for (grid::Index k = 0; k < block_.columns(); ++k) {
      const double first = u0[k], last = u[k];
      u0[k] = a.start * first + a.newest * last;
      u[k] = b.start * first + b.newest * last;
    }
  }
}

void Advector::advance(grid::RealField& field, double dt, Scratch& scratch, grid::HaloExchange& exchange) {
  if (still()) return;
  const base::ScopedTimer timer("advection");
  // u_0 stays in the field until the last stage; the stages alternate between two work fields.
  grid::RealField* newest = &field;
  grid::RealField *out = &scratch.a, *other = &scratch.b;
  if (filter_ != nullptr) (*filter_)(field);
  for (std::size_t i = 0; i < integrator_.stages.size(); ++i) {
    const bool last = i + 1 == integrator_.stages.size();
    exchange(*newest);
    grid::RealField& result = last && newest != &field ? field : *out;
    advection_.stage(integrator_.stages[i], dt, field, *newest, result);
    if (filter_ != nullptr) (*filter_)(result);
    if (last && newest == &field) std::copy(out->span().begin(), out->span().end(), field.span().begin());
    newest = out;
    std::swap(out, other);
    if (i + 1 == integrator_.mix_after) mix(field, *newest);
  }
  stages_ += static_cast<std::int64_t>(integrator_.stages.size());
}

void Advector::velocities(grid::RealField& u_theta, grid::RealField& u_phi) const {
  if (!first_) advection_.cell_velocities(u_theta, u_phi);
  for (auto* field : {&u_theta, &u_phi})
    for (double& value : field->span()) value = first_ ? 0.0 : value / speed_unit;
}

void Advector::state(run::State& state) {
  for (std::size_t i = 0; i < parts_.size(); ++i)
    state.within("flow_" + std::to_string(i), [&](run::State& s) { parts_[i]->state(s); });
}

}  // namespace sluice::solvers::flux_transport
