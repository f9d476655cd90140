// Simulated time, summed without drift.
#pragma once
#include <cstdint>

#include "run/state.hpp"

namespace sluice::run {

/// Adds steps with a compensated sum and lands exactly on a required time once the rest of the way is below
/// round-off of a step.
class Clock {
 public:
  void start(double t0, std::int64_t step = 0);
  [[nodiscard]] double time() const { return time_; }
  [[nodiscard]] std::int64_t step() const { return step_; }
  /// One accepted step of length dt towards `required` (> time).
  void advance(double dt, double required);
  void state(State& state);

 private:
  double time_ = 0, compensation_ = 0, origin_ = 0;
  std::int64_t step_ = 0;
};

}  // namespace sluice::run
