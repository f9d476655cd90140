// A policy at work: what the agents of one environment have seen, done and got since the policy last learned.
// The policy is a surrogate: the network's output is the mean action of an agent, from the agent's inputs.
// While it is trained, every action is drawn around that mean.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.hpp"
#include "grid/field.hpp"
#include "surrogate/network.hpp"
#include "surrogate/weights.hpp"

namespace sluice::surrogate {

/// Of one environment, in the order of time, all numbers normalised as the channels say (Channel). The same
/// on every rank that carries the environment.
struct Trajectory {
  std::vector<double> states;   ///< [time][agent][input]
  std::vector<double> actions;  ///< [time][agent][output], as drawn, before any bound.
  std::vector<double> rewards;  ///< [time], of all agents alike; the last action may have none yet.
  std::vector<double> ends;     ///< [time], as many as rewards: 1 where the environment ended with it.
};

/// Agents and channels of a trajectory.
struct TrajectoryShape {
  std::size_t agents = 1, inputs = 1, outputs = 1;
  /// Actions whose rewards and following states (or ends) are known.
  [[nodiscard]] std::size_t transitions(const Trajectory& trajectory) const;
  [[nodiscard]] std::size_t times(const Trajectory& trajectory) const {
    return trajectory.states.size() / (agents * inputs);
  }
};

class Actor {
 public:
  /// `key`: of this environment's noise.
  Actor(const Weights& policy, std::size_t agents, const base::RandomKey& key);

  /// Draws the actions and notes them with what the agents saw, while it is `recording`: `states` [agent]
  /// [input] as the solver has them, `actions` [agent][output] with the network's means, both not normalised.
  void act(std::span<const double> states, std::span<double> actions);
  /// The same for what a surrogate is called with, on one rank that has all agents (Surrogate::explore).
  void act(std::span<const ChannelView> inputs, std::span<grid::RealField> results);
  /// Of the last action, once what follows is known; nothing if it has one or if there is none.
  void reward(double value) { note(value, 0); }
  /// The last action ended the environment: nothing follows from it.
  void end(double value) { note(value, 1); }
  void forget();  ///< What it has recorded.

  [[nodiscard]] const TrajectoryShape& shape() const { return shape_; }

  // What a checkpoint keeps.
  Trajectory trajectory;
  std::vector<double> deviations;  ///< Of the actions about their means, normalised, one an output.
  std::vector<double> noise;       ///< Of the last actions, of deviation 1, [agent][output].
  std::int64_t draws = 0, recording = 0;

  /// Of an agent's noise with its last one. Exploration that lasts shows in what is slow; the learner takes
  /// every action for itself all the same (Hollenstein, Martius, Piater, AAAI 2024, arXiv 2312.11091).
  double correlation = 0;

 private:
  void note(double value, double end);
  std::vector<Channel> inputs_, outputs_;
  TrajectoryShape shape_;
  base::RandomKey key_;
};

}  // namespace sluice::surrogate
