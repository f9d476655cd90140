#include "run/meeting.hpp"

#include <algorithm>

namespace sluice::run {

std::vector<double> numbers_of_members(const Gathering& gathering,
                                       const std::vector<std::vector<double>>& own) {
  const auto size = static_cast<std::size_t>(
      gathering.world.max(own.empty() ? std::int64_t{0} : static_cast<std::int64_t>(own.front().size())));
  std::vector<double> all(gathering.members.size() * size, 0.0);
  if (gathering.group.is_root())
    for (std::size_t n = 0; n < own.size(); ++n) {
      const auto place = std::ranges::find(gathering.members, gathering.own[n].member);
      std::ranges::copy(
          own[n], all.begin() + (place - gathering.members.begin()) * static_cast<std::ptrdiff_t>(size));
    }
  gathering.world.sum(std::span<double>(all));
  return all;
}

}  // namespace sluice::run
