#include "run/surrogate_change.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace sluice::run {

SurrogateChange::SurrogateChange(std::string where, surrogate::Surrogate& surrogate, Solver& solver,
                                 const std::string& time_unit)
    : where_(std::move(where)), surrogate_(&surrogate) {
  check_points(where_, surrogate.weights(), solver.grid());
  const std::vector<Output> outputs = solver.outputs();
  for (const auto& channel : surrogate_->inputs())
    inputs_.push_back(checked_place(where_, channel, outputs, "input", "1"));
  for (const auto& channel : surrogate_->outputs()) {
    outputs_.push_back(checked_place(where_, channel, outputs, "output", time_unit));
    conserved_.push_back(std::ranges::find(outputs, outputs_.back().output, [](const Output& o) {
                           return o.info.name;
                         })->conserved);
  }
}

std::vector<Increment> SurrogateChange::call(const grid::Grid& grid, OutputSet& outputs, double factor,
                                             double dt) {
  std::vector<surrogate::ChannelView> inputs, changed;
  for (const ChannelPlace& place : inputs_)
    inputs.push_back(view_of_channel(outputs.get(place.output), place));
  for (const ChannelPlace& place : outputs_)
    changed.push_back(view_of_channel(outputs.get(place.output), place));
  surrogate_->bind(grid, changed.front().layout);
  for (const auto* list : {&inputs, &changed})
    for (const auto& view : *list)
      if (!view.layout->same_decomposition(*changed.front().layout))
        throw base::AgreedError(where_ + ": its fields are decomposed in different ways");
  surrogate_->declare_conserved(conserved_);
  const auto verdict = surrogate_->call(inputs, {.fields = changed, .factor = factor, .dt = dt});
  if (verdict == surrogate::Verdict::refused || verdict == surrogate::Verdict::off) return {};
  if (changes_.empty()) make_changes();
  const std::span<grid::RealField> results = surrogate_->results();
  for (std::size_t c = 0; c < outputs_.size(); ++c) {
    const ChannelPlace& place = outputs_[c];
    auto& change = *std::ranges::find(changes_, place.output, &Change::output);
    for (std::size_t n = 0; n < results[c].span().size(); ++n)
      change.values[n * static_cast<std::size_t>(place.components) +
                    static_cast<std::size_t>(place.component)] = factor * results[c].data()[n];
  }
  std::vector<Increment> list;
  for (Change& change : changes_)
    list.push_back({.output = change.output,
                    .change = {.info = outputs.get(change.output).info,
                               .layout = results.front().layout_pointer(),
                               .data = change.values.data(),
                               .components = change.components}});
  return list;
}

void SurrogateChange::make_changes() {
  for (std::size_t c = 0; c < outputs_.size(); ++c) {
    if (std::ranges::find(changes_, outputs_[c].output, &Change::output) != changes_.end()) continue;
    const std::size_t cells = surrogate_->results()[c].span().size();
    changes_.push_back(
        {.output = outputs_[c].output,
         .components = outputs_[c].components,
         .values = std::vector<double>(cells * static_cast<std::size_t>(outputs_[c].components))});
  }
}

}  // namespace sluice::run
