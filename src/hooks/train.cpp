// Training of a surrogate inside the run: a reservoir of samples of the solver's outputs, a fixed number of
// gradient steps every so many solver steps, and publication at a step boundary when samples that are never
// trained on say that it is better.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/timer.hpp"
#include "hooks/channel_places.hpp"
#include "hooks/hooks.hpp"
#include "run/surrogates.hpp"
#include "run/training_state.hpp"
#include "run/weights_file.hpp"

namespace sluice::hooks {

namespace {

constexpr std::uint32_t reservoir_stream = 0x7a110, batch_stream = 0x7a111;

struct TrainParameters {
  std::string use;
  std::vector<std::string> targets;
  std::int64_t samples = 64, start_after = 16, gradient_steps = 10, validate_every = 5, publish_from = 0;
  std::int64_t seed = 0;
  double memory = 256;  ///< [MiB]
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
    const std::vector<run::Output> outputs = context.solver->outputs();
    std::vector<surrogate::Channel> targets = surrogate_->outputs();
    if (!parameters.targets.empty() && parameters.targets.size() != targets.size())
      throw base::InputError(fmt::format("{}: {} targets for its {} outputs", where_,
                                         parameters.targets.size(), targets.size()));
    for (std::size_t n = 0; n < parameters.targets.size(); ++n) targets[n].field = parameters.targets[n];
    for (const auto& channel : surrogate_->inputs())
      places_.push_back(checked_place(where_, channel, outputs, "input", "1"));
    for (const auto& channel : targets)
      places_.push_back(checked_place(where_, channel, outputs, "target", "1"));
    if (!surrogate_->weights().script.file.empty())
      throw base::InputError(where_ +
                             ": a TorchScript module cannot be trained; one of Sluice's networks can");
    surrogate_->learning.active = true;
    trainer_.emplace(context.communicator, parameters.training, surrogate_->weights(), key(batch_stream));
    const grid::Grid& grid = context.solver->grid();
    const double bytes = 8.0 * static_cast<double>(parameters.samples) * static_cast<double>(places_.size()) *
                         static_cast<double>(grid.size());
    if (bytes > parameters.memory * 1024 * 1024 * context.communicator.size())
      throw base::InputError(fmt::format(
          "{}: {} samples take {:.1f} MiB on each rank; `memory` allows {:.1f}", where_, parameters.samples,
          bytes / 1024 / 1024 / context.communicator.size(), parameters.memory));
  }

  std::vector<run::Increment> correct(const run::Look& look) override {
    std::vector<surrogate::ChannelView> views;
    for (const ChannelPlace& place : places_)
      views.push_back(view_of_channel(look.outputs->get(place.output), place));
    make_samples(views);
    samples_->offer(views, key(reservoir_stream));
    if (samples_->filled() < parameters_.start_after) return {};
    const base::ScopedTimer timer("train " + parameters_.use);
    for (std::int64_t n = 0; n < parameters_.gradient_steps; ++n)
      if (!trainer_->step(*samples_)) return {};
    surrogate_->learning.loss = trainer_->last_loss();
    if (++occasions_ % parameters_.validate_every == 0) validate(look);
    return {};
  }

  void finish(const run::Look&) override {
    base::log::info(
        "surrogate {}: {} gradient steps in the run on {} samples of {}, version {}, best validation "
        "{:.6g}",
        parameters_.use, trainer_->steps(), samples_ ? samples_->filled() : 0, samples_ ? samples_->seen : 0,
        surrogate_->learning.version, trainer_->best_loss());
    if (parameters_.file.empty() || trainer_->steps() == 0) return;
    surrogate::Weights weights = trainer_->best();
    weights.note = fmt::format("trained in a run, {} gradient steps", trainer_->best_step());
    run::write_weights(context_.communicator, context_.folder / parameters_.file, weights);
  }

  void state(run::State& state) override {
    Corrector::state(state);
    if (!samples_) make_samples({});
    run::declare_state(state, *samples_);
    state.within("trainer", [this](run::State& inner) { run::declare_state(inner, *trainer_); });
    state.integer("occasions", occasions_);
    state.integer("waiting", waiting_);
  }
  void restored() override { trainer_->restored(); }

 private:
  [[nodiscard]] base::RandomKey key(std::uint32_t stream) const {
    return {.seed = static_cast<std::uint64_t>(parameters_.seed), .stream = stream};
  }

  /// The layout is that of the solver's outputs, which are computed for it if nobody has asked yet.
  void make_samples(const std::vector<surrogate::ChannelView>& views) {
    if (samples_) return;
    grid::LayoutPtr layout;
    if (views.empty()) {
      for (const run::Output& output : context_.solver->outputs())
        if (output.info.name == places_.front().output) layout = output.compute().layout;
    } else {
      layout = views.front().layout;
    }
    samples_.emplace(surrogate::bare_layout(*layout), surrogate_->inputs(), surrogate_->outputs(),
                     parameters_.samples);
  }

  void validate(const run::Look& look) {
    const std::int64_t best_before = trainer_->best_step();
    surrogate_->learning.validation = trainer_->validate(*samples_);
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
  std::vector<ChannelPlace> places_;  // of the inputs, then of the targets
  std::optional<surrogate::Samples> samples_;
  std::optional<surrogate::Trainer> trainer_;
  std::int64_t occasions_ = 0;
  std::int64_t waiting_ = 0;  // 1: better weights wait for `publish_from`
};

class TrainCase : public run::HookCase {
 public:
  void declare(base::Parameters& p) override {
    TrainParameters& t = parameters_;
    p.text("use", t.use, {.help = "name of the surrogate under `surrogates:`", .required = true});
    p.texts(
        "targets", t.targets,
        {.help = "outputs of the solver that the surrogate's outputs are to equal, at the same moment; left "
                 "out, those of the same names"});
    p.integer("samples", t.samples,
              {.help = "moments kept, each of those looked at with the same probability", .minimum = 1});
    p.real("memory", t.memory, {.help = "that they may take on each rank", .unit = "MiB", .minimum = 0});
    p.integer("start_after", t.start_after, {.help = "moments kept before training begins", .minimum = 1});
    p.integer("gradient_steps", t.gradient_steps,
              {.help = "at every occasion of the schedule", .minimum = 1});
    p.integer("validate_every", t.validate_every,
              {.help = "occasions between validations; the weights are published at one if they are the best",
               .minimum = 1});
    p.integer("publish_from", t.publish_from,
              {.help = "step of the run from which weights are published", .minimum = 0});
    p.integer("seed", t.seed, {.help = "of reservoir and batches", .minimum = 0});
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
