#include "turbulence/solver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/log.hpp"
#include "run/hook.hpp"
#include "run/surrogates.hpp"
#include "turbulence/subgrid.hpp"

namespace sluice::solvers::turbulence {
namespace {

Modes make_fields(const Space& space, const Model& model) {
  Modes result;
  for (const auto& info : model.fields())
    result.push_back(
        ComplexField({info.name, info.unit, "modes of " + info.long_name}, space.transform().spectral()));
  return result;
}

std::vector<std::string> names_of(const Modes& modes) {
  std::vector<std::string> names;
  for (const auto& one : modes) names.push_back(one.info().name);
  return names;
}

}  // namespace

TurbulenceSolver::TurbulenceSolver(const TurbulenceParameters& parameters, const run::Context& context)
    : parameters_(parameters),
      context_(context),
      grid_(parameters.make_grid()),
      space_(context.communicator, parameters.fourier_spec(), parameters.dealiasing_kind(),
             context.fingerprint),
      model_(parameters.make_model(space_, context)),
      u_(make_fields(space_, *model_)),
      u_state_(space_, u_),
      integrator_(make_integrator(parameters.integrator, space_, u_.size())),
      scratch_(space_.make_modes("scratch")),
      nominal_(parameters.dt) {
  if (parameters.lyapunov.every > 0) lyapunov_.emplace(space_, parameters, names_of(u_));
  if (parameters.calibration.method.active()) window_.emplace(parameters_.calibration);
  if (const auto& agents = parameters.navier_stokes.closure.agents; parameters.reinforcement.method.active())
    training_.emplace(
        parameters_.reinforcement, space_, calibrated(), static_cast<std::size_t>(agents[0] * agents[1]),
        base::RandomKey{.seed = static_cast<std::uint64_t>(parameters.reinforcement.method.proximal.seed),
                        .member = context.member});
  if (space_.dealiasing() == Dealiasing::filter) space_.make_filter(parameters.filter_strength);
}

void TurbulenceSolver::initialize() {
  model_->initialize(u_);
  resolution_.begin(model_->tail_ratio(u_));
  if (lyapunov_) lyapunov_->begin(u_, {.seed = context_.seed, .member = context_.member, .stream = 0});
}

void TurbulenceSolver::state(run::State& state) {
  u_state_.declare(state);
  model_->state(state);
  integrator_->state(state);
  if (lyapunov_) lyapunov_->state(state);
  if (window_) window_->state(state);
  resolution_.state(state);
  if (training_) training_->state(state);
  state.real("segment_end", steps_.segment_end);
  state.real("dt", steps_.dt);
  state.real("start", start_);
  state.real("time", time_);
  state.real("nominal", nominal_);
  state.real("rate", rate_);
  state.real("last_dt", last_dt_);
  state.integer("steps", taken_);
  state.reals("sums", sums_);
  state.integer("samples", samples_);
}

void TurbulenceSolver::restored() {
  u_state_.restored();
  model_->restored();
  integrator_->restored();
  if (training_) model_->choose_start(static_cast<std::uint64_t>(training_->starts));
  if (lyapunov_) lyapunov_->restored();
}

/// Steps are dt divided by a power of two: tables of exponentials live long, multistep schemes seldom change.
void TurbulenceSolver::control_step() {
  if (parameters_.cfl <= 0 || !(rate_ > 0)) return;
  const double allowed = parameters_.cfl / rate_;
  double wanted = nominal_;
  while (wanted > allowed) wanted /= 2;
  if (wanted == nominal_ && 2 * nominal_ <= parameters_.dt * (1 + 1e-12) && 2.5 * nominal_ < allowed)
    wanted *= 2;
  if (wanted == nominal_) return;
  nominal_ = wanted;
  steps_.segment_end = -1.7976931348623157e308;  // begins a segment anew
}

/// Where a part of the model may refuse, the state before the step is kept: the whole step is done again.
void TurbulenceSolver::step(double t, double dt) {
  const bool may_refuse = model_->may_refuse();
  if (may_refuse) {
    run::State evolving;
    state(evolving);
    before_.capture(evolving);
  }
  const auto once = [&] {
    model_->begin_step(u_, t, dt, taken_);
    integrator_->advance(*model_, u_, t, dt);
  };
  once();
  if (!may_refuse || model_->step_stands()) return;
  run::State again;
  state(again);
  before_.restore(again);
  restored();
  model_->fall_back();
  once();
}

/// From another start. Collective.
void TurbulenceSolver::begin_anew(double time) {
  model_->choose_start(static_cast<std::uint64_t>(++training_->starts));
  model_->initialize(u_);
  integrator_->forget();
  rate_ = 0;
  training_->begin(time);
}

/// While a policy learns, a run that breaks down is a lesson, not the end.
void TurbulenceSolver::step_or_begin_anew(double t, double dt) {
  if (taken_ % parameters_.navier_stokes.closure.every_steps == 0) training_->before_action(u_[0], t);
  try {
    step(t, dt);
    check(t, dt);
  } catch (const run::StateError& error) {
    base::log::info("from another start, for this one has broken down: {}", error.what());
    training_->failed();
    begin_anew(t + dt);
  }
}

run::StepResult TurbulenceSolver::advance(double t, double dt_max) {
  const double dt = steps_.next(t, dt_max, nominal_);
  if (taken_ == 0 && time_ == start_) {
    start_ = t;
    if (training_) training_->begin(t);
  }
  if (training_) {
    step_or_begin_anew(t, dt);
  } else {
    step(t, dt);
    check(t, dt);
  }
  time_ = t + dt;
  ++taken_;
  if (lyapunov_) lyapunov_->advance(*model_, u_, t, dt, time_ - start_);
  sample();
  if (taken_ % Resolution::every_steps == 0)
    resolution_.watch(time_, model_->tail_ratio(u_), space_.cutoff());
  if (window_ && window_->is_due(taken_, time_ - start_)) {
    static_cast<void>(compute(0));
    window_->sample(space_, values_[0], curves());
  }
  control_step();
  return {.accepted = true, .dt_taken = dt, .dt_next = std::min(steps_.dt, nominal_)};
}

void TurbulenceSolver::check(double t, double dt) {
  constexpr Index lanes = 16;  // sums that do not wait for each other
  std::array<double, lanes> sums{};
  for (const auto& field : u_) {
    const auto* numbers = reinterpret_cast<const double*>(field.data());
    space_.each_strip([&](Index at, Index, Index count) {
      Index i = 2 * at;
      for (; i + lanes <= 2 * (at + count); i += lanes)
        for (Index lane = 0; lane < lanes; ++lane)
          sums[static_cast<std::size_t>(lane)] += 0 * numbers[i + lane];
      for (; i < 2 * (at + count); ++i) sums[0] += 0 * numbers[i];
    });
  }
  const double sum = std::accumulate(sums.begin(), sums.end(), 0.0);
  std::array<double, 2> both{model_->advection_rate(), std::isfinite(sum) ? 0.0 : 1.0};
  if (!std::isfinite(both[0])) both = {0, 1};
  space_.communicator().max(both);
  rate_ = both[0];
  last_dt_ = dt;
  if (both[1] > 0 || rate_ * dt > parameters_.blow_up_cfl) give_up(t, dt, both[1] == 0);
}

/// The run writes the outputs of this state to snapshots/post_mortem_*.h5.
void TurbulenceSolver::give_up(double t, double dt, bool finite) {
  std::string tail;
  if (finite)
    for (const auto& curve : model_->curves(u_, t)) {
      const std::size_t size = curve.values.size();
      if (curve.name.find("spectrum") == std::string::npos || size < 4) continue;
      tail += fmt::format("; {} at {:.4g}, {:.4g}, {:.4g}: {:.3g}, {:.3g}, {:.3g}", curve.name,
                          curve.at[size / 4], curve.at[size / 2], curve.at[size - 1], curve.values[size / 4],
                          curve.values[size / 2], curve.values[size - 1]);
    }
  std::string names;
  for (const auto& field : u_) names += (names.empty() ? "" : ", ") + field.info().name;
  throw run::StateError(fmt::format(
      "step {} from t = {:.10g}: {} {}, CFL number {:.4g} at its beginning (dt = {:.4g}){}; "
      "a shorter time.dt, a finer grid or more dissipation may help",
      taken_ + 1, t, names, finite ? "grows without bound" : "is not finite", rate_ * dt, dt, tail));
}

void TurbulenceSolver::sample() {
  if (parameters_.mean_every <= 0 || taken_ % parameters_.mean_every != 0 ||
      time_ - start_ < parameters_.mean_start)
    return;
  const auto values = model_->samples(u_, time_ - start_);
  sums_.resize(values.size(), 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) sums_[i] += values[i].value;
  ++samples_;
}

grid::FieldView TurbulenceSolver::compute(std::size_t output) {
  const auto fields = model_->fields(), further = model_->further_outputs();
  if (values_.empty()) values_.resize(fields.size() + further.size());
  const auto& info = output < fields.size() ? fields[output] : further[output - fields.size()];
  if (!values_[output].data()) values_[output] = RealField(info, space_.transform().physical());
  space_.clear_rest(scratch_);
  if (output < fields.size())
    space_.each_mode([&](Index at, double, double, double) { scratch_.data()[at] = u_[output].data()[at]; });
  else
    model_->further_output(output - fields.size(), u_, scratch_);
  space_.each_mode(
      [&, scale = 1 / space_.points()](Index at, double, double, double) { scratch_.data()[at] *= scale; });
  space_.transform().inverse(scratch_, values_[output]);
  return values_[output].erased();
}

std::vector<run::Output> TurbulenceSolver::outputs() {
  std::vector<run::Output> result;
  for (const auto& list : {model_->fields(), model_->further_outputs()})
    for (const auto& info : list)
      result.push_back(
          {.info = info, .components = 1, .compute = [this, n = result.size()] { return compute(n); }});
  for (std::size_t n = 0; n < u_.size(); ++n) result[n].conserved = true;  // rates are divergences
  if (RealField* field = model_->given_field())
    result.push_back(
        {.info = field->info(), .components = 1, .compute = [field] { return field->erased(); }});
  return result;
}

std::vector<run::Quantity> TurbulenceSolver::invariants() { return model_->invariants(u_, time_ - start_); }

std::vector<run::Quantity> TurbulenceSolver::diagnostics() {
  auto result = model_->diagnostics(u_, time_ - start_);
  result.push_back({.name = "cfl", .unit = "1", .value = rate_ * last_dt_});
  if (parameters_.mean_every > 0) {
    const auto samples = model_->samples(u_, time_ - start_);
    std::vector<double> means(samples.size(), 0.0);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (samples_ > 0) means[i] = sums_[i] / static_cast<double>(samples_);
      result.push_back({.name = "mean_" + samples[i].name, .unit = samples[i].unit, .value = means[i]});
    }
    for (auto& quantity : model_->from_means(means)) result.push_back(std::move(quantity));
  }
  if (lyapunov_)
    for (auto& quantity : lyapunov_->quantities()) result.push_back(std::move(quantity));
  return result;
}

