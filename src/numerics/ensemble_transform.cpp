#include "numerics/ensemble_transform.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::numerics {

double gaspari_cohn(double distance) {
  const double r = 2 * std::abs(distance);
  if (r >= 2) return 0;
  if (r <= 1) return 1 + r * r * (-5. / 3 + r * (5. / 8 + r * (0.5 - 0.25 * r)));
  return std::max(0.0, 4 - 2 / (3 * r) + r * (-5 + r * (5. / 3 + r * (5. / 8 + r * (-0.5 + r / 12)))));
}

EnsembleTransform::EnsembleTransform(std::size_t members)
    : members_(members),
      products_(members * members),
      pulled_(members),
      weights_(members * members),
      deviations_(members) {}

void EnsembleTransform::begin() {
  std::fill(products_.begin(), products_.end(), 0.0);
  std::fill(pulled_.begin(), pulled_.end(), 0.0);
}

void EnsembleTransform::add(const double* deviations, double innovation, double weight) {
  for (std::size_t m = 0; m < members_; ++m) {
    const double weighted = weight * deviations[m];
    double* row = products_.data() + m * members_;
    for (std::size_t n = m; n < members_; ++n) row[n] += weighted * deviations[n];
    pulled_[m] += weighted * innovation;
  }
}

/// With (k - 1) I / inflation + Y^T R^-1 Y = V diag(d) V^T: mean weights V diag(1 / d) V^T pulled, mixing
/// sqrt(k - 1) V diag(1 / sqrt(d)) V^T (Hunt et al., steps 4 to 7).
void EnsembleTransform::solve(double inflation) {
  const std::size_t k = members_;
  const auto freedom = static_cast<double>(k - 1);
  for (std::size_t m = 0; m < k; ++m) products_[m * k + m] += freedom / inflation;
  eigen_.solve(k, products_);
  std::fill(weights_.begin(), weights_.end(), 0.0);
  for (std::size_t e = 0; e < k; ++e) {
    const double* v = eigen_.vectors().data() + e * k;
    const double d = std::max(eigen_.values()[e], freedom / inflation);  // its least value but for round-off
    double projected = 0;
    for (std::size_t m = 0; m < k; ++m) projected += v[m] * pulled_[m];
    const double mean = projected / d, mixing = std::sqrt(freedom / d);
    for (std::size_t m = 0; m < k; ++m)
      for (std::size_t n = 0; n < k; ++n) weights_[m * k + n] += v[n] * (mean + mixing * v[m]);
  }
}

void EnsembleTransform::apply(double* values) {
  const std::size_t k = members_;
  double mean = 0;
  for (std::size_t m = 0; m < k; ++m) mean += values[m];
  mean /= static_cast<double>(k);
  for (std::size_t m = 0; m < k; ++m) deviations_[m] = values[m] - mean;
  for (std::size_t m = 0; m < k; ++m) {
    double sum = 0;
    for (std::size_t n = 0; n < k; ++n) sum += weights_[m * k + n] * deviations_[n];
    values[m] = mean + sum;
  }
}

}  // namespace sluice::numerics
