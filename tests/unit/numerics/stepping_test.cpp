#include "numerics/stepping.hpp"

#include <gtest/gtest.h>

namespace {

using sluice::numerics::EqualSteps;

TEST(EqualSteps, DividesTheWayIntoEqualStepsNoLongerThanTheNominalOne) {
  EqualSteps steps;
  const double end = 1.0, nominal = 0.3;
  double t = 0;
  const double first = steps.next(t, end - t, nominal);
  EXPECT_DOUBLE_EQ(first, 0.25);
  int taken = 0;
  while (end - t > 1e-14) {
    const double dt = steps.next(t, end - t, nominal);
    EXPECT_NEAR(dt, first, 1e-15);
    EXPECT_EQ(steps.dt, first) << "the step keeps its bits within a segment";
    EXPECT_LE(dt, end - t);
    t += dt;
    ++taken;
  }
  EXPECT_EQ(taken, 4);
}

TEST(EqualSteps, KeepsItsBitsOverManyStepsThatDoNotAddUpExactly) {
  EqualSteps steps;
  const double end = 7.3;
  double t = 0.1;
  const double first = steps.next(t, end - t, 1e-3);
  int taken = 0, equal = 0;
  while (end - t > 1e-9 * first) {
    const double dt = steps.next(t, end - t, 1e-3);
    equal += dt == first;
    t += dt;
    ++taken;
  }
  EXPECT_EQ(taken, 7200);
  EXPECT_GE(equal, taken - 1);
}

TEST(EqualSteps, BeginsANewSegmentForAnotherRequiredTime) {
  EqualSteps steps;
  (void)steps.next(0, 1, 0.25);
  EXPECT_DOUBLE_EQ(steps.next(0.25, 0.25, 0.2), 0.125);
  EXPECT_DOUBLE_EQ(steps.segment_end, 0.5);
}

TEST(EqualSteps, AWholeNumberOfNominalStepsIsTaken) {
  EqualSteps steps;
  EXPECT_DOUBLE_EQ(steps.next(0, 0.3, 0.1), 0.1);  // 0.3 / 0.1 is a little less than 3 in floating point
}

TEST(EqualSteps, FollowsAStabilityLimitThatShrinksAtOnceAndOneThatGrowsLate) {
  EqualSteps steps;
  EXPECT_DOUBLE_EQ(steps.next(0, 1, 0.1), 0.1);
  EXPECT_DOUBLE_EQ(steps.next(0.1, 0.9, 0.14), 0.1);  // not yet worth a new step
  EXPECT_DOUBLE_EQ(steps.next(0.2, 0.8, 0.05), 0.05);
  EXPECT_DOUBLE_EQ(steps.next(0.25, 0.75, 0.25), 0.25);
}

TEST(EqualSteps, NeverPassesTheRequiredTime) {
  EqualSteps steps;
  (void)steps.next(0, 1, 0.5);
  EXPECT_EQ(steps.next(0.5 + 1e-15, 0.5 - 1e-15, 0.5), 0.5 - 1e-15);
  EXPECT_EQ(steps.next(2, 1e-3, 0.5), 1e-3);
}

TEST(EqualSteps, GoesOnWithTheSameStepAfterARestart) {
  EqualSteps steps;
  const double dt = steps.next(0, 1, 0.3);
  EqualSteps again;
  again.segment_end = steps.segment_end;
  again.dt = steps.dt;
  EXPECT_EQ(again.next(dt, 1 - dt, 0.3), steps.next(dt, 1 - dt, 0.3));
  EqualSteps fresh;  // without the state the way would be divided anew
  EXPECT_NE(fresh.next(0.9, 0.1, 0.3), dt);
}

}  // namespace
