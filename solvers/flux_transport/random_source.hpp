// Random emergence of small-scale flux: frames of noise, the source changing linearly from one to the next.
#pragma once
#include <cstdint>

#include "base/random.hpp"
#include "forcing_parameters.hpp"
#include "numerics/sphere_block.hpp"

namespace sluice::solvers::flux_transport {

/// Frame n belongs to the time n * lifetime and depends on the key and n alone, so that nothing needs to be
/// remembered: any number of ranks, any steps and a restart see the same source.
class RandomSource {
 public:
  RandomSource(const numerics::SphereBlock& block, const RandomSourceParameters& parameters,
               const base::RandomKey& key);

  /// Adds the integral of the source over [t0, t1] to `field` [G]. Collective.
  void add_integral(double t0, double t1, grid::RealField& field);

 private:
  /// Frame n [G h^-1], each point of a pole alike. Collective.
  void make_frame(std::int64_t n, grid::RealField& frame) const;

  const numerics::SphereBlock& block_;
  RandomSourceParameters parameters_;
  base::RandomKey key_;
  grid::RealField frame_[2];  ///< The last ones made: even and odd numbers.
  std::int64_t number_[2];    ///< Which they are.
};

}  // namespace sluice::solvers::flux_transport
