// What a lesson of proximal policy optimisation learns from: samples of one environment, and the gradient of
// the loss over some of them. Nothing here communicates.
#pragma once
#include <vector>

#include "surrogate/proximal_policy.hpp"

namespace sluice::surrogate {

struct PolicyNetworks {
  Weights policy, value;
  std::vector<double> log_deviation;
};

/// One an action of an agent.
struct PolicySamples {
  std::vector<double> states, actions, densities, advantages, returns;
  std::vector<double> foreseen;  ///< Values before the lesson.
  double rewards = 0, times = 0, failures = 0;
  std::size_t place = 0;  ///< Of its environment.
  [[nodiscard]] std::size_t count() const { return advantages.size(); }
};

/// What a gradient carries behind its derivatives, summed over its samples.
enum LessonSum : std::size_t { policy_loss, value_loss, divergence, clipped, lesson_sums };

[[nodiscard]] PolicySamples samples_of(const Trajectory& trajectory, const TrajectoryShape& shape,
                                       const PolicyNetworks& networks,
                                       const ProximalPolicyParameters& parameters);

/// Of the loss over these samples of one environment, `count` in all environments: [policy, log of
/// deviations, value], then the sums.
[[nodiscard]] std::vector<double> gradient_of(const PolicySamples& samples,
                                              const std::vector<std::size_t>& chosen,
                                              const PolicyNetworks& networks,
                                              const ProximalPolicyParameters& parameters, double count);

}  // namespace sluice::surrogate
