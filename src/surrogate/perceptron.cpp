// Multilayer perceptron (Rumelhart, Hinton, Williams, Nature 323 (1986) 533), the same at every cell: all
// layers in one pass over tiles of cells that stay in the first cache, straight from the fields' memory.
#include <fmt/format.h>

#include "surrogate/layers.hpp"

namespace sluice::surrogate {

namespace {

constexpr Index tile = 128;  // cells: 64 channels of float32 fill 32 KiB

template <class Real>
class Perceptron : public Network {
 public:
  explicit Perceptron(const Weights& weights)
      : inputs_(weights.inputs),
        outputs_(weights.outputs),
        activation_(activation_of(weights.architecture.activation)) {
    std::size_t widest = inputs_.size();
    for (std::size_t l = 0; l <= weights.architecture.hidden.size(); ++l) {
      layers_.push_back(make_dense<Real>(weights, fmt::format("layers.{}", l)));
      widest = std::max(widest, static_cast<std::size_t>(layers_.back().out));
    }
    for (auto& buffer : buffers_) buffer.resize(widest * tile);
  }

  void evaluate(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs) override {
    for_each_row(outputs.front().layout(), [&](Index out_position, Index first, Index length) {
      for (Index begin = 0; begin < length; begin += tile)
        evaluate_tile(inputs, outputs,
                      {.out = out_position + begin,
                       .row = first,
                       .begin = begin,
                       .cells = std::min(tile, length - begin)});
    });
  }

 private:
  struct Tile {
    Index out, row, begin, cells;
  };

  /// Position in an input of the first cell of a tile; its layout may have another halo.
  static Index position_in(const ChannelView& input, const grid::Layout& outputs, const Tile& t) {
    const grid::Layout& layout = *input.layout;
    const int d = layout.dimensions();
    const Index length = outputs.count()[static_cast<std::size_t>(d - 1)], row = t.row / length;
    const Index inner = d > 2 ? outputs.count()[1] : 1;
    return (d == 1 ? layout.position(0) : layout.position(row / inner, row % inner)) + t.begin;
  }

  void evaluate_tile(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs, const Tile& t) {
    Real *x = buffers_[0].data(), *y = buffers_[1].data();
    for (std::size_t c = 0; c < inputs.size(); ++c) {
      const double shift = inputs_[c].shift, factor = 1 / inputs_[c].scale;
      const Index stride = inputs[c].stride;
      const double* in = inputs[c].data + position_in(inputs[c], outputs.front().layout(), t) * stride;
      Real* plane = x + static_cast<Index>(c) * tile;
      for (Index n = 0; n < t.cells; ++n) plane[n] = static_cast<Real>((in[n * stride] - shift) * factor);
    }
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      layers_[l](x, tile, y, tile, t.cells);
      if (l + 1 < layers_.size())
        for (Index o = 0; o < layers_[l].out; ++o) activate(activation_, y + o * tile, t.cells);
      std::swap(x, y);
    }
    for (std::size_t c = 0; c < outputs.size(); ++c) {
      const double shift = outputs_[c].shift, scale = outputs_[c].scale;
      double* out = outputs[c].data() + t.out;
      for (Index n = 0; n < t.cells; ++n)
        out[n] = shift + scale * static_cast<double>(x[static_cast<Index>(c) * tile + n]);
    }
  }

  std::vector<Channel> inputs_, outputs_;
  Activation activation_;
  std::vector<Dense<Real>> layers_;
  std::array<std::vector<Real>, 2> buffers_;
};

}  // namespace

std::unique_ptr<Network> make_perceptron(const Weights& weights, Precision precision) {
  if (precision == Precision::single) return std::make_unique<Perceptron<float>>(weights);
  return std::make_unique<Perceptron<double>>(weights);
}

}  // namespace sluice::surrogate
