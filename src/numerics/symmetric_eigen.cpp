#include "numerics/symmetric_eigen.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

/// LAPACK's driver. Fortran passes the lengths of its texts last.
extern "C" void dsyevd_(  // NOLINT(readability-identifier-naming): Fortran's
    const char* job, const char* triangle, const int* n, double* matrix, const int* rows, double* values,
    double* work, const int* work_size, int* integer_work, const int* integer_work_size, int* info,
    std::size_t job_length, std::size_t triangle_length);

namespace sluice::numerics {

namespace {

/// Eigenvectors too. Our upper triangle by rows is Fortran's lower one by columns.
int dsyevd(int n, double* matrix, double* values, double* work, int work_size, int* integer_work,
           int integer_work_size) {
  int info = 0;
  dsyevd_("V", "L", &n, matrix, &n, values, work, &work_size, integer_work, &integer_work_size, &info, 1, 1);
  return info;
}

}  // namespace

/// Asks for the sizes of the work arrays.
void SymmetricEigen::prepare(std::size_t n) {
  values_.resize(n);
  double size = 0;
  int integer_size = 0;
  dsyevd(static_cast<int>(n), vectors_.data(), values_.data(), &size, -1, &integer_size, -1);
  work_.resize(static_cast<std::size_t>(size));
  integer_work_.resize(static_cast<std::size_t>(integer_size));
}

void SymmetricEigen::solve(std::size_t n, const std::vector<double>& matrix) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i; j < n; ++j)
      if (!std::isfinite(matrix[i * n + j]))
        throw std::runtime_error("eigenvalues are asked of a matrix that is not finite");
  vectors_ = matrix;
  if (values_.size() != n) prepare(n);
  const int info =
      dsyevd(static_cast<int>(n), vectors_.data(), values_.data(), work_.data(),
             static_cast<int>(work_.size()), integer_work_.data(), static_cast<int>(integer_work_.size()));
  if (info != 0) throw std::runtime_error("LAPACK's dsyevd ended with info = " + std::to_string(info));
}

}  // namespace sluice::numerics
