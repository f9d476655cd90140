#include "run/reinforcement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.hpp"
#include "base/log.hpp"
#include "run/learning_file.hpp"
#include "run/weights_file.hpp"

namespace sluice::run {
namespace {

Environment& environment_of(const Attendant& one) {
  auto* solver = dynamic_cast<Environment*>(one.solver);
  if (solver == nullptr) throw base::Error("reinforcement: agents cannot act in this solver");
  return *solver;
}

}  // namespace

/// One meeting's: the policy's description is on every rank, members or none.
struct Reinforcement::Lesson {
  surrogate::Weights form;
  std::optional<surrogate::ProximalPolicy> learner{};
  std::vector<double> memory{};  ///< Of the learner, and the highest mean reward of a window so far.
  surrogate::PolicyReport report{};
};

void ReinforcementParameters::declare(base::Parameters& p) {
  p.choice("method", method,
           {{"none", "nothing is trained"},
            {"ppo", "proximal policy optimisation, one policy for all agents of all members"}},
           {.help = "how the closure's surrogate is trained as the policy of agents; needs an ensemble"});
  p.real("spin_up", spin_up,
         {.help = "time after every start in which the policy acts without exploration and learns nothing",
          .unit = "1",
          .minimum = 0});
  p.real("window", window,
         {.help = "time of acting between lessons", .unit = "1", .minimum = 0, .exclusive_minimum = true});
  p.integer(
      "episode", episode,
      {.help = "windows after which every member begins from another start; 0: it never does unless its "
               "run breaks down",
       .minimum = 0});
  proximal.declare(p);
}

void actor_state(State& state, surrogate::Actor& actor) {
  state.reals("actor_states", actor.trajectory.states);
  state.reals("actor_actions", actor.trajectory.actions);
  state.reals("actor_rewards", actor.trajectory.rewards);
  state.reals("actor_ends", actor.trajectory.ends);
  state.reals("actor_deviations", actor.deviations);
  state.reals("actor_noise", actor.noise);
  state.integer("actor_draws", actor.draws);
  state.integer("actor_recording", actor.recording);
}

std::vector<double> Reinforcement::times(double begin, double end) const {
  std::vector<double> times{begin};
  double spun = parameters_.spin_up;
  for (std::int64_t n = 1;; ++n) {
    const double time = begin + spun + static_cast<double>(n) * parameters_.window;
    if (time > end + 1e-9 * parameters_.window) break;
    times.push_back(std::min(time, end));
    if (parameters_.ends_episode(n)) spun += parameters_.spin_up;
  }
  return times;
}

/// Learner and memory, from the first rank that carries a member. Collective.
Reinforcement::Lesson Reinforcement::prepare(const Gathering& gathering) const {
  const bool has = !gathering.own.empty();
  const auto first = static_cast<int>(
      context_.world.min(static_cast<std::int64_t>(has ? context_.world.rank() : context_.world.size())));
  std::string description;
  std::vector<double> memory;
  if (context_.world.rank() == first) {
    description = surrogate::description_of(environment_of(gathering.own.front()).policy().weights());
    memory = environment_of(gathering.own.front()).learner_memory();
  }
  context_.world.broadcast(description, first);
  memory.resize(
      static_cast<std::size_t>(context_.world.broadcast(static_cast<std::int64_t>(memory.size()), first)));
  context_.world.broadcast(std::span<double>(memory), first);
  Lesson lesson{.form = surrogate::parse_description(description, "the policy")};
  surrogate::initialise(lesson.form, 0);
  lesson.memory = std::move(memory);
  lesson.learner.emplace(context_.world, parameters_.proximal, lesson.form, agents_);
  return lesson;
}

void Reinforcement::hold(const Gathering& gathering) {
  Lesson lesson = prepare(gathering);
  if (gathering.number == 0) {
    for (const Attendant& one : gathering.own) {
      Environment& environment = environment_of(one);
      environment.learner_memory() = lesson.learner->beginning(environment.policy().weights().flat());
      environment.actor().deviations = lesson.learner->deviations(environment.learner_memory());
      environment.learner_memory().push_back(-std::numeric_limits<double>::infinity());
    }
    return;
  }
  learn(gathering, lesson);
  for (const Attendant& one : gathering.own) {
    Environment& environment = environment_of(one);
    environment.learner_memory() = lesson.memory;
    environment.policy().take(lesson.learner->policy(lesson.memory));
    environment.actor().deviations = lesson.learner->deviations(lesson.memory);
    environment.actor().forget();
    if (parameters_.ends_episode(gathering.number)) environment.reset();
  }
  write(gathering, lesson);
}

void Reinforcement::learn(const Gathering& gathering, Lesson& lesson) const {
  surrogate::Experience experience{.environments = gathering.members.size(),
                                   .speaks = gathering.group.is_root()};
  for (const Attendant& one : gathering.own) {
    experience.own.push_back(&environment_of(one).actor().trajectory);
    experience.places.push_back(static_cast<std::size_t>(std::ranges::find(gathering.members, one.member) -
                                                         gathering.members.begin()));
  }
  const double best = lesson.memory.back();
  lesson.memory.pop_back();
  const std::vector<double> before = lesson.learner->policy(lesson.memory);
  lesson.report = lesson.learner->learn(experience, lesson.memory);
  lesson.memory.push_back(std::max(best, lesson.report.reward));
  if (lesson.report.reward > best)
    write_policy(lesson, "best.h5", before,
                 fmt::format("before lesson {}, mean reward {:.6g}", gathering.number, lesson.report.reward));
}

void Reinforcement::write(const Gathering& gathering, const Lesson& lesson) const {
  const surrogate::PolicyReport& r = lesson.report;
  std::string headline = fmt::format(
      "time [{}],meeting,members,transitions,reward,reward_best,failures,policy_loss,value_loss,explained,"
      "divergence,clipped,entropy,gradient_steps",
      context_.time_unit);
  std::string line =
      fmt::format("{:.12g},{},{},{},{:.10g},{:.10g},{},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{}",
                  gathering.time, gathering.number, gathering.members.size(), r.transitions, r.reward,
                  lesson.memory.back(), r.failures, r.policy_loss, r.value_loss, r.explained, r.divergence,
                  r.clipped, r.entropy, r.steps);
  const std::vector<double> deviations = lesson.learner->deviations(lesson.memory);
  for (std::size_t o = 0; o < deviations.size(); ++o) {
    headline += ",deviation_" + lesson.form.outputs[o].field;
    line += fmt::format(",{:.10g}", deviations[o]);
  }
  base::log::info("lesson {}: mean reward {:.5g} (best {:.5g}) of {} actions, {} failures, foreseen {:.3g}",
                  gathering.number, r.reward, lesson.memory.back(), r.transitions, r.failures, r.explained);
  add_learning_line(context_.world, context_.folder, headline, line);
  write_policy(lesson, "policy.h5", lesson.learner->policy(lesson.memory),
               fmt::format("after lesson {}, whose mean reward was {:.6g}", gathering.number, r.reward));
}

void Reinforcement::write_policy(const Lesson& lesson, const char* name, const std::vector<double>& values,
                                 const std::string& note) const {
  surrogate::Weights weights = lesson.form;
  weights.set_flat(values);
  weights.note = note;
  base::agree_on_root(context_.world,
                      [&] { write_weights(base::Communicator::self(), context_.folder / name, weights); });
}

}  // namespace sluice::run
