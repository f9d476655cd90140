#include "run/state.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "files_support.hpp"

namespace sluice {
namespace {

struct Everything {
  grid::LayoutPtr layout = grid::Layout::block(base::Communicator::world(),
                                               {.dimensions = 2, .global = {9, 7, 1}, .halo = {1, 1, 0}});
  grid::RealField u{{"u", "m", "height"}, layout};
  grid::ComplexField psi{{"psi", "1", "wave function"}, layout};
  std::vector<double> history{1, 2, 3};
  std::vector<std::int64_t> counts{4, 5};
  double dt = 0.1;
  std::int64_t step = 7;
  std::string plans = "wisdom";

  run::State declare() {
    run::State state;
    state.field(u);
    state.within("scheme", [this](run::State& inner) {
      inner.field(psi);
      inner.reals("history", history);
      inner.within("deep", [this](run::State& deeper) { deeper.integers("counts", counts); });
      inner.real("dt", dt);
    });
    state.integer("step", step);
    state.text("plans", plans);
    return state;
  }
};

TEST(State, NamesItemsWithTheirPrefixes) {
  Everything all;
  std::vector<std::string> names;
  const run::State state = all.declare();
  for (const auto& item : state.items()) names.push_back(item.name);
  EXPECT_EQ(names, (std::vector<std::string>{"u", "scheme/psi", "scheme/history", "scheme/deep/counts",
                                             "scheme/dt", "step", "plans"}));
  EXPECT_EQ(state.items()[1].components, 2);
  const auto allocated = static_cast<std::size_t>(all.layout->allocated_size());
  EXPECT_EQ(state.local_bytes(), allocated * 24 + 3 * 8 + 2 * 8 + 8 + 8 + 6);
}

TEST(State, RefusesAnItemDeclaredTwice) {
  double a = 0, b = 0;
  run::State state;
  state.real("x", a);
  EXPECT_THROW(state.real("x", b), base::Error);
  EXPECT_NO_THROW(state.within("other", [&](run::State& inner) { inner.real("x", b); }));
  EXPECT_THROW(state.within("other", [&](run::State& inner) { inner.real("x", b); }), base::Error);
  EXPECT_NO_THROW(state.real("after a failure", b));
  EXPECT_EQ(state.items().back().name, "after a failure");
}

TEST(StateCopy, PutsEveryBitBack) {
  Everything all;
  test::fill(all.u);
  test::fill(all.psi);
  run::StateCopy copy;
  EXPECT_TRUE(copy.empty());
  copy.capture(all.declare());
  EXPECT_FALSE(copy.empty());
  const std::vector<double> before(all.u.span().begin(), all.u.span().end());
  for (double& x : all.u.span()) x = 5;
  for (auto& x : all.psi.span()) x = 5;
  all.history.assign(10, 0.0);
  all.counts.clear();
  all.dt = 0;
  all.step = 0;
  all.plans.clear();
  copy.restore(all.declare());
  EXPECT_TRUE(std::equal(before.begin(), before.end(), all.u.span().begin()));  // halo too
  EXPECT_EQ(test::error_of(all.psi), 0);
  EXPECT_EQ(all.history, (std::vector<double>{1, 2, 3}));
  EXPECT_EQ(all.counts, (std::vector<std::int64_t>{4, 5}));
  EXPECT_EQ(all.dt, 0.1);
  EXPECT_EQ(all.step, 7);
  EXPECT_EQ(all.plans, "wisdom");
}

TEST(StateCopy, CapturesAgainAndRefusesAnotherState) {
  Everything all;
  run::StateCopy copy;
  copy.capture(all.declare());
  all.dt = 0.25;
  copy.capture(all.declare());
  all.dt = 9;
  copy.restore(all.declare());
  EXPECT_EQ(all.dt, 0.25);
  double more = 0;
  run::State longer = all.declare();
  longer.real("more", more);
  EXPECT_THROW(copy.restore(longer), base::Error);
}

}  // namespace
}  // namespace sluice
