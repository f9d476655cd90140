#include "run/clock.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

using sluice::run::Clock;

TEST(Clock, SumsWithoutDrift) {
  Clock clock;
  clock.start(0.0);
  const double dt = 0.1;
  for (int n = 1; n <= 1'000'000; ++n) clock.advance(dt, 1e9);
  // A plain sum of 10^6 tenths is off by 1.3e-6.
  EXPECT_NEAR(clock.time(), 1e5, 2e-11);
  EXPECT_EQ(clock.step(), 1'000'000);
}

TEST(Clock, LandsExactlyOnRequiredTimes) {
  for (const double end : {1.0, 0.3, 1e-7, 123456.789, -0.7}) {
    for (const int steps : {3, 7, 10, 1000, 33333}) {
      Clock clock;
      clock.start(end - 1.1);
      const double dt = (end - clock.time()) / steps;
      for (int n = 0; n < steps - 1; ++n) {
        clock.advance(std::min(dt, end - clock.time()), end);
        ASSERT_LT(clock.time(), end);
      }
      clock.advance(std::min(dt, end - clock.time()), end);
      EXPECT_EQ(clock.time(), end) << "in " << steps << " steps";
    }
  }
}

TEST(Clock, DoesNotJumpOverWhatIsLeft) {
  Clock clock;
  clock.start(0.0);
  clock.advance(0.999999, 1.0);
  EXPECT_LT(clock.time(), 1.0);
  clock.advance(1.0 - clock.time(), 1.0);
  EXPECT_EQ(clock.time(), 1.0);
}

TEST(Clock, RestoredGoesOnBitForBit) {
  Clock whole, first, second;
  whole.start(0.0);
  first.start(0.0);
  for (int n = 0; n < 1000; ++n) whole.advance(0.1 / 3, 1e9);
  for (int n = 0; n < 500; ++n) first.advance(0.1 / 3, 1e9);
  sluice::run::State saved, restored;
  first.state(saved);
  second.state(restored);
  sluice::run::StateCopy copy;
  copy.capture(saved);
  copy.restore(restored);
  for (int n = 0; n < 500; ++n) second.advance(0.1 / 3, 1e9);
  EXPECT_EQ(second.time(), whole.time());
  EXPECT_EQ(second.step(), whole.step());
}
