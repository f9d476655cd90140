// Transforms to and from a grid refined by 3/2, on which quadratic products have no aliases among the coarse
// modes (the 3/2 rule: Patterson and Orszag, Phys. Fluids 14 (1971) 2538).
#pragma once
#include "numerics/spectral/mode_map.hpp"

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
  const FourierTransform* coarse_;
  FourierTransform fine_;
  grid::ComplexField fine_modes_;
  ModeMap map_;
};

}  // namespace sluice::numerics
