#include "run/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/log.hpp"

namespace sluice::run {

std::string format_seconds(double seconds) {
  if (!(seconds < 1e9)) return "?";
  if (seconds < 10) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {:02} h", whole / 86400, whole / 3600 % 24);
}

Progress::Progress(ProgressGoal goal, bool speaks) : goal_(std::move(goal)), speaks_(speaks) {
  redrawn_ = goal_.may_redraw && base::log::progress_is_redrawn();
  interval_ = redrawn_ ? 0.2 : goal_.interval;
}

void Progress::start(double wall, double time, std::int64_t step) {
  start_wall_ = last_wall_ = wall;
  start_time_ = time;
  start_step_ = last_step_ = step;
}

void Progress::step(double wall, double time, std::int64_t step, double dt) {
  if (wall - last_wall_ >= interval_) show(wall, time, step, dt);
}

void Progress::end(double wall, double time, std::int64_t step, double dt) {
  show(wall, time, step, dt);
  if (speaks_ && redrawn_) base::log::end_progress();
}

double Progress::steps_per_second(double wall, std::int64_t step) const {
  const double since = wall - last_wall_;
  if (since > 0.05) return static_cast<double>(step - last_step_) / since;
  return wall > start_wall_ ? static_cast<double>(step - start_step_) / (wall - start_wall_) : 0.0;
}

double Progress::seconds_left(double wall, double time, std::int64_t step) const {
  const double spent = wall - start_wall_;
  double left = std::numeric_limits<double>::infinity();
  if (time > start_time_) left = spent * (goal_.end_time - time) / (time - start_time_);
  if (goal_.max_steps && step > start_step_)
    left = std::min(
        left, spent * static_cast<double>(*goal_.max_steps - step) / static_cast<double>(step - start_step_));
  return std::max(left, 0.0);
}

void Progress::show(double wall, double time, std::int64_t step, double dt) {
  const double rate = steps_per_second(wall, step);
  const std::string unit = goal_.time_unit == "1" ? "" : " " + goal_.time_unit;
  const std::string line =
      fmt::format("step {} | t = {:.6g} of {:.6g}{} | dt = {:.3g} | {:.4g} steps/s | {} left", step, time,
                  goal_.end_time, unit, dt, rate, format_seconds(seconds_left(wall, time, step)));
  last_wall_ = wall;
  last_step_ = step;
  if (!speaks_) return;
  if (goal_.may_redraw)
    base::log::progress(line);
  else
    base::log::info(std::string_view(line));
}

}  // namespace sluice::run
