// Where a run begins: fresh, or from which checkpoint; and that nothing of an earlier run is destroyed.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "run/case.hpp"
#include "run/checkpoint.hpp"

namespace sluice::run {

struct ResumePoint {
  std::filesystem::path file;
  CheckpointHeader header;
};

/// The checkpoint that `restart` ("", "auto", "fresh", or a file) means; empty for a fresh start. Collective.
[[nodiscard]] std::optional<ResumePoint> find_resume_point(const base::Communicator& communicator,
                                                           const std::filesystem::path& folder,
                                                           const std::string& restart);

/// True if a run has left results of more than its first moment in `folder`. Not collective.
[[nodiscard]] bool holds_results(const std::filesystem::path& folder);

/// InputError if the checkpoint is of another solver or of a case that differs in what may not differ. Says
/// which of the case's hooks are the checkpoint's own (same place, same type), so that their state can be
/// restored.
[[nodiscard]] std::vector<bool> check_against_case(const ResumePoint& point, const Case& the_case);

/// The checkpoint of that step in a run folder; empty if there is none. Not collective.
[[nodiscard]] std::filesystem::path checkpoint_of_step(const std::filesystem::path& folder,
                                                       std::int64_t step);

/// Renames checkpoints that lie beyond `step` (of a try that is given up), so that rotation and the next
/// restart do not take them for newer ones. Collective.
void set_aside_later_checkpoints(const base::Communicator& communicator, const std::filesystem::path& folder,
                                 std::int64_t step);

}  // namespace sluice::run
