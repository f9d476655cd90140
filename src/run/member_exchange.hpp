// One field of all members, brought together place by place: each rank of the world gets planes of every
// member, whichever group carries it and however that group has cut it up.
#pragma once
#include <vector>

#include "grid/field.hpp"
#include "run/meeting.hpp"

namespace sluice::run {

/// Planes [begin, end) along axis 0 of every member: values[member][plane][row][cell], members in the order
/// of Gathering::members; rows and cells of the whole grid. Real fields.
class MemberExchange {
 public:
  /// `fields`: one of each of this group's own attendants, on grids of the same extents. AgreedError if they
  /// are not. Collective over the world, as all that follows.
  MemberExchange(const Gathering& gathering, const std::vector<grid::FieldView>& fields);

  /// The planes that this rank asks for; ranges of ranks may overlap or be empty.
  [[nodiscard]] std::vector<double> collect(grid::Range planes) const;
  /// The reverse: every plane comes from the rank that holds it, `planes` of all ranks cover the axis and do
  /// not overlap. One field per own attendant, on its layout; halos are left 0.
  [[nodiscard]] std::vector<grid::RealField> hand_back(grid::Range planes, const std::vector<double>& values,
                                                       const grid::FieldInfo& info) const;

  [[nodiscard]] const grid::Index3& global() const { return global_; }

 private:
  /// What one rank holds of one member.
  struct Block {
    int rank = 0;
    std::size_t member = 0;  ///< Place in Gathering::members.
    grid::Index3 offset{}, count{};
  };
  template <class Visit>
  void for_each_cell(const Block& block, grid::Range planes, Visit visit) const;
  [[nodiscard]] std::vector<grid::Range> ranges(grid::Range own) const;
  [[nodiscard]] std::size_t place(grid::Range planes, std::size_t member, const grid::Index3& cell) const;

  base::Communicator world_;
  std::vector<grid::FieldView> fields_;  ///< Of this group.
  std::vector<Block> blocks_;            ///< Of all ranks, in the order of ranks and members.
  grid::Index3 global_{};
};

}  // namespace sluice::run
