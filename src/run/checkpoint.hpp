// Checkpoints: never a torn one in place of a good one.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "base/parameters.hpp"
#include "run/state.hpp"

namespace sluice::run {

inline constexpr std::int64_t checkpoint_schema = 1;

/// What a checkpoint says of itself, beside the state.
struct CheckpointHeader {
  std::int64_t schema = checkpoint_schema;
  std::string solver;
  double time = 0;
  std::int64_t step = 0;
  std::int64_t ranks = 1;
  bool finished = false;      ///< Written at t_end.
  std::int64_t meetings = 0;  ///< Of the ensemble's members (run/meeting.hpp) that lie behind it.
  bool waiting = false;       ///< The clock is at the next meeting, which has not been held.
  std::string resolved;       ///< resolved_yaml of the case
  std::string fingerprint;    ///< Solver::fingerprint
  std::string machine;        ///< Version, processor, ranks: what bit equality hangs on.
  std::string provenance;     ///< JSON
};

/// Writes checkpoints/checkpoint_<step>.h5: temporary name, sync, checksums re-read from the file, rename,
/// sync of the folder, then removes all but the newest `keep`. OutputError leaves the earlier ones as they
/// were. Collective.
void write_checkpoint(const base::Communicator& communicator, const std::filesystem::path& folder,
                      const CheckpointHeader& header, const State& state, int keep);

/// Reads and verifies the header and every checksum. Throws AgreedError that says what is wrong with the
/// file: not HDF5, foreign, torn, another schema, checksum of which dataset. Collective.
[[nodiscard]] CheckpointHeader verify_checkpoint(const base::Communicator& communicator,
                                                 const std::filesystem::path& file);

/// Restores a state from a verified file; AgreedError if an item is missing or has another shape. Collective.
void read_checkpoint(const base::Communicator& communicator, const std::filesystem::path& file, State& state);

/// The newest good checkpoint of a run folder; bad ones are reported (log) and passed over. Collective.
[[nodiscard]] std::optional<std::filesystem::path> newest_good_checkpoint(
    const base::Communicator& communicator, const std::filesystem::path& folder);

/// All good checkpoints of a run folder, the newest first. Collective.
struct GoodCheckpoint {
  std::filesystem::path file;
  CheckpointHeader header;
};
[[nodiscard]] std::vector<GoodCheckpoint> good_checkpoints(const base::Communicator& communicator,
                                                           const std::filesystem::path& folder);

/// Keys that differ between a checkpoint's resolved case and this one and may not, as "path: was A, is B".
/// One that the checkpoint does not know may have its default.
[[nodiscard]] std::vector<std::string> forbidden_differences(const std::string& resolved_of_checkpoint,
                                                             const std::vector<base::ResolvedValue>& now);

}  // namespace sluice::run
