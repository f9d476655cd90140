#include "base/timer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace sluice::base {
namespace {

void wait(double seconds) {
  for (const double end = wall_seconds() + seconds; wall_seconds() < end;) std::this_thread::yield();
}

const TimerRow* find(const std::vector<TimerRow>& rows, const std::string& name) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const TimerRow& row) { return row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

std::ptrdiff_t place(const std::vector<TimerRow>& rows, const std::string& name) {
  return find(rows, name) - rows.data();
}

TEST(Timer, NestedScopesHavePathsAndCountInsideTheirParents) {
  reset_timers();
  for (int step = 0; step < 3; ++step) {
    const ScopedTimer outer("step");
    {
      const ScopedTimer inner("advection");
      wait(1e-3);
    }
    {
      const ScopedTimer inner("diffusion");
      const ScopedTimer innermost("solve");
      wait(1e-3);
    }
  }
  { const ScopedTimer other("advection"); }
  const auto rows = timer_table(Communicator::world());
  ASSERT_EQ(rows.size(), 5U);
  for (const char* name : {"step", "step/advection", "step/diffusion", "step/diffusion/solve"}) {
    ASSERT_NE(find(rows, name), nullptr) << name;
    EXPECT_EQ(find(rows, name)->calls, 3);
    EXPECT_GE(find(rows, name)->minimum, 3e-3);
    EXPECT_LE(find(rows, name)->minimum, find(rows, name)->mean * (1 + 1e-12));
    EXPECT_LE(find(rows, name)->mean, find(rows, name)->maximum * (1 + 1e-12));
  }
  EXPECT_EQ(find(rows, "advection")->calls, 1);
  EXPECT_GE(timer_seconds("step"), timer_seconds("step/advection") + timer_seconds("step/diffusion"));
  EXPECT_GE(timer_seconds("step/diffusion"), timer_seconds("step/diffusion/solve"));
  EXPECT_EQ(timer_seconds("step/unknown"), 0.0);
  EXPECT_EQ(rows[0].name, "step");
  EXPECT_EQ(place(rows, "step/diffusion/solve"), place(rows, "step/diffusion") + 1);
}

TEST(Timer, NamesOfAllRanksAreInTheTableOfEach) {
  const auto world = Communicator::world();
  reset_timers();
  {
    const ScopedTimer all("all");
    const std::string own = "rank " + std::to_string(world.rank());
    const ScopedTimer mine(own);
    wait(1e-3);
  }
  { const ScopedTimer last("last"); }
  const auto rows = timer_table(world);
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(world.size()) + 2);
  for (int rank = 0; rank < world.size(); ++rank) {
    const auto* row = find(rows, "all/rank " + std::to_string(rank));
    ASSERT_NE(row, nullptr);
    EXPECT_EQ(row->calls, 1);
    EXPECT_GE(row->maximum, 1e-3);
    if (world.size() > 1) {
      EXPECT_EQ(row->minimum, 0.0);
    }
  }
  EXPECT_EQ(rows.front().name, "all");
  EXPECT_EQ(rows.back().name, "last");
  std::string names;
  for (const auto& row : rows) names += row.name + "\n";
  std::string of_root = names;
  world.broadcast(of_root);
  EXPECT_EQ(names, of_root);
}

TEST(Timer, ThreadsNestOnTheirOwn) {
  reset_timers();
  {
    const ScopedTimer outer("main thread");
    std::thread([] { const ScopedTimer inner("other thread"); }).join();
  }
  const auto rows = timer_table(Communicator::world());
  EXPECT_NE(find(rows, "other thread"), nullptr);
  EXPECT_EQ(find(rows, "main thread/other thread"), nullptr);
}

TEST(Timer, ResetEmptiesTheTable) {
  { const ScopedTimer something("something"); }
  reset_timers();
  EXPECT_TRUE(timer_table(Communicator::world()).empty());
}

TEST(Timer, TheTextShowsCallsTimesAndShares) {
  const std::vector<TimerRow> rows{{"step", 10, 1.0, 2.0, 3.0}, {"step/flux", 20, 0.25, 0.5, 0.75}};
  const std::string text = format_timer_table(rows, 4.0);
  EXPECT_NE(text.find("step            10      1.0000      2.0000      3.0000   50.0 %\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("  flux          20      0.2500      0.5000      0.7500   12.5 %\n"), std::string::npos)
      << text;
}

TEST(Timer, PeakMemoryHoldsWhatWasUsed) {
  EXPECT_GT(peak_memory_bytes(), 1 << 20);
  constexpr std::size_t bytes = 64U << 20;
  std::vector<char> block(bytes, 1);
  EXPECT_GT(block[bytes / 2], 0);
  EXPECT_GE(peak_memory_bytes(), static_cast<std::int64_t>(bytes));
}

}  // namespace
}  // namespace sluice::base
