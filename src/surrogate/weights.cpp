#include "surrogate/weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/random.hpp"

namespace sluice::surrogate {

namespace {

constexpr std::uint32_t random_stream = 0x5e160000;  // of initial weights; the tensor's number is added

[[noreturn]] void fail(const std::string& source, const std::string& message) {
  throw base::AgreedError(source + ": " + message);
}

void check_channels(const std::string& source, const char* kind, const std::vector<Channel>& channels) {
  if (channels.empty()) fail(source, fmt::format("there are no {}", kind));
  for (const Channel& channel : channels) {
    if (!(channel.scale != 0))
      fail(source, fmt::format("{}: '{}' has the scale 0; it must not be 0", kind, channel.field));
    if (channel.lower && channel.upper && *channel.lower > *channel.upper)
      fail(source, fmt::format("{}: '{}' has lower = {} above upper = {}", kind, channel.field,
                               *channel.lower, *channel.upper));
  }
}

}  // namespace

void Channel::declare(base::Parameters& p) {
  p.text("field", field,
         {.help = "name of an output of the solver; of a complex one NAME.re or NAME.im", .required = true});
  p.text("unit", unit, {.help = "unit of the values"});
  p.real("shift", shift, {.help = "input: subtracted before the network; output: added after it"});
  p.real("scale", scale, {.help = "input: what is divided by; output: what is multiplied with"});
  p.real("lower", lower, {.help = "input: smallest value of the training data; output: smallest allowed"});
  p.real("upper", upper, {.help = "input: largest value of the training data; output: largest allowed"});
}

void Weights::declare(base::Parameters& p) {
  p.group("architecture", "the network", [this](base::Parameters& g) { architecture.declare(g); });
  p.integer("dimensions", dimensions, {.help = "axes of the grid", .minimum = 1, .maximum = 3});
  p.list("inputs", inputs, {.help = "what goes in", .required = true, .minimum_size = 1});
  p.list("outputs", outputs, {.help = "what comes out", .required = true, .minimum_size = 1});
  p.reals("input_mean", input_mean, {.help = "mean of the normalised inputs over the training data"});
  p.reals("input_covariance", input_covariance,
          {.help = "covariance of the normalised inputs over the training data, row by row"});
  p.text("note", note, {.help = "where the weights come from"});
}

void Weights::check(const std::string& source) {
  check_channels(source, "inputs", inputs);
  check_channels(source, "outputs", outputs);
  const std::size_t n = inputs.size();
  if (!input_mean.empty() && input_mean.size() != n)
    fail(source, fmt::format("input_mean has {} numbers for {} inputs", input_mean.size(), n));
  if (!input_covariance.empty() && input_covariance.size() != n * n)
    fail(source, fmt::format("input_covariance has {} numbers; {} inputs need {}", input_covariance.size(), n,
                             n * n));
  if (!script.file.empty()) return;
  std::vector<Tensor> ordered;
  for (const TensorShape& wanted :
       tensor_shapes(architecture, static_cast<std::int64_t>(n), static_cast<std::int64_t>(outputs.size()),
                     static_cast<int>(dimensions))) {
    const auto found = std::ranges::find(tensors, wanted.name, &Tensor::name);
    const std::string network = architecture.text(n, outputs.size());
    if (found == tensors.end())
      fail(source, fmt::format("the tensor '{}' [{}] that the architecture ({}) needs is missing",
                               wanted.name, shape_text(wanted.shape), network));
    if (found->shape != wanted.shape)
      fail(source, fmt::format("the tensor '{}' is [{}]; the architecture ({}) needs [{}]", wanted.name,
                               shape_text(found->shape), network, shape_text(wanted.shape)));
    ordered.push_back(*found);
  }
  if (ordered.size() != tensors.size())
    for (const Tensor& tensor : tensors)
      if (std::ranges::find(ordered, tensor.name, &Tensor::name) == ordered.end())
        fail(source, fmt::format("the tensor '{}' is not part of the architecture ({})", tensor.name,
                                 architecture.text(n, outputs.size())));
  tensors = std::move(ordered);
}

const Tensor& Weights::tensor(const std::string& name) const {
  const auto found = std::ranges::find(tensors, name, &Tensor::name);
  if (found == tensors.end()) throw base::Error("no tensor '" + name + "'");
  return *found;
}

std::int64_t Weights::parameter_count() const {
  std::size_t count = 0;
  for (const Tensor& tensor : tensors) count += tensor.values.size();
  return static_cast<std::int64_t>(count);
}

std::vector<double> Weights::flat() const {
  std::vector<double> values;
  for (const Tensor& tensor : tensors)
    values.insert(values.end(), tensor.values.begin(), tensor.values.end());
  return values;
}

void Weights::set_flat(std::span<const double> values) {
  if (static_cast<std::int64_t>(values.size()) != parameter_count())
    throw base::Error(fmt::format("{} weights for a network of {}", values.size(), parameter_count()));
  std::size_t at = 0;
  for (Tensor& tensor : tensors) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(at), tensor.values.size(),
                tensor.values.begin());
    at += tensor.values.size();
  }
}

std::vector<double> Weights::statistics() const {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> values;
  for (const auto* list : {&inputs, &outputs})
    for (const Channel& c : *list)
      values.insert(values.end(), {c.shift, c.scale, c.lower.value_or(none), c.upper.value_or(none)});
  values.insert(values.end(), input_mean.begin(), input_mean.end());
  values.insert(values.end(), input_covariance.begin(), input_covariance.end());
  return values;
}

void Weights::set_statistics(std::span<const double> values) {
  std::size_t at = 0;
  const auto limit = [&] {
    const double value = values[at++];
    return std::isnan(value) ? std::optional<double>() : value;
  };
  for (auto* list : {&inputs, &outputs})
    for (Channel& c : *list) {
      c.shift = values[at++];
      c.scale = values[at++];
      c.lower = limit();
      c.upper = limit();
    }
  input_mean.clear();
  input_covariance.clear();
  if (at == values.size()) return;
  const std::size_t n = inputs.size();
  input_mean.assign(values.begin() + static_cast<std::ptrdiff_t>(at),
                    values.begin() + static_cast<std::ptrdiff_t>(at + n));
  input_covariance.assign(values.begin() + static_cast<std::ptrdiff_t>(at + n), values.end());
}

Weights parse_description(const std::string& description, const std::string& source) {
  Weights weights;
  base::Parameters parameters;
  weights.declare(parameters);
  parameters.read(base::parse_yaml(description, source));
  return weights;
}

std::string description_of(Weights weights) {
  base::Parameters parameters;
  weights.declare(parameters);
  return parameters.resolved_yaml();
}

void initialise(Weights& weights, std::uint64_t seed) {
  weights.tensors.clear();
  std::uint32_t number = 0;
  for (const TensorShape& wanted : tensor_shapes(
           weights.architecture, static_cast<std::int64_t>(weights.inputs.size()),
           static_cast<std::int64_t>(weights.outputs.size()), static_cast<int>(weights.dimensions))) {
    Tensor tensor{wanted.name, wanted.shape, std::vector<double>(static_cast<std::size_t>(wanted.size()))};
    const double bound = wanted.gain / std::sqrt(static_cast<double>(wanted.fan_in));
    const base::RandomKey key{.seed = seed, .stream = random_stream + number++};
    for (std::size_t i = 0; i < tensor.values.size(); ++i)
      tensor.values[i] = bound * (2 * base::random_uniform(key, i, 0) - 1);
    weights.tensors.push_back(std::move(tensor));
  }
}

}  // namespace sluice::surrogate
