// Fourier neural operator (Li et al., ICLR 2021, arXiv:2010.08895, equations 2 to 5): lift, blocks
// v <- act(W v + F^-1(R . F v)) without act in the last one, projection by two pointwise layers.
#include <fmt/format.h>

#include "surrogate/layers.hpp"
#include "surrogate/spectral_layer.hpp"

namespace sluice::surrogate {

namespace {

template <class Real>
class FourierOperator : public Network {
 public:
  FourierOperator(const Weights& weights, const grid::LayoutPtr& layout)
      : inputs_(weights.inputs),
        outputs_(weights.outputs),
        activation_(activation_of(weights.architecture.activation)),
        cells_(layout->owned_size()),
        width_(weights.architecture.width),
        modes_(*layout, weights.architecture.modes_of(layout->dimensions())),
        lift_(make_dense<Real>(weights, "lift")),
        first_(make_dense<Real>(weights, "project.0")),
        second_(make_dense<Real>(weights, "project.1")) {
    for (Index l = 0; l < weights.architecture.blocks; ++l) {
      mixings_.emplace_back(layout->communicator(), weights.tensor(fmt::format("blocks.{}.spectral", l)));
      skips_.push_back(make_dense<Real>(weights, fmt::format("blocks.{}", l)));
    }
    const Index widest = std::max(
        {static_cast<Index>(inputs_.size()), static_cast<Index>(outputs_.size()), width_, first_.out});
    for (auto& buffer : buffers_) buffer.resize(static_cast<std::size_t>(widest * cells_));
    plane_.resize(static_cast<std::size_t>(cells_));
    partial_.resize(static_cast<std::size_t>(width_) * modes_.count());
  }

  void evaluate(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs) override {
    Real *v = buffers_[0].data(), *w = buffers_[1].data();
    gather(inputs, inputs_, w, cells_);
    lift_(w, cells_, v, cells_, cells_);
    for (std::size_t l = 0; l < skips_.size(); ++l) {
      skips_[l](v, cells_, w, cells_, cells_);
      add_spectral(mixings_[l], v, w);
      if (l + 1 < skips_.size()) activate(activation_, w, width_ * cells_);
      std::swap(v, w);
    }
    first_(v, cells_, w, cells_, cells_);
    activate(activation_, w, first_.out * cells_);
    second_(w, cells_, v, cells_, cells_);
    scatter(v, cells_, outputs_, outputs);
  }

 private:
  void add_spectral(ModeMixing& mixing, const Real* v, Real* w) {
    const auto count = static_cast<Index>(modes_.count());
    for (Index c = 0; c < width_; ++c) modes_.forward(v + c * cells_, partial_.data() + c * count);
    mixing(partial_, mixed_);
    for (Index c = 0; c < width_; ++c) {
      modes_.backward(mixed_.data() + c * count, plane_.data());
      for (Index n = 0; n < cells_; ++n) w[c * cells_ + n] += plane_[static_cast<std::size_t>(n)];
    }
  }

  std::vector<Channel> inputs_, outputs_;
  Activation activation_;
  Index cells_, width_;
  KeptModes modes_;
  Dense<Real> lift_, first_, second_;
  std::vector<ModeMixing> mixings_;
  std::vector<Dense<Real>> skips_;
  std::array<std::vector<Real>, 2> buffers_;
  std::vector<Real> plane_;
  std::vector<std::complex<double>> partial_, mixed_;
};

}  // namespace

std::unique_ptr<Network> make_fourier(const Weights& weights, const grid::LayoutPtr& layout,
                                      Precision precision) {
  check_periodic(*layout, "a Fourier neural operator");
  if (precision == Precision::single) return std::make_unique<FourierOperator<float>>(weights, layout);
  return std::make_unique<FourierOperator<double>>(weights, layout);
}

}  // namespace sluice::surrogate
