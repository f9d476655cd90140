// What is asked of a run from outside: signals, request files, the wall-clock limit. Agreed on all ranks by
// one small reduction a step (none on one rank).
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/parallel.hpp"
#include "run/folder.hpp"

namespace sluice::run {

/// What all ranks agreed on after a step.
struct Decision {
  bool checkpoint = false;  ///< Write one and go on.
  bool stop = false;        ///< End with a checkpoint.
  std::string reason{};     ///< Of a stop, for the log.
};

struct WallLimit {
  std::optional<double> end{};  ///< base::wall_seconds() at which the job is over.
  double margin = 0;            ///< [s] kept free before it, beside a step and a checkpoint.
  int together = 1;             ///< Members that write a checkpoint one after the other then.
};

class Control {
 public:
  /// `ensemble_folder`: where request files for all members lie; empty if there is none.
  Control(const base::Communicator& communicator, const RunFolder& folder,
          std::filesystem::path ensemble_folder, WallLimit limit);

  /// Looks at everything that may be asked. `wall_trigger`: on rank 0, a hook's wall-clock schedule is due;
  /// then `wall()` moves on. Collective, cheap.
  [[nodiscard]] Decision look(bool wall_trigger);
  /// Seconds since the run began, on this rank.
  [[nodiscard]] double elapsed() const;
  /// Seconds since the run began as last agreed.
  [[nodiscard]] double wall() const { return agreed_wall_; }
  /// So much did one checkpoint take [s].
  void measured_checkpoint(double seconds);

 private:
  [[nodiscard]] std::uint32_t requests();
  [[nodiscard]] std::uint32_t request_files();
  [[nodiscard]] bool ensemble_asks(const std::string& name, std::filesystem::file_time_type& seen) const;

  base::Communicator communicator_;
  const RunFolder* folder_;
  std::filesystem::path ensemble_folder_;
  WallLimit limit_;
  double begin_ = 0, agreed_wall_ = 0;
  double files_looked_at_ = -1e300;
  double last_look_ = 0, longest_step_ = 0, longest_checkpoint_ = 0;
  std::filesystem::file_time_type checkpoint_file_seen_ = std::filesystem::file_time_type::min();
  std::filesystem::file_time_type stop_file_seen_ = std::filesystem::file_time_type::min();
};

}  // namespace sluice::run
