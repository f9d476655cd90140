#include "run/channel_places.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "run/hook.hpp"

namespace sluice::run {

namespace {

/// Unit of the change of a field in [unit] per time.
std::string rate_unit(const std::string& unit, const std::string& time_unit) {
  if (time_unit == "1") return unit;
  return (unit == "1" ? "" : unit + " ") + time_unit + "^-1";
}

}  // namespace

ChannelPlace place_of_channel(const std::string& field) {
  if (field.ends_with(".re"))
    return {.output = field.substr(0, field.size() - 3), .component = 0, .components = 2};
  if (field.ends_with(".im"))
    return {.output = field.substr(0, field.size() - 3), .component = 1, .components = 2};
  return {.output = field};
}

surrogate::ChannelView view_of_channel(const grid::FieldView& field, const ChannelPlace& place) {
  return {.data = field.data + place.component, .layout = field.layout, .stride = field.components};
}

ChannelPlace checked_place(const std::string& where, const surrogate::Channel& channel,
                           const std::vector<Output>& outputs, const char* kind,
                           const std::string& time_unit) {
  const ChannelPlace place = place_of_channel(channel.field);
  const auto found = std::ranges::find(outputs, place.output, [](const Output& o) { return o.info.name; });
  if (found == outputs.end()) {
    std::vector<std::string> known;
    for (const Output& output : outputs) known.push_back(output.info.name);
    refuse_output(where, place.output, known);
  }
  if (found->components != place.components)
    throw base::InputError(
        fmt::format("{}: its {} '{}' is {}; the solver's '{}' is {}", where, kind, channel.field,
                    place.components == 2 ? "a part of a complex field" : "a real field", place.output,
                    found->components == 2 ? "complex (use '.re' and '.im')" : "real"));
  const std::string wanted = rate_unit(found->info.unit, time_unit);
  if (channel.unit != wanted)
    throw base::InputError(
        fmt::format("{}: its {} '{}' is in [{}]; the solver's '{}' is in [{}]{}", where, kind, channel.field,
                    channel.unit, place.output, found->info.unit,
                    wanted == found->info.unit ? "" : fmt::format(", so a tendency is in [{}]", wanted)));
  return place;
}

void check_points(const std::string& where, const surrogate::Weights& weights, const grid::Grid& grid) {
  std::vector<grid::Index> points;
  for (const grid::Axis& axis : grid.axes) {
    if (!axis.periodic) return;
    points.push_back(axis.size());
  }
  try {
    surrogate::check_points(weights, points);
  } catch (const base::AgreedError& error) {
    throw base::InputError(where + ": " + error.what());
  }
}

}  // namespace sluice::run
