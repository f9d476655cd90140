#include "hooks/sampler.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "run/hdf5.hpp"
#include "run/training_state.hpp"
#include "surrogate/layers.hpp"

namespace sluice::hooks {

namespace {

constexpr std::uint32_t reservoir_stream = 0x7a110;
constexpr double same_interval = 1e-9;  // relative

/// A channel without the other components and the halo.
void copy(const surrogate::ChannelView& from, grid::RealField& to) {
  double* out = to.data();
  surrogate::for_each_row(*from.layout, [&](grid::Index position, grid::Index, grid::Index length) {
    for (grid::Index n = 0; n < length; ++n) *out++ = from.data[(position + n) * from.stride];
  });
}

}  // namespace

void SamplerParameters::declare(base::Parameters& p) {
  p.integer("samples", samples,
            {.help = "moments kept, each of those looked at with the same probability", .minimum = 1});
  p.real("memory", memory, {.help = "that they may take on each rank", .unit = "MiB", .minimum = 0});
  p.choice("targets_are", targets_are,
           {{"values", "the outputs at the same moment"},
            {"changes",
             "what they change by until the next look, which has to come after the same time (every_time "
             "with exact: true); steps of an emulator are left out"}},
           {.help = "what is to be learned"});
  p.integer("seed", seed, {.help = "of reservoir and batches", .minimum = 0});
}

Sampler::Sampler(std::string where, const SamplerParameters& parameters, const SampledChannels& channels,
                 const run::HookContext& context)
    : where_(std::move(where)), parameters_(parameters), context_(context), channels_(channels) {
  const std::vector<run::Output> outputs = context.solver->outputs();
  for (const auto& channel : channels.inputs)
    places_.push_back(run::checked_place(where_, channel, outputs, "input", "1"));
  for (const auto& channel : channels.targets)
    places_.push_back(run::checked_place(where_, channel, outputs, "target", "1"));
  const double each = 8.0 * static_cast<double>(context.solver->grid().size()) / context.communicator.size() /
                      1024 / 1024 * static_cast<double>(places_.size());
  const double needed = each * static_cast<double>(parameters.samples + (changes() ? 2 : 0));
  if (needed > parameters.memory)
    throw base::InputError(fmt::format("{}: {} samples take {:.1f} MiB on each rank; `memory` allows {:.1f}",
                                       where_, parameters.samples, needed, parameters.memory));
}

void Sampler::make(const grid::LayoutPtr& layout) {
  if (samples_) return;
  const grid::LayoutPtr bare = surrogate::bare_layout(*layout);
  samples_.emplace(bare, channels_.inputs, channels_.targets, parameters_.samples);
  if (!changes()) return;
  for (std::size_t c = 0; c < places_.size(); ++c) {
    const bool input = c < channels_.inputs.size();
    const auto& channel = input ? channels_.inputs[c] : channels_.targets[c - channels_.inputs.size()];
    previous_.emplace_back(grid::FieldInfo{.name = fmt::format("previous_{}_{}", c, channel.field),
                                           .unit = channel.unit,
                                           .long_name = "at the last look"},
                           bare);
    if (!input) change_.emplace_back(previous_.back().info(), bare);
  }
}

/// The layout is that of the solver's outputs, which are computed for it if nobody has asked yet.
const surrogate::Samples& Sampler::samples() {
  if (!samples_)
    for (const run::Output& output : context_.solver->outputs())
      if (output.info.name == places_.front().output) make(output.compute().layout);
  return *samples_;
}

bool Sampler::look(const run::Look& look) {
  std::vector<surrogate::ChannelView> views;
  for (const run::ChannelPlace& place : places_)
    views.push_back(run::view_of_channel(look.outputs->get(place.output), place));
  make(views.front().layout);
  if (changes()) return offer_change(look, views);
  samples_->offer(views, {.seed = static_cast<std::uint64_t>(parameters_.seed), .stream = reservoir_stream});
  return true;
}

bool Sampler::offer_change(const run::Look& look, const std::vector<surrogate::ChannelView>& now) {
  const double interval = look.moment.time - previous_time_;
  bool usable = has_previous_ != 0 && !look.emulated && interval > 0;
  if (usable && interval_ == 0) interval_ = interval;
  usable = usable && std::abs(interval - interval_) <= same_interval * interval_;
  std::vector<surrogate::ChannelView> views;
  for (std::size_t c = 0; c < now.size(); ++c) {
    grid::RealField& before = previous_[c];
    if (c < channels_.inputs.size()) {
      views.push_back({.data = before.data(), .layout = before.layout_pointer()});
      continue;
    }
    grid::RealField& change = change_[c - channels_.inputs.size()];
    copy(now[c], change);
    for (std::size_t n = 0; n < change.span().size(); ++n) change.data()[n] -= before.data()[n];
    views.push_back({.data = change.data(), .layout = change.layout_pointer()});
  }
  if (usable)
    samples_->offer(views,
                    {.seed = static_cast<std::uint64_t>(parameters_.seed), .stream = reservoir_stream});
  for (std::size_t c = 0; c < now.size(); ++c) copy(now[c], previous_[c]);
  previous_time_ = look.moment.time;
  has_previous_ = 1;
  return usable;
}

void Sampler::state(run::State& state) {
  static_cast<void>(samples());
  run::declare_state(state, *samples_);
  if (!changes()) return;
  for (grid::RealField& field : previous_) state.field(field);
  state.integer("has_previous", has_previous_);
  state.real("previous_time", previous_time_);
  state.real("interval", interval_);
}

void Sampler::write_channel(const surrogate::Samples& kept, std::size_t c, run::Hdf5File& file) const {
  const bool input = c < channels_.inputs.size();
  const auto& channel = input ? channels_.inputs[c] : channels_.targets[c - channels_.inputs.size()];
  const std::string name = "/" + channel.field + (!input && changes() ? "_change" : "");
  if (file.has(name)) return;  // a target that is an input too
  const grid::RealField& field = kept.fields[c];
  std::vector<double> sums{0, 0};
  for (const double value : field.span()) sums[0] += value;
  context_.communicator.sum(sums);
  const auto size = static_cast<double>(field.layout().global_size());
  const double mean = sums[0] / size;
  for (const double value : field.span()) sums[1] += (value - mean) * (value - mean);
  const double variance = context_.communicator.sum(sums[1]) / size;
  file.write_field(name, const_cast<grid::RealField&>(field).erased(), {});
  file.write_attribute(name, "units", channel.unit);
  file.write_attribute(name, "mean", mean);
  file.write_attribute(name, "standard_deviation", std::sqrt(variance));
  if (!input && changes()) file.write_attribute(name, "interval", interval_);
}

void Sampler::write(const std::filesystem::path& path, std::int64_t block) {
  const surrogate::Samples& all = samples();
  const std::int64_t count = all.filled();
  if (count == 0) return;
  std::vector<std::int64_t> numbers(all.numbers.begin(), all.numbers.begin() + count), trajectories;
  for (const std::int64_t number : numbers) trajectories.push_back(number / block);
  surrogate::Samples kept(surrogate::bare_layout(all.layout()), channels_.inputs, channels_.targets, count);
  kept.append(all, numbers);
  run::write_whole(context_.communicator, path, [&](run::Hdf5File& file) {
    for (std::size_t c = 0; c < places_.size(); ++c) write_channel(kept, c, file);
    file.write_integers("/trajectory", trajectories);
    file.write_integers("/number", numbers);
    file.write_attribute("/", "offered", all.seen);
    file.write_attribute("/", "provenance", context_.provenance);
  });
}

}  // namespace sluice::hooks
