// How the members of an ensemble stand, for people and for restarts.
#pragma once
#include <string>
#include <vector>

#include "run/ensemble.hpp"

namespace sluice::run {

/// members.csv: member, status, step, time, then the values that it was given.
[[nodiscard]] std::string members_csv(const Case& whole, const std::vector<MemberResult>& results);
[[nodiscard]] std::string manifest_json(const Case& whole, const std::vector<MemberResult>& results);

/// Results of every group, by member, on every rank; one rank speaks for its group. Collective.
[[nodiscard]] std::vector<MemberResult> gather_results(const base::Communicator& world, bool speaks_for_group,
                                                       const std::vector<MemberResult>& own,
                                                       std::int64_t members);

}  // namespace sluice::run
