// Proximal policy optimisation (Schulman et al., arXiv 1707.06347) of one policy that all agents of all
// environments share: clipped objective, generalised advantages (Schulman et al., arXiv 1506.02438), a value
// network beside the policy, an entropy bonus, Adam.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "base/parameters.hpp"
#include "base/random.hpp"
#include "surrogate/actor.hpp"

namespace sluice::surrogate {

struct ProximalPolicyParameters {
  double discount = 0.99, lambda = 0.95, clip = 0.2;
  std::int64_t epochs = 10, minibatch = 1024;
  double rate = 1e-3, gradient = 0.5, divergence = 0.05;
  double exploration = 0.5, correlation = 0, entropy = 0;
  std::vector<std::int64_t> value_hidden{32, 32};
  double value_weight = 0.5;
  std::int64_t seed = 0;
  void declare(base::Parameters& parameters);
};

/// What the environments of this rank have to say, and where they stand among all. Every environment is
/// spoken for by one rank; others that carry it too do the same sums and keep them to themselves.
struct Experience {
  std::vector<const Trajectory*> own{};
  std::vector<std::size_t> places{};  ///< Of `own` among all environments.
  std::size_t environments = 0;       ///< In all.
  bool speaks = true;                 ///< This rank, for its `own`.
};

/// What one call of `learn` did.
struct PolicyReport {
  double transitions = 0;  ///< Actions of all agents of all environments that were learnt from.
  double reward = 0;       ///< Mean an action.
  double failures = 0;     ///< Environments that ended.
  double policy_loss = 0, value_loss = 0, entropy = 0;  ///< Of the last minibatch.
  double divergence = 0;  ///< Of the policy before from the one after, estimated.
  double clipped = 0;     ///< Part of the last minibatch's samples whose ratio was beyond the clip.
  double explained = 0;   ///< Part of the variance of the returns that the value network had foreseen.
  double steps = 0;       ///< Of the gradient.
};

struct PolicyNetworks;  // proximal_samples.hpp
struct PolicySamples;

/// Gradients come from the torch plug-in, every environment's from a rank that carries it, and are added up
/// in the order of the environments, so that the bits do not depend on who carries which. Double precision.
class ProximalPolicy {
 public:
  /// AgreedError if there is no torch in this build, or if the policy is no perceptron. Collective.
  ProximalPolicy(const base::Communicator& world, const ProximalPolicyParameters& parameters, Weights policy,
                 std::size_t agents);

  /// Learner's memory before the first lesson: weights of policy and value, deviations, moments of Adam.
  [[nodiscard]] std::vector<double> beginning(const std::vector<double>& policy) const;
  /// One lesson: `memory` changes, the same on every rank. AgreedError if there was no transition.
  /// Collective.
  [[nodiscard]] PolicyReport learn(const Experience& experience, std::vector<double>& memory) const;

  // Views of the memory.
  [[nodiscard]] std::vector<double> policy(const std::vector<double>& memory) const;
  [[nodiscard]] std::vector<double> deviations(const std::vector<double>& memory) const;

 private:
  [[nodiscard]] PolicyNetworks networks(const std::vector<double>& memory) const;
  [[nodiscard]] std::vector<double> totals(const Experience& experience,
                                           const std::vector<std::vector<double>>& own) const;
  void normalise_advantages(const Experience& experience, std::vector<PolicySamples>& samples,
                            PolicyReport& report) const;
  void descend(std::vector<double>& memory, std::vector<double> gradient) const;
  [[nodiscard]] std::vector<std::size_t> chosen(const PolicySamples& samples, std::int64_t lesson,
                                                std::int64_t epoch, std::int64_t part,
                                                std::int64_t parts) const;

  /// Where the value network begins in memory and gradients.
  [[nodiscard]] std::size_t value_at() const { return policy_count_ + shape_.outputs; }

  base::Communicator world_;
  ProximalPolicyParameters parameters_;
  Weights policy_, value_;
  TrajectoryShape shape_;
  std::size_t policy_count_ = 0, value_count_ = 0;
};

}  // namespace sluice::surrogate
