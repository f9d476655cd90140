// What tells the members of an ensemble apart: lists, cross products and random draws, as one value a member.
#pragma once
#include <cstdint>

#include "base/config.hpp"

namespace sluice::run {

struct EnsembleParameters;

/// The map key path -> list with one value a member that `vary`, `cross` and `draw` make together; sets
/// `members` to the size of the cross product where the case leaves it at 1. The first key of `cross` changes
/// slowest. A drawn value depends on seed, member and key path alone. InputError.
[[nodiscard]] base::ConfigNode ensemble_values(EnsembleParameters& ensemble, std::uint64_t seed);

}  // namespace sluice::run
