// Strong-stability-preserving Runge-Kutta tables in Shu-Osher form with one register beside the start.
#pragma once
#include <array>
#include <span>

namespace sluice::numerics {

/// u_next = start u_0 + previous u_previous + rate dt L(u_previous); u_previous is u_0 in the first stage.
struct ShuOsherStage {
  double start, previous, rate;
};

/// A scheme and its SSP coefficient: stable up to `limit` forward-Euler steps.
struct ShuOsherScheme {
  std::span<const ShuOsherStage> stages;
  double limit;
};

namespace tables {
inline constexpr std::array<ShuOsherStage, 1> euler{{{0.0, 1.0, 1.0}}};
// Shu & Osher, J. Comput. Phys. 77 (1988) 439, eq. (2.18)
inline constexpr std::array<ShuOsherStage, 3> ssprk33{
    {{0.0, 1.0, 1.0}, {3.0 / 4, 1.0 / 4, 1.0 / 4}, {1.0 / 3, 2.0 / 3, 2.0 / 3}}};
// Spiteri & Ruuth, SIAM J. Numer. Anal. 40 (2002) 469, SSP(4,3)
inline constexpr std::array<ShuOsherStage, 4> ssprk43{
    {{0.0, 1.0, 1.0 / 2}, {0.0, 1.0, 1.0 / 2}, {2.0 / 3, 1.0 / 3, 1.0 / 6}, {0.0, 1.0, 1.0 / 2}}};
}  // namespace tables

inline constexpr ShuOsherScheme forward_euler{tables::euler, 1.0};
inline constexpr ShuOsherScheme ssprk33{tables::ssprk33, 1.0};
inline constexpr ShuOsherScheme ssprk43{tables::ssprk43, 2.0};

}  // namespace sluice::numerics
