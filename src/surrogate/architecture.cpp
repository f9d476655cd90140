#include "surrogate/architecture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace sluice::surrogate {

namespace {

using Shape = std::vector<std::int64_t>;

std::int64_t product(const Shape& shape) {
  std::int64_t size = 1;
  for (const std::int64_t n : shape) size *= n;
  return size;
}

/// Layers of an mlp or of convolutions: `taps` is the shape of the kernel, empty for an mlp.
void add_layers(std::vector<TensorShape>& list, const std::vector<std::int64_t>& channels,
                const Shape& taps) {
  for (std::size_t l = 0; l + 1 < channels.size(); ++l) {
    Shape shape{channels[l + 1], channels[l]};
    shape.insert(shape.end(), taps.begin(), taps.end());
    const std::int64_t fan_in = channels[l] * product(taps);
    list.push_back({fmt::format("layers.{}.weight", l), shape, fan_in});
    list.push_back({fmt::format("layers.{}.bias", l), {channels[l + 1]}, fan_in});
  }
}

void add_linear(std::vector<TensorShape>& list, const std::string& name, std::int64_t in, std::int64_t out) {
  list.push_back({name + ".weight", {out, in}, in});
  list.push_back({name + ".bias", {out}, in});
}

void add_fourier(std::vector<TensorShape>& list, const Architecture& a, std::int64_t inputs,
                 std::int64_t outputs, int dimensions) {
  add_linear(list, "lift", inputs, a.width);
  Shape spectral{a.width, a.width};
  const std::vector<std::int64_t> modes = a.modes_of(dimensions);
  for (std::size_t d = 0; d < modes.size(); ++d)
    spectral.push_back(d + 1 < modes.size() ? 2 * modes[d] : modes[d]);
  spectral.push_back(2);
  for (std::int64_t l = 0; l < a.blocks; ++l) {
    list.push_back({fmt::format("blocks.{}.spectral", l), spectral, a.width});
    add_linear(list, fmt::format("blocks.{}", l), a.width, a.width);
  }
  add_linear(list, "project.0", a.width, a.projection);
  add_linear(list, "project.1", a.projection, outputs);
}

/// Initial weights keep the variance from block to block: that of a complex product or sum is fan_in times
/// the sum of the variances of both parts, each bound^2 / 3. The last layer begins near 0.
void add_transform_once(std::vector<TensorShape>& list, const Architecture& a, std::int64_t inputs,
                        std::int64_t outputs, int dimensions) {
  const double real = std::sqrt(3.0), complex = std::sqrt(1.5), near_zero = 1e-3;
  add_linear(list, "lift", inputs, a.width);
  const std::vector<std::int64_t> modes = a.modes_of(dimensions);
  Shape spectral{a.width, a.width}, kept;
  for (std::size_t d = 0; d < modes.size(); ++d)
    kept.push_back(d + 1 < modes.size() ? 2 * modes[d] : modes[d]);
  spectral.insert(spectral.end(), kept.begin(), kept.end());
  spectral.push_back(2);
  for (std::int64_t l = 0; l < a.blocks; ++l) {
    list.push_back({fmt::format("blocks.{}.spectral", l), spectral, a.width, complex});
    for (std::size_t d = 0; d < kept.size(); ++d)
      list.push_back(
          {fmt::format("blocks.{}.mix.{}", l, d), {kept[d], kept[d], a.width, 2}, kept[d], complex});
  }
  add_linear(list, "project.0", 2 * a.width, a.projection);
  add_linear(list, "project.1", a.projection, 2 * outputs);
  list[0].gain = list[list.size() - 4].gain = real;
  for (std::size_t n = 1; n <= 2; ++n) list[list.size() - n].gain = near_zero;
}

/// The tokens begin apart from each other, of variance 1 / channels, so that they attend to different points.
void add_latent(std::vector<TensorShape>& list, const Architecture& a, const std::string& name,
                std::int64_t channels) {
  list.push_back({name + ".tokens", {a.tokens, channels}, channels, std::sqrt(3.0)});
  add_linear(list, name + ".encode", channels, 2 * channels);
  list.push_back({name + ".basis", {channels, 2 * a.basis - 1}, 2 * a.basis - 1});
  add_linear(list, name + ".decode", channels, channels);
}

/// Initial weights as in the paper: each output of a convolution has the variance of an input after relu.
void add_unet(std::vector<TensorShape>& list, const Architecture& a, std::int64_t inputs,
              std::int64_t outputs, int dimensions) {
  const Shape taps(static_cast<std::size_t>(dimensions), a.kernel);
  const auto channels = [&](std::int64_t level) { return a.width << level; };
  const auto add = [&](const std::string& name, std::int64_t in, std::int64_t out) {
    for (int n = 0; n < 2; ++n, in = out) {
      Shape shape{out, in};
      shape.insert(shape.end(), taps.begin(), taps.end());
      const std::int64_t fan_in = in * product(taps);
      list.push_back({fmt::format("{}.{}.weight", name, n), shape, fan_in, std::sqrt(6.0)});
      list.push_back({fmt::format("{}.{}.bias", name, n), {out}, fan_in});
    }
  };
  for (std::int64_t l = 0; l <= a.levels; ++l) {
    add(fmt::format("down.{}", l), l == 0 ? inputs : channels(l - 1), channels(l));
    if (a.kind == "latent_spectral") add_latent(list, a, fmt::format("latent.{}", l), channels(l));
  }
  for (std::int64_t l = a.levels - 1; l >= 0; --l)
    add(fmt::format("up.{}", l), channels(l) + channels(l + 1), channels(l));
  add_linear(list, "project", a.width, outputs);
}

/// Points on each side, at most over all positions, down to the bottom and back up.
std::int64_t reach_of_unet(std::int64_t levels, std::int64_t kernel) {
  const std::int64_t both = kernel - 1;  // half a kernel for each of two convolutions
  std::int64_t most = 0;
  for (std::int64_t cell = 0; cell < std::int64_t{1} << levels; ++cell) {
    std::int64_t first = cell - both, last = cell + both;
    for (std::int64_t l = 0; l < levels; ++l) {
      first = (first >> 1) - both;
      last = (last >> 1) + both;
    }
    for (std::int64_t l = 0; l < levels; ++l) {
      first = 2 * first - both;
      last = 2 * last + 1 + both;
    }
    most = std::max({most, cell - first, last - cell});
  }
  return most;
}

std::string joined(const std::vector<std::int64_t>& values, const char* between) {
  return fmt::format("{}", fmt::join(values, between));
}

}  // namespace

