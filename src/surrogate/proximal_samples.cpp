#include "surrogate/proximal_samples.hpp"

#include <algorithm>
#include <cmath>

#include "surrogate/torch_library.hpp"

namespace sluice::surrogate {

namespace {

std::vector<double> outputs_of(const Weights& network, const std::vector<double>& states) {
  std::vector<double> outputs;
  const auto in = static_cast<std::int64_t>(network.inputs.size());
  const torch_plugin::Batch batch{.inputs = states.data(),
                                  .targets = nullptr,
                                  .samples = static_cast<std::int64_t>(states.size()) / in,
                                  .in = in,
                                  .out = static_cast<std::int64_t>(network.outputs.size()),
                                  .grid = nullptr,
                                  .single = 0};
  if (batch.samples > 0) TorchLibrary::get().pull_back(network, batch, 0, &outputs, nullptr);
  return outputs;
}

/// Derivatives by the weights of the sum of outputs times `cotangents`.
std::vector<double> pulled_back(const Weights& network, const std::vector<double>& states,
                                const std::vector<double>& cotangents) {
  std::vector<double> gradient;
  const auto in = static_cast<std::int64_t>(network.inputs.size());
  const torch_plugin::Batch batch{.inputs = states.data(),
                                  .targets = cotangents.data(),
                                  .samples = static_cast<std::int64_t>(states.size()) / in,
                                  .in = in,
                                  .out = static_cast<std::int64_t>(network.outputs.size()),
                                  .grid = nullptr,
                                  .single = 0};
  TorchLibrary::get().pull_back(network, batch, 0, nullptr, &gradient);
  return gradient;
}

/// log of the density of an action about its mean, without the constant.
double log_density(std::span<const double> action, std::span<const double> mean,
                   std::span<const double> log_deviation) {
  double sum = 0;
  for (std::size_t o = 0; o < action.size(); ++o) {
    const double z = (action[o] - mean[o]) * std::exp(-log_deviation[o]);
    sum -= 0.5 * z * z + log_deviation[o];
  }
  return sum;
}

/// Derivatives of the loss by the means, for every chosen sample; those by the log of the deviations and the
/// sums of the report are added to `sums`. Loss: -min(rho A, clip(rho) A) (1707.06347, eq. 7) - c H.
std::vector<double> cotangents(const PolicySamples& samples, const std::vector<std::size_t>& chosen,
                               const PolicyNetworks& networks, const std::vector<double>& means,
                               const ProximalPolicyParameters& parameters, double count,
                               std::vector<double>& sums) {
  const std::size_t width = networks.log_deviation.size();
  std::vector<double> result(chosen.size() * width, 0.0);
  for (std::size_t c = 0; c < chosen.size(); ++c) {
    const std::size_t n = chosen[c];
    const auto action = std::span(samples.actions).subspan(n * width, width);
    const auto mean = std::span(means).subspan(c * width, width);
    const double log_ratio = log_density(action, mean, networks.log_deviation) - samples.densities[n];
    const double ratio = std::exp(log_ratio), advantage = samples.advantages[n];
    const bool beyond = advantage > 0 ? ratio > 1 + parameters.clip : ratio < 1 - parameters.clip;
    const double held = std::clamp(ratio, 1 - parameters.clip, 1 + parameters.clip);
    sums[width + policy_loss] -= std::min(ratio * advantage, held * advantage) / count;
    sums[width + divergence] += (ratio - 1 - log_ratio) / count;
    sums[width + clipped] += (ratio != held ? 1.0 : 0.0) / count;
    for (std::size_t o = 0; o < width; ++o) {
      sums[o] -= parameters.entropy / count;
      if (beyond) continue;
      const double deviation = std::exp(networks.log_deviation[o]), z = (action[o] - mean[o]) / deviation;
      result[c * width + o] = -advantage * ratio * z / deviation / count;
      sums[o] -= advantage * ratio * (z * z - 1) / count;
    }
  }
  return result;
}

}  // namespace

/// Advantages by the recursion A_t = r_t + gamma V_t+1 - V_t + gamma lambda A_t+1 (1506.02438, eq. 16), with
/// V_t+1 = A_t+1 = 0 behind an end. The value network gives (1 - gamma) V: a mean reward, whatever gamma.
PolicySamples samples_of(const Trajectory& trajectory, const TrajectoryShape& shape,
                         const PolicyNetworks& networks, const ProximalPolicyParameters& parameters) {
  PolicySamples samples;
  const std::size_t times = shape.transitions(trajectory), agents = shape.agents;
  const double gamma = parameters.discount, unit = 1 / (1 - gamma);
  const std::vector<double> values = outputs_of(networks.value, trajectory.states);
  const std::size_t count = times * agents;
  samples.states.assign(trajectory.states.begin(),
                        trajectory.states.begin() + static_cast<std::ptrdiff_t>(count * shape.inputs));
  samples.actions.assign(trajectory.actions.begin(),
                         trajectory.actions.begin() + static_cast<std::ptrdiff_t>(count * shape.outputs));
  const std::vector<double> means = outputs_of(networks.policy, samples.states);
  samples.advantages.resize(count);
  samples.returns.resize(count);
  for (std::size_t t = times; t-- > 0;) {
    const bool end = trajectory.ends[t] != 0;
    samples.rewards += trajectory.rewards[t];
    samples.failures += end ? 1 : 0;
    for (std::size_t a = 0; a < agents; ++a) {
      const std::size_t n = t * agents + a;
      const double now = unit * values[n], then = end ? 0 : unit * values[n + agents];
      const double later = end || t + 1 == times ? 0 : samples.advantages[n + agents];
      samples.advantages[n] = trajectory.rewards[t] + gamma * then - now + gamma * parameters.lambda * later;
      samples.returns[n] = (samples.advantages[n] + now) / unit;
    }
  }
  samples.times = static_cast<double>(times);
  samples.foreseen.assign(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(count));
  for (std::size_t n = 0; n < count; ++n)
    samples.densities.push_back(log_density(
        std::span(samples.actions).subspan(n * shape.outputs, shape.outputs),
        std::span<const double>(means).subspan(n * shape.outputs, shape.outputs), networks.log_deviation));
  return samples;
}

std::vector<double> gradient_of(const PolicySamples& samples, const std::vector<std::size_t>& chosen,
                                const PolicyNetworks& networks, const ProximalPolicyParameters& parameters,
                                double count) {
  const std::size_t inputs = networks.policy.inputs.size(), outputs = networks.log_deviation.size();
  std::vector<double> result(static_cast<std::size_t>(networks.policy.parameter_count()), 0.0),
      of_value(static_cast<std::size_t>(networks.value.parameter_count()), 0.0),
      others(outputs + lesson_sums, 0.0), states, errors;
  if (!chosen.empty()) {
    for (const std::size_t n : chosen) {
      const auto first = samples.states.begin() + static_cast<std::ptrdiff_t>(n * inputs);
      states.insert(states.end(), first, first + static_cast<std::ptrdiff_t>(inputs));
    }
    const std::vector<double> factors =
        cotangents(samples, chosen, networks, outputs_of(networks.policy, states), parameters, count, others);
    const std::vector<double> values = outputs_of(networks.value, states);
    for (std::size_t c = 0; c < chosen.size(); ++c) {
      const double error = values[c] - samples.returns[chosen[c]];
      others[outputs + value_loss] += error * error / count;
      errors.push_back(2 * parameters.value_weight * error / count);
    }
    result = pulled_back(networks.policy, states, factors);
    of_value = pulled_back(networks.value, states, errors);
  }
  const auto behind = others.begin() + static_cast<std::ptrdiff_t>(outputs);
  result.insert(result.end(), others.begin(), behind);
  result.insert(result.end(), of_value.begin(), of_value.end());
  result.insert(result.end(), behind, others.end());
  return result;
}

}  // namespace sluice::surrogate
