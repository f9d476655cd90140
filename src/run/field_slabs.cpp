#include "run/field_slabs.hpp"

#include <algorithm>
#include <cstring>

#include "run/field_runs.hpp"

namespace sluice::run {

namespace {

using grid::Index;
using grid::Layout;

constexpr int message_tag = 4711;

template <class T>
void pack(const FieldPart& part, Index begin, Index end, T* out) {
  const auto stored = static_cast<Index>(part.field->components);
  const Index first = std::max(part.component, 0), taken = part.components();
  for_each_run(*part.field->layout, begin, end, [&](Index position, Index, Index cells) {
    const double* values = part.field->data + position * stored + first;
    const Index step = taken == stored ? 1 : stored, number = taken == stored ? cells * stored : cells;
    if (step == 1)
      for (Index n = 0; n < number; ++n) out[n] = static_cast<T>(values[n]);
    else
      for (Index n = 0; n < number; ++n) out[n] = static_cast<T>(values[n * step]);
    out += number;
  });
}

/// The ranks that share a range of planes: those with the same process coordinate along dimension 0.
struct Group {
  const Layout& layout;
  int size, first, me;  ///< Number of ranks, rank of the first, own number within.
  explicit Group(const Layout& the_layout)
      : layout(the_layout),
        size(layout.processes()[1] * layout.processes()[2]),
        first(std::max(layout.process_coordinate()[0], 0) * size),
        me(layout.communicator().rank() - first) {}
  /// Own range along dimensions 1 and 2 of a member.
  [[nodiscard]] grid::Range rows(int member) const { return range(1, member / layout.processes()[2]); }
  [[nodiscard]] grid::Range columns(int member) const { return range(2, member % layout.processes()[2]); }
  [[nodiscard]] Index block_plane(int member) const { return rows(member).size() * columns(member).size(); }

 private:
  [[nodiscard]] grid::Range range(int d, int coordinate) const {
    const auto at = static_cast<std::size_t>(coordinate);
    return {layout.splits(d)[at], layout.splits(d)[at + 1]};
  }
};

/// One window of planes, spread over the members of the group.
class Exchange {
 public:
  Exchange(const FieldPart& part, const Group& group)
      : part_(part),
        group_(group),
        value_bytes_(static_cast<Index>(part.value_bytes()) * part.components()) {}

  /// Own share of the planes [begin, end) (local numbers), complete in all dimensions.
  Slab run(Index begin, Index end) {
    const auto share = [&](int member) { return begin + (end - begin) * member / group_.size; };
    const Index mine = share(group_.me), planes = share(group_.me + 1) - mine;
    const Slab slab{group_.layout.offset()[0] + mine, planes, nullptr};
    const Index own = group_.block_plane(group_.me) * value_bytes_;
    sent_.resize(static_cast<std::size_t>((end - begin) * own));
    pack_planes(part_, begin, end, sent_.data());
    if (group_.size == 1) return {slab.first, slab.count, sent_.data()};
    receive_and_send(planes, [&](int member) { return (share(member) - begin) * own; });
    place(planes, sent_.data() + (mine - begin) * own);
    return {slab.first, slab.count, slab_.data()};
  }

 private:
  void receive_and_send(Index planes, const std::function<Index(int)>& sent_offset) {
    std::vector<MPI_Request> requests;
    const MPI_Comm communicator = group_.layout.communicator().handle();
    // Counted in values: a piece may be larger than 2 GiB.
    MPI_Datatype value = MPI_DATATYPE_NULL;
    MPI_Type_contiguous(static_cast<int>(value_bytes_), MPI_BYTE, &value);
    MPI_Type_commit(&value);
    offsets_.assign(1, 0);
    for (int member = 0; member < group_.size; ++member)
      offsets_.push_back(offsets_.back() +
                         (member == group_.me ? 0 : planes * group_.block_plane(member) * value_bytes_));
    received_.resize(static_cast<std::size_t>(offsets_.back()));
    for (int member = 0; member < group_.size; ++member) {
      if (member == group_.me) continue;
      const Index from = offsets_[static_cast<std::size_t>(member)],
                  to = offsets_[static_cast<std::size_t>(member) + 1];
      if (to > from)
        MPI_Irecv(received_.data() + from, static_cast<int>((to - from) / value_bytes_), value,
                  group_.first + member, message_tag, communicator, &requests.emplace_back());
    }
    for (int member = 0; member < group_.size; ++member) {
      const Index from = sent_offset(member), to = sent_offset(member + 1);
      if (member != group_.me && to > from)
        MPI_Isend(sent_.data() + from, static_cast<int>((to - from) / value_bytes_), value,
                  group_.first + member, message_tag, communicator, &requests.emplace_back());
    }
    MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
    MPI_Type_free(&value);
  }

