#include "numerics/petsc/numbering.hpp"

#include <gtest/gtest.h>

#include <set>

#include "grid/layout.hpp"

namespace {

using namespace sluice;
using grid::Index;
using numerics::petsc::Numbering;

grid::LayoutPtr layout(int dimensions, grid::Index3 cells) {
  return grid::Layout::block(base::Communicator::world(), {.dimensions = dimensions, .global = cells});
}

void expect_one_to_one(const Numbering& numbering) {
  std::set<Index> seen;
  const auto [n0, n1, n2] = numbering.global();
  for (Index i = 0; i < n0; ++i)
    for (Index j = 0; j < n1; ++j)
      for (Index k = 0; k < n2; ++k) seen.insert(numbering.number({i, j, k}));
  EXPECT_EQ(static_cast<Index>(seen.size()), numbering.size());
  EXPECT_EQ(*seen.begin(), 0);
  EXPECT_EQ(*seen.rbegin(), numbering.size() - 1);
}

TEST(Numbering, FollowsMemoryOrderOfOwnedBlock) {
  for (const auto& l : {layout(1, {17, 1, 1}), layout(2, {9, 10, 1}), layout(3, {5, 6, 7})}) {
    const Numbering numbering(*l);
    Index expected = numbering.first();
    for (Index i = 0; i < l->count()[0]; ++i)
      for (Index j = 0; j < l->count()[1]; ++j)
        for (Index k = 0; k < l->count()[2]; ++k)
          EXPECT_EQ(numbering.number({l->offset()[0] + i, l->offset()[1] + j, l->offset()[2] + k}),
                    expected++);
    expect_one_to_one(numbering);
  }
}

TEST(Numbering, RanksOwnConsecutiveRanges) {
  const Numbering numbering(*layout(2, {9, 10, 1}));
  const auto world = base::Communicator::world();
  const auto owned = world.gather_all(static_cast<std::int64_t>(numbering.owned()));
  const auto first = world.gather_all(static_cast<std::int64_t>(numbering.first()));
  Index next = 0;
  for (std::size_t rank = 0; rank < owned.size(); ++rank) {
    EXPECT_EQ(first[rank], next);
    next += owned[rank];
  }
  EXPECT_EQ(next, numbering.size());
}

TEST(Numbering, CoarsensAnySizeUntilOneCell) {
  Numbering numbering(*layout(2, {9, 10, 1}));
  for (int level = 0; level < 5; ++level) {
    const auto before = numbering.global();
    numbering = numbering.coarsened({true, true, false});
    EXPECT_EQ(numbering.global()[0], (before[0] + 1) / 2);
    expect_one_to_one(numbering);
    EXPECT_EQ(base::Communicator::world().sum(static_cast<std::int64_t>(numbering.owned())),
              numbering.size());
  }
  EXPECT_EQ(numbering.size(), 1);
}

}  // namespace
