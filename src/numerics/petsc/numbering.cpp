#include "numerics/petsc/numbering.hpp"

#include <algorithm>

namespace sluice::numerics::petsc {

using grid::Index;
using grid::Index3;

Numbering::Numbering(const grid::Layout& layout)
    : coordinate_(layout.process_coordinate()), global_(layout.global()) {
  for (int d = 0; d < 3; ++d) splits_[static_cast<std::size_t>(d)] = layout.splits(d);
  count_blocks();
}

Numbering Numbering::coarsened(const std::array<bool, 3>& axes) const {
  Numbering coarse;
  coarse.splits_ = splits_;
  coarse.coordinate_ = coordinate_;
  for (std::size_t d = 0; d < 3; ++d) {
    if (axes[d])
      for (Index& split : coarse.splits_[d]) split = (split + 1) / 2;
    coarse.global_[d] = coarse.splits_[d].back();
  }
  coarse.count_blocks();
  return coarse;
}

void Numbering::count_blocks() {
  first_of_block_.clear();
  Index next = 0;
  const auto extent = [this](std::size_t d, std::size_t part) {
    return splits_[d][part + 1] - splits_[d][part];
  };
  for (std::size_t p = 0; p < parts(0); ++p)
    for (std::size_t q = 0; q < parts(1); ++q)
      for (std::size_t r = 0; r < parts(2); ++r) {
        first_of_block_.push_back(next);
        next += extent(0, p) * extent(1, q) * extent(2, r);
      }
  offset_ = count_ = {0, 0, 0};
  first_ = next;
  if (coordinate_[0] < 0) return;
  std::size_t block = 0;
  for (std::size_t d = 0; d < 3; ++d) {
    const auto part = static_cast<std::size_t>(coordinate_[d]);
    offset_[d] = splits_[d][part];
    count_[d] = extent(d, part);
    block = block * parts(d) + part;
  }
  first_ = first_of_block_[block];
}

Index Numbering::number(const Index3& cell) const {
  std::size_t block = 0;
  Index position = 0;
  for (std::size_t d = 0; d < 3; ++d) {
    const auto& splits = splits_[d];
    const auto part =
        static_cast<std::size_t>(std::upper_bound(splits.begin(), splits.end(), cell[d]) - splits.begin()) -
        1;
    block = block * parts(d) + part;
    position = position * (splits[part + 1] - splits[part]) + (cell[d] - splits[part]);
  }
  return first_of_block_[block] + position;
}

}  // namespace sluice::numerics::petsc
