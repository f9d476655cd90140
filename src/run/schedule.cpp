#include "run/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice::run {

namespace {

/// A step that ends a few units in the last place early has reached its time.
double reach(double time, double origin) {
  return time + 4 * std::numeric_limits<double>::epsilon() * std::max(std::abs(time), std::abs(origin));
}

}  // namespace

void Schedule::declare(base::Parameters& parameters, bool wall_allowed, const std::string& time_unit) {
  const auto spec = [](std::string help, std::string unit) {
    return base::ParameterSpec{
        .help = std::move(help), .unit = std::move(unit), .may_differ_at_restart = true};
  };
  base::ParameterSpec steps = spec("acts whenever the step number is a multiple of this", "");
  if (otherwise_every_steps) steps.help += fmt::format("; {} if no trigger is named", *otherwise_every_steps);
  steps.minimum = 1;
  parameters.integer("every_steps", every_steps, steps);
  base::ParameterSpec period =
      spec("acts at the first step at or after each multiple of this time", time_unit);
  period.minimum = 0;
  period.exclusive_minimum = true;
  parameters.real("every_time", every_time, period);
  if (wall_allowed) {
    base::ParameterSpec wall = spec("acts whenever so much wall-clock time has gone by", "s");
    wall.minimum = 0;
    wall.exclusive_minimum = true;
    parameters.duration("every_wall", every_wall, wall);
  }
  parameters.reals("times", times, spec("acts at the first step at or after each of these times", time_unit));
  parameters.boolean("at_start", at_start, spec("acts before the first step", ""));
  parameters.boolean("at_end", at_end, spec("acts after the last step", ""));
  parameters.boolean("exact", exact,
                     spec("the clock lands exactly on every_time and times (this changes the steps)", ""));
}

void Schedule::start(double t0) {
  std::sort(times.begin(), times.end());
  origin_ = t0;
  seen_time_ = std::nextafter(t0, -std::numeric_limits<double>::infinity());
  seen_step_ = -1;
  last_wall_ = 0;
}

/// n such that origin + n * every_time is the last multiple reached at `time`; a product, never an
/// accumulated sum.
std::int64_t Schedule::periods(double time) const {
  const double reached = reach(time, origin_);
  const double quotient = std::floor((reached - origin_) / *every_time);
  constexpr double largest =
      9007199254740992.0;  // 2^53: beyond it neighbouring multiples are the same double
  if (!(quotient < largest)) return static_cast<std::int64_t>(largest);
  auto n = static_cast<std::int64_t>(quotient);
  while (origin_ + static_cast<double>(n + 1) * *every_time <= reached) ++n;
  while (n > 0 && origin_ + static_cast<double>(n) * *every_time > reached) --n;
  return std::max<std::int64_t>(n, 0);
}

/// How many of `times` (sorted) are reached at `time`.
std::size_t Schedule::listed(double time) const {
  const auto end = std::upper_bound(times.begin(), times.end(), reach(time, origin_));
  return static_cast<std::size_t>(end - times.begin());
}

bool Schedule::due(const Moment& moment) {
  if (moment.step == seen_step_ && !moment.start) return false;
  bool fires = (at_start && moment.start) || (at_end && moment.end);
  const auto steps = named() ? every_steps : otherwise_every_steps;
  if (steps && moment.step > 0 && moment.step % *steps == 0) fires = true;
  if (every_time && !moment.start && periods(moment.time) > periods(seen_time_)) fires = true;
  if (!times.empty()) {
    const auto reached = listed(moment.time);
    // At the start only a listed time that equals it counts; earlier ones are not made up for.
    const auto before = moment.start
                            ? static_cast<std::size_t>(
                                  std::lower_bound(times.begin(), times.end(), moment.time) - times.begin())
                            : listed(seen_time_);
    if (reached > before) fires = true;
  }
  if (wall_due(moment.wall)) {
    fires = true;
    last_wall_ = moment.wall;
  }
  seen_time_ = moment.time;
  seen_step_ = moment.step;
  return fires;
}

std::optional<double> Schedule::next_required(double time) const {
  if (!exact) return {};
  std::optional<double> next;
  if (every_time) next = origin_ + static_cast<double>(periods(time) + 1) * *every_time;
  if (const auto index = listed(time); index < times.size())
    next = next ? std::min(*next, times[index]) : times[index];
  return next;
}

void Schedule::state(State& state) {
  state.real("origin", origin_);
  state.real("seen_time", seen_time_);
  state.integer("seen_step", seen_step_);
}

bool Schedule::named() const {
  return every_steps || every_time || every_wall || !times.empty() || at_start || at_end;
}

bool Schedule::never() const { return !named() && !otherwise_every_steps; }

}  // namespace sluice::run
