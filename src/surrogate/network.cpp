#include "surrogate/network.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "surrogate/layers.hpp"

namespace sluice::surrogate {

grid::LayoutPtr bare_layout(const grid::Layout& layout) {
  grid::LayoutSpec spec = layout.spec();
  spec.halo = {0, 0, 0};
  spec.padding = 0;
  return grid::Layout::from_splits(layout.communicator(), spec,
                                   {layout.splits(0), layout.splits(1), layout.splits(2)});
}

Activation activation_of(const std::string& name) {
  if (name == "gelu") return Activation::gelu;
  if (name == "tanh") return Activation::tanh;
  if (name == "relu") return Activation::relu;
  if (name == "silu") return Activation::silu;
  if (name == "sine") return Activation::sine;
  throw base::AgreedError("activation '" + name + "' is unknown; allowed: gelu, tanh, relu, silu, sine");
}

void check_periodic(const grid::Layout& layout, const char* network) {
  for (int d = 0; d < layout.dimensions(); ++d)
    if (!layout.periodic(d))
      throw base::AgreedError(
          fmt::format("{} needs a grid that is periodic along every axis; axis {} is not", network, d));
}

void check_points(const Weights& weights, std::span<const Index> points) {
  const std::string& kind = weights.architecture.kind;
  if (!weights.script.file.empty() || kind == "mlp") return;
  if (weights.dimensions != static_cast<int>(points.size()))
    throw base::AgreedError(fmt::format("the {} network is for grids of {} axes; this grid has {}", kind,
                                        weights.dimensions, points.size()));
  weights.architecture.check_points(points);
}

std::unique_ptr<Network> make_network(const Weights& weights, const grid::LayoutPtr& layout,
                                      Precision precision) {
  if (!weights.script.file.empty()) return make_torchscript(weights, layout, precision);
  const std::string& kind = weights.architecture.kind;
  if (kind == "mlp") return make_perceptron(weights, precision);
  check_points(weights, std::span(layout->global()).first(static_cast<std::size_t>(layout->dimensions())));
  if (kind == "convolutional") return make_convolutional(weights, layout, precision);
  if (kind == "fourier") return make_fourier(weights, layout, precision);
  if (kind == "transform_once") return make_transform_once(weights, layout);
  if (weights.architecture.u_shaped()) return make_unet(weights, layout, precision);
  throw base::AgreedError(
      "network '" + kind +
      "' is unknown; allowed: mlp, convolutional, fourier, transform_once, unet, latent_spectral");
}

}  // namespace sluice::surrogate
