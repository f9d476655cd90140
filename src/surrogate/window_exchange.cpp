#include "surrogate/window_exchange.hpp"

#include <type_traits>

namespace sluice::surrogate {

namespace {

constexpr int tag = 7200;

/// Wanted cells of one process coordinate that lie together at one owner, none of them beyond an end.
struct Segment {
  Index source = 0, target = 0, length = 0;  ///< From the first owned cell; from the first wanted one.
  int owner = 0;
};

/// The same on every rank, so that sender and receiver agree on order and size.
std::vector<Segment> segments(const AxisParts& axis, int of) {
  const grid::Range wanted = axis.wanted[static_cast<std::size_t>(of)];
  const Index points = axis.splits.back();
  std::vector<Segment> found;
  for (Index from = wanted.begin; from < wanted.end; from += found.back().length) {
    const Index cell = ((from % points) + points) % points;
    const auto owner = std::upper_bound(axis.splits.begin(), axis.splits.end(), cell) - 1;
    found.push_back({.source = cell - *owner,
                     .target = from - wanted.begin,
                     .length = std::min(owner[1] - cell, wanted.end - from),
                     .owner = static_cast<int>(owner - axis.splits.begin())});
  }
  return found;
}

/// Of row (i, j) of a box that begins at `begin`, in an array of these extents.
Index position(const Index3& begin, const Index3& extents, Index i, Index j) {
  return ((begin[0] + i) * extents[1] + begin[1] + j) * extents[2] + begin[2];
}

/// Calls visit(position of the row in an array of these extents).
template <class Visit>
void each_row(const Index3& begin, const Index3& size, const Index3& extents, Visit visit) {
  for (Index i = 0; i < size[0]; ++i)
    for (Index j = 0; j < size[1]; ++j) visit(position(begin, extents, i, j));
}

Index cells_of(const Index3& n) { return n[0] * n[1] * n[2]; }

}  // namespace

grid::Range AxisParts::owned() const {
  if (own < 0) return {};
  const auto at = static_cast<std::size_t>(own);
  return {splits[at], splits[at + 1]};
}

WindowExchange::WindowExchange(const grid::Layout& layout, const std::array<AxisParts, 3>& axes)
    : communicator_(layout.communicator()) {
  if (std::ranges::any_of(axes, [](const AxisParts& axis) { return axis.own < 0; })) return;
  for (std::size_t a = 0; a < 3; ++a)
    window_[a] = axes[a].wanted[static_cast<std::size_t>(axes[a].own)].size();
  std::array<int, 3> of{};
  const auto parts = [&](std::size_t a) { return static_cast<int>(axes[a].wanted.size()); };
  for (of[0] = 0; of[0] < parts(0); ++of[0])
    for (of[1] = 0; of[1] < parts(1); ++of[1])
      for (of[2] = 0; of[2] < parts(2); ++of[2]) plan(layout, axes, of);
}

/// What coordinates `of` want of this rank; if they are this rank's own, what it wants of all.
void WindowExchange::plan(const grid::Layout& layout, const std::array<AxisParts, 3>& axes,
                          const std::array<int, 3>& of) {
  const auto unused = static_cast<std::size_t>(3 - layout.dimensions());
  const auto rank_of = [&](const std::array<int, 3>& at) {
    std::array<int, 3> coordinate{0, 0, 0};
    std::copy(at.begin() + static_cast<std::ptrdiff_t>(unused), at.end(), coordinate.begin());
    return layout.rank_of(coordinate);
  };
  const auto keep = [](std::vector<Message>& list, int rank, const Piece& piece) {
    auto message = std::ranges::find(list, rank, &Message::rank);
    if (message == list.end()) message = list.insert(list.end(), {.rank = rank, .pieces = {}});
    message->pieces.push_back(piece);
    message->cells += cells_of(piece.size);
  };
  const int own = communicator_.rank(), wanting = rank_of(of);
  const auto first = segments(axes[0], of[0]), second = segments(axes[1], of[1]),
             third = segments(axes[2], of[2]);
  for (const Segment& a : first)
    for (const Segment& b : second)
      for (const Segment& c : third) {
        const int owner = rank_of({a.owner, b.owner, c.owner});
        const Piece piece{.source = {a.source, b.source, c.source},
                          .target = {a.target, b.target, c.target},
                          .size = {a.length, b.length, c.length}};
        if (wanting == own && owner == own)
          local_.push_back(piece);
        else if (wanting == own)
          keep(received_, owner, piece);
        else if (owner == own)
          keep(sent_, wanting, piece);
      }
}

template <class Real>
void WindowExchange::operator()(const Real* from, const Index3& extents, Index channels, Real* to) {
  const MPI_Datatype type = std::is_same_v<Real, float> ? MPI_FLOAT : MPI_DOUBLE;
  const Index plane = cells_of(extents), target_plane = cells_of(window_);
  std::vector<MPI_Request> requests;
  const auto room = [&](Message& message) {
    const std::size_t bytes = sizeof(Real) * static_cast<std::size_t>(message.cells * channels);
    message.buffer.resize(std::max(message.buffer.size(), bytes));
    return reinterpret_cast<Real*>(message.buffer.data());
  };
  for (Message& message : received_)
    MPI_Irecv(room(message), static_cast<int>(message.cells * channels), type, message.rank, tag,
              communicator_.handle(), &requests.emplace_back());
  for (Message& message : sent_) {
    Real* packed = room(message);
    for (Index c = 0; c < channels; ++c)
      for (const Piece& piece : message.pieces)
        each_row(piece.source, piece.size, extents,
                 [&](Index row) { packed = std::copy_n(from + c * plane + row, piece.size[2], packed); });
    MPI_Isend(message.buffer.data(), static_cast<int>(message.cells * channels), type, message.rank, tag,
              communicator_.handle(), &requests.emplace_back());
  }
  for (Index c = 0; c < channels; ++c)
    for (const Piece& piece : local_)
      for (Index i = 0; i < piece.size[0]; ++i)
        for (Index j = 0; j < piece.size[1]; ++j)
          std::copy_n(from + c * plane + position(piece.source, extents, i, j), piece.size[2],
                      to + c * target_plane + position(piece.target, window_, i, j));
  MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE);
  for (const Message& message : received_) {
    const Real* packed = reinterpret_cast<const Real*>(message.buffer.data());
    for (Index c = 0; c < channels; ++c)
      for (const Piece& piece : message.pieces)
        each_row(piece.target, piece.size, window_, [&](Index row) {
          std::copy_n(packed, piece.size[2], to + c * target_plane + row);
          packed += piece.size[2];
        });
  }
}

template void WindowExchange::operator()(const float*, const Index3&, Index, float*);
template void WindowExchange::operator()(const double*, const Index3&, Index, double*);

}  // namespace sluice::surrogate
