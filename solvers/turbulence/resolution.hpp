// Whether a run is resolved: the density of its enstrophy among the modes near the cut-off wavenumber.
#pragma once
#include <cmath>

#include "run/solver.hpp"
#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

class Resolution {
 public:
  explicit Resolution(const Space& space) : space_(&space) {}
  /// `tail_ratio`: the mean of density(place) over the modes at 0.9 to 1 of the cut-off wavenumber over the
  /// one at 0.65 to 0.75. Above 1 it piles up: said once in the log. Collective.
  template <class Density>
  [[nodiscard]] run::Quantity tail_ratio(double t, Density density) {
    std::array<double, 4> sums{};  // density and modes near the cut-off, and before it
    space_->each_mode_weighted([&](double weight, Index at, double kx, double ky, double kz) {
      const double k = std::sqrt(kx * kx + ky * ky + kz * kz) / space_->cutoff();
      const std::size_t band = k > 0.9 && k <= 1 ? 0 : k > 0.65 && k <= 0.75 ? 2 : 4;
      if (band == 4) return;
      sums[band] += weight * density(at);
      sums[band + 1] += weight;
    });
    space_->communicator().sum(sums);
    const bool known = sums[2] > 0 && sums[1] > 0;
    return watch(t, known ? sums[0] / sums[1] / (sums[2] / sums[3]) : 0.0);
  }

 private:
  [[nodiscard]] run::Quantity watch(double t, double ratio);
  const Space* space_;
  bool warned_ = false;
};

}  // namespace sluice::solvers::turbulence
