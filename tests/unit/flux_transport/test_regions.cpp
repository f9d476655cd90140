// Laws of bipolar active regions, one region at a time.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "flux_transport/regions.hpp"

namespace {

using namespace sluice;
using namespace sluice::solvers::flux_transport;
constexpr double radians = std::numbers::pi / 180, peak = 250;

std::vector<Polarity> polarities(double latitude, std::optional<double> tilt = std::nullopt) {
  return make_polarities(
      {{.latitude = latitude, .longitude = 100, .flux = 1e22, .tilt = tilt, .leading = std::nullopt}}, peak,
      -1);
}

TEST(Regions, JoysLawTiltsTheLeadingPolarityTowardsTheEquator) {
  for (const double latitude : {30.0, 12.0, -30.0, -12.0}) {
    const auto pair = polarities(latitude);
    ASSERT_EQ(pair.size(), 2u);
    const double separation = pair[0].width / 0.4,
                 south = (pair[0].colatitude - pair[1].colatitude) / separation,
                 west = (pair[0].longitude - pair[1].longitude) * std::cos(latitude * radians) / separation;
    EXPECT_NEAR(south, 0.5 * std::sin(latitude * radians), 1e-12) << latitude;
    EXPECT_NEAR(south * south + west * west, 1, 1e-12) << latitude;
    EXPECT_GT(west, 0) << "the leading polarity is west";
  }
}

TEST(Regions, AGivenTiltIsTowardsTheEquatorInBothHemispheres) {
  for (const double latitude : {20.0, -20.0}) {
    const auto pair = polarities(latitude, 8);
    const double south = (pair[0].colatitude - pair[1].colatitude) / (pair[0].width / 0.4);
    EXPECT_NEAR(south, std::copysign(std::sin(8 * radians), latitude), 1e-12);
  }
}

TEST(Regions, HalesLawTurnsTheSignsInTheSouth) {
  const auto north = polarities(15), south = polarities(-15);
  EXPECT_DOUBLE_EQ(north[0].peak, -peak);
  EXPECT_DOUBLE_EQ(north[1].peak, peak);
  EXPECT_DOUBLE_EQ(south[0].peak, peak);
  EXPECT_DOUBLE_EQ(south[1].peak, -peak);
}

}  // namespace
