// The vorticity equation as an environment in which agents choose the coefficients of a closure: what the
// members of an ensemble are rewarded for, and what one of them remembers of it.
#pragma once
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "run/reinforcement.hpp"
#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

struct ReinforcementTargets {
  run::ReinforcementParameters method;
  std::string spectrum;
  std::vector<std::int64_t> spectrum_range{1, 20};
  double memory = 0.5;
  double failure = -100;
  void declare(base::Parameters& parameters);
  void validate(const base::Parameters& parameters, bool has_agents) const;
};

/// Of one member. The reward of an action is minus the distance of the enstrophy spectrum, a running mean,
/// from the one wanted: root mean square over wavenumbers of log10 of their ratio.
class PolicyTraining {
 public:
  /// The policy's calls draw their actions from now on; it must outlive this. InputError if an output has no
  /// range. Collective.
  PolicyTraining(const ReinforcementTargets& targets, const Space& space, surrogate::Surrogate& policy,
                 std::size_t agents, const base::RandomKey& key);
  PolicyTraining(const PolicyTraining&) = delete;
  PolicyTraining& operator=(const PolicyTraining&) = delete;
  ~PolicyTraining();

  /// Before a step at whose beginning the policy is asked: the last action's reward. Collective.
  void before_action(const ComplexField& w, double time);
  /// The run broke down.
  void failed() { actor_.end(targets_->failure); }
  /// The flow begins anew at this time.
  void begin(double time);
  void state(run::State& state);

  [[nodiscard]] surrogate::Surrogate& policy() { return *policy_; }
  [[nodiscard]] surrogate::Actor& actor() { return actor_; }
  std::vector<double> memory;  ///< Of the learner.
  std::int64_t starts = 0;     ///< Before this one.

 private:
  const ReinforcementTargets* targets_;
  const Space* space_;
  surrogate::Surrogate* policy_;
  surrogate::Actor actor_;
  std::vector<double> wanted_, mean_;  ///< Spectra; of no size before the first look at a flow.
  double begun_ = 0, looked_ = 0;      ///< Times.
};

}  // namespace sluice::solvers::turbulence
