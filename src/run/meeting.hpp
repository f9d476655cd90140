// Where the members of an ensemble act on each other: at agreed simulated times, when all of them have
// arrived. Between meetings each member goes its own way on its group's ranks; a group that carries several
// keeps them all in memory and advances one after the other to the next meeting. Its clock waits there until
// the meeting has been held; then its hooks see the changed state and a checkpoint is written.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "run/hook.hpp"

namespace sluice::run {

/// A member that this rank's group carries and that has arrived.
struct Attendant {
  std::int64_t member = 0;
  Solver* solver = nullptr;
  OutputSet* outputs = nullptr;
  std::vector<Hook*> hooks{};  ///< In the order of the case.
  std::int64_t step = 0;       ///< That it has arrived after.
};

/// All who meet. Members that have failed stay away; what is done must not depend on how many groups there
/// are.
struct Gathering {
  base::Communicator world, group;
  std::vector<Attendant> own;         ///< Of this rank's group, ascending; may be empty.
  std::vector<std::int64_t> members;  ///< Of all groups, ascending.
  double time = 0;
  std::int64_t number = 0;  ///< Meetings before this one.
};

/// Numbers of every member, `own` of this group's attendants, all of the same length: [member][place] of all
/// groups in the order of Gathering::members, the same bits on every rank and for any groups. Collective over
/// the world.
[[nodiscard]] std::vector<double> numbers_of_members(const Gathering& gathering,
                                                     const std::vector<std::vector<double>>& own);

struct MeetingContext {
  base::Communicator world;
  std::filesystem::path folder;  ///< Of the ensemble.
  std::string time_unit;
  std::string provenance{};  ///< JSON, for files.
};

class Meeting {
 public:
  virtual ~Meeting() = default;
  /// When members meet within [begin, end], ascending. A later `end` only adds times.
  [[nodiscard]] virtual std::vector<double> times(double begin, double end) const = 0;
  /// Changes the members' states through `Solver::apply`. What it writes is written again after a restart
  /// from before it. AgreedError ends the run with checkpoints from before it. Collective over the world.
  virtual void hold(const Gathering& gathering) = 0;
};

}  // namespace sluice::run
