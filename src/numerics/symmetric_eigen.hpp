// Eigenvalues and eigenvectors of a small dense symmetric matrix, by LAPACK.
#pragma once
#include <cstddef>
#include <vector>

namespace sluice::numerics {

/// Divide and conquer (dsyevd; from 26 rows on, QR below). Work arrays are kept from call to call.
class SymmetricEigen {
 public:
  /// `matrix` [n][n], its upper triangle is read. std::runtime_error if it is not finite.
  void solve(std::size_t n, const std::vector<double>& matrix);
  [[nodiscard]] const std::vector<double>& values() const { return values_; }  ///< Ascending.
  /// [eigenvalue][component], orthonormal.
  [[nodiscard]] const std::vector<double>& vectors() const { return vectors_; }

 private:
  void prepare(std::size_t n);
  std::vector<double> vectors_, values_, work_;
  std::vector<int> integer_work_;
};

}  // namespace sluice::numerics
