// Files that the members of an ensemble wrote for the same times, and all of one time's maps in one file.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/parallel.hpp"

namespace sluice::run {

/// One time with its file of every member.
struct MemberFiles {
  double time = 0;
  std::vector<std::string> files;
};

/// Files PREFIX*.h5 of the folder `series` of each of `members` (folders) at the times that all of them have,
/// ascending. The same list on every rank. Collective.
[[nodiscard]] std::vector<MemberFiles> files_at_common_times(
    const base::Communicator& communicator, const std::vector<std::filesystem::path>& members,
    const std::string& series, const std::string& prefix);

/// The maps (Data[theta, phi] with dim1, dim2) that the hook `map` of name `series` wrote for the members
/// become SERIES_realizations/realizations_NNNN.h5 in `folder`: Data[realization, theta, phi] with dim3 = the
/// numbers of the members, counted from 1. One file a time that all have. Returns how many. OutputError,
/// AgreedError. Collective.
std::int64_t write_realizations(const base::Communicator& communicator, const std::filesystem::path& folder,
                                const std::vector<std::filesystem::path>& members,
                                const std::vector<std::int64_t>& numbers, const std::string& series);

}  // namespace sluice::run
