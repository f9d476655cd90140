// Keys of this solver's random numbers.
#pragma once
#include <optional>

#include "base/random.hpp"
#include "run/solver.hpp"

namespace sluice::solvers::flux_transport {

/// A seed of its own draws the same in every member; the run's draws anew in each.
inline base::RandomKey key_of(const std::optional<std::int64_t>& seed, const run::Context& context,
                              std::uint32_t stream) {
  if (seed) return {.seed = static_cast<std::uint64_t>(*seed), .member = 0, .stream = stream};
  return {.seed = context.seed, .member = context.member, .stream = stream};
}

inline constexpr std::uint32_t random_source_stream = 0x52464c58, cycle_stream = 0x4359434c,
                               supergranule_stream = 0x53475241;

}  // namespace sluice::solvers::flux_transport
