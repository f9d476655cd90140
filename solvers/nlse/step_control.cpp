#include "nlse/step_control.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::solvers::nlse {

bool StepControl::judge(double dt, double error) {
  constexpr double safety = 0.9, least = 0.2, most = 5;
  const double k = order_;
  if (!(error <= 1)) {  // also NaN
    const double factor = std::isfinite(error) ? safety * std::pow(error, -1 / k) : least;
    step_ = dt * std::max(least, factor);
    ++rejected_;
    return false;
  }
  const double bounded = std::max(error, 1e-10);
  const double factor =
      std::clamp(safety * std::pow(bounded, -0.7 / k) * std::pow(last_error_, 0.4 / k), least, most);
  // Within a tenth the step stays: tables of exponentials hold.
  step_ = factor > 0.95 && factor < 1.1 ? dt : dt * factor;
  last_error_ = bounded;
  return true;
}

void StepControl::state(run::State& state) {
  state.real("step", step_);
  state.real("last_error", last_error_);
  state.integer("rejected", rejected_);
}

}  // namespace sluice::solvers::nlse
