#include "numerics/spectral/padded.hpp"

#include <mpi.h>

#include <algorithm>
#include <numeric>

namespace sluice::numerics {
namespace {

using grid::Complex;
using grid::ComplexField;
using grid::Index;
using grid::RealField;

FourierSpec refined(const FourierTransform& coarse, const std::string& wisdom) {
  FourierSpec spec = coarse.spec();
  for (int d = 0; d < spec.dimensions; ++d) {
    auto& points = spec.points[static_cast<std::size_t>(d)];
    points = (3 * points + 1) / 2;
  }
  spec.wisdom = wisdom;
  return spec;
}

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

}  // namespace

PaddedTransform::PaddedTransform(const FourierTransform& coarse, const std::string& wisdom)
    : coarse_(&coarse),
      fine_(coarse.communicator(), refined(coarse, wisdom)),
      fine_modes_({"modes", "1", "modes on the fine grid"}, fine_.spectral()) {
  const auto &from = *coarse.spectral(), &to = *fine_.spectral();
  for (int d = 0; d < 3; ++d) {
    const auto dimension = static_cast<std::size_t>(d),
               axis = static_cast<std::size_t>(coarse.axis_of_dimension(d));
    for (Index i = 0; i < from.global()[dimension]; ++i)
      place_[dimension].push_back(fine_place(i, coarse.spec().points[axis], fine_.spec().points[axis]));
  }
  plane_ = from.global()[1] * from.global()[2];
  const int ranks = coarse.communicator().size(), me = coarse.communicator().rank();
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

void PaddedTransform::exchange(const std::vector<Complex>& send, const std::vector<int>& send_counts,
                               std::vector<Complex>& receive, const std::vector<int>& receive_counts) const {
  MPI_Alltoallv(send.data(), send_counts.data(), offsets(send_counts).data(), MPI_C_DOUBLE_COMPLEX,
                receive.data(), receive_counts.data(), offsets(receive_counts).data(), MPI_C_DOUBLE_COMPLEX,
                coarse_->communicator().handle());
}

// Planes ascend in both numberings and owners ascend with planes, so the order of sending is the order of
// planes.
void PaddedTransform::spread(const ComplexField& modes) {
  const auto& from = *coarse_->spectral();
  std::vector<Complex> send;
  for (Index i = 0; i < from.count()[0]; ++i)
    if (place_[0][static_cast<std::size_t>(from.offset()[0] + i)] >= 0)
      send.insert(send.end(), modes.data() + i * plane_, modes.data() + (i + 1) * plane_);
  std::vector<Complex> receive(fine_planes_.size() * static_cast<std::size_t>(plane_));
  exchange(send, coarse_counts_, receive, fine_counts_);
  std::fill(fine_modes_.span().begin(), fine_modes_.span().end(), Complex{});
  const auto view = fine_modes_.view();
  const double scale = 1.0 / static_cast<double>(coarse_->total_points());
  const Complex* next = receive.data();
  for (const Index plane : fine_planes_)
    for (const Index row : place_[1])
      for (const Index place : place_[2]) {
        if (row >= 0 && place >= 0) view(plane, row, place) = *next * scale;
        ++next;
      }
}

void PaddedTransform::collect(ComplexField& modes) {
  const auto& from = *coarse_->spectral();
  std::vector<Complex> send;
  const auto view = fine_modes_.view();
  const double scale =
      static_cast<double>(coarse_->total_points()) / static_cast<double>(fine_.total_points());
  for (const Index plane : fine_planes_)
    for (const Index row : place_[1])
      for (const Index place : place_[2])
        send.push_back(row >= 0 && place >= 0 ? view(plane, row, place) * scale : Complex{});
  std::vector<Complex> receive(
      static_cast<std::size_t>(std::accumulate(coarse_counts_.begin(), coarse_counts_.end(), 0)));
  exchange(send, fine_counts_, receive, coarse_counts_);
  const Complex* next = receive.data();
  for (Index i = 0; i < from.count()[0]; ++i) {
    Complex* plane = modes.data() + i * plane_;
    if (place_[0][static_cast<std::size_t>(from.offset()[0] + i)] < 0) {
      std::fill_n(plane, plane_, Complex{});
    } else {
      std::copy_n(next, plane_, plane);
      next += plane_;
    }
  }
}

void PaddedTransform::to_fine(const ComplexField& modes, RealField& values) {
  spread(modes);
  fine_.inverse(fine_modes_, values);
}
void PaddedTransform::to_fine(const ComplexField& modes, ComplexField& values) {
  spread(modes);
  fine_.inverse(fine_modes_, values);
}
void PaddedTransform::to_coarse(RealField& values, ComplexField& modes) {
  fine_.forward(values, fine_modes_);
  collect(modes);
}
void PaddedTransform::to_coarse(ComplexField& values, ComplexField& modes) {
  fine_.forward(values, fine_modes_);
  collect(modes);
}

}  // namespace sluice::numerics
