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
  /// Low-storage schemes: after so many stages (0 = never) u and u_0 are both replaced by combinations of u_0
  /// and u.
  std::size_t mix_after = 0;
  struct Mix {
    double start, newest;
  };
  Mix mixed_start{}, mixed_newest{};
};

namespace tables {
inline constexpr std::array<ShuOsherStage, 1> euler{{{0.0, 1.0, 1.0}}};
// Shu & Osher, J. Comput. Phys. 77 (1988) 439, eq. (2.18)
inline constexpr std::array<ShuOsherStage, 3> ssprk33{
    {{0.0, 1.0, 1.0}, {3.0 / 4, 1.0 / 4, 1.0 / 4}, {1.0 / 3, 2.0 / 3, 2.0 / 3}}};
// Spiteri & Ruuth, SIAM J. Numer. Anal. 40 (2002) 469, SSP(4,3)
inline constexpr std::array<ShuOsherStage, 4> ssprk43{
    {{0.0, 1.0, 1.0 / 2}, {0.0, 1.0, 1.0 / 2}, {2.0 / 3, 1.0 / 3, 1.0 / 6}, {0.0, 1.0, 1.0 / 2}}};
// Ketcheson, SIAM J. Sci. Comput. 30 (2008) 2113, Pseudocode 3, SSP(10,4)
inline constexpr ShuOsherStage sixth{0.0, 1.0, 1.0 / 6};
inline constexpr std::array<ShuOsherStage, 10> ssprk104{
    {sixth, sixth, sixth, sixth, sixth, sixth, sixth, sixth, sixth, {1.0, 3.0 / 5, 1.0 / 10}}};
}  // namespace tables

inline constexpr ShuOsherScheme forward_euler{tables::euler, 1.0};
inline constexpr ShuOsherScheme ssprk33{tables::ssprk33, 1.0};
inline constexpr ShuOsherScheme ssprk43{tables::ssprk43, 2.0};
inline constexpr ShuOsherScheme ssprk104{.stages = tables::ssprk104,
                                         .limit = 6.0,
                                         .mix_after = 5,
                                         .mixed_start = {1.0 / 25, 9.0 / 25},
                                         .mixed_newest = {3.0 / 5, 2.0 / 5}};

}  // namespace sluice::numerics
