#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "surrogate/surrogate.hpp"

namespace sluice::surrogate {
namespace {

using grid::Index;
using testing::HasSubstr;

/// One input u and one output u on a sphere's grid, whose cells have different areas.
class GuardTest : public testing::Test {
 protected:
  GuardTest()
      : grid(grid::Grid::uniform_sphere(9, 12, 1, "1")),
        layout(grid::Layout::block(base::Communicator::world(), grid.layout_spec())),
        input({}, layout) {
    weights.inputs = {{.field = "u", .lower = -1.0, .upper = 1.0}};
    weights.outputs = {{.field = "u"}};
    initialise(weights, 1);
    outputs.emplace_back(grid::FieldInfo{}, layout);
    fill([](Index i, Index j) { return 0.1 + std::sin(static_cast<double>(3 * i + j)); });
  }

  template <class F>
  void fill(F f) {
    for (Index i = 0; i < layout->count()[0]; ++i)
      for (Index j = 0; j < layout->count()[1]; ++j)
        outputs[0].data()[layout->position(i, j)] = f(i + layout->offset()[0], j + layout->offset()[1]);
  }

  double area(Index i, Index j) const {
    const auto &theta = grid.axes[0].faces, &phi = grid.axes[1].faces;
    return (std::cos(theta[static_cast<std::size_t>(i)]) - std::cos(theta[static_cast<std::size_t>(i) + 1])) *
           (phi[static_cast<std::size_t>(j) + 1] - phi[static_cast<std::size_t>(j)]);
  }

  double integral() const {
    double sum = 0;
    for (Index i = 0; i < layout->count()[0]; ++i)
      for (Index j = 0; j < layout->count()[1]; ++j)
        sum += area(i + layout->offset()[0], j + layout->offset()[1]) *
               outputs[0].data()[layout->position(i, j)];
    return layout->communicator().sum(sum);
  }

  Verdict judge(Guard& guard, const GuardedCall& call = {}) {
    const std::vector<ChannelView> inputs{{.data = input.data(), .layout = layout}};
    return guard.judge(inputs, outputs, call);
  }
  Guard make(const GuardParameters& parameters) { return {parameters, weights, grid, layout}; }
  /// Puts a value at one global point of a field, on the rank that owns it.
  void put(grid::RealField& field, double value) {
    if (layout->offset()[0] + layout->count()[0] == 9 && layout->offset()[1] == 0)
      field.data()[layout->position(layout->count()[0] - 1, 0)] = value;
  }

