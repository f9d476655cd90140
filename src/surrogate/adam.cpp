#include "surrogate/adam.hpp"

#include <cmath>

namespace sluice::surrogate {

void adam(const AdamStep& step, std::span<const double> gradient, std::span<double> values,
          std::span<double> first, std::span<double> second) {
  constexpr double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-8;
  const auto t = static_cast<double>(step.number);
  const double correction_1 = 1 - std::pow(beta_1, t), correction_2 = 1 - std::pow(beta_2, t);
  for (std::size_t n = 0; n < values.size(); ++n) {
    first[n] = beta_1 * first[n] + (1 - beta_1) * gradient[n];
    second[n] = beta_2 * second[n] + (1 - beta_2) * gradient[n] * gradient[n];
    values[n] -= step.rate * (first[n] / correction_1 / (std::sqrt(second[n] / correction_2) + epsilon) +
                              step.weight_decay * values[n]);
  }
}

}  // namespace sluice::surrogate
