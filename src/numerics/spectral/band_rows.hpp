// Transforms along the last axis of a real field, between rows of points and rows of the modes that are kept.
#pragma once
#include <memory>

#include "grid/field.hpp"

namespace sluice::numerics {

/// Rows of `points` real numbers (padded as FFTW's in-place transforms are) <-> rows of the first `kept` of
/// their points/2 + 1 modes. Some rows are taken at once, in a scratch that stays in the cache.
class BandRows {
 public:
  BandRows(grid::Index points, grid::Index kept);
  ~BandRows();
  BandRows(const BandRows&) = delete;
  BandRows& operator=(const BandRows&) = delete;

  /// Real numbers from one row of values to the next.
  [[nodiscard]] grid::Index padded() const { return 2 * stored_; }
  /// Plans with FFTW's flags `effort`; false if FFTW has none.
  [[nodiscard]] bool plan(unsigned effort);
  void forward(const double* values, grid::Index rows, grid::Complex* modes);
  void inverse(const grid::Complex* modes, grid::Index rows, double* values);  ///< `modes` is kept.

 private:
  struct Plans;
  template <class Work>
  void for_blocks(grid::Index rows, Work work) const;
  grid::Index points_, stored_, kept_, at_once_;
  grid::ComplexField scratch_;
  std::unique_ptr<Plans> plans_;
};

}  // namespace sluice::numerics
