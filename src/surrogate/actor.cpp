#include "surrogate/actor.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::surrogate {

std::size_t TrajectoryShape::transitions(const Trajectory& trajectory) const {
  const std::size_t done = trajectory.rewards.size();
  const bool open = done > 0 && done == times(trajectory) && trajectory.ends.back() == 0;
  return open ? done - 1 : done;  // what the last one led to has not been seen
}

Actor::Actor(const Weights& policy, std::size_t agents, const base::RandomKey& key)
    : deviations(policy.outputs.size(), 0.0),
      inputs_(policy.inputs),
      outputs_(policy.outputs),
      shape_{.agents = agents, .inputs = policy.inputs.size(), .outputs = policy.outputs.size()},
      key_(key) {}

void Actor::act(std::span<const double> states, std::span<double> actions) {
  if (recording == 0) return;
  for (std::size_t n = 0; n < states.size(); ++n) {
    const Channel& channel = inputs_[n % shape_.inputs];
    trajectory.states.push_back((states[n] - channel.shift) / channel.scale);
  }
  const bool first = noise.empty();
  noise.resize(actions.size());
  for (std::size_t n = 0; n < actions.size(); ++n) {
    const std::size_t o = n % shape_.outputs;
    const Channel& channel = outputs_[o];
    const double fresh = base::random_normal(key_, n, static_cast<std::uint64_t>(draws))[0];
    noise[n] = first ? fresh : correlation * noise[n] + std::sqrt(1 - correlation * correlation) * fresh;
    actions[n] += channel.scale * deviations[o] * noise[n];
    trajectory.actions.push_back((actions[n] - channel.shift) / channel.scale);
  }
  ++draws;
}

void Actor::act(std::span<const ChannelView> inputs, std::span<grid::RealField> results) {
  if (recording == 0) return;
  const grid::Layout& layout = results.front().layout();
  std::vector<grid::Index> places;
  for (grid::Index i = 0; i < layout.count()[0]; ++i)
    for (grid::Index j = 0; j < layout.count()[1]; ++j)
      for (grid::Index k = 0; k < layout.count()[2]; ++k) places.push_back(layout.position(i, j, k));
  std::vector<double> states, actions;
  for (const grid::Index place : places) {
    for (const ChannelView& input : inputs) states.push_back(input.data[place * input.stride]);
    for (const grid::RealField& result : results) actions.push_back(result.data()[place]);
  }
  act(states, actions);
  for (std::size_t a = 0; a < places.size(); ++a)
    for (std::size_t o = 0; o < results.size(); ++o)
      results[o].data()[places[a]] = actions[a * results.size() + o];
}

void Actor::note(double value, double end) {
  if (trajectory.rewards.size() >= shape_.times(trajectory)) return;
  trajectory.rewards.push_back(value);
  trajectory.ends.push_back(end);
}

void Actor::forget() { trajectory = {}; }

}  // namespace sluice::surrogate
