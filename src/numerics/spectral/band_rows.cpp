#include "numerics/spectral/band_rows.hpp"

#include <algorithm>

#include "numerics/spectral/piece_plan.hpp"

namespace sluice::numerics {

using grid::Complex;
using grid::Index;

struct BandRows::Plans {
  PiecePlan forward, inverse;
};

BandRows::BandRows(Index points, Index kept)
    : points_(points), stored_(points / 2 + 1), kept_(kept), at_once_(rows_at_once(stored_)) {
  const grid::LayoutSpec room{.dimensions = 1, .global = {at_once_ * stored_, 1, 1}};
  scratch_ = grid::ComplexField({"rows", "1", "rows of modes"},
                                grid::Layout::block(base::Communicator::self(), room));
}
BandRows::~BandRows() = default;

bool BandRows::plan(unsigned effort) {
  const grid::LayoutSpec room{.dimensions = 1, .global = {2 * at_once_ * stored_, 1, 1}};
  grid::RealField values({"values", "1", "rows of values"},
                         grid::Layout::block(base::Communicator::self(), room));
  const int n = static_cast<int>(points_), row = static_cast<int>(stored_);
  const auto forward = [&](int many) {
    return fftw_plan_many_dft_r2c(1, &n, many, values.data(), nullptr, 1, 2 * row, as_fftw(scratch_.data()),
                                  nullptr, 1, row, effort | FFTW_PRESERVE_INPUT);
  };
  const auto inverse = [&](int many) {
    return fftw_plan_many_dft_c2r(1, &n, many, as_fftw(scratch_.data()), nullptr, 1, row, values.data(),
                                  nullptr, 1, 2 * row, effort | FFTW_DESTROY_INPUT);
  };
  plans_ = std::make_unique<Plans>(Plans{{at_once_, forward}, {at_once_, inverse}});
  return plans_->forward.good() && plans_->inverse.good();
}

template <class Work>
void BandRows::for_blocks(Index rows, Work work) const {
  for (Index first = 0; first < rows; first += at_once_) work(first, std::min(at_once_, rows - first));
}

void BandRows::forward(const double* values, Index rows, Complex* modes) {
  for_blocks(rows, [&](Index first, Index count) {
    plans_->forward(count, [&](fftw_plan plan, Index row) {
      // FFTW leaves the input of an out-of-place plan that preserves it as it is.
      fftw_execute_dft_r2c(plan, const_cast<double*>(values) + (first + row) * padded(),
                           as_fftw(scratch_.data() + row * stored_));
    });
    for (Index row = 0; row < count; ++row)
      std::copy_n(scratch_.data() + row * stored_, kept_, modes + (first + row) * kept_);
  });
}

void BandRows::inverse(const Complex* modes, Index rows, double* values) {
  for_blocks(rows, [&](Index first, Index count) {
    for (Index row = 0; row < count; ++row) {
      Complex* whole = scratch_.data() + row * stored_;
      std::copy_n(modes + (first + row) * kept_, kept_, whole);
      std::fill_n(whole + kept_, stored_ - kept_, Complex{});
    }
    plans_->inverse(count, [&](fftw_plan plan, Index row) {
      fftw_execute_dft_c2r(plan, as_fftw(scratch_.data() + row * stored_), values + (first + row) * padded());
    });
  });
}

}  // namespace sluice::numerics
