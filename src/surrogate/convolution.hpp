// One layer of convolutions, as the networks with a receptive field have them.
#pragma once
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "surrogate/layers.hpp"

namespace sluice::surrogate {

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

[[nodiscard]] inline Index volume(const Index3& n) { return n[0] * n[1] * n[2]; }

template <class Real>
[[nodiscard]] Convolution<Real> make_convolution(const Weights& weights, const std::string& name,
                                                 int dimensions) {
  const Tensor& w = weights.tensor(name + ".weight");
  const Index k = weights.architecture.kernel;
  return {.in = w.shape[1],
          .out = w.shape[0],
          .taps = right_aligned({k, k, k}, dimensions, 1),
          .weight = values_of<Real>(w),
          .bias = values_of<Real>(weights.tensor(name + ".bias"))};
}

}  // namespace sluice::surrogate