  /// Puts everybody's pieces where they belong in the complete planes.
  void place(Index planes, const std::byte* own) {
    const Index width = group_.layout.global()[2] * value_bytes_, height = group_.layout.global()[1];
    slab_.resize(static_cast<std::size_t>(planes * height * width));
    for (int member = 0; member < group_.size; ++member) {
      const std::byte* from =
          member == group_.me ? own : received_.data() + offsets_[static_cast<std::size_t>(member)];
      const grid::Range rows = group_.rows(member), columns = group_.columns(member);
      const Index joined = columns.size() * value_bytes_ == width ? rows.size() : 1;
      const auto length = static_cast<std::size_t>(joined * columns.size() * value_bytes_);
      for (Index i = 0; i < planes; ++i)
        for (Index j = rows.begin; j < rows.end; j += joined, from += length)
          std::memcpy(slab_.data() + (i * height + j) * width + columns.begin * value_bytes_, from, length);
    }
  }

  const FieldPart& part_;
  const Group& group_;
  Index value_bytes_;
  std::vector<Index> offsets_;  ///< Of each member's piece in received_ [bytes].
  std::vector<std::byte> sent_, received_, slab_;
};

Index largest_block(const Layout& layout) {
  Index largest = 0;
  const std::vector<Index>& splits = layout.splits(0);
  for (std::size_t p = 0; p + 1 < splits.size(); ++p) largest = std::max(largest, splits[p + 1] - splits[p]);
  return largest;
}

}  // namespace

void pack_planes(const FieldPart& part, Index begin, Index end, void* out) {
  if (part.single)
    pack(part, begin, end, static_cast<float*>(out));
  else
    pack(part, begin, end, static_cast<double*>(out));
}

bool is_in_file_order(const FieldPart& part) {
  const Layout& layout = *part.field->layout;
  return !part.single && part.components() == part.field->components && !layout.has_halo() &&
         layout.spec().padding == 0 && layout.processes()[1] * layout.processes()[2] == 1;
}

void for_each_slab(const FieldPart& part, const std::function<void(const Slab&)>& write, Index slab_bytes) {
  const Layout& layout = *part.field->layout;
  const Group group(layout);
  const auto value = static_cast<Index>(part.value_bytes()) * part.components();
  const Index plane = layout.global()[1] * layout.global()[2] * value;
  const bool direct = is_in_file_order(part);
  const Index window = std::max<Index>(1, (direct ? 8 : 1) * slab_bytes / plane) * group.size;
  Exchange exchange(part, group);
  const bool member = layout.process_coordinate()[0] >= 0;
  // The group's planes, also where this rank itself owns none of their cells.
  const auto p0 = static_cast<std::size_t>(std::max(layout.process_coordinate()[0], 0));
  const Index planes = member ? layout.splits(0)[p0 + 1] - layout.splits(0)[p0] : 0;
  for (Index begin = 0; begin < largest_block(layout); begin += window) {
    const Index from = std::min(begin, planes), to = std::min(begin + window, planes);
    if (to == from)
      write({});
    else if (direct)
      write({layout.offset()[0] + from, to - from,
             part.field->data + layout.position(from) * part.field->components});
    else
      write(exchange.run(from, to));
  }
}

}  // namespace sluice::run
