// Training of a surrogate inside the run: a reservoir of samples of the solver's outputs, a fixed number of
// gradient steps every so many solver steps, and publication at a step boundary when samples that are never
// trained on say that it is better. Members of an ensemble may learn one surrogate together.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/timer.hpp"
#include "hooks/hooks.hpp"
#include "hooks/sampler.hpp"
#include "hooks/train_share.hpp"
#include "hooks/train_together.hpp"
#include "run/surrogates.hpp"
#include "run/training_state.hpp"
#include "run/weights_file.hpp"

namespace sluice::hooks {

namespace {

constexpr std::uint32_t batch_stream = 0x7a111;

struct TrainParameters {
  std::string use;
  std::vector<std::string> targets;
  SamplerParameters sampler;
  std::int64_t start_after = 16, gradient_steps = 10, validate_every = 5, publish_from = 0;
  std::string gradient_steps_are = "fixed";
  double share = 0.05;
  TogetherParameters together;
  std::string file;
  surrogate::TrainingParameters training;
};

class Train : public run::Corrector, public Learner {
 public:
  Train(const TrainParameters& parameters, const run::HookContext& context)
      : where_("hook train: use: " + parameters.use),
        parameters_(parameters),
        context_(context),
        surrogate_(&context.surrogates->get("hook train: use", parameters.use)),
        lessons_{.steps = parameters.gradient_steps} {
    SampledChannels channels{.inputs = surrogate_->inputs(), .targets = surrogate_->outputs()};
    if (!parameters.targets.empty() && parameters.targets.size() != channels.targets.size())
      throw base::InputError(fmt::format("{}: {} targets for its {} outputs", where_,
                                         parameters.targets.size(), channels.targets.size()));
    for (std::size_t n = 0; n < parameters.targets.size(); ++n)
      channels.targets[n].field = parameters.targets[n];
    sampler_.emplace(where_, parameters.sampler, channels, context);
    if (!surrogate_->weights().script.file.empty())
      throw base::InputError(where_ +
                             ": a TorchScript module cannot be trained; one of Sluice's networks can");
    if (tuned() && parameters.together.active())
      throw base::InputError(where_ +
                             ": gradient_steps_are: tuned is for runs that learn by themselves; with "
                             "`together` fixed is allowed");
    surrogate_->check_can_learn("hook train");
    parameters.training.check(where_ + ": training", context.solver->grid(),
                              surrogate_->weights().architecture);
    run::check_points(where_, surrogate_->weights(), context.solver->grid());
    surrogate_->learning.active = true;
    tell_lessons();
    trainer_.emplace(context.communicator, parameters.training, surrogate_->weights(), key(batch_stream));
  }

  std::vector<run::Increment> correct(const run::Look& look) override {
    const double begin = base::wall_seconds();
    if (sampler_->look(look) && !parameters_.together.active() && enough()) lesson(look.moment.step);
    share_.occasion(begin);
    return {};
  }

  /// Before every checkpoint: the only time at which the clock has a say. Collective.
  void flush() override {
    if (!tuned()) return;
    const Lessons next = share_.propose(context_.communicator, parameters_.share, lessons_);
    if (next.steps != lessons_.steps || next.spacing != lessons_.spacing)
      base::log::info("surrogate {}: {} gradient steps at every {} from here on, for {:.3g} % of the time",
                      parameters_.use, next.steps,
                      next.spacing == 1 ? "occasion" : fmt::format("{} occasions", next.spacing),
                      100 * parameters_.share);
    lessons_ = next;
    tell_lessons();
  }

  surrogate::Trainer& trainer() override { return *trainer_; }
  const surrogate::Samples& samples() override { return sampler_->samples(); }
  bool ready() override { return enough() && trainer_->can_learn(samples()); }
  bool learned() override {
    surrogate_->learning.loss = trainer_->last_loss();
    return ++occasions_ % parameters_.validate_every == 0;
  }
  void validated(std::int64_t step) override {
    surrogate_->learning.validation = trainer_->validation_loss();
    if (trainer_->best_step() == trainer_->steps()) waiting_ = 1;
    if (waiting_ == 0 || step < parameters_.publish_from) return;
    waiting_ = 0;
    surrogate_->publish(trainer_->best());
    if (++surrogate_->learning.version == 1)
      base::log::info("surrogate {}: first published after {} gradient steps, validation {:.6g}",
                      parameters_.use, trainer_->steps(), surrogate_->learning.validation);
  }

  void finish(const run::Look&) override {
    base::log::info(
        "surrogate {}: {} gradient steps in the run on {} samples of {}, version {}, best validation "
        "{:.6g}",
        parameters_.use, trainer_->steps(), sampler_->samples().filled(), sampler_->samples().seen,
        surrogate_->learning.version, trainer_->best_loss());
    if (parameters_.file.empty() || trainer_->steps() == 0) return;
    surrogate::Weights weights = trainer_->best();
    weights.note = fmt::format("trained in a run, {} gradient steps", trainer_->best_step());
    run::write_weights(context_.communicator, context_.folder / parameters_.file, weights);
  }

