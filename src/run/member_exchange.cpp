#include "run/member_exchange.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace sluice::run {

using grid::Index;

namespace {

constexpr std::size_t numbers_of_block = 10;  // member, extents, offset, count

std::size_t at(Index i) { return static_cast<std::size_t>(i); }

}  // namespace

MemberExchange::MemberExchange(const Gathering& gathering, const std::vector<grid::FieldView>& fields)
    : world_(gathering.world), fields_(fields) {
  std::vector<double> own;
  for (std::size_t n = 0; n < fields.size(); ++n) {
    const grid::Layout& layout = *fields[n].layout;
    const auto& members = gathering.members;
    const auto place = std::find(members.begin(), members.end(), gathering.own[n].member) - members.begin();
    own.push_back(static_cast<double>(place));
    for (const auto& numbers : {layout.global(), layout.offset(), layout.count()})
      for (const Index number : numbers) own.push_back(static_cast<double>(number));
  }
  const auto all =
      world_.exchange(std::vector<std::vector<double>>(static_cast<std::size_t>(world_.size()), own));
  bool same = true;
  for (std::size_t rank = 0; rank < all.size(); ++rank)
    for (std::size_t n = 0; n + numbers_of_block <= all[rank].size(); n += numbers_of_block) {
      const auto number = [&](std::size_t k) { return static_cast<Index>(all[rank][n + k]); };
      const grid::Index3 global{number(1), number(2), number(3)};
      if (blocks_.empty()) global_ = global;
      same = same && global == global_;
      blocks_.push_back({.rank = static_cast<int>(rank),
                         .member = at(number(0)),
                         .offset = {number(4), number(5), number(6)},
                         .count = {number(7), number(8), number(9)}});
    }
  if (!same)
    throw base::AgreedError("the members that meet have grids of different extents; the same is allowed");
}

std::vector<grid::Range> MemberExchange::ranges(grid::Range own) const {
  const auto begins = world_.gather_all(own.begin), ends = world_.gather_all(own.end);
  std::vector<grid::Range> all;
  for (std::size_t rank = 0; rank < begins.size(); ++rank) all.push_back({begins[rank], ends[rank]});
  return all;
}

std::size_t MemberExchange::place(grid::Range planes, std::size_t member, const grid::Index3& cell) const {
  return ((member * at(planes.size()) + at(cell[0] - planes.begin)) * at(global_[1]) + at(cell[1])) *
             at(global_[2]) +
         at(cell[2]);
}

/// visit(global index) of the cells of a block that lie in `planes`, in the order of the global index.
template <class Visit>
void MemberExchange::for_each_cell(const Block& block, grid::Range planes, Visit visit) const {
  const Index begin = std::max(planes.begin, block.offset[0]),
              end = std::min(planes.end, block.offset[0] + block.count[0]);
  for (Index i = begin; i < end; ++i)
    for (Index j = block.offset[1]; j < block.offset[1] + block.count[1]; ++j)
      for (Index k = block.offset[2]; k < block.offset[2] + block.count[2]; ++k) visit(grid::Index3{i, j, k});
}

std::vector<double> MemberExchange::collect(grid::Range planes) const {
  const auto wanted = ranges(planes);
  std::vector<std::vector<double>> to(wanted.size());
  for (std::size_t rank = 0; rank < wanted.size(); ++rank) {
    std::size_t n = 0;
    for (const Block& block : blocks_) {
      if (block.rank != world_.rank()) continue;
      const grid::FieldView& field = fields_[n++];
      for_each_cell(block, wanted[rank], [&](const grid::Index3& cell) {
        to[rank].push_back(field.data[field.layout->position(
            cell[0] - block.offset[0], cell[1] - block.offset[1], cell[2] - block.offset[2])]);
      });
    }
  }
  const auto from = world_.exchange(to);
  std::size_t members = 0;
  for (const Block& block : blocks_) members = std::max(members, block.member + 1);
  std::vector<double> values(members * at(planes.size() * global_[1] * global_[2]));
  std::vector<std::size_t> next(from.size(), 0);
  for (const Block& block : blocks_) {
    const auto rank = static_cast<std::size_t>(block.rank);
    for_each_cell(block, planes, [&](const grid::Index3& cell) {
      values[place(planes, block.member, cell)] = from[rank][next[rank]++];
    });
  }
  return values;
}

std::vector<grid::RealField> MemberExchange::hand_back(grid::Range planes, const std::vector<double>& values,
                                                       const grid::FieldInfo& info) const {
  const auto held = ranges(planes);
  std::vector<std::vector<double>> to(held.size());
  for (const Block& block : blocks_)
    for_each_cell(block, planes, [&](const grid::Index3& cell) {
      to[static_cast<std::size_t>(block.rank)].push_back(values[place(planes, block.member, cell)]);
    });
  const auto from = world_.exchange(to);
  std::vector<grid::RealField> fields;
  std::vector<std::size_t> next(from.size(), 0);
  for (const Block& block : blocks_) {
    if (block.rank != world_.rank()) continue;
    grid::RealField& field = fields.emplace_back(info, fields_[fields.size()].layout);
    for (std::size_t rank = 0; rank < from.size(); ++rank)
      for_each_cell(block, held[rank], [&](const grid::Index3& cell) {
        field.data()[field.layout().position(cell[0] - block.offset[0], cell[1] - block.offset[1],
                                             cell[2] - block.offset[2])] = from[rank][next[rank]++];
      });
  }
  return fields;
}

}  // namespace sluice::run
