#include "run/ensemble_values.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "base/parameters.hpp"
#include "base/random.hpp"
#include "run/case.hpp"

namespace sluice::run {

namespace {

using base::ConfigNode;
using base::InputError;
constexpr std::uint64_t most_members = 1000000;

/// One entry of `ensemble.draw`.
struct Draw {
  std::string distribution = "normal";
  double low = 0, high = 1, mean = 0, deviation = 1, median = 1;
  std::optional<double> minimum, maximum;
  void declare(base::Parameters& p) {
    p.choice("distribution", distribution,
             {{"uniform", "between low and high"},
              {"log_uniform", "the logarithm evenly between those of low and high"},
              {"normal", "mean and deviation"},
              {"log_normal", "median, and the deviation of the natural logarithm"}},
             {.help = "of the values"});
    p.real("low", low, {.help = "least value of uniform, log_uniform"});
    p.real("high", high, {.help = "largest value of uniform, log_uniform"});
    p.real("mean", mean, {.help = "of normal"});
    p.real("deviation", deviation, {.help = "of normal, and of the logarithm of log_normal", .minimum = 0});
    p.real("median", median, {.help = "of log_normal", .minimum = 0, .exclusive_minimum = true});
    p.real("minimum", minimum, {.help = "values below are drawn again"});
    p.real("maximum", maximum, {.help = "values above are drawn again"});
  }
  [[nodiscard]] double value(const base::RandomKey& key, std::uint64_t attempt) const {
    const double u = base::random_uniform(key, 0, attempt), n = base::random_normal(key, 1, attempt)[0];
    if (distribution == "uniform") return low + (high - low) * u;
    if (distribution == "log_uniform") return low * std::pow(high / low, u);
    return distribution == "normal" ? mean + deviation * n : median * std::exp(deviation * n);
  }
};

/// A stream of its own for each key path (FNV-1a).
std::uint32_t stream_of(const std::string& path) {
  std::uint32_t hash = 2166136261U;
  for (const char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

std::string at(const ConfigNode& node, const std::string& group, const std::string& path) {
  return fmt::format("{}: ensemble.{}.{}", node.origin.text(), group, path);
}

Draw read_draw(const std::string& path, const ConfigNode& node) {
  Draw draw;
  if (node.kind != ConfigNode::Kind::map)
    throw InputError(at(node, "draw", path) + ": a map {distribution: ...} is allowed");
  base::Parameters parameters;
  draw.declare(parameters);
  parameters.read(node);
  if (draw.distribution.ends_with("uniform") && draw.high <= draw.low)
    throw InputError(
        fmt::format("{}: high = {} is not above low = {}", at(node, "draw", path), draw.high, draw.low));
  if (draw.distribution == "log_uniform" && draw.low <= 0)
    throw InputError(
        fmt::format("{}: low = {}; positive numbers are allowed", at(node, "draw", path), draw.low));
  return draw;
}

ConfigNode drawn(const std::string& path, const ConfigNode& node, std::uint64_t seed, std::int64_t members) {
  constexpr std::uint64_t most_attempts = 10000;
  const Draw draw = read_draw(path, node);
  ConfigNode list;
  list.kind = ConfigNode::Kind::list;
  list.origin = node.origin;
  for (std::int64_t member = 0; member < members; ++member) {
    const base::RandomKey key{
        .seed = seed, .member = static_cast<std::uint32_t>(member), .stream = stream_of(path)};
    double value = 0;
    std::uint64_t attempt = 0;
    do {
      if (attempt == most_attempts)
        throw InputError(at(node, "draw", path) + ": no value within minimum and maximum was drawn");
      value = draw.value(key, attempt++);
    } while ((draw.minimum && value < *draw.minimum) || (draw.maximum && value > *draw.maximum));
    ConfigNode item;
    item.kind = ConfigNode::Kind::scalar;
    item.origin = node.origin;
    item.scalar = fmt::format("{}", value);
    list.items.push_back(std::move(item));
  }
  return list;
}

void add(ConfigNode& all, const std::string& path, ConfigNode values) {
  if (all.find(path) != nullptr)
    throw InputError(fmt::format("{}: ensemble: '{}' is given twice", values.origin.text(), path));
  all.key_origins.push_back(values.origin);
  all.entries.emplace_back(path, std::move(values));
}

void require_map(const ConfigNode& node, const std::string& name) {
  if (node.kind != ConfigNode::Kind::null && node.kind != ConfigNode::Kind::map)
    throw InputError(fmt::format("{}: ensemble.{}: a map of key paths is allowed", node.origin.text(), name));
}

/// Number of combinations; 1 without any.
std::uint64_t combinations(const ConfigNode& cross) {
  std::uint64_t count = 1;
  for (const auto& [path, values] : cross.entries) {
    if (values.kind != ConfigNode::Kind::list || values.items.empty())
      throw InputError(at(values, "cross", path) + ": a list of values is allowed");
    count *= values.items.size();
    if (count > most_members)
      throw InputError(fmt::format("{}: more than {} combinations", at(values, "cross", path), most_members));
  }
  return count;
}

}  // namespace

ConfigNode ensemble_values(EnsembleParameters& ensemble, std::uint64_t seed) {
  require_map(ensemble.vary, "vary");
  require_map(ensemble.cross, "cross");
  require_map(ensemble.draw, "draw");
  const std::uint64_t count = combinations(ensemble.cross);
  if (ensemble.members == 1) ensemble.members = static_cast<std::int64_t>(count);
  if (count > 1 && static_cast<std::int64_t>(count) != ensemble.members)
    throw InputError(
        fmt::format("{}: ensemble.cross: makes {} combinations, ensemble.members is {}; leave it out",
                    ensemble.cross.origin.text(), count, ensemble.members));
  ConfigNode all;
  all.kind = ConfigNode::Kind::map;
  for (const auto& [path, values] : ensemble.vary.entries) {
    if (values.kind != ConfigNode::Kind::list ||
        static_cast<std::int64_t>(values.items.size()) != ensemble.members)
      throw InputError(fmt::format(
          "{}: needs a list of {} values, one for each of ensemble.members; has {}", at(values, "vary", path),
          ensemble.members,
          values.kind == ConfigNode::Kind::list ? std::to_string(values.items.size()) : "no list"));
    add(all, path, values);
  }
  std::uint64_t repeat = count;
  for (const auto& [path, values] : ensemble.cross.entries) {
    repeat /= values.items.size();
    ConfigNode list = values;
    list.items.clear();
    for (std::uint64_t member = 0; member < count; ++member)
      list.items.push_back(values.items[(member / repeat) % values.items.size()]);
    add(all, path, std::move(list));
  }
  for (const auto& [path, node] : ensemble.draw.entries)
    add(all, path, drawn(path, node, seed, ensemble.members));
  return all;
}

}  // namespace sluice::run
