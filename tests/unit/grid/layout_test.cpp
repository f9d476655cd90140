#include "grid/layout.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.hpp"

namespace sluice::grid {
namespace {

using base::AgreedError;
using base::Communicator;

/// How often each global cell is owned, over all ranks.
std::vector<double> owners_of_cells(const Layout& layout) {
  std::vector<double> owners(static_cast<std::size_t>(layout.global_size()));
  const auto &n = layout.global(), &offset = layout.offset(), &count = layout.count();
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j)
      for (Index k = 0; k < count[2]; ++k)
        owners[static_cast<std::size_t>(((offset[0] + i) * n[1] + offset[1] + j) * n[2] + offset[2] + k)] +=
            1;
  layout.communicator().sum(std::span<double>(owners));
  return owners;
}

void expect_each_cell_owned_once(const Layout& layout) {
  EXPECT_EQ(layout.communicator().sum(layout.owned_size()), layout.global_size());
  for (const double owners : owners_of_cells(layout)) ASSERT_EQ(owners, 1.0);
  if (layout.owned_size() == 0) return;
  for (int d = 0; d < 3; ++d) {
    const auto at = static_cast<std::size_t>(d);
    for (Index g = layout.offset()[at]; g < layout.offset()[at] + layout.count()[at]; ++g)
      EXPECT_EQ(layout.owner(d, g), layout.process_coordinate()[at]);
  }
  EXPECT_EQ(layout.rank_of(layout.process_coordinate()), layout.communicator().rank());
}

TEST(Layout, CoversTheIndexSpaceExactlyOnce) {
  const auto world = Communicator::world();
  for (const Index3 n : {Index3{1, 1, 1},
                         {2, 1, 1},
                         {17, 1, 1},
                         {3, 5, 1},
                         {1, 7, 1},
                         {64, 3, 1},
                         {5, 6, 7},
                         {1, 1, 9},
                         {2, 2, 2}}) {
    const int dimensions = n[2] > 1 ? 3 : n[1] > 1 ? 2 : 1;
    const auto layout = Layout::block(world, {.dimensions = dimensions, .global = n, .halo = {1, 1, 1}});
    expect_each_cell_owned_once(*layout);
    expect_each_cell_owned_once(*layout->with_halo({3, 0, 2}));
    EXPECT_TRUE(layout->with_halo({3, 0, 2})->same_decomposition(*layout));
  }
}

TEST(Layout, BlocksDifferByAtMostOneCell) {
  const auto world = Communicator::world();
  const auto layout = Layout::block(world, {.dimensions = 1, .global = {4 * world.size() + 1, 1, 1}});
  EXPECT_EQ(layout->count()[0], world.is_root() ? 5 : 4);
}

TEST(Layout, ChoosesTheLeastSurface) {
  const auto world = Communicator::world();
  const auto long_first = Layout::block(world, {.dimensions = 2, .global = {1000, 10, 1}});
  EXPECT_EQ(long_first->processes(), (std::array<int, 3>{world.size(), 1, 1}));
  const auto long_second = Layout::block(world, {.dimensions = 2, .global = {10, 1000, 1}});
  EXPECT_EQ(long_second->processes(), (std::array<int, 3>{1, world.size(), 1}));
  if (world.size() == 4) {
    EXPECT_EQ(Layout::block(world, {.dimensions = 2, .global = {64, 64, 1}})->processes(),
              (std::array<int, 3>{2, 2, 1}));
  }
  if (world.size() == 2) {
    EXPECT_EQ(Layout::block(world, {.dimensions = 3, .global = {8, 8, 8}})->processes(),
              (std::array<int, 3>{2, 1, 1}));
  }
}

TEST(Layout, RanksThatDoNotFitOwnNothing) {
  const auto world = Communicator::world();
  const auto layout = Layout::block(world, {.dimensions = 1, .global = {2, 1, 1}, .halo = {1, 0, 0}});
  EXPECT_EQ(layout->processes()[0], std::min(world.size(), 2));
  if (world.rank() >= 2) {
    EXPECT_EQ(layout->count(), (Index3{0, 0, 0}));
    EXPECT_EQ(layout->process_coordinate(), (std::array<int, 3>{-1, -1, -1}));
  }
  expect_each_cell_owned_once(*layout);
}

TEST(Layout, TakesAnAskedForProcessGridOrRefusesIt) {
  const auto world = Communicator::world();
  const int size = world.size();
  const auto second =
      Layout::block(world, {.dimensions = 2, .global = {10, 10, 1}, .processes = {1, size, 1}});
  EXPECT_EQ(second->processes(), (std::array<int, 3>{1, size, 1}));
  const auto partly = Layout::block(world, {.dimensions = 2, .global = {100, 10, 1}, .processes = {1, 0, 0}});
  EXPECT_EQ(partly->processes(), (std::array<int, 3>{1, size, 1}));
  const auto refused = [&](Index3 global, std::array<int, 3> processes) {
    EXPECT_THROW((void)Layout::block(world, {.dimensions = 2, .global = global, .processes = processes}),
                 AgreedError);
  };
  refused({10, 10, 1}, {size + 1, 1, 1});
  refused({10, 10, 1}, {size, 2, 1});
  refused({10, 10, 1}, {-1, 1, 1});
  if (size > 1) refused({size - 1, 10, 1}, {size, 1, 1});
}

TEST(Layout, RefusesImpossibleSizes) {
  const auto world = Communicator::world();
  const Index huge = Index{1} << 40;
  EXPECT_THROW((void)Layout::block(world, {.dimensions = 0}), AgreedError);
  EXPECT_THROW((void)Layout::block(world, {.dimensions = 4}), AgreedError);
  EXPECT_THROW((void)Layout::block(world, {.dimensions = 1, .global = {0, 1, 1}}), AgreedError);
  EXPECT_THROW((void)Layout::block(world, {.dimensions = 1, .global = {4, 4, 1}}), AgreedError);
  EXPECT_THROW((void)Layout::block(world, {.dimensions = 1, .global = {4, 1, 1}, .halo = {-1, 0, 0}}),
               AgreedError);
  EXPECT_THROW((void)Layout::block(world, {.dimensions = 2, .global = {huge, huge, 1}}), AgreedError);
}

TEST(Layout, SizesAre64Bit) {
  const auto world = Communicator::world();
  const Index n = 3000000;
  const auto layout = Layout::block(world, {.dimensions = 2, .global = {n, n, 1}});
  EXPECT_EQ(layout->global_size(), n * n);
  EXPECT_EQ(world.sum(layout->owned_size()), n * n);
  EXPECT_EQ(layout->position(1, 0) - layout->position(0, 0), layout->allocated()[1]);
}

TEST(Layout, GivenSplitsMayLeaveRanksEmpty) {
  const auto world = Communicator::world();
  std::vector<Index> splits{0};
  for (int rank = 0; rank < world.size(); ++rank)
    splits.push_back(rank == 1 ? splits.back() : rank + 1 == world.size() ? 9 : splits.back() + 2);
  if (world.size() == 2) splits = {0, 9, 9};
  const LayoutSpec spec{.dimensions = 2, .global = {9, 4, 1}};
  const auto layout = Layout::from_splits(world, spec, {splits, {}, {}});
  expect_each_cell_owned_once(*layout);
  if (world.rank() == 1) {
    EXPECT_EQ(layout->count(), (Index3{0, 0, 0}));
  }
  EXPECT_EQ(layout->processes(), (std::array<int, 3>{world.size(), 1, 1}));
  using Splits = std::array<std::vector<Index>, 3>;
  EXPECT_THROW((void)Layout::from_splits(world, spec, Splits{{{0, 8}, {}, {}}}), AgreedError);
  EXPECT_THROW((void)Layout::from_splits(world, spec, Splits{{{1, 9}, {}, {}}}), AgreedError);
  EXPECT_THROW((void)Layout::from_splits(world, spec, Splits{{{0, 5, 4, 9}, {}, {}}}), AgreedError);
  EXPECT_THROW((void)Layout::from_splits(world, spec, Splits{{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {}, {}}}),
               AgreedError);
}

TEST(Layout, MemoryHoldsHaloAndPaddingOfUsedDimensionsOnly) {
  const auto self = Communicator::self();
  const auto flat =
      Layout::block(self, {.dimensions = 2, .global = {4, 6, 1}, .halo = {1, 2, 5}, .padding = 3});
  EXPECT_EQ(flat->allocated(), (Index3{6, 13, 1}));
  EXPECT_EQ(flat->position(-1, -2), 0);
  EXPECT_EQ(flat->position(0, 0), 13 + 2);
  EXPECT_TRUE(flat->has_halo());
  const auto box = Layout::block(self, {.dimensions = 3, .global = {4, 6, 8}, .halo = {0, 0, 1}});
  EXPECT_EQ(box->allocated_size(), 4 * 6 * 10);
  EXPECT_FALSE(box->with_halo({0, 0, 0})->has_halo());
}

}  // namespace
}  // namespace sluice::grid
