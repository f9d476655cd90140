#include "base/random.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

namespace sluice::base {
namespace {

using Words = std::array<std::uint32_t, 4>;

// Known answers of philox4x32 with ten rounds, from the file kat_vectors of Random123 (Salmon et al.).
TEST(Philox, KnownAnswers) {
  EXPECT_EQ(philox({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// Each bit of seed, member, stream, index and step counts: all one-bit changes give words of their own.
TEST(Random, EveryBitOfKeyAndCounterCounts) {
  std::set<std::array<std::uint64_t, 2>> seen;
  std::size_t made = 0;
  const auto note = [&](const RandomKey& key, std::uint64_t index, std::uint64_t step) {
    seen.insert(random_words(key, index, step));
    ++made;
  };
  note({}, 0, 0);
  for (int bit = 0; bit < 64; ++bit) {
    const std::uint64_t one = std::uint64_t{1} << bit;
    note({.seed = one}, 0, 0);
    note({}, one, 0);
    note({}, 0, one);
    if (bit < 32) note({.member = static_cast<std::uint32_t>(one)}, 0, 0);
    if (bit < 32) note({.stream = static_cast<std::uint32_t>(one)}, 0, 0);
  }
  EXPECT_EQ(seen.size(), made);
}

TEST(Random, DependsOnArgumentsAlone) {
  const RandomKey key{.seed = 12, .member = 3, .stream = 4};
  const auto words = random_words(key, 5, 6);
  (void)random_words({.seed = 99}, 1, 1);
  EXPECT_EQ(random_words(key, 5, 6), words);
}

// Mean 1/2, variance 1/12; the bounds are five standard errors of a sample of this size.
TEST(Random, UniformIsInTheOpenIntervalWithTheRightMoments) {
  constexpr int n = 40000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    const double u = random_uniform({.seed = 7}, static_cast<std::uint64_t>(i), 2);
    ASSERT_GT(u, 0.0);
    ASSERT_LT(u, 1.0);
    sum += u - 0.5;
    squares += (u - 0.5) * (u - 0.5);
  }
  EXPECT_NEAR(sum / n, 0.0, 5 * std::sqrt(1.0 / 12 / n));
  EXPECT_NEAR(squares / n, 1.0 / 12, 5 * std::sqrt(1.0 / 180 / n));
}

// Moments 0, 1, 0, 3 of the standard normal; their standard errors are sqrt(1, 2, 15, 96 over n).
TEST(Random, NormalHasTheRightMoments) {
  constexpr int pairs = 20000, n = 2 * pairs;
  std::array<double, 4> moment{};
  double cross = 0;
  for (int i = 0; i < pairs; ++i) {
    const auto z = random_normal({.seed = 8}, static_cast<std::uint64_t>(i), 0);
    cross += z[0] * z[1];
    for (const double x : z)
      for (std::size_t m = 0; m < 4; ++m) moment[m] += std::pow(x, static_cast<double>(m + 1)) / n;
  }
  EXPECT_NEAR(moment[0], 0.0, 5 * std::sqrt(1.0 / n));
  EXPECT_NEAR(moment[1], 1.0, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(moment[2], 0.0, 5 * std::sqrt(15.0 / n));
  EXPECT_NEAR(moment[3], 3.0, 5 * std::sqrt(96.0 / n));
  EXPECT_NEAR(cross / pairs, 0.0, 5 * std::sqrt(1.0 / pairs));
}

// Neighbours in every argument are uncorrelated.
TEST(Random, NeighboursAreUncorrelated) {
  constexpr int n = 10000;
  const auto normal = [](const RandomKey& key, std::uint64_t index, std::uint64_t step) {
    return random_normal(key, index, step)[0];
  };
  std::array<double, 5> correlation{};
  for (std::uint64_t i = 0; i < n; ++i) {
    const double here = normal({.seed = 1}, i, 1);
    correlation[0] += here * normal({.seed = 1}, i + 1, 1) / n;
    correlation[1] += here * normal({.seed = 1}, i, 2) / n;
    correlation[2] += here * normal({.seed = 2}, i, 1) / n;
    correlation[3] += here * normal({.seed = 1, .member = 1}, i, 1) / n;
    correlation[4] += here * normal({.seed = 1, .stream = 1}, i, 1) / n;
  }
  for (const double c : correlation) EXPECT_NEAR(c, 0.0, 5 / std::sqrt(1.0 * n));
}

}  // namespace
}  // namespace sluice::base
