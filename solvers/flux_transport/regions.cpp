#include "regions.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.hpp"

namespace sluice::solvers::flux_transport {

namespace {

constexpr double pi = std::numbers::pi;
constexpr std::uint32_t regions_stream = 0x52454749;  // of this use of random numbers

/// cos of the angle between two directions.
double cos_distance(double theta1, double phi1, double theta2, double phi2) {
  return std::cos(theta1) * std::cos(theta2) + std::sin(theta1) * std::sin(theta2) * std::cos(phi1 - phi2);
}

}  // namespace

std::vector<Region> draw_regions(const RegionParameters& parameters, std::uint64_t seed) {
  std::vector<Region> regions = parameters.list;
  const base::RandomKey key{.seed = seed, .member = 0, .stream = regions_stream};
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(parameters.count); ++i) {
    const auto normal = base::random_normal(key, i, 0);
    const double distance =
        std::clamp(parameters.latitude_mean + parameters.latitude_spread * normal[0], 2.0, 60.0);
    const double range = std::log(parameters.flux_maximum / parameters.flux_minimum);
    regions.push_back({.latitude = i % 2 == 0 ? distance : -distance,
                       .longitude = 360 * base::random_uniform(key, i, 1),
                       .flux = parameters.flux_minimum * std::exp(range * base::random_uniform(key, i, 2)),
                       .tilt = std::nullopt,
                       .leading = std::nullopt});
  }
  return regions;
}

// Shape and the ratio of width to separation: van Ballegooijen, Cartledge & Priest, Astrophys. J. 501 (1998)
// 866, eq. (8). Joy's law: sin(tilt) = 0.5 sin(latitude), Leighton, Astrophys. J. 156 (1969) 1. Hale's law:
// leading polarities of the two hemispheres are opposite (Hale et al., Astrophys. J. 49 (1919) 153); the
// leading side is west, at larger longitude.
std::vector<Polarity> make_polarities(const std::vector<Region>& regions, double peak_field,
                                      double northern_leading) {
  std::vector<Polarity> polarities;
  for (const Region& region : regions) {
    const double latitude = region.latitude * degree, longitude = region.longitude * degree;
    const double width = std::sqrt(region.flux / (pi * peak_field * flux_unit));  // flux = pi width^2 peak
    const double separation = width / 0.4;
    // Joy: nearer to the equator means southward in the north. The tilt turns the axis from due west.
    const double tilt =
        region.tilt ? *region.tilt * degree * (latitude < 0 ? -1 : 1) : std::asin(0.5 * std::sin(latitude));
    const double leading = region.leading ? std::copysign(1.0, *region.leading)
                                          : (latitude >= 0 ? northern_leading : -northern_leading);
    const double west = 0.5 * separation * std::cos(tilt) / std::cos(latitude),
                 south = 0.5 * separation * std::sin(tilt);
    const double colatitude = 0.5 * pi - latitude;
    polarities.push_back({colatitude + south, longitude + west, leading * peak_field, width});
    polarities.push_back({colatitude - south, longitude - west, -leading * peak_field, width});
  }
  return polarities;
}

double field_of(const Polarity& polarity, double theta, double phi) {
  const double c = cos_distance(polarity.colatitude, polarity.longitude, theta, phi);
  return polarity.peak * std::exp(-2 * (1 - c) / (polarity.width * polarity.width));
}

}  // namespace sluice::solvers::flux_transport
