#include "base/random.hpp"

#include <Random123/philox.h>

#include <cmath>
#include <numbers>

namespace sluice::base {
namespace {

using Philox = r123::Philox4x32;  // ten rounds, the number recommended by its authors

std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }
std::uint64_t joined(std::uint32_t lower, std::uint32_t upper) {
  return (std::uint64_t{upper} << 32) | lower;
}

/// Philox4x32 takes a key of 64 bits; ours has 128. One more call of it squeezes them together: the block is
/// (seed, member, stream), the key a constant. For a fixed key the cipher is a bijection of the block, of
/// which the first two words are kept: keys that differ collide with the odds of a random 64-bit hash (1e6
/// members or streams: 3e-8).
Philox::key_type mixed(const RandomKey& key) {
  // Fractional digits of sqrt(3) - 1 and of the golden ratio, the bumps of Philox' own key schedule.
  const Philox::key_type constant{{0xBB67AE85U, 0x9E3779B9U}};
  const Philox::ctr_type block{{low(key.seed), high(key.seed), key.member, key.stream}};
  const auto hashed = Philox{}(block, constant);
  return {{hashed[0], hashed[1]}};
}

/// The middle of one of 2^52 equal parts of (0, 1): never 0, never 1, exact.
double uniform(std::uint64_t word) { return (static_cast<double>(word >> 12) + 0.5) * 0x1p-52; }

}  // namespace

std::array<std::uint32_t, 4> philox(const std::array<std::uint32_t, 4>& counter,
                                    const std::array<std::uint32_t, 2>& key) {
  const auto out = Philox{}({{counter[0], counter[1], counter[2], counter[3]}}, {{key[0], key[1]}});
  return {out[0], out[1], out[2], out[3]};
}

std::array<std::uint64_t, 2> random_words(const RandomKey& key, std::uint64_t index, std::uint64_t step) {
  const auto out = Philox{}({{low(index), high(index), low(step), high(step)}}, mixed(key));
  return {joined(out[0], out[1]), joined(out[2], out[3])};
}

double random_uniform(const RandomKey& key, std::uint64_t index, std::uint64_t step) {
  return uniform(random_words(key, index, step)[0]);
}

// G. E. P. Box and M. E. Muller, Ann. Math. Statist. 29 (1958) 610, eq. (1).
std::array<double, 2> random_normal(const RandomKey& key, std::uint64_t index, std::uint64_t step) {
  const auto words = random_words(key, index, step);
  const double radius = std::sqrt(-2 * std::log(uniform(words[0])));
  const double angle = 2 * std::numbers::pi * uniform(words[1]);
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

}  // namespace sluice::base
