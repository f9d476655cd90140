#include "run/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/log.hpp"
#include "base/timer.hpp"
#include "run/run_impl.hpp"

namespace sluice::run {

namespace {

constexpr int most_rejections = 100;  // in a row
constexpr int most_redos = 20;        // of one step

}  // namespace

bool Run::Impl::at_end() const {
  if (waiting) return false;
  if (stationary) return clock.step() > 0;
  return clock.time() >= end_time || (the_case.run.max_steps && clock.step() >= *the_case.run.max_steps);
}

/// The next time that the clock lands on exactly.
double Run::Impl::required_time(double until) const {
  double required = std::min(until, end_time);
  const auto next = std::upper_bound(land_on.begin(), land_on.end(), clock.time());
  if (next != land_on.end()) required = std::min(required, *next);
  if (const auto asked = hooks.next_required(clock.time()); asked && *asked > clock.time())
    required = std::min(required, *asked);
  return required;
}

void Run::Impl::check_step(const StepResult& result, double dt_max) const {
  const bool fits = result.dt_taken > 0 && result.dt_taken <= dt_max * (1 + 1e-14);
  if (!fits)
    throw StateError(fmt::format(
        "step {} at t = {:.17g}: the solver took dt = {:.6g}; above 0 and at most {:.6g} is allowed",
        clock.step() + 1, clock.time(), result.dt_taken, dt_max));
  const double smallest = std::numeric_limits<double>::epsilon() * std::abs(clock.time());
  if (result.dt_taken < smallest && result.dt_taken < dt_max)
    throw StateError(
        fmt::format("step {} at t = {:.17g}: dt = {:.3g} is below the resolution of time ({:.3g})",
                    clock.step() + 1, clock.time(), result.dt_taken, smallest));
}

/// By the solver, or by the surrogate in its place.
StepResult Run::Impl::advance(double dt_max) {
  const double t = clock.time();
  if (!emulator) return solver->advance(t, dt_max);
  return emulator->advance(t, dt_max, *outputs,
                           [this, t](double limit) { return solver->advance(t, limit); });
}

/// Calls the solver until it accepts a step.
StepResult Run::Impl::accepted_step(double dt_max) {
  double limit = dt_max;
  for (int tries = 0; tries < most_rejections; ++tries) {
    const StepResult result = advance(limit);
    if (result.accepted) {
      check_step(result, limit);
      return result;
    }
    if (!(result.dt_next > 0))
      throw StateError(
          fmt::format("step {} at t = {:.17g}: the solver refused dt = {:.6g} and names {:.6g} instead; "
                      "it must be above 0",
                      clock.step() + 1, clock.time(), limit, result.dt_next));
    limit = std::min(limit, result.dt_next);
  }
  throw StateError(fmt::format("step {} at t = {:.17g} was refused {} times in a row; the last dt was {:.6g}",
                               clock.step() + 1, clock.time(), most_rejections, limit));
}

/// One step, redone from the kept state as long as a hook asks for it.
StepResult Run::Impl::step_that_stands(double required) {
  const double way = required - clock.time();
  if (!redo_possible) return accepted_step(way);
  State evolving;
  evolving_state(evolving);
  StateCopy before;
  before.capture(evolving);
  double limit = way;
  for (int tries = 0; tries < most_redos; ++tries) {
    const StepResult result = accepted_step(limit);
    new_state();
    Look look =
        look_at({.time = clock.time() + result.dt_taken, .step = clock.step() + 1, .wall = control->wall()});
    look.dt = result.dt_taken;
    const std::optional<double> asked = hooks.redo(look);
    if (!asked) return result;
    State again;
    evolving_state(again);
    before.restore(again);
    solver->restored();
    new_state();
    limit = std::min(way, *asked);
  }
  throw StateError(fmt::format("step {} at t = {:.17g} was redone {} times; the last limit of dt was {:.6g}",
                               clock.step() + 1, clock.time(), most_redos, limit));
}

void Run::Impl::new_state() {
  outputs->new_state();
  quantities->new_state();
}

Look Run::Impl::look_at(const Moment& moment) {
  return {.moment = moment,
          .solver = solver.get(),
          .outputs = &*outputs,
          .quantities = &*quantities,
          .dt = last_dt,
          .steps_per_second = progress->steps_per_second(control->elapsed(), clock.step()),
          .emulated = emulator && emulator->emulated()};
}

/// Value of a column of the history. Collective.
double Run::Impl::column(const std::string& name) {
  if (name == "time") return clock.time();
  if (name == "step") return static_cast<double>(clock.step());
  if (name == "dt") return last_dt;
  for (const Quantity& quantity : quantities->get())
    if (quantity.name == name) return quantity.value;
  throw base::Error("quantity '" + name + "' has gone");
}

/// Correctors, then observers, then what was expected at this step.
void Run::Impl::take_moment(const Moment& moment) {
  const Look look = look_at(moment);
  hooks.correct(look, *solver);
  hooks.observe(look);
  if (expected.due(moment.step))
    expected.take(moment.step, [this](const std::string& name) { return column(name); });
}

void Run::Impl::first_moment() {
  begun = true;
  if (fresh)
    take_moment({.time = clock.time(),
                 .step = clock.step(),
                 .start = true,
                 .end = !stationary && at_end(),
                 .wall = control->wall()});
}

void Run::Impl::obey(const Decision& decision) {
  if (decision.stop && !at_end()) {
    stopped = true;
    base::log::end_progress();
    base::log::info("stopping after step {}: {}", clock.step(), decision.reason);
  } else if ((decision.checkpoint || checkpoint_wanted) && !at_end()) {
    write_checkpoint(false);
  }
  checkpoint_wanted = false;
}

void Run::Impl::step(double until) {
  const double required = stationary && end_time <= clock.time() ? clock.time() + 1 : required_time(until);
  const double begin = base::wall_seconds();
  StepResult result;
  {
    const base::ScopedTimer timer("step");
    result = step_that_stands(required);
  }
  step_seconds += base::wall_seconds() - begin;
  clock.advance(result.dt_taken, required);
  last_dt = result.dt_taken;
  ++steps_here;
  new_state();
  const Decision decision = control->look(communicator.is_root() && hooks.wall_due(control->elapsed()));
  waiting = meeting_time && clock.time() >= *meeting_time;
  if (waiting) {
    if (decision.stop) obey(decision);
    return;
  }
  take_moment({.time = clock.time(), .step = clock.step(), .end = at_end(), .wall = control->wall()});
  obey(decision);
  progress->step(control->elapsed(), clock.time(), clock.step(), last_dt);
}

void Run::Impl::fail(const std::string& reason) {
  failure = reason.empty() ? "unknown error" : reason;
  base::log::end_progress();
  base::log::error("step {}, t = {:.10g}: {}", clock.step(), clock.time(), failure);
  post_mortem();
}

bool Run::Impl::advance_to(double until) {
  if (finished_before || stopped || !failure.empty()) return false;
  try {
    if (!begun) first_moment();
    while (!at_end() && !stopped && (clock.time() < until || stationary)) step(until);
  } catch (const base::AgreedError& error) {
    fail(error.what());
  }
  return failure.empty() && !stopped && !at_end();
}

bool Run::Impl::arrive_at(double meeting) {
  if (finished_before || stopped || !failure.empty()) return false;
  meeting_time = meeting;
  waiting = clock.time() >= meeting;
  try {
    if (!begun && !waiting) first_moment();
    while (!at_end() && !stopped && !waiting) step(meeting);
    if (waiting) refuse_not_finite(whole_state());
  } catch (const base::AgreedError& error) {
    fail(error.what());
  }
  meeting_time.reset();
  return waiting && failure.empty() && !stopped;
}

void Run::Impl::depart() {
  waiting = false;
  ++meetings;
  new_state();
  try {
    if (!begun && fresh) {
      first_moment();
    } else {
      begun = true;
      take_moment({.time = clock.time(), .step = clock.step(), .end = at_end(), .wall = control->wall()});
    }
    checkpoint_wanted = false;
    if (!at_end()) write_checkpoint(false);
  } catch (const base::AgreedError& error) {
    fail(error.what());
  }
}

Run::Run(const base::Communicator& communicator, const Registry& registry, Case& the_case, RunFolder& folder,
         RunOptions options)
    : impl_(std::make_unique<Impl>(communicator, registry.libraries, the_case, folder, std::move(options))) {}

Run::~Run() = default;
void Run::start() { impl_->start(); }
bool Run::advance_to(double time) { return impl_->advance_to(time); }
bool Run::arrive_at(double meeting) { return impl_->arrive_at(meeting); }
void Run::depart() { impl_->depart(); }
Status Run::finish() { return impl_->finish(); }
double Run::end_time() const { return impl_->end_time; }
double Run::time() const { return impl_->clock.time(); }
std::int64_t Run::step() const { return impl_->clock.step(); }
bool Run::stopped() const { return impl_->stopped; }
bool Run::over() const {
  return impl_->finished_before || impl_->stopped || !impl_->failure.empty() || impl_->at_end();
}
std::int64_t Run::meetings() const { return impl_->meetings; }
OutputSet& Run::outputs() { return *impl_->outputs; }
bool Run::has_solver() const { return impl_->solver != nullptr; }
Solver& Run::solver() { return *impl_->solver; }
std::vector<Hook*> Run::hooks() { return impl_->hooks.all(); }
std::string Run::failure() const { return impl_->failure; }
std::string Run::checkpoint() const {
  if (impl_->checkpoint_step < 0) return impl_->resumed_from;
  return checkpoint_of_step(impl_->folder.path(), impl_->checkpoint_step).string();
}

}  // namespace sluice::run
