#include "numerics/spectral/mode_map.hpp"

#include <mpi.h>

#include <algorithm>
#include <numeric>

namespace sluice::numerics {
namespace {

using grid::Complex;
using grid::ComplexField;
using grid::Index;

/// Place of the coarse mode at global index i among the fine ones; -1 for the Nyquist mode.
Index fine_place(Index i, Index coarse_points, Index fine_points) {
  if (2 * i == coarse_points) return -1;
  return 2 * i < coarse_points ? i : i - coarse_points + fine_points;
}

std::vector<int> offsets(const std::vector<int>& counts) {
  std::vector<int> result(counts.size(), 0);
  std::partial_sum(counts.begin(), counts.end() - 1, result.begin() + 1);
  return result;
}

/// Collective.
void exchange(const base::Communicator& communicator, std::vector<Complex>& send,
              const std::vector<int>& send_counts, std::vector<Complex>& receive,
              const std::vector<int>& receive_counts) {
  if (communicator.size() == 1) return receive.swap(send);
  MPI_Alltoallv(send.data(), send_counts.data(), offsets(send_counts).data(), MPI_C_DOUBLE_COMPLEX,
                receive.data(), receive_counts.data(), offsets(receive_counts).data(), MPI_C_DOUBLE_COMPLEX,
                communicator.handle());
}

}  // namespace

ModeMap::ModeMap(const FourierTransform& coarse, const FourierTransform& fine)
    : communicator_(coarse.communicator()), coarse_(coarse.spectral()) {
  const auto &from = *coarse_, &to = *fine.spectral();
  for (int d = 0; d < 3; ++d) {
    const auto dimension = static_cast<std::size_t>(d),
               axis = static_cast<std::size_t>(coarse.axis_of_dimension(d));
    for (Index i = 0; i < from.global()[dimension]; ++i) {
      const Index place = fine_place(i, coarse.spec().points[axis], fine.spec().points[axis]);
      place_[dimension].push_back(place < to.global()[dimension] ? place : -1);
    }
  }
  plane_ = from.global()[1] * from.global()[2];
  const int ranks = communicator_.size(), me = communicator_.rank();
  coarse_counts_.assign(static_cast<std::size_t>(ranks), 0);
  fine_counts_.assign(static_cast<std::size_t>(ranks), 0);
  for (Index i = 0; i < from.global()[0]; ++i) {
    const Index place = place_[0][static_cast<std::size_t>(i)];
    if (place < 0) continue;
    const int owner_coarse = from.owner(0, i), owner_fine = to.owner(0, place);
    if (owner_coarse == me) coarse_counts_[static_cast<std::size_t>(owner_fine)] += static_cast<int>(plane_);
    if (owner_fine == me) {
      fine_counts_[static_cast<std::size_t>(owner_coarse)] += static_cast<int>(plane_);
      fine_planes_.push_back(place - to.offset()[0]);
    }
  }
}

// Planes ascend in both numberings and owners ascend with planes, so the order of sending is the order of
// planes.
void ModeMap::to_fine(const ComplexField& coarse, double scale, ComplexField& fine) const {
  std::vector<Complex> send;
  for (Index i = 0; i < coarse_->count()[0]; ++i)
    if (place_[0][static_cast<std::size_t>(coarse_->offset()[0] + i)] >= 0)
      send.insert(send.end(), coarse.data() + i * plane_, coarse.data() + (i + 1) * plane_);
  std::vector<Complex> receive(fine_planes_.size() * static_cast<std::size_t>(plane_));
  exchange(communicator_, send, coarse_counts_, receive, fine_counts_);
  std::fill(fine.span().begin(), fine.span().end(), Complex{});
  const auto view = fine.view();
  const Complex* next = receive.data();
  for (const Index plane : fine_planes_)
    for (const Index row : place_[1])
      for (const Index place : place_[2]) {
        if (row >= 0 && place >= 0) view(plane, row, place) = *next * scale;
        ++next;
      }
}

void ModeMap::to_coarse(const ComplexField& fine, double scale, ComplexField& coarse) const {
  std::vector<Complex> send;
  send.reserve(fine_planes_.size() * static_cast<std::size_t>(plane_));
  const auto view = fine.view();
  for (const Index plane : fine_planes_)
    for (const Index row : place_[1])
      for (const Index place : place_[2])
        send.push_back(row >= 0 && place >= 0 ? view(plane, row, place) * scale : Complex{});
  std::vector<Complex> receive(
      static_cast<std::size_t>(std::accumulate(coarse_counts_.begin(), coarse_counts_.end(), 0)));
  exchange(communicator_, send, fine_counts_, receive, coarse_counts_);
  const Complex* next = receive.data();
  for (Index i = 0; i < coarse_->count()[0]; ++i) {
    Complex* plane = coarse.data() + i * plane_;
    if (place_[0][static_cast<std::size_t>(coarse_->offset()[0] + i)] < 0) {
      std::fill_n(plane, plane_, Complex{});
    } else {
      std::copy_n(next, plane_, plane);
      next += plane_;
    }
  }
}

}  // namespace sluice::numerics
