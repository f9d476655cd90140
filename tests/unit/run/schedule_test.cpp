#include "run/schedule.hpp"

#include <gtest/gtest.h>

#include <vector>

using sluice::run::Moment;
using sluice::run::Schedule;

namespace {

/// Times at which a schedule fires on a run of `steps` steps of dt from 0.
std::vector<double> firings(Schedule& schedule, double dt, int steps) {
  std::vector<double> fired;
  schedule.start(0.0);
  if (schedule.due({.time = 0, .step = 0, .start = true})) fired.push_back(0);
  for (int n = 1; n <= steps; ++n)
    if (schedule.due({.time = dt * n, .step = n, .end = n == steps})) fired.push_back(dt * n);
  return fired;
}

}  // namespace

TEST(Schedule, FiresByStepsStartAndEnd) {
  Schedule schedule;
  schedule.every_steps = 4;
  schedule.at_start = schedule.at_end = true;
  EXPECT_EQ(firings(schedule, 1.0, 10), (std::vector<double>{0, 4, 8, 10}));
  schedule.at_start = schedule.at_end = false;
  EXPECT_EQ(firings(schedule, 1.0, 8), (std::vector<double>{4, 8}));
}

TEST(Schedule, FiresAtTheFirstStepAtOrAfterEachPeriod) {
  Schedule schedule;
  schedule.every_time = 2.5;
  EXPECT_EQ(firings(schedule, 1.0, 10), (std::vector<double>{3, 5, 8, 10}));
}

TEST(Schedule, PeriodsAreNoAccumulatedSums) {
  Schedule schedule;
  schedule.every_time = 0.1;
  // 0.1 n is reached by step n although 3 * 0.1 > 0.3 and the like in binary.
  schedule.start(0.0);
  int fired = 0;
  for (int n = 1; n <= 100000; ++n)
    if (schedule.due({.time = n / 10.0, .step = n})) ++fired;
  EXPECT_EQ(fired, 100000);
}

TEST(Schedule, SeveralMissedPeriodsFireOnce) {
  Schedule schedule;
  schedule.every_time = 0.3;
  EXPECT_EQ(firings(schedule, 1.0, 3).size(), 3U);
}

TEST(Schedule, ListedTimes) {
  Schedule schedule;
  schedule.times = {7.0, 0.0, 2.5};
  EXPECT_EQ(firings(schedule, 1.0, 10), (std::vector<double>{0, 3, 7}));
}

TEST(Schedule, ListedTimesBeforeTheStartAreNotMadeUpFor) {
  Schedule schedule;
  schedule.times = {-1.0, 2.0};
  EXPECT_EQ(firings(schedule, 1.0, 3), (std::vector<double>{2}));
}

TEST(Schedule, WallTimeIsCountedFromTheLastFiring) {
  Schedule schedule;
  schedule.every_wall = 10;
  schedule.start(0.0);
  EXPECT_FALSE(schedule.due({.time = 1, .step = 1, .wall = 9}));
  EXPECT_TRUE(schedule.wall_due(12));
  EXPECT_TRUE(schedule.due({.time = 2, .step = 2, .wall = 12}));
  EXPECT_FALSE(schedule.due({.time = 3, .step = 3, .wall = 21}));
  EXPECT_TRUE(schedule.due({.time = 4, .step = 4, .wall = 22}));
}

TEST(Schedule, OnlyOnceAMoment) {
  Schedule schedule;
  schedule.every_steps = 1;
  schedule.start(0.0);
  EXPECT_TRUE(schedule.due({.time = 1, .step = 1}));
  EXPECT_FALSE(schedule.due({.time = 1, .step = 1}));
}

TEST(Schedule, RequiredTimesOnlyIfExact) {
  Schedule schedule;
  schedule.every_time = 0.25;
  schedule.times = {0.3};
  schedule.start(0.0);
  EXPECT_FALSE(schedule.next_required(0.0).has_value());
  schedule.exact = true;
  EXPECT_EQ(schedule.next_required(0.0), 0.25);
  EXPECT_EQ(schedule.next_required(0.25), 0.3);
  EXPECT_EQ(schedule.next_required(0.3), 0.5);
}

TEST(Schedule, ARestartNeitherRepeatsNorSkips) {
  Schedule whole;
  whole.every_time = 0.7;
  whole.times = {1.9, 4.0};
  const std::vector<double> expected = firings(whole, 0.3, 30);
  for (int cut = 1; cut < 30; ++cut) {
    Schedule first = whole, second = whole;
    std::vector<double> fired;
    first.start(0.0);
    static_cast<void>(first.due({.time = 0, .step = 0, .start = true}));
    for (int n = 1; n <= cut; ++n)
      if (first.due({.time = 0.3 * n, .step = n})) fired.push_back(0.3 * n);
    sluice::run::State saved, restored;
    first.state(saved);
    second.start(0.3 * cut);
    second.state(restored);
    sluice::run::StateCopy copy;
    copy.capture(saved);
    copy.restore(restored);
    for (int n = cut + 1; n <= 30; ++n)
      if (second.due({.time = 0.3 * n, .step = n, .end = n == 30})) fired.push_back(0.3 * n);
    EXPECT_EQ(fired, expected) << "cut after step " << cut;
  }
}

TEST(Schedule, WhatItDoesOtherwiseGivesWayToAnyTriggerThatIsNamed) {
  Schedule schedule;
  schedule.otherwise_every_steps = 2;
  EXPECT_FALSE(schedule.never());
  EXPECT_EQ(firings(schedule, 1.0, 6), (std::vector<double>{2, 4, 6}));
  Schedule by_time = schedule, by_steps = schedule, by_list = schedule, at_end = schedule;
  by_time.every_time = 2.5;
  EXPECT_EQ(firings(by_time, 1.0, 6), (std::vector<double>{3, 5}));
  by_steps.every_steps = 5;
  EXPECT_EQ(firings(by_steps, 1.0, 6), (std::vector<double>{5}));
  by_list.times = {1.0};
  EXPECT_EQ(firings(by_list, 1.0, 6), (std::vector<double>{1}));
  at_end.at_end = true;
  EXPECT_EQ(firings(at_end, 1.0, 5), (std::vector<double>{5}));
}

TEST(Schedule, Never) {
  Schedule schedule;
  EXPECT_TRUE(schedule.never());
  schedule.at_end = true;
  EXPECT_FALSE(schedule.never());
}
