// Two- and three-dimensional transforms of a real field on one rank, of which only a band of modes is kept.
#pragma once
#include "numerics/spectral/band_rows.hpp"
#include "numerics/spectral/fourier.hpp"
#include "numerics/spectral/piece_plan.hpp"

namespace sluice::numerics {

/// Along the last axis row by row; along the others in place, for the kept modes of the last axis alone: with
/// a third of them gone (two-thirds rule) a quarter less work and memory traffic than a whole transform.
class BandTransform {
 public:
  explicit BandTransform(const FourierSpec& spec);
  /// Whether a transform keeps less than all its modes.
  [[nodiscard]] static bool wanted(const FourierSpec& spec);

  /// Plans with FFTW's flags `effort`; false if FFTW has none.
  [[nodiscard]] bool plan(unsigned effort);
  void forward(const void* physical, grid::Complex* spectral);  ///< `physical` is kept.
  void inverse(grid::Complex* spectral, void* physical);        ///< `spectral` is destroyed.

 private:
  std::vector<int> others_;  // points along all axes but the last
  grid::Index kept_, count_ = 1;
  BandRows rows_;
  Plan forward_, inverse_;
};

}  // namespace sluice::numerics
