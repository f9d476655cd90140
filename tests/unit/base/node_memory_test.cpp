#include "base/node_memory.hpp"

#include <gtest/gtest.h>

namespace {

using namespace sluice;

TEST(NodeMemory, EveryRankReadsWhatTheOthersPublishedRoundAfterRound) {
  const auto world = base::Communicator::world();
  const auto memory = base::NodeMemory::make(world, 64 * sizeof(int));
  ASSERT_TRUE(memory) << "the ranks of this test share a node";
  auto* mine = static_cast<int*>(memory->mine());
  for (int round = 0; round < 200; ++round) {
    memory->reclaim();
    for (int i = 0; i < 64; ++i) mine[i] = 1000 * round + 64 * world.rank() + i;
    memory->publish();
    memory->await_all();
    for (int rank = 0; rank < world.size(); ++rank)
      for (int i = 0; i < 64; ++i)
        ASSERT_EQ(static_cast<const int*>(memory->of(rank))[i], 1000 * round + 64 * rank + i);
    memory->release();
  }
}

TEST(NodeMemory, IsAlignedForVectorsAndSeveralLiveSideBySide) {
  const auto world = base::Communicator::world();
  const auto first = base::NodeMemory::make(world, 8), second = base::NodeMemory::make(world, 8);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first->mine()) % 64, 0u);
  EXPECT_NE(first->mine(), second->mine());
}

TEST(NodeMemory, MoreThanTheNodeHasIsNoObjectOnAnyRank) {
  const auto world = base::Communicator::world();
  const std::size_t bytes = world.rank() == world.size() - 1 ? std::size_t{1} << 60 : 8;
  EXPECT_FALSE(base::NodeMemory::make(world, bytes));
}

}  // namespace
