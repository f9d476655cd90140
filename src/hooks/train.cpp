// Training of a surrogate inside the run: a reservoir of samples of the solver's outputs, a fixed number of
// gradient steps every so many solver steps, and publication at a step boundary when samples that are never
// trained on say that it is better.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/timer.hpp"
#include "hooks/hooks.hpp"
#include "hooks/sampler.hpp"
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
  std::string file;
  surrogate::TrainingParameters training;
};

class Train : public run::Corrector {
 public:
  Train(const TrainParameters& parameters, const run::HookContext& context)
      : where_("hook train: use: " + parameters.use),
        parameters_(parameters),
        context_(context),
        surrogate_(&context.surrogates->get("hook train: use", parameters.use)) {
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
    surrogate_->learning.active = true;
    trainer_.emplace(context.communicator, parameters.training, surrogate_->weights(), key(batch_stream));
  }

  std::vector<run::Increment> correct(const run::Look& look) override {
    if (!sampler_->look(look) || sampler_->samples().filled() < parameters_.start_after) return {};
    const surrogate::Samples& samples = sampler_->samples();
    const base::ScopedTimer timer("train " + parameters_.use);
    for (std::int64_t n = 0; n < parameters_.gradient_steps; ++n)
      if (!trainer_->step(samples)) return {};
    surrogate_->learning.loss = trainer_->last_loss();
    if (++occasions_ % parameters_.validate_every == 0) validate(look);
    return {};
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
  }
  void restored() override { trainer_->restored(); }

 private:
  [[nodiscard]] base::RandomKey key(std::uint32_t stream) const {
    return {.seed = static_cast<std::uint64_t>(parameters_.sampler.seed), .stream = stream};
  }

  void validate(const run::Look& look) {
    const std::int64_t best_before = trainer_->best_step();
    surrogate_->learning.validation = trainer_->validate(sampler_->samples());
    const bool better = trainer_->best_step() != best_before;
    if (better) waiting_ = 1;
    if (waiting_ == 0 || look.moment.step < parameters_.publish_from) return;
    waiting_ = 0;
    surrogate_->publish(trainer_->best());
    if (++surrogate_->learning.version == 1)
      base::log::info("surrogate {}: first published after {} gradient steps, validation {:.6g}",
                      parameters_.use, trainer_->steps(), surrogate_->learning.validation);
  }

  std::string where_;
  TrainParameters parameters_;
  run::HookContext context_;
  surrogate::Surrogate* surrogate_;
  std::optional<Sampler> sampler_;
  std::optional<surrogate::Trainer> trainer_;
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
              {.help = "at every occasion of the schedule", .minimum = 1});
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
