// A surrogate that learns as the policy of agents in the solver's own runs: the members of an ensemble are
// the environments, in which the agents act; after every window of time the members meet, and one lesson of
// proximal policy optimisation (surrogate/proximal_policy.hpp) changes the policy that all of them share.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "run/meeting.hpp"
#include "run/state.hpp"
#include "surrogate/proximal_policy.hpp"
#include "surrogate/surrogate.hpp"

namespace sluice::run {

/// SolverCase::meeting_key of a case whose members train a policy.
inline constexpr const char* reinforcement_key = "reinforcement.method";

struct ReinforcementParameters {
  std::string method = "none";
  double spin_up = 0, window = 1;
  std::int64_t episode = 0;
  surrogate::ProximalPolicyParameters proximal;
  void declare(base::Parameters& parameters);
  [[nodiscard]] bool active() const { return method != "none"; }
  /// True if the flow starts anew behind so many windows.
  [[nodiscard]] bool ends_episode(std::int64_t windows) const {
    return episode > 0 && windows % episode == 0;
  }
};

/// What a solver that can be acted in derives from beside Solver. Between meetings it lets the actor act at
/// the steps where the policy is asked (Surrogate::explore), and tells it the reward of every action; where
/// it breaks down it tells the actor that too, and goes on from another start.
class Environment {
 public:
  virtual ~Environment() = default;
  [[nodiscard]] virtual surrogate::Surrogate& policy() = 0;
  [[nodiscard]] virtual surrogate::Actor& actor() = 0;
  /// Of the learner, kept in the solver's state, the same in every member.
  [[nodiscard]] virtual std::vector<double>& learner_memory() = 0;
  /// From another start, whose first part (spin_up) does not count. Collective over the member's ranks.
  virtual void reset() = 0;
};

/// What a checkpoint keeps of an actor.
void actor_state(State& state, surrogate::Actor& actor);

/// Writes learning.csv, policy.h5 (of the last lesson) and best.h5 (whose window had the highest mean
/// reward).
class Reinforcement final : public Meeting {
 public:
  Reinforcement(const ReinforcementParameters& parameters, std::size_t agents, const MeetingContext& context)
      : parameters_(parameters), agents_(agents), context_(context) {}
  [[nodiscard]] std::vector<double> times(double begin, double end) const override;
  void hold(const Gathering& gathering) override;

 private:
  struct Lesson;
  [[nodiscard]] Lesson prepare(const Gathering& gathering) const;
  void learn(const Gathering& gathering, Lesson& lesson) const;
  void write(const Gathering& gathering, const Lesson& lesson) const;
  void write_policy(const Lesson& lesson, const char* name, const std::vector<double>& values,
                    const std::string& note) const;

  ReinforcementParameters parameters_;
  std::size_t agents_;
  MeetingContext context_;
};

}  // namespace sluice::run
