// One layer of convolutions, as the networks with a receptive field have them.
#pragma once
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "surrogate/layers.hpp"

namespace sluice::surrogate {

[[nodiscard]] inline Index volume(const Index3& n) { return n[0] * n[1] * n[2]; }

/// y[o](x) = b[o] + sum over i, t of w[o, i, t] x[i](x + t - half a kernel), as PyTorch's Conv1d to Conv3d.
/// Sums of some outputs at some points of a row stay in registers over all inputs and taps; every sum has the
/// same order, whatever the length of the row.
template <class Real>
class Convolution {
 public:
  Index in = 0, out = 0;
  Index3 taps{1, 1, 1};

  Convolution() = default;
  /// `weight` is [out][in][taps].
  Convolution(Index inputs, Index outputs, const Index3& kernel, const std::vector<Real>& weight,
              const std::vector<Real>& bias)
      : in(inputs), out(outputs), taps(kernel) {
    const Index padded = (out + most - 1) / most * most, each = in * taps[0] * taps[1] * taps[2];
    weight_.resize(static_cast<std::size_t>(padded * each));
    bias_.resize(static_cast<std::size_t>(padded));
    for (Index o = 0; o < out; ++o) {
      bias_[static_cast<std::size_t>(o)] = bias[static_cast<std::size_t>(o)];
      for (Index n = 0; n < each; ++n)
        weight_[static_cast<std::size_t>((o / 4 * each + n) * 4 + o % 4)] =
            weight[static_cast<std::size_t>(o * each + n)];
    }
  }

  /// From a block of extents `from` to the smaller one `to` = from - taps + 1. Planar. As many rows as stay
  /// in the cache are done for some outputs before the next ones.
  void operator()(const Real* x, const Index3& from, Real* y, const Index3& to) const {
    const Index stride = volume(to), rows = to[0] * to[1];
    if (stride == 0) return;
    const Index at_once =
        std::max<Index>(1, (1 << 18) / (in * from[2] * static_cast<Index>(sizeof(Real))) - taps[1] * taps[0]);
    for (Index begin = 0; begin < rows; begin += at_once)
      for (Index first = 0; first < out; first += most)
        for (Index r = begin; r < std::min(begin + at_once, rows); ++r)
          row<2 * lanes>(x + (r / to[1] * from[1] + r % to[1]) * from[2], from, first,
                         y + first * stride + r * to[2], stride, to[2]);
  }

 private:
#ifdef __AVX512F__
  static constexpr Index register_bytes = 64;
#else
  static constexpr Index register_bytes = 32;
#endif
  static constexpr Index lanes = register_bytes / static_cast<Index>(sizeof(Real));
  static constexpr Index most = 8;  // outputs of a row at once

  /// `points` at a time, or half of them where the row is shorter; the last begin early, and some are done
  /// again.
  template <Index points>
  void row(const Real* x, const Index3& from, Index first, Real* y, Index stride, Index length) const {
    if constexpr (points > 1)
      if (length < points) return row<points / 2>(x, from, first, y, stride, length);
    constexpr Index outputs = points > lanes ? 4 : most;
    for (Index o = first; o < std::min(first + most, out); o += outputs)
      for (Index n = 0; n < length; n += points)
        tile<points, outputs / 4>(x, from, o, y + (o - first) * stride, stride, std::min(n, length - points));
  }

  template <Index points, Index fours>
  void tile(const Real* x, const Index3& from, Index first, Real* y, Index stride, Index n) const {
    constexpr Index width = std::min(points, lanes), number = points / width, outputs = 4 * fours;
    using Vector [[gnu::vector_size(width * sizeof(Real))]] = Real;
    Vector sums[outputs][number];
    for (Index q = 0; q < outputs; ++q)
      for (Index v = 0; v < number; ++v) sums[q][v] = bias_[static_cast<std::size_t>(first + q)] - Vector{};
    const Index each = 4 * in * volume(taps);
    const Real* w = weight_.data() + first / 4 * each;
    for (Index i = 0; i < in; ++i)
      for (Index t0 = 0; t0 < taps[0]; ++t0)
        for (Index t1 = 0; t1 < taps[1]; ++t1) {
          const Real* source = x + ((i * from[0] + t0) * from[1] + t1) * from[2] + n;
          for (Index t2 = 0; t2 < taps[2]; ++t2, w += 4)
            for (Index v = 0; v < number; ++v) {
              Vector value;
              std::memcpy(&value, source + t2 + v * width, sizeof value);
              for (Index q = 0; q < outputs; ++q) sums[q][v] += w[q / 4 * each + q % 4] * value;
            }
        }
    for (Index q = 0; q < std::min(outputs, out - first); ++q)
      std::memcpy(y + q * stride + n, sums[q], sizeof sums[q]);
  }

  std::vector<Real> weight_;  ///< [out / 4][in][taps][4], as if `out` were a multiple of `most`.
  std::vector<Real> bias_;    ///< [out], the same.
};

template <class Real>
[[nodiscard]] Convolution<Real> make_convolution(const Weights& weights, const std::string& name,
                                                 int dimensions) {
  const Tensor& w = weights.tensor(name + ".weight");
  const Index k = weights.architecture.kernel;
  return {w.shape[1], w.shape[0], right_aligned({k, k, k}, dimensions, 1), values_of<Real>(w),
          values_of<Real>(weights.tensor(name + ".bias"))};
}

}  // namespace sluice::surrogate
