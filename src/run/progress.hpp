// The line that tells how far a run is.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace sluice::run {

/// Where the run is going, for the time left.
struct ProgressGoal {
  double end_time = 0;
  std::optional<std::int64_t> max_steps{};
  std::string time_unit;
  double interval = 10;    ///< [s] between lines where the line is not redrawn.
  bool may_redraw = true;  ///< False for one of several runs on one terminal.
};

/// Only the root rank shows anything.
class Progress {
 public:
  Progress(ProgressGoal goal, bool speaks);
  void start(double wall, double time, std::int64_t step);
  /// Shows the line if it is time for one. `wall`: seconds since the run began.
  void step(double wall, double time, std::int64_t step, double dt);
  void end(double wall, double time, std::int64_t step, double dt);
  /// Over the time since the last line (or the start).
  [[nodiscard]] double steps_per_second(double wall, std::int64_t step) const;

 private:
  void show(double wall, double time, std::int64_t step, double dt);
  [[nodiscard]] double seconds_left(double wall, double time, std::int64_t step) const;

  ProgressGoal goal_;
  bool speaks_;
  bool redrawn_ = false;
  double interval_ = 10;
  double start_wall_ = 0, start_time_ = 0;
  std::int64_t start_step_ = 0;
  double last_wall_ = 0;
  std::int64_t last_step_ = 0;
};

/// "1 h 02 min", "3 min 20 s", "12 s".
[[nodiscard]] std::string format_seconds(double seconds);

}  // namespace sluice::run
