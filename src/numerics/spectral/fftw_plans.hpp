// Plans of FFTW for one transform: who owns what, planning that repeats itself, execution. More than one
// rank: FFTW-MPI in one dimension, slabs of pieces in two and three. Frigo and Johnson, Proc. IEEE 93 (2005)
// 216, "The design and implementation of FFTW3".
#pragma once
#include <memory>
#include <string>

#include "base/parallel.hpp"
#include "numerics/spectral/band_transform.hpp"
#include "numerics/spectral/slab_transform.hpp"

namespace sluice::numerics {

/// How FFTW distributes one transform: every rank's first plane (or point) and how many, before and after.
struct FftwDistribution {
  bool parallel = false;         ///< More than one rank; on one rank plain FFTW.
  bool transposed = false;       ///< The spectrum has axes 0 and 1 exchanged.
  bool real_as_complex = false;  ///< FFTW-MPI has no one-dimensional real transform.
  grid::Index physical_count = 0, spectral_count = 0;
  grid::Index allocation =
      0;  ///< Complex numbers that a buffer of this rank must hold, where that is more than it owns.
};
[[nodiscard]] FftwDistribution fftw_distribution(const base::Communicator& communicator,
                                                 const FourierSpec& spec);

class FftwPlans {
 public:
  /// Plans forward, inverse and, on one rank, the complex inverse in place. Collective. AgreedError if FFTW
  /// has none.
  FftwPlans(const base::Communicator& communicator, const FourierSpec& spec,
            const FftwDistribution& distribution);
  ~FftwPlans();
  FftwPlans(const FftwPlans&) = delete;
  FftwPlans& operator=(const FftwPlans&) = delete;

  // Collective. Buffers of `allocation` complex numbers, aligned as fields are. `physical` is real or
  // complex.
  void forward(void* physical, grid::Complex* spectral) const;
  void inverse(grid::Complex* spectral, void* physical) const;
  void inverse_in_place(grid::Complex* data) const;
  void convolve(grid::Complex* in, const ModeMultiplier& multiply, grid::Complex* out) const;
  [[nodiscard]] const std::string& wisdom() const { return wisdom_; }

 private:
  struct Plans;
  [[nodiscard]] bool make(unsigned effort);
  [[nodiscard]] bool measure();  ///< Collective, as `make`.
  FftwDistribution distribution_;
  base::Communicator communicator_;
  const FourierSpec* spec_;
  bool real_ = false;
  std::unique_ptr<SlabTransform> slabs_;  // 2-D and 3-D on more than one rank
  std::unique_ptr<BandTransform> band_;   // a band of modes on one rank; otherwise:
  std::unique_ptr<Plans> plans_;
  std::string wisdom_;
};

}  // namespace sluice::numerics
