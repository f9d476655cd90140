// The layers that networks share, on planar arrays [channel][cell], and the way from fields to them.
#pragma once
#include <algorithm>
#include <array>
#include <vector>

#include "grid/layout.hpp"
#include "surrogate/activation.hpp"
#include "surrogate/network.hpp"

namespace sluice::surrogate {

using grid::Index;
using grid::Index3;

/// y = W x + b at every cell. W is [out][in].
template <class Real>
struct Dense {
  Index in = 0, out = 0;
  std::vector<Real> weight, bias;

  /// Cells [0, number) of planar arrays whose channels lie `in_stride` and `out_stride` apart. Four outputs
  /// at a time share what is read.
  void operator()(const Real* x, Index in_stride, Real* y, Index out_stride, Index number) const {
    for (Index first = 0; first < out; first += 4) {
      const Index some = std::min<Index>(4, out - first);
      for (Index q = 0; q < some; ++q)
        std::fill_n(y + (first + q) * out_stride, number, bias[static_cast<std::size_t>(first + q)]);
      for (Index i = 0; i < in; ++i)
        add(x + i * in_stride, y + first * out_stride, out_stride, number, first, some, i);
    }
  }

 private:
  void add(const Real* x, Real* y, Index stride, Index number, Index first, Index some, Index i) const {
    const auto w = [&](Index q) { return weight[static_cast<std::size_t>((first + q) * in + i)]; };
    if (some < 4) {
      for (Index q = 0; q < some; ++q)
        for (Index n = 0; n < number; ++n) y[q * stride + n] += w(q) * x[n];
      return;
    }
    const Real w0 = w(0), w1 = w(1), w2 = w(2), w3 = w(3);
    Real *y0 = y, *y1 = y + stride, *y2 = y + 2 * stride, *y3 = y + 3 * stride;
    for (Index n = 0; n < number; ++n) {
      const Real value = x[n];
      y0[n] += w0 * value;
      y1[n] += w1 * value;
      y2[n] += w2 * value;
      y3[n] += w3 * value;
    }
  }
};

template <class Real>
[[nodiscard]] std::vector<Real> values_of(const Tensor& tensor) {
  return {tensor.values.begin(), tensor.values.end()};
}

template <class Real>
[[nodiscard]] Dense<Real> make_dense(const Weights& weights, const std::string& name) {
  const Tensor& w = weights.tensor(name + ".weight");
  return {.in = w.shape[1],
          .out = w.shape[0],
          .weight = values_of<Real>(w),
          .bias = values_of<Real>(weights.tensor(name + ".bias"))};
}

/// The owned cells as rows along the fastest axis in use: visit(position in memory, number of the first cell
/// among the owned ones, cells).
template <class Visit>
void for_each_row(const grid::Layout& layout, Visit visit) {
  if (layout.owned_size() == 0) return;
  const int d = layout.dimensions();
  const Index length = layout.count()[static_cast<std::size_t>(d - 1)];
  const Index rows = d > 1 ? layout.count()[0] : 1, inner = d > 2 ? layout.count()[1] : 1;
  Index first = 0;
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < inner; ++j, first += length) visit(layout.position(i, j), first, length);
}

/// Three values an axis with the axes in use last: 1 for the others.
[[nodiscard]] inline Index3 right_aligned(const Index3& values, int dimensions, Index fill) {
  Index3 aligned{fill, fill, fill};
  std::copy_n(values.begin(), dimensions, aligned.end() - dimensions);
  return aligned;
}

/// Normalised inputs as planar arrays over the owned cells.
template <class Real>
void gather(std::span<const ChannelView> inputs, const std::vector<Channel>& channels, Real* planar,
            Index cells) {
  for (std::size_t c = 0; c < inputs.size(); ++c) {
    const double shift = channels[c].shift, factor = 1 / channels[c].scale;
    const Index stride = inputs[c].stride;
    Real* out = planar + static_cast<Index>(c) * cells;
    for_each_row(*inputs[c].layout, [&](Index position, Index first, Index length) {
      const double* in = inputs[c].data + position * stride;
      for (Index n = 0; n < length; ++n)
        out[first + n] = static_cast<Real>((in[n * stride] - shift) * factor);
    });
  }
}

/// Planar arrays over the owned cells to physical values.
template <class Real>
void scatter(const Real* planar, Index cells, const std::vector<Channel>& channels,
             std::span<grid::RealField> outputs) {
  for (std::size_t c = 0; c < outputs.size(); ++c) {
    const double shift = channels[c].shift, scale = channels[c].scale;
    const Real* in = planar + static_cast<Index>(c) * cells;
    double* data = outputs[c].data();
    for_each_row(outputs[c].layout(), [&](Index position, Index first, Index length) {
      for (Index n = 0; n < length; ++n)
        data[position + n] = shift + scale * static_cast<double>(in[first + n]);
    });
  }
}

/// AgreedError if an axis is not; `network` as the message calls it: "a convolutional network".
void check_periodic(const grid::Layout& layout, const char* network);

// One factory a kind of network, each in its own file.
[[nodiscard]] std::unique_ptr<Network> make_perceptron(const Weights& weights, Precision precision);
[[nodiscard]] std::unique_ptr<Network> make_convolutional(const Weights& weights,
                                                          const grid::LayoutPtr& layout, Precision precision);
/// AgreedError if the module or the torch plug-in cannot be loaded. Collective.
[[nodiscard]] std::unique_ptr<Network> make_torchscript(const Weights& weights, const grid::LayoutPtr& layout,
                                                        Precision precision);
[[nodiscard]] std::unique_ptr<Network> make_transform_once(const Weights& weights,
                                                           const grid::LayoutPtr& layout);
[[nodiscard]] std::unique_ptr<Network> make_fourier(const Weights& weights, const grid::LayoutPtr& layout,
                                                    Precision precision);
[[nodiscard]] std::unique_ptr<Network> make_unet(const Weights& weights, const grid::LayoutPtr& layout,
                                                 Precision precision);

}  // namespace sluice::surrogate
