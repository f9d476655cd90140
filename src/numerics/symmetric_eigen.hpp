// Eigenvalues and eigenvectors of a small dense symmetric matrix.
#pragma once
#include <cstddef>
#include <vector>

namespace sluice::numerics {

/// Cyclic Jacobi rotations (G. H. Golub, C. F. Van Loan, Matrix Computations, 4th ed., section 8.5): slower
/// than tridiagonal methods, small eigenvalues to high relative accuracy. Work arrays are kept from call to
/// call.
class SymmetricEigen {
 public:
  /// `matrix` [n][n], its upper triangle is read.
  void solve(std::size_t n, const std::vector<double>& matrix);
  [[nodiscard]] const std::vector<double>& values() const { return values_; }  ///< In no order.
  /// [eigenvalue][component], orthonormal.
  [[nodiscard]] const std::vector<double>& vectors() const { return vectors_; }

 private:
  void rotate(std::size_t n, std::size_t p, std::size_t q);
  std::vector<double> matrix_, values_, vectors_;
};

}  // namespace sluice::numerics
