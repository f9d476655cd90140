// A surrogate as corrector: what it predicts from the solver's outputs is added to them between steps, under
// guard.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "hooks/channel_places.hpp"
#include "hooks/hooks.hpp"
#include "run/surrogates.hpp"

namespace sluice::hooks {

namespace {

struct CorrectorParameters {
  std::string use, outputs_are = "tendency";
};

class SurrogateCorrector : public run::Corrector {
 public:
  SurrogateCorrector(const CorrectorParameters& parameters, const run::HookContext& context)
      : where_("hook surrogate: use: " + parameters.use),
        surrogate_(&context.surrogates->get("hook surrogate: use", parameters.use)),
        rates_(parameters.outputs_are == "tendency"),
        last_time_(context.resume_time) {
    const std::vector<run::Output> outputs = context.solver->outputs();
    const std::string time_unit = context.solver->time_unit();
    for (const auto& channel : surrogate_->inputs())
      inputs_.push_back(checked_place(where_, channel, outputs, "input", "1"));
    for (const auto& channel : surrogate_->outputs()) {
      outputs_.push_back(checked_place(where_, channel, outputs, "output", rates_ ? time_unit : "1"));
      conserved_.push_back(std::ranges::find(outputs, outputs_.back().output, [](const run::Output& o) {
                             return o.info.name;
                           })->conserved);
    }
  }

  std::vector<run::Increment> correct(const run::Look& look) override {
    const double dt = look.moment.time - last_time_;
    last_time_ = look.moment.time;
    std::vector<surrogate::ChannelView> inputs, corrected;
    for (const ChannelPlace& place : inputs_)
      inputs.push_back(view_of_channel(look.outputs->get(place.output), place));
    for (const ChannelPlace& place : outputs_)
      corrected.push_back(view_of_channel(look.outputs->get(place.output), place));
    surrogate_->bind(look.solver->grid(), corrected.front().layout);
    for (const auto* list : {&inputs, &corrected})
      for (const auto& view : *list)
        if (!view.layout->same_decomposition(*corrected.front().layout))
          throw base::AgreedError(where_ + ": its fields are decomposed in different ways");
    surrogate_->declare_conserved(conserved_);
    const double factor = rates_ ? dt : 1.0;
    const auto verdict = surrogate_->call(inputs, {.fields = corrected, .factor = factor, .dt = dt});
    if (verdict == surrogate::Verdict::refused || verdict == surrogate::Verdict::off) return {};
    return increments(look, factor);
  }

  void state(run::State& state) override {
    Corrector::state(state);
    state.real("last_time", last_time_);
  }

 private:
  /// Results times the factor, one field for each output of the solver that is changed.
  std::vector<run::Increment> increments(const run::Look& look, double factor) {
    if (changes_.empty()) make_changes();
    std::vector<run::Increment> list;
    const std::span<grid::RealField> results = surrogate_->results();
    for (std::size_t c = 0; c < outputs_.size(); ++c) {
      const ChannelPlace& place = outputs_[c];
      auto& change = *std::ranges::find(changes_, place.output, &Change::output);
      for (std::size_t n = 0; n < results[c].span().size(); ++n)
        change.values[n * static_cast<std::size_t>(place.components) +
                      static_cast<std::size_t>(place.component)] = factor * results[c].data()[n];
    }
    for (const Change& change : changes_)
      list.push_back({.output = change.output,
                      .change = {.info = look.outputs->get(change.output).info,
                                 .layout = surrogate_->results().front().layout_pointer(),
                                 .data = change.values.data(),
                                 .components = change.components}});
    return list;
  }

  void make_changes() {
    for (std::size_t c = 0; c < outputs_.size(); ++c) {
      if (std::ranges::find(changes_, outputs_[c].output, &Change::output) != changes_.end()) continue;
      const std::size_t cells = surrogate_->results()[c].span().size();
      changes_.push_back(
          {.output = outputs_[c].output,
           .components = outputs_[c].components,
           .values = std::vector<double>(cells * static_cast<std::size_t>(outputs_[c].components))});
    }
  }

  struct Change {
    std::string output;
    int components;
    std::vector<double> values;  // on the layout of the results
  };

  std::string where_;
  surrogate::Surrogate* surrogate_;
  bool rates_;
  double last_time_;
  std::vector<ChannelPlace> inputs_, outputs_;
  std::vector<bool> conserved_;  // an output each, as the solver says
  std::vector<Change> changes_;
};

class SurrogateCase : public run::HookCase {
 public:
  void declare(base::Parameters& parameters) override {
    parameters.text("use", parameters_.use,
                    {.help = "name of the surrogate under `surrogates:`", .required = true});
    parameters.choice("outputs_are", parameters_.outputs_are,
                      {{"tendency", "rates: multiplied with the time since the last call, then added"},
                       {"increment", "added as they are at every call"}},
                      {.help = "what the surrogate's outputs mean"});
    schedule_.declare(parameters, false, time_unit);
  }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    auto hook = std::make_unique<SurrogateCorrector>(parameters_, context);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  CorrectorParameters parameters_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_surrogate() { return std::make_unique<SurrogateCase>(); }

}  // namespace sluice::hooks