  grid::Grid grid;
  grid::LayoutPtr layout;
  Weights weights;
  grid::RealField input;
  std::vector<grid::RealField> outputs;
};

TEST_F(GuardTest, a_nan_on_one_rank_is_refused_on_all) {
  Guard guard = make({.policy = "warn"});
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    put(outputs[0], bad);
    EXPECT_EQ(judge(guard), Verdict::refused);
  }
  EXPECT_EQ(guard.counters[GuardCounters::not_finite], 2);
  put(outputs[0], 0);
  EXPECT_EQ(judge(guard), Verdict::accepted);
  EXPECT_EQ(guard.counters[GuardCounters::in_a_row], 0);
}

TEST_F(GuardTest, inputs_outside_the_training_data) {
  Guard strict = make({}), lenient = make({.outside = 0.02}), warning = make({.policy = "warn"}),
        stopping = make({.policy = "stop"});
  put(input, 1.15);  // the range is -1 to 1, its margin 0.1 * 2
  EXPECT_EQ(judge(strict), Verdict::accepted);
  put(input, -1.25);
  EXPECT_EQ(judge(strict), Verdict::refused);
  EXPECT_THAT(strict.reason(), HasSubstr("1 of 108 points"));
  EXPECT_EQ(judge(lenient), Verdict::accepted);
  EXPECT_EQ(judge(warning), Verdict::accepted);
  EXPECT_EQ(warning.counters[GuardCounters::outside], 1);
  EXPECT_THROW((void)judge(stopping), base::AgreedError);
  put(input, std::nan(""));  // neither inside nor outside any box: refused like what lies outside
  EXPECT_EQ(judge(strict), Verdict::refused);
}

TEST_F(GuardTest, distance_from_the_training_data) {
  EXPECT_THROW(make({.distance = 2.0}), base::AgreedError);
  weights.input_mean = {0.0};
  weights.input_covariance = {0.04};
  Guard guard = make({.distance = 2.0});
  put(input, 0.39);
  EXPECT_EQ(judge(guard), Verdict::accepted);
  put(input, 0.41);
  EXPECT_EQ(judge(guard), Verdict::refused);
}

TEST_F(GuardTest, bounds_limit_or_refuse) {
  weights.outputs[0].lower = -0.5;
  weights.outputs[0].upper = 0.5;
  Guard limiting = make({}), refusing = make({.bounds = "refuse"});
  EXPECT_EQ(judge(refusing), Verdict::refused);
  EXPECT_EQ(judge(limiting), Verdict::limited);
  EXPECT_LE(grid::maximum_absolute(outputs[0].erased()), 0.5);
  EXPECT_EQ(judge(limiting), Verdict::accepted);
}

TEST_F(GuardTest, projection_conserves_the_integral) {
  Guard guard = make({.conserve = {"u"}});
  const double before = integral();
  EXPECT_GT(std::abs(before), 0.01);
  EXPECT_EQ(judge(guard), Verdict::accepted);
  EXPECT_NEAR(integral(), 0, 1e-14);
  EXPECT_GT(guard.last_defect(), 0.001);
  fill([](Index, Index) { return 1.0; });
  Guard strict = make({.conserve = {"u"}, .defect = 0.5});
  EXPECT_EQ(judge(strict), Verdict::refused);
  EXPECT_THROW(make({.conserve = {"w"}}), base::AgreedError);
}

/// ProbConserv with a diagonal covariance: what is missing is taken where the variance is.
TEST_F(GuardTest, projection_changes_most_where_the_members_differ) {
  std::vector<grid::RealField> variances;
  variances.emplace_back(grid::FieldInfo{}, layout);
  const auto variance = [](Index i, Index j) { return i < 4 ? 0.0 : 1.0 + static_cast<double>((i + j) % 3); };
  const auto each = [&](auto work) {
    for (Index i = 0; i < layout->count()[0]; ++i)
      for (Index j = 0; j < layout->count()[1]; ++j)
        work(layout->position(i, j), i + layout->offset()[0], j + layout->offset()[1]);
  };
  each([&](Index at, Index i, Index j) { variances[0].data()[at] = variance(i, j); });
  double norm = 0;
  each([&](Index, Index i, Index j) { norm += area(i, j) * area(i, j) * variance(i, j); });
  const double factor = integral() / layout->communicator().sum(norm);
  const std::vector<double> before(outputs[0].span().begin(), outputs[0].span().end());
  Guard guard = make({.conserve = {"u"}});
  const std::vector<ChannelView> inputs{{.data = input.data(), .layout = layout}};
  EXPECT_EQ(guard.judge(inputs, outputs, {}, variances), Verdict::accepted);
  EXPECT_NEAR(integral(), 0, 1e-14);
  each([&](Index at, Index i, Index j) {
    EXPECT_NEAR(outputs[0].data()[at],
                before[static_cast<std::size_t>(at)] - factor * variance(i, j) * area(i, j), 1e-13);
  });
  Guard careful = make({.conserve = {}, .disagreement = 0.1}),
        generous = make({.conserve = {}, .disagreement = 10});
  EXPECT_EQ(careful.judge(inputs, outputs, {}, variances), Verdict::refused);
  EXPECT_THAT(careful.reason(), HasSubstr("the members of the committee differ by"));
  EXPECT_EQ(generous.judge(inputs, outputs, {}, variances), Verdict::accepted);
}

TEST_F(GuardTest, growth_of_energy_is_bounded) {
  grid::RealField u({}, layout);
  for (double& value : u.span()) value = 1;
  fill([](Index, Index) { return 5.0; });
  const std::vector<ChannelView> fields{{.data = u.data(), .layout = layout}};
  Guard guard = make({.growth = 0.2});
  EXPECT_EQ(judge(guard, {.fields = fields, .factor = 0.5, .dt = 0.5}), Verdict::limited);
  const double change = 0.5 * outputs[0].data()[0], growth = (1 + change) * (1 + change) - 1;
  if (layout->owned_size() > 0) {
    EXPECT_GT(growth, 0);
    EXPECT_LE(growth, 0.2 * 0.5);
  }
  fill([](Index, Index) { return -0.5; });
  EXPECT_EQ(judge(guard, {.fields = fields, .factor = 0.5, .dt = 0.5}), Verdict::accepted);
}

TEST_F(GuardTest, what_is_added_to_a_budget_is_bounded) {
  const std::vector<ChannelView> ones{{.data = input.data(), .layout = layout}};
  for (double& value : input.span()) value = 0.5;
  fill([](Index i, Index) { return 1.0 + static_cast<double>(i); });
  const double rate = 0.5 * integral();
  const std::vector<Budget> budgets{{.name = "energy", .weights = ones, .content = 2 * rate}};
  Guard wide = make({.growth = 0.51}), narrow = make({.growth = 0.125});
  EXPECT_EQ(judge(wide, {.budgets = budgets}), Verdict::accepted);
  EXPECT_EQ(judge(narrow, {.budgets = budgets}), Verdict::limited);
  EXPECT_NEAR(0.5 * integral(), 0.125 * 2 * rate, 1e-12);
  EXPECT_THAT(narrow.reason(), HasSubstr("energy"));
  fill([](Index i, Index) { return -1.0 - static_cast<double>(i); });
  EXPECT_EQ(judge(narrow, {.budgets = budgets}), Verdict::accepted);
}

TEST_F(GuardTest, laws_of_the_solver_count_where_the_case_says_so) {
  Guard with = make({.conserve = {"declared"}}), without = make({.conserve = {}});
  with.declare_conserved({true});
  without.declare_conserved({true});
  EXPECT_EQ(judge(without), Verdict::accepted);
  EXPECT_GT(std::abs(integral()), 0.01);
  EXPECT_EQ(judge(with), Verdict::accepted);
  EXPECT_NEAR(integral(), 0, 1e-14);
}

/// Rows that are no whole number of vector instructions, an input with a stride, a distance in two inputs.
TEST_F(GuardTest, distance_of_two_inputs) {
  weights.inputs = {{.field = "a", .shift = 1, .scale = 2}, {.field = "b"}};
  weights.input_mean = {0.5, 0.0};
  weights.input_covariance = {1.0, 0.6, 0.6, 1.0};
  initialise(weights, 1);
  // Normalised (a - 1) / 2; at (a, b) = (5, -1): x = (1.5, -1), x.C^-1.x = (2.25 + 2 * 0.9 + 1) / 0.64.
  const double distance = std::sqrt((2.25 + 1.8 + 1) / 0.64);
  std::vector<double> both(2 * static_cast<std::size_t>(layout->allocated_size()));
  for (std::size_t n = 0; n < both.size(); n += 2) both[n] = 5, both[n + 1] = -1;
  const std::vector<ChannelView> inputs{{.data = both.data(), .layout = layout, .stride = 2},
                                        {.data = both.data() + 1, .layout = layout, .stride = 2}};
  Guard inside = make({.distance = distance * 1.000001}), beyond = make({.distance = distance * 0.999999});
  EXPECT_EQ(inside.judge(inputs, outputs, {}), Verdict::accepted);
  EXPECT_EQ(beyond.judge(inputs, outputs, {}), Verdict::refused);
  EXPECT_THAT(beyond.reason(), HasSubstr("108 of 108"));
}

TEST_F(GuardTest, budget_switches_it_off) {
  put(input, 9);
  Guard guard = make({.budget = 3});
  for (int n = 0; n < 3; ++n) {
    EXPECT_FALSE(guard.is_off());
    EXPECT_EQ(judge(guard), Verdict::refused);
  }
  EXPECT_TRUE(guard.is_off());
}

}  // namespace
}  // namespace sluice::surrogate
