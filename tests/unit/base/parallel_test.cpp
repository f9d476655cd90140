#include "base/parallel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <limits>

#include "base/error.hpp"
#include "base/random.hpp"

namespace sluice::base {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

struct OwnError : AgreedError {
  using AgreedError::AgreedError;
};

/// Type and text of what `agree` throws; empty if nothing.
template <class Work>
std::string outcome(const Communicator& communicator, Work&& work) {
  try {
    agree(communicator, work);
  } catch (const InputError& error) {
    return std::string("input: ") + error.what();
  } catch (const AgreedError& error) {
    return std::string("agreed: ") + error.what();
  }
  return {};
}

TEST(Communicator, HandlesShareOneMpiCommunicator) {
  const auto world = Communicator::world(), again = Communicator::world();
  EXPECT_EQ(world.handle(), again.handle());
  EXPECT_NE(world.handle(), MPI_COMM_WORLD);
  EXPECT_NE(world.duplicate().handle(), world.handle());
  EXPECT_EQ(Communicator::self().size(), 1);
}

TEST(Communicator, SplitsByColourInTheOrderOfTheKey) {
  const auto world = Communicator::world();
  const auto half = world.split(world.rank() % 2, -world.rank());
  const int expected = (world.size() + 1 - world.rank() % 2) / 2;
  EXPECT_EQ(half.size(), expected);
  EXPECT_EQ(half.rank(), expected - 1 - world.rank() / 2);
  EXPECT_EQ(half.sum(std::int64_t{world.rank() % 2}), expected * (world.rank() % 2));
}

TEST(Communicator, SumIsCompensatedAndRepeats) {
  const auto world = Communicator::world();
  const double big = world.rank() == 0 ? 1e16 : world.rank() == world.size() - 1 ? -1e16 : 1.0;
  if (world.size() > 1) {
    EXPECT_EQ(world.sum(big), world.size() - 2.0);
  }  // a plain sum may lose the ones
  const double value = random_normal({.seed = 1}, static_cast<std::uint64_t>(world.rank()), 0)[0];
  const auto first = bits(world.sum(value));
  for (int repeat = 0; repeat < 20; ++repeat) EXPECT_EQ(bits(world.sum(value)), first);
  EXPECT_EQ(world.max(static_cast<std::int64_t>(first)), world.min(static_cast<std::int64_t>(first)));
}

TEST(Communicator, ElementwiseSumsHaveTheBitsOfSingleOnes) {
  const auto world = Communicator::world();
  for (const std::size_t length : {0U, 1U, 2U, 7U, 20011U}) {  // the last one goes by parts
    std::vector<double> values(length);
    for (std::size_t i = 0; i < length; ++i)
      values[i] = random_normal({.member = static_cast<std::uint32_t>(world.rank())}, i, 0)[0];
    auto sums = values;
    world.sum(std::span<double>(sums));
    for (std::size_t i = 0; i < length; i += 1 + length / 50)
      EXPECT_EQ(bits(sums[i]), bits(world.sum(values[i])));
  }
}

TEST(Communicator, SumKeepsInfinityAndNan) {
  const auto world = Communicator::world();
  const bool last = world.rank() == world.size() - 1;
  EXPECT_EQ(world.sum(last ? infinity : 1.0), infinity);
  EXPECT_TRUE(std::isnan(world.sum(last ? nan : 1.0)));
}

TEST(Communicator, IntegersAndFlags) {
  const auto world = Communicator::world();
  const std::int64_t rank = world.rank(), size = world.size();
  const std::int64_t large = std::int64_t{1} << 60;
  EXPECT_EQ(world.sum(rank), size * (size - 1) / 2);
  EXPECT_EQ(world.max(large + rank), large + size - 1);
  EXPECT_EQ(world.min(-large - rank), -large - size + 1);
  EXPECT_EQ(world.sum_modular(std::uint64_t{1} << 63), size % 2 == 1 ? std::uint64_t{1} << 63 : 0U);
  EXPECT_TRUE(world.any(rank == size - 1));
  EXPECT_FALSE(world.any(false));
  EXPECT_EQ(world.all(rank != size - 1), false);
  EXPECT_TRUE(world.all(true));
  EXPECT_EQ(world.bitwise_or(1U << rank), (1U << size) - 1U);
}

TEST(Communicator, MinAndMaxOrderAllDoubles) {
  const auto world = Communicator::world();
  const bool last = world.rank() == world.size() - 1;
  for (const double value : {0.0, 1.5, -1.5, 1e308, -1e308, 5e-324, -5e-324, infinity, -infinity}) {
    EXPECT_EQ(world.max(last ? value : -infinity), value);
    EXPECT_EQ(world.min(last ? value : infinity), value);
  }
  EXPECT_EQ(world.max(-2.0 - world.rank()), -2.0);
  EXPECT_EQ(world.min(-2.0 - world.rank()), -1.0 - world.size());
}

TEST(Communicator, NanWinsInMinAndMax) {
  const auto world = Communicator::world();
  const bool last = world.rank() == world.size() - 1;
  for (const double odd : {nan, -nan}) {
    EXPECT_TRUE(std::isnan(world.max(last ? odd : infinity)));
    EXPECT_TRUE(std::isnan(world.min(last ? odd : -infinity)));
  }
  std::vector<double> values{last ? nan : 1.0, 1.0 * world.rank()};
  auto least = values;
  world.max(std::span<double>(values));
  world.min(std::span<double>(least));
  EXPECT_TRUE(std::isnan(values[0]) && std::isnan(least[0]));
  EXPECT_EQ(values[1], world.size() - 1.0);
  EXPECT_EQ(least[1], 0.0);
}

TEST(Communicator, BroadcastsAndGathers) {
  const auto world = Communicator::world();
  const int root = world.size() - 1;
  std::string text = world.rank() == root ? std::string("a\0b", 3) : "something longer";
  world.broadcast(text, root);
  EXPECT_EQ(text, std::string("a\0b", 3));
  std::vector<double> values(5, world.rank());
  world.broadcast(std::span<double>(values), root);
  EXPECT_THAT(values, testing::Each(1.0 * root));
  EXPECT_EQ(world.broadcast(std::int64_t{10} + world.rank(), root), 10 + root);

  const auto all = world.gather_all(0.5 * world.rank());
  ASSERT_EQ(all.size(), static_cast<std::size_t>(world.size()));
  const auto texts = world.gather(std::string(static_cast<std::size_t>(world.rank()), 'x'));
  EXPECT_EQ(texts.size(), world.is_root() ? all.size() : 0U);
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    EXPECT_EQ(all[rank], 0.5 * static_cast<double>(rank));
    if (world.is_root()) {
      EXPECT_EQ(texts[rank], std::string(rank, 'x'));
    }
  }
}

