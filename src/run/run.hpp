// The run owns *when*: clock, required times, stop criteria, order of hooks, save and restore.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "run/case.hpp"
#include "run/clock.hpp"
#include "run/folder.hpp"
#include "run/hook.hpp"

namespace sluice::run {

/// What the command line adds to the case.
struct RunOptions {
  /// "", "auto" (newest good checkpoint if there is one, else fresh), "fresh" (whatever lies there), or a
  /// file.
  std::string restart{};
  std::optional<double> until{};  ///< Replaces t_end.
  std::string command{};          ///< For provenance.
  std::uint32_t member = 0;
  std::optional<double> wall_end{};  ///< base::wall_seconds() at which the job ends.
  std::filesystem::path
      ensemble_folder{};  ///< Of the ensemble that this run is a member of; empty if of none.
  int together = 1;       ///< Members that these ranks carry at the same time, this one among them.
  bool meets = false;     ///< The members of its ensemble meet (run/meeting.hpp).
};

/// How a run ended; the process' exit code.
enum class Status { finished = 0, failed = 1, stopped = 2 };

/// One member's run on one communicator: `start`, then `advance_to` (once, or in pieces), then `finish`.
/// Where members meet, `arrive_at` and `depart` come before `advance_to`. Collective throughout.
class Run {
 public:
  Run(const base::Communicator& communicator, const Registry& registry, Case& the_case, RunFolder& folder,
      RunOptions options);
  ~Run();
  void start();
  /// Advances until `time`, the end, or a stop. Returns true while there is more to do before t_end.
  bool advance_to(double time);
  /// Advances until `meeting` and waits there: hooks see that moment when it departs. False if it does not
  /// get there (a stop, a failure, the end).
  bool arrive_at(double meeting);
  /// The meeting has been held and may have changed the state: hooks see it, a checkpoint is written.
  void depart();
  Status finish();
  [[nodiscard]] double end_time() const;
  [[nodiscard]] double time() const;
  [[nodiscard]] std::int64_t step() const;
  [[nodiscard]] bool stopped() const;
  [[nodiscard]] bool over() const;              ///< Finished, failed or stopped: nothing more to advance.
  [[nodiscard]] std::int64_t meetings() const;  ///< That lie behind it.
  [[nodiscard]] OutputSet& outputs();
  [[nodiscard]] bool has_solver() const;  ///< After `start`: false if the run had been finished before.
  [[nodiscard]] Solver& solver();
  [[nodiscard]] std::vector<Hook*> hooks();   ///< In the order of the case.
  [[nodiscard]] std::string failure() const;  ///< Why it failed; empty if it has not.
  [[nodiscard]] std::string checkpoint()
      const;  ///< File of the last checkpoint written or resumed; empty if none.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs a case: one member, or an ensemble over groups of ranks. Returns the exit code's status. Collective.
Status run_case(const base::Communicator& world, Registry& registry, std::unique_ptr<Case> the_case,
                const RunOptions& options);

}  // namespace sluice::run
