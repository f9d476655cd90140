// Convolutions with periodic boundaries (LeCun et al., Neural Computation 1 (1989) 541). The halo of the
// whole receptive field is exchanged once; every layer then shrinks the block by half a kernel on each side.
// A cell sees the same numbers in the same order on any number of ranks: the results are the same bits.
#include <fmt/format.h>

#include "base/error.hpp"
#include "surrogate/haloed_inputs.hpp"
#include "surrogate/layers.hpp"

namespace sluice::surrogate {

namespace {

/// y[o](x) = b[o] + sum over i, t of w[o, i, t] x[i](x + t - half a kernel), as PyTorch's Conv1d to Conv3d.
template <class Real>
struct Convolution {
  Index in = 0, out = 0;
  Index3 taps{1, 1, 1};
  std::vector<Real> weight, bias;

  /// From a block of extents `from` to the smaller one `to` = from - taps + 1. Planar.
  void operator()(const Real* x, const Index3& from, Real* y, const Index3& to) const {
    const Index out_plane = to[0] * to[1] * to[2];
    for (Index i0 = 0; i0 < to[0]; ++i0)
      for (Index i1 = 0; i1 < to[1]; ++i1)
        for (Index first = 0; first < out; first += 4) {
          Real* row = y + first * out_plane + (i0 * to[1] + i1) * to[2];
          add_row(x, from, {i0, i1}, row, out_plane, to[2], first);
        }
  }

 private:
  void add_row(const Real* x, const Index3& from, const std::array<Index, 2>& at, Real* row, Index out_plane,
               Index length, Index first) const {
    const Index some = std::min<Index>(4, out - first), all_taps = taps[0] * taps[1] * taps[2];
    for (Index q = 0; q < some; ++q)
      std::fill_n(row + q * out_plane, length, bias[static_cast<std::size_t>(first + q)]);
    for (Index i = 0; i < in; ++i)
      for (Index t0 = 0; t0 < taps[0]; ++t0)
        for (Index t1 = 0; t1 < taps[1]; ++t1) {
          const Real* source = x + ((i * from[0] + at[0] + t0) * from[1] + at[1] + t1) * from[2];
          const Real* w = weight.data() + (first * in + i) * all_taps + (t0 * taps[1] + t1) * taps[2];
          for (Index t2 = 0; t2 < taps[2]; ++t2)
            add_tap(source + t2, w + t2, in * all_taps, row, out_plane, length, some);
        }
  }

  static void add_tap(const Real* x, const Real* w, Index w_stride, Real* y, Index stride, Index length,
                      Index some) {
    if (some < 4) {
      for (Index q = 0; q < some; ++q)
        for (Index n = 0; n < length; ++n) y[q * stride + n] += w[q * w_stride] * x[n];
      return;
    }
    const Real w0 = w[0], w1 = w[w_stride], w2 = w[2 * w_stride], w3 = w[3 * w_stride];
    Real *y0 = y, *y1 = y + stride, *y2 = y + 2 * stride, *y3 = y + 3 * stride;
    for (Index n = 0; n < length; ++n) {
      const Real value = x[n];
      y0[n] += w0 * value;
      y1[n] += w1 * value;
      y2[n] += w2 * value;
      y3[n] += w3 * value;
    }
  }
};

Index volume(const Index3& n) { return n[0] * n[1] * n[2]; }

template <class Real>
class Convolutional : public Network {
 public:
  Convolutional(const Weights& weights, const grid::LayoutPtr& layout)
      : inputs_(weights.inputs),
        outputs_(weights.outputs),
        activation_(activation_of(weights.architecture.activation)),
        dimensions_(layout->dimensions()),
        haloed_(inputs_, layout, weights.architecture.reach()) {
    Index widest = static_cast<Index>(inputs_.size());
    for (std::size_t l = 0; l <= weights.architecture.hidden.size(); ++l) {
      layers_.push_back(make_layer(weights, fmt::format("layers.{}", l)));
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
  Convolution<Real> make_layer(const Weights& weights, const std::string& name) const {
    const Tensor& w = weights.tensor(name + ".weight");
    const Index k = weights.architecture.kernel;
    return {.in = w.shape[1],
            .out = w.shape[0],
            .taps = right_aligned({k, k, k}, dimensions_, 1),
            .weight = values_of<Real>(w),
            .bias = values_of<Real>(weights.tensor(name + ".bias"))};
  }

  std::vector<Channel> inputs_, outputs_;
  Activation activation_;
  int dimensions_;
  HaloedInputs haloed_;
  std::vector<Convolution<Real>> layers_;
  std::array<std::vector<Real>, 2> buffers_;
};

}  // namespace

std::unique_ptr<Network> make_convolutional(const Weights& weights, const grid::LayoutPtr& layout,
                                            Precision precision) {
  for (int d = 0; d < layout->dimensions(); ++d)
    if (!layout->periodic(d))
      throw base::AgreedError(fmt::format(
          "a convolutional network needs a grid that is periodic along every axis; axis {} is not", d));
  if (precision == Precision::single) return std::make_unique<Convolutional<float>>(weights, layout);
  return std::make_unique<Convolutional<double>>(weights, layout);
}

}  // namespace sluice::surrogate