TEST(Agree, AFailureOfOneRankIsThrownByAll) {
  const auto world = Communicator::world();
  for (int failing = 0; failing < world.size(); ++failing) {
    const auto fail_on = [&](auto&& raise) {
      return outcome(world, [&] {
        if (world.rank() == failing) raise();
      });
    };
    EXPECT_EQ(fail_on([] { throw std::runtime_error("no space"); }), "agreed: no space");
    EXPECT_EQ(fail_on([] { throw OwnError("own"); }), "agreed: own");
    EXPECT_EQ(fail_on([] { throw InputError("case.yaml:3: rate"); }), "input: case.yaml:3: rate");
    EXPECT_EQ(fail_on([] { throw 7; }), "agreed: unknown error");
  }
}

TEST(Agree, TheLowestFailingRankIsHeard) {
  const auto world = Communicator::world();
  EXPECT_EQ(outcome(world, [] {}), "");
  const int first = world.size() / 2;
  const auto result = outcome(world, [&] {
    if (world.rank() >= first) throw Error("rank " + std::to_string(world.rank()));
  });
  EXPECT_EQ(result, "agreed: rank " + std::to_string(first));
}

TEST(Agree, OnRootRunsOnceAndFailsEverywhere) {
  const auto world = Communicator::world();
  std::int64_t runs = 0;
  agree_on_root(world, [&] { ++runs; });
  EXPECT_EQ(world.sum(runs), 1);
  EXPECT_THROW(agree_on_root(world, [] { throw Error("root"); }), AgreedError);
}

TEST(CompensatedSum, KeepsWhatAPlainSumLoses) {
  CompensatedSum sum;
  for (const double value : {1.0, 1e100, 1.0, -1e100})
    sum.add(value);  // Neumaier's example; a plain sum gives 0
  EXPECT_EQ(sum.value(), 2.0);
  sum.add(infinity);
  EXPECT_EQ(sum.value(), infinity);
  sum.add(-infinity);
  EXPECT_TRUE(std::isnan(sum.value()));
}

}  // namespace
}  // namespace sluice::base
