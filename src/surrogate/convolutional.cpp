// Convolutions with periodic boundaries (LeCun et al., Neural Computation 1 (1989) 541). The halo of the
// whole receptive field is exchanged once; every layer then shrinks the block by half a kernel on each side.
// A cell sees the same numbers in the same order on any number of ranks: the results are the same bits.
#include <fmt/format.h>

#include "surrogate/convolution.hpp"
#include "surrogate/haloed_inputs.hpp"

namespace sluice::surrogate {

namespace {

template <class Real>
class Convolutional : public Network {
 public:
  Convolutional(const Weights& weights, const grid::LayoutPtr& layout)
      : inputs_(weights.inputs),
        outputs_(weights.outputs),
        activation_(activation_of(weights.architecture.activation)),
        haloed_(inputs_, layout, weights.architecture.reach()) {
    Index widest = static_cast<Index>(inputs_.size());
    for (std::size_t l = 0; l <= weights.architecture.hidden.size(); ++l) {
      layers_.push_back(make_convolution<Real>(weights, fmt::format("layers.{}", l), layout->dimensions()));
      widest = std::max(widest, layers_.back().out);
    }
    const Index cells = haloed_.empty() ? 0 : volume(haloed_.extents());
    for (auto& buffer : buffers_) buffer.resize(static_cast<std::size_t>(widest * cells));
  }

  void evaluate(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs) override {
    haloed_.fill(inputs);
    if (haloed_.empty()) return;
    Real *x = buffers_[0].data(), *y = buffers_[1].data();
    Index3 extents = haloed_.extents();
    haloed_.copy_to(x);
    for (std::size_t l = 0; l < layers_.size(); ++l) {
      const Index3& taps = layers_[l].taps;
      const Index3 smaller{extents[0] - taps[0] + 1, extents[1] - taps[1] + 1, extents[2] - taps[2] + 1};
      layers_[l](x, extents, y, smaller);
      extents = smaller;
      if (l + 1 < layers_.size()) activate(activation_, y, layers_[l].out * volume(extents));
      std::swap(x, y);
    }
    scatter(x, volume(extents), outputs_, outputs);
  }

 private:
  std::vector<Channel> inputs_, outputs_;
  Activation activation_;
  HaloedInputs haloed_;
  std::vector<Convolution<Real>> layers_;
  std::array<std::vector<Real>, 2> buffers_;
};

}  // namespace

std::unique_ptr<Network> make_convolutional(const Weights& weights, const grid::LayoutPtr& layout,
                                            Precision precision) {
  check_periodic(*layout, "a convolutional network");
  if (precision == Precision::single) return std::make_unique<Convolutional<float>>(weights, layout);
  return std::make_unique<Convolutional<double>>(weights, layout);
}

}  // namespace sluice::surrogate
