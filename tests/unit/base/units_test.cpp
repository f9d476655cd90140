#include "base/units.hpp"

#include <gtest/gtest.h>

#include <numbers>

namespace sluice::base {
namespace {

TEST(Units, ConvertWithinAKind) {
  EXPECT_EQ(unit_factor("d", "s"), 86400.0);
  EXPECT_EQ(unit_factor("h", "min"), 60.0);
  EXPECT_EQ(unit_factor("km", "m"), 1000.0);
  EXPECT_EQ(unit_factor("T", "G"), 1e4);
  EXPECT_EQ(unit_factor("R_sun", "m"), 6.957e8);
  EXPECT_EQ(unit_factor("km^2 s^-1", "m^2 s^-1"), 1e6);
  EXPECT_DOUBLE_EQ(*unit_factor("deg", "rad"), std::numbers::pi / 180);
  EXPECT_EQ(unit_factor("GiB", "B"), 1073741824.0);
}

TEST(Units, ThereAndBackIsOne) {
  for (const char* unit : {"s", "ms", "us", "min", "h", "d", "yr"})
    EXPECT_DOUBLE_EQ(*unit_factor(unit, "d") * *unit_factor("d", unit), 1.0);
}

TEST(Units, RefuseOtherKindsAndUnknownNames) {
  EXPECT_FALSE(unit_factor("d", "m"));
  EXPECT_FALSE(unit_factor("parsec", "m"));
  EXPECT_FALSE(unit_factor("", "m"));
  EXPECT_EQ(unit_factor("parsec", "parsec"), 1.0);
}

TEST(Units, NameTheirRelatives) {
  EXPECT_EQ(units_like("G"), "T, mT, G");
  EXPECT_EQ(units_like("parsec"), "parsec");
}

TEST(Units, Durations) {
  EXPECT_EQ(parse_duration("90"), 90.0);
  EXPECT_EQ(parse_duration("90 min"), 5400.0);
  EXPECT_EQ(parse_duration(" 1.5 h "), 5400.0);
  EXPECT_EQ(parse_duration("01:30:00"), 5400.0);
  EXPECT_EQ(parse_duration("2-00:00:30"), 172830.0);
  EXPECT_EQ(parse_duration("00:00:00.5"), 0.5);
  for (const char* text : {"", "soon", "1:30", "1:60:00", "1:00:61", "-1:00:00", "1.5:00:00", "5 m", "nan",
                           "inf", "1:2:3:4", ":::"})
    EXPECT_FALSE(parse_duration(text)) << text;
}

}  // namespace
}  // namespace sluice::base
