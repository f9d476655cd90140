#include "numerics/super_time_stepping.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::numerics {

namespace {

// Meyer, Balsara & Aslam (2014), eqs. (16)-(18).
SuperStage stage_rkl2(int j, int s) {
  const double w = 4.0 / (double(s) * s + s - 2.0);
  const auto b = [](int i) { return i < 3 ? 1.0 / 3 : (double(i) * i + i - 2.0) / (2.0 * i * (i + 1.0)); };
  if (j == 1) return {0, 0, 1, b(1) * w, 0};
  const double mu = b(j) / b(j - 1) * (2.0 - 1.0 / j);
  const double nu = b(j) / b(j - 2) * (1.0 / j - 1.0);
  return {mu, nu, 1 - mu - nu, mu * w, (b(j - 1) - 1.0) * mu * w};
}

// Skaras et al. (2021), section 3: Gegenbauer polynomials with parameter 3/2.
SuperStage stage_rkg2(int j, int s) {
  const double w = 6.0 / ((s + 4.0) * (s - 1.0));
  const auto b = [](int i) {
    if (i == 0) return 1.0;
    if (i == 1) return 1.0 / 3;
    return 4.0 * (i - 1.0) * (i + 4.0) / (3.0 * i * (i + 1.0) * (i + 2.0) * (i + 3.0));
  };
  if (j == 1) return {0, 0, 1, w, 0};
  const double mu = j == 2 ? 0.5 : b(j) / b(j - 1) * (2.0 + 1.0 / j);
  const double nu = j == 2 ? -0.1 : -b(j) / b(j - 2) * (1.0 + 1.0 / j);
  const double start_rate = j == 2 ? 0.0 : (0.5 * j * (j + 1.0) * b(j - 1) - 1.0) * mu * w;
  return {mu, nu, 1 - mu - nu, mu * w, start_rate};
}

}  // namespace

int super_stages(SuperScheme scheme, double ratio) {
  const double exact = scheme == SuperScheme::rkl2 ? 0.5 * (std::sqrt(9.0 + 16.0 * ratio) - 1.0)
                                                   : 0.5 * (std::sqrt(25.0 + 24.0 * ratio) - 3.0);
  const int s = std::max(3, static_cast<int>(std::ceil(exact)));
  return s % 2 == 0 ? s + 1 : s;
}

const std::vector<SuperStage>& SuperTable::stages(int count) {
  if (static_cast<int>(stages_.size()) == count) return stages_;
  stages_.clear();
  for (int j = 1; j <= count; ++j)
    stages_.push_back(scheme_ == SuperScheme::rkl2 ? stage_rkl2(j, count) : stage_rkg2(j, count));
  return stages_;
}

}  // namespace sluice::numerics