void Architecture::declare(base::Parameters& p, bool may_be_the_files) {
  std::vector<base::Option> kinds{
      {"mlp", "multilayer perceptron, the same at every point"},
      {"convolutional", "convolutions with periodic boundaries"},
      {"fourier", "Fourier neural operator"},
      {"transform_once", "Transform Once: one transform, all layers between the kept wavenumbers"},
      {"unet", "U-Net: convolutions with periodic boundaries on grids that are halved level by level"},
      {"latent_spectral",
       "Latent Spectral Model: U-Net whose levels also meet in the latent tokens of patches"}};
  if (may_be_the_files) {
    kinds.push_back({"file", "whatever the weights file holds"});
    kind = "file";
  }
  p.choice("kind", kind, kinds, {.help = "kind of network"});
  p.choice("activation", activation,
           {{"gelu", "x (1 + erf(x / sqrt 2)) / 2"},
            {"tanh", "hyperbolic tangent"},
            {"relu", "max(x, 0)"},
            {"silu", "x / (1 + exp(-x))"},
            {"sine", "sin x, what Transform Once is made for"}},
           {.help = "function between the layers"});
  p.integers(
      "hidden", hidden,
      {.help = "mlp, convolutional: channels of the hidden layers; [] for a linear map", .minimum = 1});
  p.integer("kernel", kernel,
            {.help = "convolutional, unet, latent_spectral: points of the kernel along each axis, odd",
             .minimum = 1,
             .maximum = 31});
  p.integer("levels", levels,
            {.help = "unet, latent_spectral: how often the points are halved; each axis needs a multiple of "
                     "2^levels points",
             .minimum = 1,
             .maximum = 10});
  p.integer("tokens", tokens, {.help = "latent_spectral: latent tokens of a patch", .minimum = 1});
  p.integer(
      "heads", heads,
      {.help = "latent_spectral: heads of the attention, each on its share of the channels; they divide "
               "`width`",
       .minimum = 1});
  p.integer("basis", basis,
            {.help = "latent_spectral: each latent value z goes through sines and cosines of pi i z / basis, "
                     "i below basis",
             .minimum = 2});
  p.integer("patch", patch,
            {.help = "latent_spectral: points of a patch along each axis, at every level; each axis needs a "
                     "multiple of patch 2^levels points; 0: one patch, the whole grid",
             .minimum = 0});
  p.integer("width", width,
            {.help = "fourier, transform_once: channels between the blocks; others: channels at the finest "
                     "level, twice as many at each coarser one",
             .minimum = 1});
  p.integer("blocks", blocks, {.help = "fourier, transform_once: number of blocks", .minimum = 1});
  p.integers(
      "modes", modes,
      {.help = "fourier, transform_once: wavenumbers kept along each axis; one number stands for all axes",
       .minimum = 1,
       .minimum_size = 1,
       .maximum_size = 3});
  p.integer(
      "projection", projection,
      {.help = "fourier, transform_once: channels of the hidden layer of the projection", .minimum = 1});
}

std::string Architecture::text(std::size_t inputs, std::size_t outputs) const {
  if (spectral())
    return fmt::format("{} {} -> {}, width {}, {} blocks, modes {}, projection {}, {}", kind, inputs, outputs,
                       width, blocks, joined(modes, "x"), projection, activation);
  if (u_shaped()) {
    const std::string own = kind == "unet"
                                ? ""
                                : fmt::format(", {} tokens, {} heads, basis {}, {}", tokens, heads, basis,
                                              patch == 0 ? "one patch" : fmt::format("patches of {}", patch));
    return fmt::format("{} {} -> {}, width {}, {} levels, kernel {}{}, {}", kind, inputs, outputs, width,
                       levels, kernel, own, activation);
  }
  std::vector<std::int64_t> channels = hidden;
  channels.insert(channels.begin(), static_cast<std::int64_t>(inputs));
  channels.push_back(static_cast<std::int64_t>(outputs));
  const std::string sizes = kind + " " + joined(channels, "-");
  return (kind == "mlp" ? sizes : fmt::format("{}, kernel {}", sizes, kernel)) + ", " + activation;
}

