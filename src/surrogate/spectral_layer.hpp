// Convolution in Fourier space on the kept wavenumbers only, of a field in blocks on any ranks.
#pragma once
#include <array>
#include <complex>
#include <vector>

#include "grid/layout.hpp"
#include "surrogate/weights.hpp"

namespace sluice::surrogate {

/// The Fourier transform from the owned block to the kept wavenumbers and back, as sums along one axis after
/// the other (for few modes cheaper than a whole distributed transform, and without a transpose): every rank
/// sums its own cells; the sums are added up over the ranks, in rank order, in double precision.
class KeptModes {
 public:
  KeptModes(const grid::Layout& layout, const std::vector<std::int64_t>& modes);
  [[nodiscard]] std::size_t count() const { return kept_[0] * kept_[1] * kept_[2]; }
  /// Sum over the owned cells of x exp(-i k.x), one number a mode in the order of the weights.
  template <class Real>
  void forward(const Real* x, std::complex<double>* modes);
  /// The real field of these modes at the owned cells (PyTorch's irfftn of a spectrum that is 0 elsewhere).
  template <class Real>
  void backward(const std::complex<double>* modes, Real* y);

 private:
  struct Table {
    std::vector<double> cosine, sine;  // [owned point][mode] of the angle k x
  };
  std::array<Table, 3> tables_;
  std::array<std::size_t, 3> points_{}, kept_{};
  double norm_ = 1;
  std::vector<std::complex<double>> first_, second_;
};

/// Products with the weights [in][out][mode], the modes dealt out over the ranks for the sum and the product.
class ModeMixing {
 public:
  ModeMixing(const base::Communicator& communicator, const Tensor& weights);
  /// `partial` [in][mode] of this rank to the whole result [out][mode] on every rank. Collective.
  void operator()(const std::vector<std::complex<double>>& partial,
                  std::vector<std::complex<double>>& result);

 private:
  [[nodiscard]] std::size_t begin(int rank) const {
    return modes_ * static_cast<std::size_t>(rank) / static_cast<std::size_t>(communicator_.size());
  }
  base::Communicator communicator_;
  std::size_t in_, out_, modes_;
  std::vector<std::complex<double>> weights_;  // [own mode][out][in]
  std::vector<std::complex<double>> sent_, received_, mixed_, gathered_;
};

}  // namespace sluice::surrogate
