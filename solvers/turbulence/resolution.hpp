// Whether a run is resolved: the density of its enstrophy among the modes near the cut-off wavenumber.
#pragma once
#include <array>
#include <cmath>

#include "run/state.hpp"
#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

/// The mean of density(place) over the modes at 0.9 to 1 of the cut-off wavenumber over the one at 0.65 to
/// 0.75; 0 where there are none, or nothing but round-off. Collective.
template <class Density>
[[nodiscard]] double tail_ratio(const Space& space, Density density) {
  constexpr double round_off = 1e-24;  // of squares
  std::array<double, 5> sums{};        // density and modes near the cut-off, and before it; all density
  space.each_mode_weighted([&](double weight, Index at, double kx, double ky, double kz) {
    const double k = std::sqrt(kx * kx + ky * ky + kz * kz) / space.cutoff(), value = weight * density(at);
    sums[4] += value;
    const std::size_t band = k > 0.9 && k <= 1 ? 0 : k > 0.65 && k <= 0.75 ? 2 : 4;
    if (band == 4) return;
    sums[band] += value;
    sums[band + 1] += weight;
  });
  space.communicator().sum(sums);
  const bool known = sums[2] > round_off * sums[4] && sums[1] > 0;
  return known ? sums[0] / sums[1] / (sums[2] / sums[3]) : 0.0;
}

/// Above 1 it piles up: said once in the log. A start that is that rough itself (white noise) says nothing
/// until it was smooth.
class Resolution {
 public:
  static constexpr std::int64_t every_steps = 100;
  void begin(double ratio) { rough_ = ratio > 1 ? 1 : 0; }
  void watch(double t, double ratio, double cutoff);
  void state(run::State& state);

 private:
  std::int64_t rough_ = 0, warned_ = 0;
};

}  // namespace sluice::solvers::turbulence
