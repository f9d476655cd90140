// How many gradient steps fit into a share of the wall time.
#pragma once
#include <cstdint>

#include "base/parallel.hpp"

namespace sluice::hooks {

/// So many gradient steps at every `spacing`-th occasion.
struct Lessons {
  std::int64_t steps = 1, spacing = 1;
};

/// Measures what lessons cost and what the rest of the run takes, on this rank. The first lesson, which opens
/// libraries, does not count.
class TrainingShare {
 public:
  /// At the end of an occasion that began at `begin` [s of base::wall_seconds].
  void occasion(double begin);
  /// At the end of a lesson, within an occasion: its gradient steps, and a validation if there was one.
  void lesson(double begin, std::int64_t steps, double validation);
  /// With which training takes `share` of the wall time, by what was measured on rank 0; `now` if that is too
  /// little. Collective.
  [[nodiscard]] Lessons propose(const base::Communicator& communicator, double share,
                                const Lessons& now) const;

 private:
  double first_ = -1, last_ = 0;  // ends of the first lesson and of the last occasion
  double looks_ = 0, gradients_ = 0, validations_ = 0, lesson_ = 0;  // [s]; lesson_: of this occasion
  std::int64_t occasions_ = 0, lessons_ = 0, steps_ = 0;
};

}  // namespace sluice::hooks
