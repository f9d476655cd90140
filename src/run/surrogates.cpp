#include "run/surrogates.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "run/weights_file.hpp"

namespace sluice::run {

namespace {

/// Weights of one entry: from its file, or untrained. Collective.
surrogate::Weights weights_of(const base::Communicator& communicator, const std::string& name,
                              const surrogate::Declaration& declaration, int dimensions) {
  if (!declaration.weights.empty() && !declaration.torchscript.empty())
    throw base::AgreedError(
        fmt::format("surrogates.{}: has both 'weights' and 'torchscript'; one is allowed", name));
  if (!declaration.weights.empty()) {
    WeightsFile content = read_weights(communicator, declaration.weights);
    surrogate::check_against(name, declaration, content.weights, declaration.weights);
    base::log::info(
        "surrogate {}: {}, {} weights from {} ({})", name,
        content.weights.architecture.text(content.weights.inputs.size(), content.weights.outputs.size()),
        content.weights.parameter_count(), declaration.weights, content.hash.substr(0, 12));
    return std::move(content.weights);
  }
  surrogate::Weights weights;
  base::agree(communicator, [&] { weights = surrogate::without_file(name, declaration, dimensions); });
  if (!weights.script.file.empty()) {
    base::log::info("surrogate {}: TorchScript module {} ({})", name, weights.script.file,
                    weights.script.hash.substr(0, 12));
    return weights;
  }
  base::log::warn("surrogate {}: {}, {} weights, untrained (seed {})", name,
                  weights.architecture.text(weights.inputs.size(), weights.outputs.size()),
                  weights.parameter_count(), declaration.seed);
  return weights;
}

}  // namespace

Surrogates::Surrogates(const base::Communicator& communicator, const Declarations& declarations,
                       int dimensions) {
  for (const auto& [name, declaration] : declarations) {
    surrogate::Weights first = weights_of(communicator, name, declaration, dimensions);
    std::vector<surrogate::Weights> committee;
    for (const auto& member : declaration.committee)
      committee.push_back(read_weights(communicator, member.weights).weights);
    if (!committee.empty())
      base::log::info("surrogate {}: a committee of {} members", name, committee.size() + 1);
    items_.push_back(
        std::make_unique<surrogate::Surrogate>(name, declaration, std::move(first), std::move(committee)));
  }
}

surrogate::Surrogate& Surrogates::get(const std::string& where, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& item : items_) {
    if (item->name() == name) return *item;
    known.push_back(item->name());
  }
  const std::string near = base::nearest_name(name, known);
  throw base::InputError(fmt::format("{}: there is no surrogate '{}'{}; the case declares: {}", where, name,
                                     near.empty() ? "" : " (did you mean '" + near + "'?)",
                                     known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
}

void Surrogates::state(State& state) {
  for (const auto& item : items_)
    state.within(item->name(), [&item](State& inner) {
      item->save();
      inner.reals("weights", item->saved_weights);
      inner.reals("statistics", item->saved_statistics);
      inner.reals("learning", item->saved_learning);
      inner.text("script", item->saved_script);
      if (!item->saved_committee.empty()) inner.text("committee", item->saved_committee);
      inner.integers("counters", item->saved_counters);
    });
}

void Surrogates::restored() {
  for (const auto& item : items_) item->restored();
}

std::vector<Quantity> Surrogates::quantities() const {
  std::vector<Quantity> list;
  for (const auto& item : items_) {
    const surrogate::GuardCounters& counters = item->counters();
    using Counters = surrogate::GuardCounters;
    const auto add = [&](const char* what, Counters::Name which) {
      list.push_back({item->name() + "_" + what, "", static_cast<double>(counters[which])});
    };
    add("accepted", Counters::accepted);
    add("limited", Counters::limited);
    add("refused", Counters::refused);
    if (!item->learning.active) continue;
    list.push_back({item->name() + "_loss", "", item->learning.loss});
    list.push_back({item->name() + "_validation", "", item->learning.validation});
    list.push_back({item->name() + "_version", "", static_cast<double>(item->learning.version)});
    list.push_back({item->name() + "_gradient_steps", "", item->learning.gradient_steps});
  }
  return list;
}

std::vector<std::string> Surrogates::summary() const {
  std::vector<std::string> lines;
  for (const auto& item : items_) lines.push_back(item->summary());
  return lines;
}

}  // namespace sluice::run
