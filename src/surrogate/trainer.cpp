#include "surrogate/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "surrogate/adam.hpp"
#include "surrogate/torch_library.hpp"
#include "surrogate/translation.hpp"

namespace sluice::surrogate {

namespace {

constexpr std::int64_t chunk = 16;  // samples of a validation at a time

/// Numbers that `moments` gives: one, three a channel, one a pair of channels.
std::size_t moments_of(std::size_t channels) { return 1 + 3 * channels + channels * channels; }
std::size_t channels_of(std::size_t numbers) {
  std::size_t channels = 1;
  while (moments_of(channels) < numbers) ++channels;
  return channels;
}

}  // namespace

Trainer::Trainer(const base::Communicator& communicator, const TrainingParameters& parameters, Weights start,
                 const base::RandomKey& key)
    : scalars{0, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()},
      counts{0, 0, 0},
      communicator_(communicator),
      parameters_(parameters),
      weights_(std::move(start)),
      key_(key) {
  base::agree(communicator, [] { (void)TorchLibrary::get(); });
  flat = best_flat = weights_.flat();
  first.assign(flat.size(), 0.0);
  second = first;
  statistics = weights_.statistics();
}

void Trainer::restored() {
  weights_.set_statistics(statistics);
  weights_.set_flat(flat);
}

Weights Trainer::now() const { return weights_; }

Weights Trainer::best() const {
  Weights weights = weights_;
  weights.set_flat(best_flat);
  return weights;
}

bool Trainer::step(const Samples& samples) {
  if (!can_learn(samples)) return false;
  if (wants_moments()) fit(moments(samples));
  learn(gradient(samples));
  return true;
}

std::vector<double> Trainer::gradient(const Samples& samples) {
  const std::vector<std::int64_t> usable = samples.slots(parameters_.held_out, false);
  if (usable.empty()) return {};
  std::vector<std::int64_t> batch;
  for (std::int64_t n = 0; n < parameters_.batch; ++n)
    batch.push_back(usable[static_cast<std::size_t>(
        base::random_uniform(key_, static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(counts[0])) *
        static_cast<double>(usable.size()))]);
  std::vector<double> gradient(flat.size(), 0.0);
  const double error = loss(samples, batch, &gradient);
  gradient.push_back(error);
  return gradient;
}

void Trainer::learn(std::vector<double> gradient) {
  scalars[0] = gradient.back();
  gradient.pop_back();
  descend(gradient);
}

void Trainer::descend(std::vector<double>& gradient) {
  ++counts[0];
  double norm = 0;
  for (const double g : gradient) norm += g * g;
  norm = std::sqrt(norm);
  if (!std::isfinite(norm)) return;  // a step from it would end the training; the batch is passed over
  if (parameters_.clip > 0 && norm > parameters_.clip)
    for (double& g : gradient) g *= parameters_.clip / norm;
  ++counts[2];
  const double halvings =
      parameters_.halving > 0
          ? std::floor(static_cast<double>(counts[0]) / static_cast<double>(parameters_.halving))
          : 0.0;
  const double rate = std::ldexp(parameters_.rate, -static_cast<int>(halvings));
  adam({.rate = rate, .weight_decay = parameters_.weight_decay, .number = counts[2]}, gradient, flat, first,
       second);
  weights_.set_flat(flat);
}

double Trainer::validate(const Samples& samples) {
  const auto [sum, number] = held_out(samples);
  return number == 0 ? std::numeric_limits<double>::quiet_NaN() : judge(sum / number);
}

std::array<double, 2> Trainer::held_out(const Samples& samples) {
  const std::vector<std::int64_t> held = samples.slots(parameters_.held_out, true);
  double sum = 0;
  for (std::size_t begin = 0; begin < held.size(); begin += chunk) {
    const std::size_t some = std::min<std::size_t>(chunk, held.size() - begin);
    sum += static_cast<double>(some) * loss(samples, std::span(held).subspan(begin, some), nullptr);
  }
  return {sum, static_cast<double>(held.size())};
}

double Trainer::judge(double error) {
  scalars[2] = error;
  if (scalars[2] < scalars[1]) {
    scalars[1] = scalars[2];
    best_flat = flat;
    counts[1] = counts[0];
  }
  return scalars[2];
}

/// Of the batch, with its derivatives by the weights. Collective.
double Trainer::loss(const Samples& samples, std::span<const std::int64_t> slots,
                     std::vector<double>* gradient) {
  const bool pointwise = weights_.architecture.kind == "mlp";
  std::vector<double> values = pointwise ? samples.own_cells(slots) : samples.whole(slots);
  if (gradient != nullptr && parameters_.augment == "translations") shift(values, samples);
  const grid::Layout& layout = samples.layout();
  weights_.architecture.check_points(
      std::span(layout.global()).first(static_cast<std::size_t>(layout.dimensions())));
  const auto points = static_cast<std::size_t>(pointwise ? layout.owned_size() : layout.global_size());
  const std::size_t outputs = samples.channels() - samples.inputs();
  const double norm = static_cast<double>(slots.size() * outputs) * static_cast<double>(layout.global_size());
  std::vector<double> inputs, targets, sums(gradient == nullptr ? 0 : gradient->size(), 0.0);
  double sum = 0;
  normalise(values, samples, points, inputs, targets);
  base::agree(communicator_, [&] {
    if (values.empty()) return;
    const grid::Index3& global = layout.global();
    const std::vector<std::int64_t> grid =
        pointwise ? std::vector<std::int64_t>{static_cast<std::int64_t>(points)}
                  : std::vector<std::int64_t>(global.begin(), global.begin() + layout.dimensions());
    const torch_plugin::Batch batch{
        .inputs = inputs.data(),
        .targets = targets.data(),
        .samples = static_cast<std::int64_t>(values.size() / (samples.channels() * points)),
        .in = static_cast<std::int64_t>(samples.inputs()),
        .out = static_cast<std::int64_t>(outputs),
        .grid = grid.data(),
        .single = parameters_.precision == "single" ? 1 : 0};
    sum = TorchLibrary::get().loss(weights_, batch, static_cast<int>(grid.size()), norm,
                                   gradient == nullptr ? nullptr : &sums);
  });
  sums.push_back(sum);
  communicator_.sum(sums);
  sum = sums.back();
  sums.pop_back();
  if (gradient != nullptr) *gradient = sums;
  return sum;
}

void Trainer::shift(std::vector<double>& values, const Samples& samples) const {
  const grid::Layout& layout = samples.layout();
  const std::size_t size = samples.channels() * static_cast<std::size_t>(layout.global_size());
  const auto ranks = static_cast<std::size_t>(communicator_.size());
  const auto batch = static_cast<std::uint64_t>(parameters_.batch);
  for (std::size_t mine = 0; mine * size < values.size(); ++mine) {
    const auto number =
        static_cast<std::uint64_t>(static_cast<std::size_t>(communicator_.rank()) + mine * ranks);
    grid::Index3 by{};
    for (int d = 0; d < layout.dimensions(); ++d) {
      if (!layout.periodic(d)) continue;
      const auto a = static_cast<std::size_t>(d);
      // after the numbers that draw the batch
      const double chance = base::random_uniform(key_, batch * static_cast<std::uint64_t>(1 + d) + number,
                                                 static_cast<std::uint64_t>(counts[0]));
      by[a] = static_cast<grid::Index>(chance * static_cast<double>(layout.global()[a]));
    }
    translate(std::span(values).subspan(mine * size, size), layout.global(), by);
  }
}

/// [sample][channel][cell] to normalised inputs and targets, each of the same order.
void Trainer::normalise(std::vector<double>& values, const Samples& samples, std::size_t cells,
                        std::vector<double>& inputs, std::vector<double>& targets) const {
  const std::size_t channels = samples.channels();
  for (std::size_t plane = 0; plane * cells < values.size(); ++plane) {
    const std::size_t c = plane % channels;
    const bool is_input = c < samples.inputs();
    const Channel& channel = is_input ? weights_.inputs[c] : weights_.outputs[c - samples.inputs()];
    std::vector<double>& to = is_input ? inputs : targets;
    for (std::size_t n = 0; n < cells; ++n)
      to.push_back((values[plane * cells + n] - channel.shift) / channel.scale);
  }
}

std::vector<double> Trainer::moments(const Samples& samples) const {
  const std::vector<std::int64_t> slots = samples.slots(parameters_.held_out, false);
  const std::size_t channels = samples.channels();
  std::vector<double> result(moments_of(channels), 0.0);
  if (slots.empty()) return result;
  const auto cells = static_cast<std::size_t>(samples.layout().owned_size());
  const std::vector<double> values = samples.own_cells(slots);
  const auto number = static_cast<double>(slots.size()) * static_cast<double>(samples.layout().global_size());
  const auto over_all = [&](const auto& visit) {
    for (std::size_t sample = 0; sample < slots.size(); ++sample)
      for (std::size_t cell = 0; cell < cells; ++cell)
        visit([&, sample, cell](std::size_t c) { return values[(sample * channels + c) * cells + cell]; });
  };
  std::vector<double> mean(channels, 0.0), least(channels, std::numeric_limits<double>::infinity()),
      most(channels, -std::numeric_limits<double>::infinity()), product(channels * channels, 0.0);
  over_all([&](const auto& value) {
    for (std::size_t c = 0; c < channels; ++c) {
      mean[c] += value(c) / number;
      least[c] = std::min(least[c], value(c));
      most[c] = std::max(most[c], value(c));
    }
  });
  communicator_.sum(mean);
  communicator_.min(least);
  communicator_.max(most);
  over_all([&](const auto& value) {
    for (std::size_t a = 0; a < channels; ++a)
      for (std::size_t b = 0; b < channels; ++b)
        product[a * channels + b] += (value(a) - mean[a]) * (value(b) - mean[b]);
  });
  communicator_.sum(product);
  result[0] = number;
  auto to = result.begin() + 1;
  for (const std::vector<double>& part : {mean, least, most, product}) to = std::ranges::copy(part, to).out;
  return result;
}

std::vector<double> Trainer::merged(std::vector<double> a, std::span<const double> b) {
  if (a.empty() || a[0] == 0) return {b.begin(), b.end()};
  if (b[0] == 0) return a;
  const std::size_t c = channels_of(a.size());
  const double number = a[0] + b[0];
  std::vector<double> step(c);
  for (std::size_t i = 0; i < c; ++i) {
    step[i] = b[1 + i] - a[1 + i];
    a[1 + c + i] = std::min(a[1 + c + i], b[1 + c + i]);
    a[1 + 2 * c + i] = std::max(a[1 + 2 * c + i], b[1 + 2 * c + i]);
  }
  for (std::size_t i = 0; i < c; ++i)
    for (std::size_t j = 0; j < c; ++j)
      a[1 + 3 * c + i * c + j] += b[1 + 3 * c + i * c + j] + step[i] * step[j] * (a[0] * b[0] / number);
  for (std::size_t i = 0; i < c; ++i) a[1 + i] += step[i] * (b[0] / number);
  a[0] = number;
  return a;
}

/// Normalisation, range, mean and covariance of the data.
void Trainer::fit(std::span<const double> moments) {
  const std::size_t channels = channels_of(moments.size()), n = weights_.inputs.size();
  const auto mean = moments.subspan(1, channels), least = moments.subspan(1 + channels, channels),
             most = moments.subspan(1 + 2 * channels, channels), product = moments.subspan(1 + 3 * channels);
  for (std::size_t c = 0; c < channels; ++c) {
    Channel& channel = c < n ? weights_.inputs[c] : weights_.outputs[c - n];
    const double square = product[c * channels + c] / moments[0];
    channel.shift = mean[c];
    channel.scale = square > 0 ? std::sqrt(square) : 1.0;
    if (c < n) channel.lower = least[c], channel.upper = most[c];
  }
  weights_.input_mean.assign(n, 0.0);
  weights_.input_covariance.assign(n * n, 0.0);
  for (std::size_t a = 0; a < n; ++a)
    for (std::size_t b = 0; b < n; ++b)
      weights_.input_covariance[a * n + b] =
          product[a * channels + b] / moments[0] / (weights_.inputs[a].scale * weights_.inputs[b].scale);
  statistics = weights_.statistics();
}

}  // namespace sluice::surrogate
