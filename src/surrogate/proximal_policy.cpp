#include "surrogate/proximal_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/error.hpp"
#include "surrogate/adam.hpp"
#include "surrogate/proximal_samples.hpp"
#include "surrogate/torch_library.hpp"

namespace sluice::surrogate {

namespace {

constexpr std::uint32_t shuffle_stream = 0x5ff1e;
constexpr double least_log_deviation = -5, most_log_deviation = 2;
/// Behind weights and moments in the memory.
enum Count : std::size_t { lessons, descents, counts };

/// Scales down what is longer than `most`, unless that is 0.
void limit(std::span<double> gradient, double most) {
  double norm = 0;
  for (const double g : gradient) norm += g * g;
  norm = std::sqrt(norm);
  if (!std::isfinite(norm)) throw base::AgreedError("reinforcement: the gradient is not finite");
  if (most > 0 && norm > most)
    for (double& g : gradient) g *= most / norm;
}

}  // namespace

void ProximalPolicyParameters::declare(base::Parameters& p) {
  p.real("discount", discount,
         {.help = "of a reward an action later", .minimum = 0, .maximum = 1, .exclusive_maximum = true});
  p.real(
      "lambda", lambda,
      {.help =
           "of the generalised advantages: 0: what the value network says of one action, 1: sums of rewards",
       .minimum = 0,
       .maximum = 1});
  p.real("clip", clip,
         {.help = "how far from 1 the ratio of new to old probability may take the objective",
          .minimum = 0,
          .exclusive_minimum = true});
  p.integer("epochs", epochs, {.help = "how often a lesson goes through its samples", .minimum = 1});
  p.integer("minibatch", minibatch,
            {.help = "samples (an action of an agent each) a gradient step, of all members together",
             .minimum = 1});
  p.real("rate", rate, {.help = "learning rate of Adam", .minimum = 0, .exclusive_minimum = true});
  p.real("gradient", gradient,
         {.help = "largest norm of a gradient; beyond it it is scaled down; 0: none", .minimum = 0});
  p.real("divergence", divergence,
         {.help =
              "estimated Kullback-Leibler divergence from the policy before at which a lesson ends; 0: never",
          .minimum = 0});
  p.real("exploration", exploration,
         {.help = "standard deviation of the first actions about their means, in units of the outputs' scale",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real(
      "correlation", correlation,
      {.help = "of an agent's departure from the mean with that of its action before: exploration that lasts",
       .minimum = 0,
       .maximum = 1,
       .exclusive_maximum = true});
  p.real("entropy", entropy, {.help = "weight of the entropy of the actions", .minimum = 0});
  p.integers("value_hidden", value_hidden,
             {.help = "hidden layers (tanh) of the network that foresees the sum of rewards", .minimum = 1});
  p.real("value_weight", value_weight, {.help = "of its squared error", .minimum = 0});
  p.integer("seed", seed,
            {.help = "of the actions, of its first weights, and of the order of samples", .minimum = 0});
}

ProximalPolicy::ProximalPolicy(const base::Communicator& world, const ProximalPolicyParameters& parameters,
                               Weights policy, std::size_t agents)
    : world_(world), parameters_(parameters), policy_(std::move(policy)) {
  if (policy_.architecture.kind != "mlp" || !policy_.script.file.empty())
    throw base::AgreedError(
        fmt::format("reinforcement: the policy is {}; a perceptron (mlp) is needed",
                    policy_.script.file.empty() ? policy_.architecture.kind : "a TorchScript module"));
  base::agree(world_, [] { (void)TorchLibrary::get(); });
  value_.architecture = {.kind = "mlp", .activation = "tanh", .hidden = parameters_.value_hidden};
  value_.inputs = policy_.inputs;
  value_.outputs = {{.field = "value"}};
  initialise(value_, static_cast<std::uint64_t>(parameters_.seed));
  shape_ = {.agents = agents, .inputs = policy_.inputs.size(), .outputs = policy_.outputs.size()};
  policy_count_ = policy_.flat().size();
  value_count_ = value_.flat().size();
}

/// [policy, log of deviations, value], first and second moments of them, counts.
std::vector<double> ProximalPolicy::beginning(const std::vector<double>& policy) const {
  std::vector<double> memory = policy;
  const std::vector<double> value = value_.flat();
  memory.insert(memory.end(), shape_.outputs, std::log(parameters_.exploration));
  memory.insert(memory.end(), value.begin(), value.end());
  memory.resize(3 * memory.size() + counts, 0.0);
  return memory;
}

std::vector<double> ProximalPolicy::policy(const std::vector<double>& memory) const {
  return {memory.begin(), memory.begin() + static_cast<std::ptrdiff_t>(policy_count_)};
}

std::vector<double> ProximalPolicy::deviations(const std::vector<double>& memory) const {
  std::vector<double> result;
  for (std::size_t o = 0; o < shape_.outputs; ++o) result.push_back(std::exp(memory[policy_count_ + o]));
  return result;
}

PolicyNetworks ProximalPolicy::networks(const std::vector<double>& memory) const {
  PolicyNetworks made{policy_, value_, {}};
  const std::span<const double> all(memory);
  made.policy.set_flat(all.first(policy_count_));
  made.value.set_flat(all.subspan(value_at(), value_count_));
  const auto log_deviation = all.subspan(policy_count_, shape_.outputs);
  made.log_deviation.assign(log_deviation.begin(), log_deviation.end());
  return made;
}

/// Sum over all environments in their order. Collective.
std::vector<double> ProximalPolicy::totals(const Experience& experience,
                                           const std::vector<std::vector<double>>& own) const {
  const auto size = static_cast<std::size_t>(
      world_.max(own.empty() ? std::int64_t{0} : static_cast<std::int64_t>(own.front().size())));
  std::vector<double> all(experience.environments * size, 0.0), total(size, 0.0);
  if (experience.speaks)
    for (std::size_t e = 0; e < own.size(); ++e)
      std::ranges::copy(own[e], all.begin() + static_cast<std::ptrdiff_t>(experience.places[e] * size));
  world_.sum(std::span<double>(all));
  for (std::size_t n = 0; n < all.size(); ++n) total[n % size] += all[n];
  return total;
}

/// To mean 0 and deviation 1 over all samples, and what the report says of them.
void ProximalPolicy::normalise_advantages(const Experience& experience, std::vector<PolicySamples>& samples,
                                          PolicyReport& report) const {
  std::vector<std::vector<double>> own;
  for (const PolicySamples& one : samples) {
    std::vector<double> numbers{static_cast<double>(one.count()), one.rewards, one.times, one.failures, 0, 0};
    for (std::size_t n = 0; n < one.count(); ++n) {
      numbers[4] += one.advantages[n];
      numbers[5] += one.returns[n];
    }
    own.push_back(std::move(numbers));
  }
  const std::vector<double> sum = totals(experience, own);
  if (sum.empty() || sum[0] == 0)
    throw base::AgreedError("reinforcement: no member has an action to learn from; longer windows may help");
  report.transitions = sum[0];
  report.reward = sum[1] / sum[2];
  report.failures = sum[3];
  own.clear();
  for (const PolicySamples& one : samples) {
    std::vector<double> squares(3, 0.0);
    for (std::size_t n = 0; n < one.count(); ++n) {
      squares[0] += std::pow(one.advantages[n] - sum[4] / sum[0], 2);
      squares[1] += std::pow(one.returns[n] - sum[5] / sum[0], 2);
      squares[2] += std::pow(one.returns[n] - one.foreseen[n], 2);
    }
    own.push_back(std::move(squares));
  }
  const std::vector<double> square = totals(experience, own);
  report.explained = square[1] > 0 ? 1 - square[2] / square[1] : 0;
  const double deviation = std::sqrt(square[0] / sum[0]);
  for (PolicySamples& one : samples)
    for (double& advantage : one.advantages)
      advantage = (advantage - sum[4] / sum[0]) / (deviation > 0 ? deviation : 1.0);
}

/// The part-th of `parts` of an environment's samples, in an order that differs from epoch to epoch.
std::vector<std::size_t> ProximalPolicy::chosen(const PolicySamples& samples, std::int64_t lesson,
                                                std::int64_t epoch, std::int64_t part,
                                                std::int64_t parts) const {
  std::vector<std::size_t> order(samples.count());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const base::RandomKey key{.seed = static_cast<std::uint64_t>(parameters_.seed),
                            .member = static_cast<std::uint32_t>(samples.place),
                            .stream = shuffle_stream};
  const auto step = static_cast<std::uint64_t>(lesson * parameters_.epochs + epoch);
  for (std::size_t n = order.size(); n > 1; --n)  // Fisher and Yates
    std::swap(order[n - 1],
              order[static_cast<std::size_t>(base::random_uniform(key, n, step) * static_cast<double>(n))]);
  const auto bound = [&](std::int64_t p) {
    return order.begin() + static_cast<std::ptrdiff_t>(static_cast<std::int64_t>(order.size()) * p / parts);
  };
  return {bound(part), bound(part + 1)};
}

/// Adam (Kingma and Ba, ICLR 2015, algorithm 1).
void ProximalPolicy::descend(std::vector<double>& memory, std::vector<double> gradient) const {
  const std::size_t size = gradient.size();
  const std::span<double> all(gradient);
  limit(all.first(value_at()), parameters_.gradient);
  limit(all.subspan(value_at()), parameters_.gradient);  // its errors are in other units
  const auto number = static_cast<std::int64_t>(++memory[3 * size + descents]);
  const std::span<double> values(memory);
  adam({.rate = parameters_.rate, .number = number}, gradient, values.first(size), values.subspan(size, size),
       values.subspan(2 * size, size));
  for (std::size_t o = policy_count_; o < value_at(); ++o)
    memory[o] = std::clamp(memory[o], least_log_deviation, most_log_deviation);
}

PolicyReport ProximalPolicy::learn(const Experience& experience, std::vector<double>& memory) const {
  PolicyReport report;
  const std::size_t size = policy_count_ + value_count_ + shape_.outputs;
  const auto lesson = static_cast<std::int64_t>(memory[3 * size + lessons]++);
  std::vector<PolicySamples> samples;
  base::agree(world_, [&] {
    const PolicyNetworks before = networks(memory);
    for (std::size_t e = 0; e < experience.own.size(); ++e) {
      samples.push_back(samples_of(*experience.own[e], shape_, before, parameters_));
      samples.back().place = experience.places[e];
    }
  });
  normalise_advantages(experience, samples, report);
  const auto parts = std::max<std::int64_t>(
      1, std::llround(report.transitions / static_cast<double>(parameters_.minibatch)));
  bool far = false;
  for (std::int64_t epoch = 0; epoch < parameters_.epochs && !far; ++epoch)
    for (std::int64_t part = 0; part < parts && !far; ++part) {
      std::vector<std::vector<double>> own;
      base::agree(world_, [&] {
        const PolicyNetworks now = networks(memory);
        const double count = report.transitions / static_cast<double>(parts);
        for (const PolicySamples& one : samples)
          own.push_back(gradient_of(one, chosen(one, lesson, epoch, part, parts), now, parameters_, count));
      });
      std::vector<double> sum = totals(experience, own);
      report.policy_loss = sum[size + policy_loss];
      report.value_loss = sum[size + value_loss];
      report.divergence = sum[size + divergence];
      report.clipped = sum[size + clipped];
      far = parameters_.divergence > 0 && report.divergence > parameters_.divergence;
      if (far) break;
      sum.resize(size);
      descend(memory, std::move(sum));
      report.steps += 1;
    }
  for (const double deviation : deviations(memory))
    report.entropy += std::log(deviation) + 0.5 * std::log(2 * std::numbers::pi * std::numbers::e);
  return report;
}

}  // namespace sluice::surrogate
