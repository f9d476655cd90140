#include "run/clock.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace sluice::run {

void Clock::start(double t0, std::int64_t step) {
  time_ = origin_ = t0;
  compensation_ = 0;
  step_ = step;
}

// Kahan's compensated sum (Comm. ACM 8 (1965) 40): `compensation_` is what the last additions put in too
// much.
void Clock::advance(double dt, double required) {
  const double addend = dt - compensation_;
  const double sum = time_ + addend;
  compensation_ = (sum - time_) - addend;
  time_ = sum;
  ++step_;
  // A segment divided into n equal steps is left with the rounding of dt times n, which is below an ulp of
  // the longest way back to the origin; 1e-12 of a step is below the round-off of any scheme's step.
  const double largest = std::max({std::abs(origin_), std::abs(time_), std::abs(required)});
  const double tolerance = 8 * std::numeric_limits<double>::epsilon() * largest + 1e-12 * std::abs(dt);
  if (time_ >= required - tolerance) {
    time_ = required;
    compensation_ = 0;
  }
}

void Clock::state(State& state) {
  state.real("time", time_);
  state.real("compensation", compensation_);
  state.real("origin", origin_);
  state.integer("step", step_);
}

}  // namespace sluice::run
