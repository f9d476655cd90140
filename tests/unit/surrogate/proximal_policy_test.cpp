// Proximal policy optimisation against problems whose best policies are known.
#include "surrogate/proximal_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <functional>

#include "base/error.hpp"
#include "surrogate/torch_library.hpp"

namespace sluice::surrogate {
namespace {

constexpr std::size_t environments = 6, agents = 3;

/// A linear policy from one input to one output.
Weights linear_policy() {
  Weights weights;
  weights.architecture = {.kind = "mlp", .activation = "tanh", .hidden = {}};
  weights.inputs = {{.field = "x"}};
  weights.outputs = {{.field = "u", .shift = 0.5, .scale = 2}};
  for (const TensorShape& shape : tensor_shapes(weights.architecture, 1, 1, 1))
    weights.tensors.push_back(
        {shape.name, shape.shape, std::vector<double>(static_cast<std::size_t>(shape.size()), 0.0)});
  return weights;
}

/// What an agent does in its state: shift + scale (weight x + bias).
double action(const std::vector<double>& weights, double x) {
  return 0.5 + 2 * (weights[0] * x + weights[1]);
}

/// Environments of several agents with one reward, dealt out to the ranks: agent a's state follows
/// x' = follow(x, u) + noise, the reward of all is the mean of gain(x, u).
struct World {
  std::function<double(double, double)> follow, gain;
  std::size_t length = 40;
  double noise = 0.1;

  std::vector<std::size_t> own{};
  std::vector<Actor> actors{};
  std::vector<std::vector<double>> states{};
  base::Communicator world = base::Communicator::self();

  void begin() {
    for (std::size_t e = 0; e < environments; ++e) {
      if (static_cast<int>(e % static_cast<std::size_t>(world.size())) != world.rank()) continue;
      own.push_back(e);
      actors.emplace_back(linear_policy(), agents,
                          base::RandomKey{.seed = 7, .member = static_cast<std::uint32_t>(e), .stream = 1});
      actors.back().recording = 1;
      states.emplace_back(agents, 1.0);
    }
  }
  void run(std::size_t n, const std::vector<double>& policy, const std::vector<double>& deviations) {
    Actor& actor = actors[n];
    actor.forget();
    actor.deviations = deviations;
    for (std::size_t t = 0; t <= length; ++t) {
      std::vector<double>& x = states[n];
      std::vector<double> u;
      for (const double one : x) u.push_back(action(policy, one));
      actor.act(x, u);
      double reward = 0;
      for (std::size_t a = 0; a < agents; ++a) {
        reward += gain(x[a], u[a]) / static_cast<double>(agents);
        x[a] = follow(x[a], u[a]) +
               noise *
                   base::random_normal({.seed = 3, .member = static_cast<std::uint32_t>(own[n]), .stream = 2},
                                       a, static_cast<std::uint64_t>(actor.draws))[0];
      }
      if (std::abs(x[0]) > 50) {
        actor.end(-50);
        x.assign(agents, 1.0);
      } else {
        actor.reward(reward);
      }
    }
  }
  std::vector<PolicyReport> learn(const ProximalPolicyParameters& parameters, int lessons) {
    const ProximalPolicy learner(world, parameters, linear_policy(), agents);
    memory = learner.beginning(linear_policy().flat());
    std::vector<PolicyReport> reports;
    for (int n = 0; n < lessons; ++n) {
      for (std::size_t e = 0; e < own.size(); ++e) run(e, learner.policy(memory), learner.deviations(memory));
      Experience experience{.places = own, .environments = environments};
      for (const Actor& actor : actors) experience.own.push_back(&actor.trajectory);
      reports.push_back(learner.learn(experience, memory));
    }
    weights = learner.policy(memory);
    return reports;
  }
  std::vector<double> memory{}, weights{};
};

/// Discounted linear-quadratic problem: the gain of the best policy u = -k x by the Riccati iteration.
double best_gain(double a, double b, double cost, double discount) {
  double p = 1, k = 0;
  for (int n = 0; n < 500; ++n) {
    k = discount * p * a * b / (cost + discount * p * b * b);
    p = 1 + cost * k * k + discount * p * (a - b * k) * (a - b * k);
  }
  return k;
}

/// Mean over time of x^2 + cost u^2 with u = offset - k x, x' = a x + u + noise.
double mean_cost(double a, double k, double offset, double cost, double noise) {
  const double c = a - k, mean = offset / (1 - c), variance = noise * noise / (1 - c * c);
  return variance + mean * mean + cost * (k * k * variance + std::pow(offset - k * mean, 2));
}

class ProximalPolicyTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!why_no_torch().empty()) GTEST_SKIP() << why_no_torch();
  }
};

