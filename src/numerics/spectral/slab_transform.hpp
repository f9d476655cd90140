// Two- and three-dimensional transforms of slabs over the ranks: FFTW on pieces that stay in the cache, one
// transpose between.
#pragma once
#include <memory>

#include "numerics/spectral/band_rows.hpp"
#include "numerics/spectral/slab_transpose.hpp"

namespace sluice::numerics {

/// Physical slabs along axis 0, slabs of modes along axis 1 with axes 0 and 1 exchanged. Each piece (a plane,
/// or some rows of a two-dimensional box) is copied into the cache, transformed there in place, and packed
/// for its new owner from there: memory is gone through twice a transform. Frigo and Johnson, Proc. IEEE 93
/// (2005) 216.
class SlabTransform {
 public:
  SlabTransform(const base::Communicator& communicator, const FourierSpec& spec);  ///< Collective.
  ~SlabTransform();
  SlabTransform(const SlabTransform&) = delete;
  SlabTransform& operator=(const SlabTransform&) = delete;

  [[nodiscard]] static grid::Index physical_planes(const base::Communicator& communicator,
                                                   const FourierSpec& spec);
  [[nodiscard]] static grid::Index spectral_planes(const base::Communicator& communicator,
                                                   const FourierSpec& spec);

  /// Plans with FFTW's flags `effort`, the same shapes on every rank; false if FFTW has none.
  [[nodiscard]] bool plan(unsigned effort);

  // Collective. `physical` is real (padded as FFTW's in-place transforms are) or complex.
  void forward(const void* physical, grid::Complex* spectral);  ///< `physical` is kept.
  void inverse(grid::Complex* spectral, void* physical);        ///< `spectral` is destroyed.
  /// As FourierTransform::convolve; the two may be the same.
  void convolve(const void* physical, const ModeMultiplier& multiply, void* result);

 private:
  struct Plans;
  void pack_planes(const void* physical);
  template <class Unpack>
  void unpack_planes(void* physical, Unpack unpack);
  template <class Work>
  void for_planes(Work work);
  template <class Work>
  void for_columns(Work work);
  base::Communicator communicator_;
  int dimensions_;
  [[nodiscard]] grid::Index rows_of_plane() const { return dimensions_ == 3 ? points_[1] : 1; }
  grid::Index3 points_, modes_;     // modes: the stored ones
  std::unique_ptr<BandRows> rows_;  // of a real field
  grid::Index at_once_ = 1;         // planes in space
  SlabTranspose transpose_;
  grid::ComplexField scratch_;  // a piece
  std::unique_ptr<Plans> plans_;
};

}  // namespace sluice::numerics