void Architecture::check() const {
  if ((kind == "convolutional" || u_shaped()) && kernel % 2 == 0)
    throw base::AgreedError(
        fmt::format("architecture.kernel: {} is even; a kernel has an odd number of points", kernel));
  if (kind == "latent_spectral" && width % heads != 0)
    throw base::AgreedError(fmt::format(
        "architecture.width: {} channels are no multiple of architecture.heads, {}", width, heads));
}

void Architecture::check_points(std::span<const std::int64_t> points) const {
  const std::vector<std::int64_t> kept =
      spectral() ? modes_of(static_cast<int>(points.size())) : std::vector<std::int64_t>();
  const std::string name = kind == "unet" ? "a U-Net" : "a Latent Spectral Model";
  for (std::size_t d = 0; d < points.size(); ++d) {
    if (spectral() && 2 * kept[d] > points[d])
      throw base::AgreedError(fmt::format("{} modes along axis {} of {} points; at most {} are allowed",
                                          kept[d], d, points[d], points[d] / 2));
    if (!u_shaped()) continue;
    const std::int64_t factor = std::int64_t{1} << levels, half = (kernel - 1) / 2;
    if (points[d] % factor != 0)
      throw base::AgreedError(
          fmt::format("{} of {} levels halves the points {} times, axis {} has {}; allowed are multiples "
                      "of {}, split over the ranks in any way",
                      name, levels, levels, d, points[d], factor));
    if (kind == "latent_spectral" && patch > 0 && points[d] / factor % patch != 0)
      throw base::AgreedError(
          fmt::format("{} of {} levels has {} points of axis {} ({} points) at its coarsest level, no "
                      "multiple of a patch "
                      "of {}; allowed are multiples of {} points, or patch: 0",
                      name, levels, points[d] / factor, d, points[d], patch, factor * patch));
    if (points[d] / factor < half)
      throw base::AgreedError(fmt::format(
          "{} of {} levels has {} points of axis {} ({} points) at its coarsest level, fewer than half "
          "its kernel of {}; allowed: at least {} points, or fewer levels",
          name, levels, points[d] / factor, d, points[d], kernel, half * factor));
  }
}

std::vector<std::int64_t> Architecture::modes_of(int dimensions) const {
  const auto wanted = static_cast<std::size_t>(dimensions);
  if (modes.size() == wanted) return modes;
  if (modes.size() == 1) return std::vector<std::int64_t>(wanted, modes.front());
  throw base::AgreedError(fmt::format(
      "architecture.modes: {} numbers for {} axes; allowed: one, or one an axis", modes.size(), dimensions));
}

std::int64_t Architecture::reach() const {
  if (spectral() || kind == "latent_spectral") return -1;
  if (kind == "unet") return reach_of_unet(levels, kernel);
  return kind == "mlp" ? 0 : (kernel - 1) / 2 * (static_cast<std::int64_t>(hidden.size()) + 1);
}

bool Architecture::same(const Architecture& other) const {
  if (kind != other.kind || activation != other.activation) return false;
  if (spectral())
    return width == other.width && blocks == other.blocks && modes == other.modes &&
           projection == other.projection;
  if (u_shaped())
    return width == other.width && levels == other.levels && kernel == other.kernel &&
           (kind == "unet" ||
            (tokens == other.tokens && heads == other.heads && basis == other.basis && patch == other.patch));
  return hidden == other.hidden && (kind == "mlp" || kernel == other.kernel);
}

std::int64_t TensorShape::size() const { return product(shape); }

std::vector<TensorShape> tensor_shapes(const Architecture& architecture, std::int64_t inputs,
                                       std::int64_t outputs, int dimensions) {
  architecture.check();
  std::vector<TensorShape> list;
  if (architecture.spectral()) {
    const auto add = architecture.kind == "fourier" ? add_fourier : add_transform_once;
    add(list, architecture, inputs, outputs, dimensions);
    return list;
  }
  if (architecture.u_shaped()) {
    add_unet(list, architecture, inputs, outputs, dimensions);
    return list;
  }
  std::vector<std::int64_t> channels = architecture.hidden;
  channels.insert(channels.begin(), inputs);
  channels.push_back(outputs);
  const bool mlp = architecture.kind == "mlp";
  add_layers(list, channels,
             mlp ? Shape{} : Shape(static_cast<std::size_t>(dimensions), architecture.kernel));
  return list;
}

std::string shape_text(const std::vector<std::int64_t>& shape) { return joined(shape, " x "); }

}  // namespace sluice::surrogate
