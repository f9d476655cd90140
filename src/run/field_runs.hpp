// Owned cells as the longest runs that are contiguous both in memory and in the global array: loops over
// fields of one, two or three dimensions need not care which dimension is the last.
#pragma once
#include "grid/layout.hpp"

namespace sluice::run {

/// Calls visit(position in memory, global index of the first cell, cells) for owned planes [begin, end) of
/// dimension 0.
template <class Visit>
void for_each_run(const grid::Layout& layout, grid::Index begin, grid::Index end, Visit visit) {
  using grid::Index;
  const auto &count = layout.count(), &allocated = layout.allocated(), &global = layout.global(),
             &offset = layout.offset();
  if (layout.owned_size() == 0 || end <= begin) return;
  const auto whole = [&](std::size_t d) { return count[d] == allocated[d] && count[d] == global[d]; };
  const bool joined_rows = whole(2), joined_planes = joined_rows && whole(1);
  const Index length = (joined_planes ? end - begin : 1) * (joined_rows ? count[1] : 1) * count[2];
  for (Index i = begin; i < (joined_planes ? begin + 1 : end); ++i)
    for (Index j = 0; j < (joined_rows ? 1 : count[1]); ++j)
      visit(layout.position(i, j), ((offset[0] + i) * global[1] + offset[1] + j) * global[2] + offset[2],
            length);
}

}  // namespace sluice::run
