#include "run/solver.hpp"

#include "base/error.hpp"
#include "run/meeting.hpp"

namespace sluice::run {

void Solver::apply(std::span<const Increment> increments) {
  if (increments.empty()) return;
  throw base::AgreedError("a corrector wants to change '" + increments.front().output +
                          "', but this solver takes no increments (it has no apply)");
}

std::unique_ptr<Meeting> SolverCase::meeting(const MeetingContext&) const {
  throw base::Error("this solver has no meetings of members");
}

}  // namespace sluice::run