surrogate::Surrogate& TurbulenceSolver::calibrated() {
  surrogate::Surrogate& surrogate =
      context_.surrogates->get("closure.use", parameters_.navier_stokes.closure.use);
  surrogate.check_can_learn("closure.use");
  return surrogate;
}

std::unique_ptr<run::SubgridCompanion> TurbulenceSolver::subgrid_companion(const run::SubgridSpec& spec) {
  return std::make_unique<SpectralCompanion>(parameters_, spec, space_, *model_, u_, context_);
}

void TurbulenceSolver::apply(std::span<const run::Increment> increments) {
  for (const auto& increment : increments) {
    RealField* field = model_->given_field();
    if (field != nullptr && field->info().name == increment.output) {
      grid::add(increment.change, *field);
      model_->given_field_changed();
      continue;
    }
    const auto found = std::find_if(
        u_.begin(), u_.end(), [&](const ComplexField& one) { return one.info().name == increment.output; });
    if (found == u_.end())
      throw base::AgreedError("output " + increment.output + " of turbulence cannot be corrected; " +
                              u_[0].info().name + " can");
    RealField copy(increment.change.info, space_.transform().physical());
    grid::add(increment.change, copy);
    space_.transform().forward(copy, scratch_);
    space_.each_mode([&](Index at, double, double, double) { found->data()[at] += scratch_.data()[at]; });
  }
}

void TurbulenceSolver::jumped(double from, double to) {
  if (lyapunov_) throw base::AgreedError("emulator: Lyapunov exponents need every step of the solver");
  if (taken_ == 0 && time_ == start_) start_ = from;
  time_ = to;
  integrator_->forget();
}

std::vector<std::string> TurbulenceSolver::summary() const {
  return {fmt::format("{} of order {}: {} steps, {} evaluations", parameters_.integrator,
                      integrator_->order(), taken_, taken_ * integrator_->stages())};
}

}  // namespace sluice::solvers::turbulence
