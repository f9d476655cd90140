// Bipolar active regions by Hale's and Joy's laws.
#pragma once
#include <cstdint>
#include <vector>

#include "parameters.hpp"

namespace sluice::solvers::flux_transport {

/// One polarity of a region: B = peak exp(-2 (1 - cos(distance)) / width^2).
struct Polarity {
  double colatitude, longitude;  ///< [rad]
  double peak;                   ///< With sign [G].
  double width;                  ///< [rad]
};

/// The regions given one by one and those drawn at random; the same on every rank.
[[nodiscard]] std::vector<Region> draw_regions(const RegionParameters& parameters, std::uint64_t seed);
/// Leading and following polarity of each region. `northern_leading` is the sign of the leading polarity in
/// the north.
[[nodiscard]] std::vector<Polarity> make_polarities(const std::vector<Region>& regions, double peak_field,
                                                    double northern_leading);
/// Field of one polarity at a point [G].
[[nodiscard]] double field_of(const Polarity& polarity, double theta, double phi);

}  // namespace sluice::solvers::flux_transport
