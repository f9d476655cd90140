// Transforms to and from a grid refined by 3/2, on which quadratic products have no aliases among the coarse
// modes (the 3/2 rule: Patterson and Orszag, Phys. Fluids 14 (1971) 2538).
#pragma once
#include "numerics/spectral/fourier.hpp"

namespace sluice::numerics {

/// Moves modes between a coarse transform and one on ceil(3/2 points) along every axis. Coarse Nyquist modes
/// (even numbers of points) are dropped: their sign is not known.
class PaddedTransform {
 public:
  /// The coarse transform must outlive this one. Collective: plans.
  explicit PaddedTransform(const FourierTransform& coarse, const std::string& wisdom = "");

  [[nodiscard]] FourierTransform& fine() { return fine_; }
  /// Coarse modes -> values of the same function on the fine points. Collective. `modes` is kept.
  void to_fine(const grid::ComplexField& modes, grid::RealField& values);
  void to_fine(const grid::ComplexField& modes, grid::ComplexField& values);
  /// Values on the fine points -> coarse modes, truncated (unnormalised as of a coarse forward). Collective.
  void to_coarse(grid::RealField& values, grid::ComplexField& modes);
  void to_coarse(grid::ComplexField& values, grid::ComplexField& modes);

 private:
  void spread(const grid::ComplexField& modes);
  void collect(grid::ComplexField& modes);
  void exchange(const std::vector<grid::Complex>& send, const std::vector<int>& send_counts,
                std::vector<grid::Complex>& receive, const std::vector<int>& receive_counts) const;
  const FourierTransform* coarse_;
  FourierTransform fine_;
  grid::ComplexField fine_modes_;
  // Planes (dimension 0) of coarse modes whose owner of the fine plane is another rank travel whole.
  std::array<std::vector<grid::Index>, 3>
      place_;  ///< Fine index of each coarse index along a dimension, -1: dropped.
  std::vector<int> coarse_counts_, fine_counts_;  ///< Numbers exchanged with each rank.
  std::vector<grid::Index> fine_planes_;  ///< Local fine planes that hold coarse modes, in coarse order.
  grid::Index plane_ = 0;                 ///< Coarse numbers of a plane.
};

}  // namespace sluice::numerics
