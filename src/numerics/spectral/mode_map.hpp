// Moves modes between two transforms of one box that differ in their numbers of points.
#pragma once
#include "numerics/spectral/fourier.hpp"

namespace sluice::numerics {

/// Both transforms are real or both complex; the fine one has at least as many points along every axis.
/// Nyquist modes of the coarse one (even numbers of points) are dropped: their sign is not known; and so are
/// those that the fine one does not store.
class ModeMap {
 public:
  /// Not collective; every rank must make it.
  ModeMap(const FourierTransform& coarse, const FourierTransform& fine);
  /// fine = scale coarse, zero where the coarse transform has no mode. Collective.
  void to_fine(const grid::ComplexField& coarse, double scale, grid::ComplexField& fine) const;
  /// coarse = scale fine, cut off; zero at coarse Nyquist modes. Collective.
  void to_coarse(const grid::ComplexField& fine, double scale, grid::ComplexField& coarse) const;

 private:
  base::Communicator communicator_;
  grid::LayoutPtr coarse_;
  // Planes (dimension 0) of coarse modes whose owner of the fine plane is another rank travel whole.
  std::array<std::vector<grid::Index>, 3>
      place_;  ///< Fine index of each coarse index along a dimension, -1: dropped.
  std::vector<int> coarse_counts_, fine_counts_;  ///< Numbers exchanged with each rank.
  std::vector<grid::Index> fine_planes_;  ///< Local fine planes that hold coarse modes, in coarse order.
  grid::Index plane_ = 0;                 ///< Coarse numbers of a plane.
};

}  // namespace sluice::numerics
