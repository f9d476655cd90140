// Step sizes by the error of a step: proportional-integral control.
#pragma once
#include <cstdint>

#include "run/state.hpp"

namespace sluice::solvers::nlse {

/// Gustafsson's controller (ACM Trans. Math. Softw. 17 (1991) 533; exponents of Hairer and Wanner, Solving
/// Ordinary Differential Equations II, section IV.2): what the next step is hangs on this error and the last
/// one.
class StepControl {
 public:
  StepControl(double first_step, int order) : step_(first_step), order_(order) {}
  /// Error of a step of length dt in units of the tolerance. True if it stands; else try again.
  bool judge(double dt, double error);
  /// The step to try.
  [[nodiscard]] double wish() const { return step_; }
  [[nodiscard]] std::int64_t rejected() const { return rejected_; }
  void state(run::State& state);

 private:
  double step_, last_error_ = 1;
  int order_;
  std::int64_t rejected_ = 0;
};

}  // namespace sluice::solvers::nlse
