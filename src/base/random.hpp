// Counter-based random numbers: Philox4x32-10 (Salmon et al., SC11, "Parallel random numbers: as easy as 1,
// 2, 3"), from the Random123 library. A number depends on its key and counter alone, so noise is the same on
// any number of ranks.
#pragma once
#include <array>
#include <cstdint>

namespace sluice::base {

/// What a stream of random numbers is keyed by. `stream` tells users of randomness apart (one constant each).
struct RandomKey {
  std::uint64_t seed = 0;
  std::uint32_t member = 0;
  std::uint32_t stream = 0;
};

/// The generator itself, ten rounds: counter and key in, random words out.
[[nodiscard]] std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 4>& counter,
                                                  const std::array<std::uint32_t, 2>& key);

/// Two 64-bit random words for the global index `index` at step `step`; all 64 bits of both count. The
/// counter is (index, step); seed, member and stream are hashed to the 64-bit key by one call of the
/// generator.
[[nodiscard]] std::array<std::uint64_t, 2> random_words(const RandomKey& key, std::uint64_t index,
                                                        std::uint64_t step);
/// Uniform in the open interval (0, 1): the middles of 2^52 equal parts.
[[nodiscard]] double random_uniform(const RandomKey& key, std::uint64_t index, std::uint64_t step);
/// Two independent standard normal numbers (Box-Muller).
[[nodiscard]] std::array<double, 2> random_normal(const RandomKey& key, std::uint64_t index,
                                                  std::uint64_t step);

}  // namespace sluice::base
