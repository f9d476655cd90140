// Kingma and Ba, arXiv 1412.6980, algorithm 1, with the decoupled decay of Loshchilov and Hutter, arXiv
// 1711.05101.
#pragma once
#include <cstdint>
#include <span>

namespace sluice::surrogate {

struct AdamStep {
  double rate = 1e-3, weight_decay = 0;
  std::int64_t number = 1;  ///< Of the step, the first being 1.
};

/// One step of `values`; `first` and `second` are the moments of the gradient, all of one length.
void adam(const AdamStep& step, std::span<const double> gradient, std::span<double> values,
          std::span<double> first, std::span<double> second);

}  // namespace sluice::surrogate
