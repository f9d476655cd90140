#include "surrogate/spectral_layer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "surrogate/layers.hpp"

namespace sluice::surrogate {

namespace {

using Complex = std::complex<double>;

std::vector<Index> wavenumbers(std::int64_t modes, bool last) {
  std::vector<Index> list;
  for (Index k = 0; k < modes; ++k) list.push_back(k);
  if (!last)
    for (Index k = -modes; k < 0; ++k) list.push_back(k);
  return list;
}

struct Extents {
  std::size_t points, modes, inner;
};

/// out[k][...] += sum over the points n of in[n][...] exp(-i angle[n][k])
void add_along(const Complex* in, Complex* out, const std::vector<double>& c, const std::vector<double>& s,
               const Extents& e) {
  for (std::size_t n = 0; n < e.points; ++n)
    for (std::size_t k = 0; k < e.modes; ++k) {
      const double cosine = c[n * e.modes + k], sine = s[n * e.modes + k];
      for (std::size_t m = 0; m < e.inner; ++m) {
        const Complex z = in[n * e.inner + m];
        out[k * e.inner + m] +=
            Complex(z.real() * cosine + z.imag() * sine, z.imag() * cosine - z.real() * sine);
      }
    }
}

/// out[n][...] += sum over the modes k of in[k][...] exp(i angle[n][k])
void spread_along(const Complex* in, Complex* out, const std::vector<double>& c, const std::vector<double>& s,
                  const Extents& e) {
  for (std::size_t n = 0; n < e.points; ++n)
    for (std::size_t k = 0; k < e.modes; ++k) {
      const double cosine = c[n * e.modes + k], sine = s[n * e.modes + k];
      for (std::size_t m = 0; m < e.inner; ++m) {
        const Complex z = in[k * e.inner + m];
        out[n * e.inner + m] +=
            Complex(z.real() * cosine - z.imag() * sine, z.imag() * cosine + z.real() * sine);
      }
    }
}

std::vector<int> doubles_of(std::size_t width, const auto& begin, int ranks) {
  std::vector<int> counts;
  for (int r = 0; r < ranks; ++r) counts.push_back(static_cast<int>(2 * width * (begin(r + 1) - begin(r))));
  return counts;
}

std::vector<int> starts_of(const std::vector<int>& counts) {
  std::vector<int> starts{0};
  for (const int count : counts) starts.push_back(starts.back() + count);
  return starts;
}

}  // namespace

KeptModes::KeptModes(const grid::Layout& layout, const std::vector<std::int64_t>& modes) {
  const int d = layout.dimensions();
  const Index3 global = right_aligned(layout.global(), d, 1), offset = right_aligned(layout.offset(), d, 0);
  const Index3 count = right_aligned(layout.count(), d, layout.owned_size() > 0 ? 1 : 0);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const int own = static_cast<int>(axis) - (3 - d);
    const std::vector<Index> k =
        own < 0 ? std::vector<Index>{0} : wavenumbers(modes[static_cast<std::size_t>(own)], own == d - 1);
    kept_[axis] = k.size();
    points_[axis] = static_cast<std::size_t>(count[axis]);
    norm_ /= static_cast<double>(global[axis]);
    for (Index n = 0; n < count[axis]; ++n)
      for (const Index number : k) {
        const Index turns = number * (offset[axis] + n) % global[axis];
        const double angle =
            2 * std::numbers::pi * static_cast<double>(turns) / static_cast<double>(global[axis]);
        tables_[axis].cosine.push_back(std::cos(angle));
        tables_[axis].sine.push_back(std::sin(angle));
      }
  }
  first_.resize(points_[0] * points_[1] * kept_[2]);
  second_.resize(points_[0] * kept_[1] * kept_[2]);
}

template <class Real>
void KeptModes::forward(const Real* x, Complex* modes) {
  const auto [n0, n1, n2] = points_;
  const auto [k0, k1, k2] = kept_;
  std::fill_n(modes, count(), Complex{});
  std::fill(second_.begin(), second_.end(), Complex{});
  std::vector<double>&c = tables_[2].cosine, &s = tables_[2].sine;
  for (std::size_t row = 0; row < n0 * n1; ++row) {
    auto* sums = reinterpret_cast<double*>(first_.data() + row * k2);
    std::fill_n(sums, 2 * k2, 0.0);
    for (std::size_t n = 0; n < n2; ++n) {
      const auto value = static_cast<double>(x[row * n2 + n]);
      for (std::size_t k = 0; k < k2; ++k) {
        sums[2 * k] += value * c[n * k2 + k];
        sums[2 * k + 1] -= value * s[n * k2 + k];
      }
    }
  }
  for (std::size_t i = 0; i < n0; ++i)
    add_along(first_.data() + i * n1 * k2, second_.data() + i * k1 * k2, tables_[1].cosine, tables_[1].sine,
              {n1, k1, k2});
  add_along(second_.data(), modes, tables_[0].cosine, tables_[0].sine, {n0, k0, k1 * k2});
}

