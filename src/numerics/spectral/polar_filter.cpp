#include "numerics/spectral/polar_filter.hpp"

#include <fftw3.h>

#include <algorithm>

namespace sluice::numerics {

/// Real transform of one row, planned without measuring: the same plan, so the same bits, every time.
struct PolarFilter::Transform {
  explicit Transform(int n)
      : row(fftw_alloc_real(static_cast<std::size_t>(n))),
        waves(fftw_alloc_complex(static_cast<std::size_t>(n) / 2 + 1)),
        forward(fftw_plan_dft_r2c_1d(n, row, waves, FFTW_ESTIMATE)),
        inverse(fftw_plan_dft_c2r_1d(n, waves, row, FFTW_ESTIMATE)) {}
  ~Transform() {
    fftw_destroy_plan(forward);
    fftw_destroy_plan(inverse);
    fftw_free(row);
    fftw_free(waves);
  }
  Transform(const Transform&) = delete;
  Transform& operator=(const Transform&) = delete;

  double* row;
  fftw_complex* waves;
  fftw_plan forward, inverse;
};

PolarFilter::PolarFilter(const SphereBlock& block)
    : block_(block), transform_(std::make_unique<Transform>(static_cast<int>(block.columns_global()))) {
  const auto inner = block.inner_rows();
  for (Index j = inner.begin; j < inner.end && block.columns() > 0; ++j)
    if (block.waves[static_cast<std::size_t>(j)] < block.columns_global() / 2)
      rows_.push_back(j - block.first_row());
}

PolarFilter::~PolarFilter() = default;

void PolarFilter::operator()(grid::RealField& field) const {
  const Index n = block_.columns_global();
  for (const Index i : rows_) {
    double* values = field.view().row(i);
    const auto& whole = block_.gather_row(values);
    std::copy(whole.begin(), whole.end(), transform_->row);
    fftw_execute(transform_->forward);
    for (Index m = block_.waves[static_cast<std::size_t>(block_.first_row() + i)] + 1; m <= n / 2; ++m)
      transform_->waves[m][0] = transform_->waves[m][1] = 0;
    fftw_execute(transform_->inverse);
    const double over = 1 / double(n);
    for (Index k = 0; k < block_.columns(); ++k)
      values[k] = over * transform_->row[block_.first_column() + k];
  }
}

}  // namespace sluice::numerics