TEST_F(ProximalPolicyTest, a_bandit_goes_to_its_best_arm) {
  if (base::Communicator::world().size() > 1) GTEST_SKIP() << "the same on every rank";
  World bandit{.follow = [](double, double) { return 0.0; },
               .gain = [](double, double u) { return -(u - 1.7) * (u - 1.7); }};
  bandit.begin();
  const auto reports = bandit.learn({.discount = 0, .epochs = 5, .rate = 0.03, .value_hidden = {8}}, 30);
  EXPECT_NEAR(action(bandit.weights, 0), 1.7, 0.05);
  EXPECT_LT(reports.front().reward, -1.5);
  EXPECT_GT(reports.back().reward, -0.3);
  EXPECT_EQ(reports.back().transitions, environments * agents * 40);
}

TEST_F(ProximalPolicyTest, a_linear_quadratic_problem_is_solved) {
  if (base::Communicator::world().size() > 1) GTEST_SKIP() << "the same on every rank";
  constexpr double a = 0.95, cost = 0.5, discount = 0.95, noise = 0.3;
  World plant{.follow = [](double x, double u) { return a * x + u; },
              .gain = [](double x, double u) { return -(x * x + cost * u * u); },
              .noise = noise};
  plant.begin();
  const auto reports = plant.learn(
      {.discount = discount, .minibatch = 240, .rate = 0.01, .exploration = 0.25, .value_hidden = {16}}, 40);
  const double k = -2 * plant.weights[0], offset = 0.5 + 2 * plant.weights[1];
  const double best = best_gain(a, 1, cost, discount);
  const double found = mean_cost(a, k, offset, cost, noise), optimum = mean_cost(a, best, 0, cost, noise);
  if (plant.world.is_root())
    std::printf("gain %.3f (best %.3f), offset %.3f, cost %.4f (best %.4f), without %.3g\n", k, best, offset,
                found, optimum, reports.front().reward);
  EXPECT_LT(found, 1.05 * optimum);
  EXPECT_GT(found, 0.98 * optimum);
}

TEST_F(ProximalPolicyTest, who_carries_which_environment_does_not_count) {
  World alone{.follow = [](double x, double u) { return 0.9 * x + u; },
              .gain = [](double x, double u) { return -(x * x + u * u); },
              .length = 10};
  World shared = alone;
  shared.world = base::Communicator::world();
  for (World* one : {&alone, &shared}) {
    one->begin();
    static_cast<void>(one->learn({.epochs = 2, .minibatch = 50, .value_hidden = {4}}, 3));
  }
  EXPECT_EQ(shared.memory, alone.memory);
}

TEST_F(ProximalPolicyTest, an_end_is_the_end) {
  // States beyond 50 end an environment: with this policy all of them run away again and again.
  World runaway{.follow = [](double x, double) { return 3 * x; }, .gain = [](double, double) { return 1.0; }};
  runaway.begin();
  const auto reports = runaway.learn({.discount = 0.9, .value_hidden = {8}}, 1);
  EXPECT_GT(reports[0].failures, 5 * environments);
  EXPECT_LT(reports[0].reward, -5);
}

TEST_F(ProximalPolicyTest, what_cannot_learn_is_refused) {
  Weights convolutional = linear_policy();
  convolutional.architecture.kind = "convolutional";
  EXPECT_THROW(ProximalPolicy(base::Communicator::world(), {}, convolutional, agents), base::AgreedError);
  const ProximalPolicy learner(base::Communicator::world(), {}, linear_policy(), agents);
  std::vector<double> memory = learner.beginning(linear_policy().flat());
  const Trajectory nothing;
  const Experience experience{.own = {&nothing}, .places = {0}, .environments = 1};
  EXPECT_THROW(static_cast<void>(learner.learn(experience, memory)), base::AgreedError);
}

}  // namespace
}  // namespace sluice::surrogate
