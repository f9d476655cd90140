// The members that one group of ranks carries: one after the other, or all together from meeting to meeting.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "run/ensemble.hpp"
#include "run/meeting.hpp"

namespace sluice::run {

class EnsembleGroup {
 public:
  /// `communicator`: this group's part of `world`.
  EnsembleGroup(base::Communicator world, base::Communicator communicator, Registry& registry,
                const Case& whole, const std::filesystem::path& folder, RunOptions options);

  /// Each member from its start to its end before the next begins. Collective over the group.
  void run_in_turn(const std::vector<std::int64_t>& members);
  /// All members are in memory; each goes to the next meeting in turn. Collective over the world.
  void run_together(const std::vector<std::int64_t>& members, Meeting& meeting);

  [[nodiscard]] std::vector<MemberResult> results() const;
  /// Why a meeting could not be held; empty if all were.
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  struct Member {
    MemberResult result{};
    std::unique_ptr<Case> own{};
    std::unique_ptr<RunFolder> folder{};
    std::unique_ptr<Run> run{};  ///< None before it is opened, after it is closed, and if that failed.
    bool arrived = false;        ///< At the meeting that is to be held.
  };

  // ensemble_group.cpp
  void attempt(Member& member, const std::function<void(Member&)>& work);
  void open(Member& member, const RunOptions& options);
  void close(Member& member);
  [[nodiscard]] bool asked_to_stop() const;
  void stop_everybody() const;

  // ensemble_meetings.cpp
  void each(const std::function<void(Member&)>& work);
  void leave_out(Member& member);
  [[nodiscard]] bool go_to_meetings(Meeting& meeting);
  [[nodiscard]] bool hold(Meeting& meeting, double time, std::int64_t number);
  [[nodiscard]] Gathering gathering(double time, std::int64_t number);
  [[nodiscard]] bool somebody_stops() const;
  [[nodiscard]] std::vector<std::string> restarts();

  base::Communicator world_, communicator_;
  Registry* registry_;
  const Case* whole_;
  std::filesystem::path folder_;
  RunOptions options_;
  std::vector<Member> members_;
  std::string failure_;
};

}  // namespace sluice::run
