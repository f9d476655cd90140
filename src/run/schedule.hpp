// When a hook acts. By steps, simulated time, wall time, at the start, at the end.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "run/state.hpp"

namespace sluice::run {

/// Where the run stands. The same on every rank.
struct Moment {
  double time = 0;
  std::int64_t step = 0;
  bool start = false;  ///< Before the first step of a fresh run.
  bool end = false;    ///< The run is finished (t_end or max_steps), not merely stopped.
  double wall = 0;     ///< Seconds since the run began, agreed over ranks.
};

/// Triggers of one hook. A time trigger fires at the first step that reaches its time; with `exact` its times
/// become required times that the clock lands on (which changes the steps; without it, looking never does).
class Schedule {
 public:
  /// Steps between firings if the case names no trigger at all; empty: then it never fires.
  std::optional<std::int64_t> otherwise_every_steps;
  std::optional<std::int64_t> every_steps;
  std::optional<double> every_time;
  std::optional<double> every_wall;  ///< [s]
  std::vector<double> times;
  bool at_start = false;
  bool at_end = false;
  bool exact = false;

  /// Declares every_steps, every_time (unit `time_unit`), every_wall, times, at_start, at_end, exact.
  /// With `wall_allowed` false (hooks that can change the state) every_wall is not offered.
  void declare(base::Parameters& parameters, bool wall_allowed = true, const std::string& time_unit = "");
  /// True if it fires at this moment, once a moment; moves on to what is due next.
  [[nodiscard]] bool due(const Moment& moment);
  /// Begins at `t0` (fresh run); time triggers count from there: t0 + n * every_time.
  void start(double t0);
  /// The next time after `time` that the clock must land on; empty if not exact.
  [[nodiscard]] std::optional<double> next_required(double time) const;
  void state(State& state);  ///< What has been seen so far (wall time does not survive a restart).
  [[nodiscard]] bool never() const;
  /// True if `due` would fire at this wall time because of every_wall; other triggers are not looked at.
  [[nodiscard]] bool wall_due(double wall) const { return every_wall && wall - last_wall_ >= *every_wall; }

 private:
  [[nodiscard]] bool named() const;  ///< The case names a trigger.
  [[nodiscard]] std::int64_t periods(double time) const;
  [[nodiscard]] std::size_t listed(double time) const;

  // What has fired is told by the last time that was looked at, not by counters, so that a restart may change
  // the periods or the list and still repeats and skips nothing.
  double origin_ = 0;
  double seen_time_ = 0;
  std::int64_t seen_step_ = -1;
  double last_wall_ = 0;
};

}  // namespace sluice::run
