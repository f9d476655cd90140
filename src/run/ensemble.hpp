// Many members of one case: the world is split into groups of ranks, each carries some members.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "run/case.hpp"
#include "run/run.hpp"

namespace sluice::run {

/// Which group this rank is in, and which members the group carries.
struct GroupPlan {
  int groups = 1;
  int group = 0;
  std::vector<std::int64_t> members;  ///< Of this group, in order.
};

/// Splits `ranks` ranks into groups as evenly as possible (the first ones one larger), members dealt out in
/// turn. `asked` groups, 0 = as many as ranks and members allow. InputError if it cannot be.
[[nodiscard]] GroupPlan plan_groups(int ranks, int rank, std::int64_t members, std::int64_t asked);

/// The case of one member: the values of the ensemble put in, the ensemble group taken out. InputError.
[[nodiscard]] std::unique_ptr<Case> member_case(Registry& registry, const Case& whole, std::int64_t member);

/// "member_0003"
[[nodiscard]] std::string member_folder(std::int64_t member);

/// How a member stands; what members.csv and manifest.json hold.
struct MemberResult {
  std::int64_t member = 0;
  std::string status = "waiting";  ///< or "finished", "stopped", "failed"
  std::int64_t step = 0;
  double time = 0;
  std::string checkpoint{};  ///< Relative to the ensemble's folder.
  std::string message{};     ///< Of a failure.
};

/// Runs all members; writes members.csv, and manifest.json last. Collective.
Status run_ensemble(const base::Communicator& world, Registry& registry, const Case& whole,
                    const std::filesystem::path& folder, const RunOptions& options);

}  // namespace sluice::run