template <class Real>
void KeptModes::backward(const Complex* modes, Real* y) {
  const auto [n0, n1, n2] = points_;
  const auto [k0, k1, k2] = kept_;
  std::fill(second_.begin(), second_.end(), Complex{});
  std::fill(first_.begin(), first_.end(), Complex{});
  spread_along(modes, second_.data(), tables_[0].cosine, tables_[0].sine, {n0, k0, k1 * k2});
  for (std::size_t i = 0; i < n0; ++i)
    spread_along(second_.data() + i * k1 * k2, first_.data() + i * n1 * k2, tables_[1].cosine,
                 tables_[1].sine, {n1, k1, k2});
  std::vector<double>&c = tables_[2].cosine, &s = tables_[2].sine;
  for (std::size_t row = 0; row < n0 * n1; ++row) {
    Complex* a = first_.data() + row * k2;
    for (std::size_t k = 0; k < k2; ++k)
      a[k] *= k == 0 ? norm_ : 2 * norm_;  // the other half is its conjugate
    for (std::size_t n = 0; n < n2; ++n) {
      double sum = 0;
      for (std::size_t k = 0; k < k2; ++k) sum += a[k].real() * c[n * k2 + k] - a[k].imag() * s[n * k2 + k];
      y[row * n2 + n] = static_cast<Real>(sum);
    }
  }
}

template void KeptModes::forward(const float*, Complex*);
template void KeptModes::forward(const double*, Complex*);
template void KeptModes::backward(const Complex*, float*);
template void KeptModes::backward(const Complex*, double*);

ModeMixing::ModeMixing(const base::Communicator& communicator, const Tensor& weights)
    : communicator_(communicator),
      in_(static_cast<std::size_t>(weights.shape[0])),
      out_(static_cast<std::size_t>(weights.shape[1])),
      modes_(weights.values.size() / (2 * in_ * out_)) {
  for (std::size_t m = begin(communicator.rank()); m < begin(communicator.rank() + 1); ++m)
    for (std::size_t o = 0; o < out_; ++o)
      for (std::size_t i = 0; i < in_; ++i) {
        const double* w = weights.values.data() + 2 * ((i * out_ + o) * modes_ + m);
        weights_.emplace_back(w[0], w[1]);
      }
}

void ModeMixing::operator()(const std::vector<Complex>& partial, std::vector<Complex>& result) {
  const int ranks = communicator_.size(), rank = communicator_.rank();
  const auto first = [this](int r) { return begin(r); };
  const std::size_t own = begin(rank + 1) - begin(rank);
  sent_.resize(modes_ * in_);
  for (std::size_t i = 0; i < in_; ++i)
    for (std::size_t m = 0; m < modes_; ++m) sent_[m * in_ + i] = partial[i * modes_ + m];
  received_.resize(own * in_ * static_cast<std::size_t>(ranks));
  const std::vector<int> send = doubles_of(in_, first, ranks), send_at = starts_of(send);
  const std::vector<int> receive(static_cast<std::size_t>(ranks), static_cast<int>(2 * own * in_)),
      receive_at = starts_of(receive);
  MPI_Alltoallv(sent_.data(), send.data(), send_at.data(), MPI_DOUBLE, received_.data(), receive.data(),
                receive_at.data(), MPI_DOUBLE, communicator_.handle());
  mixed_.assign(own * out_, Complex{});
  for (std::size_t m = 0; m < own; ++m) {
    Complex* x = received_.data() + m * in_;
    for (int r = 1; r < ranks; ++r)
      for (std::size_t i = 0; i < in_; ++i)
        x[i] += received_[(static_cast<std::size_t>(r) * own + m) * in_ + i];
    for (std::size_t o = 0; o < out_; ++o) {
      const Complex* w = weights_.data() + (m * out_ + o) * in_;
      double re = 0, im = 0;
      for (std::size_t i = 0; i < in_; ++i) {
        re += w[i].real() * x[i].real() - w[i].imag() * x[i].imag();
        im += w[i].real() * x[i].imag() + w[i].imag() * x[i].real();
      }
      mixed_[m * out_ + o] = {re, im};
    }
  }
  gathered_.resize(modes_ * out_);
  const std::vector<int> pieces = doubles_of(out_, first, ranks), pieces_at = starts_of(pieces);
  MPI_Allgatherv(mixed_.data(), static_cast<int>(2 * own * out_), MPI_DOUBLE, gathered_.data(), pieces.data(),
                 pieces_at.data(), MPI_DOUBLE, communicator_.handle());
  result.resize(out_ * modes_);
  for (std::size_t o = 0; o < out_; ++o)
    for (std::size_t m = 0; m < modes_; ++m) result[o * modes_ + m] = gathered_[m * out_ + o];
}

}  // namespace sluice::surrogate
