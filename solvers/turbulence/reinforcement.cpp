#include "turbulence/reinforcement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "turbulence/shells.hpp"

namespace sluice::solvers::turbulence {
namespace {

constexpr std::uint32_t action_stream = 0xac7;
constexpr double least = 1e-30;  ///< Of a spectrum, so that it has a logarithm.

}  // namespace

void ReinforcementTargets::declare(base::Parameters& p) {
  method.declare(p);
  p.file("spectrum", spectrum,
         {.help = "text file, a wavenumber and an enstrophy a line: the one-dimensional spectrum (mean of x "
                  "and y) that the runs are to have; an action's reward is minus the root mean square of "
                  "log10 of the ratio"});
  p.integers(
      "spectrum_range", spectrum_range,
      {.help = "first and last wavenumber that count", .minimum = 0, .minimum_size = 2, .maximum_size = 2});
  p.real(
      "memory", memory,
      {.help = "e-folding time of the running mean of the spectrum that is rewarded; 0: the spectrum of the "
               "moment",
       .unit = "1",
       .minimum = 0});
  p.real("failure", failure,
         {.help = "reward of the last action before a run breaks down; the member goes on from another start",
          .maximum = 0});
}

void ReinforcementTargets::validate(const base::Parameters& parameters, bool has_agents) const {
  if (!method.active()) return;
  if (!has_agents)
    base::refuse(parameters, "reinforcement.method",
                 "needs the model navier_stokes with closure.type: surrogate and closure.agents, who act");
  if (spectrum.empty())
    base::refuse(parameters, "reinforcement.spectrum",
                 "there is nothing to be rewarded for: a file is needed");
  if (spectrum_range[0] > spectrum_range[1])
    base::refuse(parameters, "reinforcement.spectrum_range",
                 fmt::format("{} to {} is empty", spectrum_range[0], spectrum_range[1]));
}

PolicyTraining::PolicyTraining(const ReinforcementTargets& targets, const Space& space,
                               surrogate::Surrogate& policy, std::size_t agents, const base::RandomKey& key)
    : targets_(&targets),
      space_(&space),
      policy_(&policy),
      actor_(policy.weights(), agents, {.seed = key.seed, .member = key.member, .stream = action_stream}),
      wanted_(read_spectrum(space.communicator(), "reinforcement.spectrum", targets.spectrum,
                            targets.spectrum_range[0], targets.spectrum_range[1])) {
  for (const surrogate::Channel& channel : policy.outputs())
    if (!channel.lower || !channel.upper)
      throw base::InputError(
          fmt::format("surrogates.{}: outputs: '{}' needs lower and upper, the range of the agents' actions",
                      policy.name(), channel.field));
  actor_.correlation = targets.method.proximal.correlation;
  policy_->explore = [this](std::span<const surrogate::ChannelView> inputs, std::span<RealField> results) {
    actor_.act(inputs, results);
  };
}

PolicyTraining::~PolicyTraining() { policy_->explore = nullptr; }

void PolicyTraining::begin(double time) {
  begun_ = time;
  mean_.clear();
  actor_.recording = 0;
}

void PolicyTraining::before_action(const ComplexField& w, double time) {
  const auto first = static_cast<std::size_t>(targets_->spectrum_range[0]);
  std::vector<double> now = enstrophy_spectrum(*space_, w, first + wanted_.size());
  now.erase(now.begin(), now.begin() + static_cast<std::ptrdiff_t>(first));
  if (mean_.empty()) mean_ = now;
  const double share = targets_->memory > 0 ? 1 - std::exp((looked_ - time) / targets_->memory) : 1;
  double square = 0;
  for (std::size_t k = 0; k < now.size(); ++k) {
    mean_[k] += share * (now[k] - mean_[k]);
    square += std::pow(std::log10(std::max(mean_[k], least) / wanted_[k]), 2);
  }
  looked_ = time;
  actor_.reward(-std::sqrt(square / static_cast<double>(now.size())));
  actor_.recording = time - begun_ >= targets_->method.spin_up * (1 - 1e-12) ? 1 : 0;
}

void PolicyTraining::state(run::State& state) {
  run::actor_state(state, actor_);
  state.reals("learner_memory", memory);
  state.reals("rewarded_spectrum", mean_);
  state.real("flow_begun", begun_);
  state.real("looked", looked_);
  state.integer("starts", starts);
}

}  // namespace sluice::solvers::turbulence
