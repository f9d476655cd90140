#include "hooks/train_share.hpp"

#include <algorithm>
#include <cmath>

#include "base/timer.hpp"

namespace sluice::hooks {

namespace {

constexpr double least_room = 0.1;  // of what the share leaves, where looking alone takes most of it
constexpr double most = 1e6;        // steps of a lesson, occasions between lessons

}  // namespace

void TrainingShare::occasion(double begin) {
  const double now = base::wall_seconds();
  if (first_ < 0) {
    if (lesson_ > 0) first_ = now;
  } else {
    ++occasions_;
    looks_ += now - begin - lesson_;
  }
  lesson_ = 0;
  last_ = now;
}

void TrainingShare::lesson(double begin, std::int64_t steps, double validation) {
  lesson_ = base::wall_seconds() - begin;
  if (first_ < 0) return;
  ++lessons_;
  steps_ += steps;
  gradients_ += lesson_ - validation;
  validations_ += validation;
}

/// An occasion of the rest takes r, looking u, a gradient step c, validating v a lesson on average. Of n
/// steps at every m-th occasion the share s is kept if (n c + v) / m + u <= r s / (1 - s).
Lessons TrainingShare::propose(const base::Communicator& communicator, double share,
                               const Lessons& now) const {
  Lessons next = now;
  if (lessons_ > 0 && steps_ > 0) {
    const auto occasions = static_cast<double>(occasions_), lessons = static_cast<double>(lessons_);
    const double rest = (last_ - first_ - looks_ - gradients_ - validations_) / occasions;
    const double allowed = rest * share / (1 - share);
    const double room = std::max(allowed - looks_ / occasions, least_room * allowed);
    const double step = gradients_ / static_cast<double>(steps_), validation = validations_ / lessons;
    const double steps = (room - validation) / step;
    next = steps >= 1 ? Lessons{.steps = static_cast<std::int64_t>(std::min(steps, most)), .spacing = 1}
                      : Lessons{.steps = 1,
                                .spacing = static_cast<std::int64_t>(
                                    std::min(std::ceil((step + validation) / room), most))};
  }
  return {.steps = communicator.broadcast(next.steps), .spacing = communicator.broadcast(next.spacing)};
}

}  // namespace sluice::hooks