  void state(run::State& state) override {
    Corrector::state(state);
    sampler_->state(state);
    state.within("trainer", [this](run::State& inner) { run::declare_state(inner, *trainer_); });
    state.integer("occasions", occasions_);
    state.integer("waiting", waiting_);
    if (!tuned()) return;
    state.integer("passed", passed_);
    state.integer("gradient_steps", lessons_.steps);
    state.integer("spacing", lessons_.spacing);
  }
  void restored() override {
    trainer_->restored();
    tell_lessons();
  }

 private:
  [[nodiscard]] base::RandomKey key(std::uint32_t stream) const {
    return {.seed = static_cast<std::uint64_t>(parameters_.sampler.seed), .stream = stream};
  }

  [[nodiscard]] bool tuned() const { return parameters_.gradient_steps_are == "tuned"; }
  [[nodiscard]] bool enough() { return samples().filled() >= parameters_.start_after; }
  void tell_lessons() {
    surrogate_->learning.gradient_steps =
        static_cast<double>(lessons_.steps) / static_cast<double>(lessons_.spacing);
  }

  /// At an occasion. Collective.
  void lesson(std::int64_t step) {
    if (++passed_ < lessons_.spacing) return;
    passed_ = 0;
    const double begin = base::wall_seconds();
    const base::ScopedTimer timer("train " + parameters_.use);
    for (std::int64_t n = 0; n < lessons_.steps; ++n)
      if (!trainer_->step(samples())) return;
    const double half = base::wall_seconds();
    const bool due = learned();
    if (due && !std::isnan(trainer_->validate(samples()))) validated(step);
    share_.lesson(begin, lessons_.steps, base::wall_seconds() - half);
  }

  std::string where_;
  TrainParameters parameters_;
  run::HookContext context_;
  surrogate::Surrogate* surrogate_;
  std::optional<Sampler> sampler_;
  std::optional<surrogate::Trainer> trainer_;
  Lessons lessons_;
  TrainingShare share_;
  std::int64_t passed_ = 0;  // occasions since the last lesson
  std::int64_t occasions_ = 0;
  std::int64_t waiting_ = 0;  // 1: better weights wait for `publish_from`
};

class TrainCase : public run::HookCase {
 public:
  void declare(base::Parameters& p) override {
    TrainParameters& t = parameters_;
    p.text("use", t.use, {.help = "name of the surrogate under `surrogates:`", .required = true});
    p.texts("targets", t.targets,
            {.help = "outputs of the solver that the surrogate's outputs are to equal, or to equal the "
                     "changes of; left "
                     "out, those of the same names"});
    t.sampler.declare(p);
    p.integer("start_after", t.start_after, {.help = "moments kept before training begins", .minimum = 1});
    p.integer("gradient_steps", t.gradient_steps,
              {.help = "at every occasion of the schedule, or at every meeting of `together`", .minimum = 1});
    p.choice("gradient_steps_are", t.gradient_steps_are,
             {{"fixed", "so many, whatever they cost"},
              {"tuned",
               "so many at first; at every checkpoint the number, or after how many occasions one is taken, "
               "is set "
               "to what fits into `share`, and recorded there, so that a restart repeats it"}},
             {.help = "what their number depends on"});
    p.real("share", t.share,
           {.help = "tuned: part of the wall time that training may take",
            .minimum = 0,
            .maximum = 1,
            .exclusive_minimum = true,
            .exclusive_maximum = true});
    p.group("together", "learning with the other members of an ensemble",
            [&](base::Parameters& g) { t.together.declare(g, time_unit); });
    p.integer("validate_every", t.validate_every,
              {.help = "occasions between validations; the weights are published at one if they are the best",
               .minimum = 1});
    p.integer("publish_from", t.publish_from,
              {.help = "step of the run from which weights are published", .minimum = 0});
    p.text("file", t.file, {.help = "weights file for the best weights at the end, in the run's folder"});
    p.group("training", "", [&t](base::Parameters& g) { t.training.declare(g); });
    schedule_.declare(p, false, time_unit);
  }
  [[nodiscard]] std::vector<std::string> files() const override {
    return parameters_.file.empty() ? std::vector<std::string>{} : std::vector{parameters_.file};
  }
  [[nodiscard]] std::string meeting_key() const override {
    return parameters_.together.active() ? "together.every" : "";
  }
  [[nodiscard]] std::unique_ptr<run::Meeting> meeting(const run::MeetingContext&) const override {
    return std::make_unique<LearningTogether>(parameters_.together, parameters_.use,
                                              parameters_.gradient_steps);
  }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    auto hook = std::make_unique<Train>(parameters_, context);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  TrainParameters parameters_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_train() { return std::make_unique<TrainCase>(); }

}  // namespace sluice::hooks
