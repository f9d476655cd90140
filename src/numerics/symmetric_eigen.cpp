#include "numerics/symmetric_eigen.hpp"

#include <cmath>
#include <limits>

namespace sluice::numerics {

namespace {

constexpr int most_sweeps = 60;  // about ten are needed

}  // namespace

/// Makes matrix [p][q] zero.
void SymmetricEigen::rotate(std::size_t n, std::size_t p, std::size_t q) {
  double *a = matrix_.data(), *rows_p = a + p * n, *rows_q = a + q * n;
  const double apq = rows_p[q];
  const double theta = (rows_q[q] - rows_p[p]) / (2 * apq);
  const double t = std::copysign(1.0, theta) / (std::abs(theta) + std::sqrt(theta * theta + 1));
  const double c = 1 / std::sqrt(t * t + 1), s = t * c;
  for (std::size_t k = 0; k < n; ++k) {  // columns p, q
    const double kp = a[k * n + p], kq = a[k * n + q];
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  double *v_p = vectors_.data() + p * n, *v_q = vectors_.data() + q * n;
  for (std::size_t k = 0; k < n; ++k) {
    const double pk = rows_p[k], qk = rows_q[k];
    rows_p[k] = c * pk - s * qk;
    rows_q[k] = s * pk + c * qk;
    const double vp = v_p[k], vq = v_q[k];
    v_p[k] = c * vp - s * vq;
    v_q[k] = s * vp + c * vq;
  }
  rows_p[q] = rows_q[p] = 0;
}

void SymmetricEigen::solve(std::size_t n, const std::vector<double>& matrix) {
  matrix_ = matrix;
  vectors_.assign(n * n, 0.0);
  double norm = 0;
  for (std::size_t p = 0; p < n; ++p) {
    vectors_[p * n + p] = 1;
    for (std::size_t q = p; q < n; ++q) {
      matrix_[q * n + p] = matrix_[p * n + q];
      norm = std::max(norm, std::abs(matrix_[p * n + q]));
    }
  }
  const double small = std::numeric_limits<double>::epsilon() * 1e-3 * norm;
  for (int sweep = 0; sweep < most_sweeps; ++sweep) {
    bool rotated = false;
    for (std::size_t p = 0; p + 1 < n; ++p)
      for (std::size_t q = p + 1; q < n; ++q)
        if (std::abs(matrix_[p * n + q]) > small) {
          rotate(n, p, q);
          rotated = true;
        }
    if (!rotated) break;
  }
  values_.resize(n);
  for (std::size_t p = 0; p < n; ++p) values_[p] = matrix_[p * n + p];
}

}  // namespace sluice::numerics
