#include "numerics/spectral/slab_transpose.hpp"

#include <algorithm>

namespace sluice::numerics {

using grid::Complex;
using grid::Index;

namespace {

Index begin_of(const std::vector<Index>& splits, int rank) { return splits[static_cast<std::size_t>(rank)]; }
Index count_of(const std::vector<Index>& splits, int rank) {
  return splits[static_cast<std::size_t>(rank) + 1] - splits[static_cast<std::size_t>(rank)];
}

/// target[plane][i] = source[i][plane] for single numbers: whole cache lines of the source, few lines of the
/// target at a time.
void transpose_numbers(const Complex* source, Index source_row, Index rows, Index planes, Complex* target,
                       Index target_row) {
  constexpr Index tile = 4;  // numbers in a cache line
  for (Index i = 0; i < rows; i += tile) {
    const Index end = std::min(i + tile, rows);
    for (Index plane = 0; plane < planes; ++plane)
      for (Index k = i; k < end; ++k) target[plane * target_row + k] = source[k * source_row + plane];
  }
}

}  // namespace

std::vector<Index> even_splits(Index planes, int ranks) {
  std::vector<Index> splits;
  for (Index rank = 0; rank <= ranks; ++rank)
    splits.push_back(rank * (planes / ranks) + std::min(rank, planes % ranks));
  return splits;
}

SlabTranspose::SlabTranspose(const base::Communicator& communicator, Index a, Index b, Index run,
                             Exchange exchange)
    : communicator_(communicator),
      a_(even_splits(a, communicator.size())),
      b_(even_splits(b, communicator.size())),
      run_(run) {
  const int me = communicator.rank();
  const auto room = static_cast<std::size_t>(std::max(count_of(a_, me) * b, count_of(b_, me) * a) * run);
  if (exchange == Exchange::shared_memory)
    shared_ = base::NodeMemory::make(communicator, std::max<std::size_t>(room, 1) * sizeof(Complex));
  if (!shared_) {
    sent_.resize(room);
    received_buffer_.resize(room);
  }
  outgoing_ = shared_ ? static_cast<Complex*>(shared_->mine()) : sent_.data();
  received_ = received_buffer_.data();
}

void SlabTranspose::begin() {
  if (shared_) shared_->reclaim();
}

// The piece for a rank lies behind those for the ranks before it, as [from here][to there][run].
void SlabTranspose::pack(const Direction& direction, Index first, Index planes, const Complex* data) {
  const Index here = count_of(direction.from, communicator_.rank()), all = direction.to.back();
  for (int rank = 0; rank < communicator_.size(); ++rank) {
    const Index begin = begin_of(direction.to, rank), row = count_of(direction.to, rank) * run_;
    Complex* piece = outgoing_ + begin * here * run_ + first * row;
    for (Index plane = 0; plane < planes; ++plane)
      std::copy_n(data + (plane * all + begin) * run_, row, piece + plane * row);
  }
}

void SlabTranspose::unpack_home(const Direction& direction, Index first, Index planes, Complex* data) const {
  const Index here = count_of(direction.from, communicator_.rank()), all = direction.to.back();
  for (int rank = 0; rank < communicator_.size(); ++rank) {
    const Index begin = begin_of(direction.to, rank), row = count_of(direction.to, rank) * run_;
    const Complex* piece = outgoing_ + begin * here * run_ + first * row;
    for (Index plane = 0; plane < planes; ++plane)
      std::copy_n(piece + plane * row, row, data + (plane * all + begin) * run_);
  }
}

void SlabTranspose::exchange(const Direction& direction) { hand_over(direction, false); }
void SlabTranspose::exchange_back(const Direction& direction) { hand_over(direction, true); }

void SlabTranspose::hand_over(const Direction& direction, bool home) {
  if (shared_) {
    shared_->publish();
    return shared_->await_all();
  }
  const int me = communicator_.rank(), ranks = communicator_.size();
  std::vector<int> counts, offsets, there_counts, there_offsets;
  const Index here = count_of(direction.from, me), there = count_of(direction.to, me);
  for (int rank = 0; rank < ranks; ++rank) {
    counts.push_back(static_cast<int>(here * count_of(direction.to, rank)));
    offsets.push_back(static_cast<int>(here * begin_of(direction.to, rank)));
    there_counts.push_back(static_cast<int>(there * count_of(direction.from, rank)));
    there_offsets.push_back(static_cast<int>(there * begin_of(direction.from, rank)));
  }
  MPI_Datatype numbers{};
  MPI_Type_contiguous(static_cast<int>(run_), MPI_C_DOUBLE_COMPLEX, &numbers);
  MPI_Type_commit(&numbers);
  if (home)
    MPI_Alltoallv(received_, there_counts.data(), there_offsets.data(), numbers, sent_.data(), counts.data(),
                  offsets.data(), numbers, communicator_.handle());
  else
    MPI_Alltoallv(sent_.data(), counts.data(), offsets.data(), numbers, received_, there_counts.data(),
                  there_offsets.data(), numbers, communicator_.handle());
  MPI_Type_free(&numbers);
}

Complex* SlabTranspose::incoming(const Direction& direction, int rank) const {
  const int me = communicator_.rank();
  if (!shared_) return received_ + begin_of(direction.from, rank) * count_of(direction.to, me) * run_;
  return static_cast<Complex*>(shared_->of(rank)) +
         begin_of(direction.to, me) * count_of(direction.from, rank) * run_;
}

/// Calls visit(piece, row, rows, target) for what each rank sent: rows of `row` numbers, `planes` runs of
/// each from the first number on, belong to data from `target` on.
template <class Visit>
void SlabTranspose::for_each_piece(const Direction& direction, Index first, Visit visit) const {
  const int me = communicator_.rank(), ranks = communicator_.size();
  const Index row = count_of(direction.to, me) * run_;
  for (int step = 0; step < ranks; ++step) {
    const int rank = (me + step) % ranks;  // not all from the same one at the same time
    visit(incoming(direction, rank) + first * run_, row, count_of(direction.from, rank),
          begin_of(direction.from, rank) * run_);
  }
}

void SlabTranspose::unpack(const Direction& direction, Index first, Index planes, Complex* data) const {
  const Index all = direction.from.back();
  for_each_piece(direction, first, [&](const Complex* piece, Index row, Index rows, Index target) {
    if (run_ == 1) return transpose_numbers(piece, row, rows, planes, data + target, all);
    for (Index plane = 0; plane < planes; ++plane)
      for (Index i = 0; i < rows; ++i)
        std::copy_n(piece + i * row + plane * run_, run_, data + target + (plane * all + i) * run_);
  });
}

void SlabTranspose::repack(const Direction& direction, Index first, Index planes, const Complex* data) {
  const Index all = direction.from.back();
  for_each_piece(direction, first, [&](Complex* piece, Index row, Index rows, Index target) {
    if (run_ == 1) return transpose_numbers(data + target, all, planes, rows, piece, row);
    for (Index plane = 0; plane < planes; ++plane)
      for (Index i = 0; i < rows; ++i)
        std::copy_n(data + target + (plane * all + i) * run_, run_, piece + i * row + plane * run_);
  });
}

void SlabTranspose::end() {
  if (shared_) shared_->release();
}

}  // namespace sluice::numerics
