// Plans of FFTW for pieces of a field that stay in the cache.
#pragma once
#include <fftw3.h>

#include <algorithm>
#include <memory>
#include <type_traits>

#include "grid/field.hpp"

namespace sluice::numerics {

inline fftw_complex* as_fftw(grid::Complex* data) { return reinterpret_cast<fftw_complex*>(data); }

struct DestroyPlan {
  void operator()(fftw_plan plan) const noexcept { fftw_destroy_plan(plan); }
};
using Plan = std::unique_ptr<std::remove_pointer_t<fftw_plan>, DestroyPlan>;

/// How many rows of `row` complex numbers are taken at once: a few cache lines across, an eighth of a
/// megabyte at most.
inline grid::Index rows_at_once(grid::Index row) {
  constexpr grid::Index bytes = 1 << 17, most = 8;
  return std::clamp<grid::Index>(bytes / (row * static_cast<grid::Index>(sizeof(grid::Complex))), 1, most);
}

/// For `at_once` planes that follow one another by one call of FFTW, and for fewer one by one.
class PiecePlan {
 public:
  /// make(planes) plans for so many.
  template <class Make>
  PiecePlan(grid::Index at_once, Make make) : at_once_(at_once) {
    one_.reset(make(1));
    if (at_once > 1) many_.reset(make(static_cast<int>(at_once)));
  }
  [[nodiscard]] bool good() const { return one_ && (many_ || at_once_ == 1); }
  [[nodiscard]] grid::Index at_once() const { return at_once_; }

  /// execute(plan, first plane), as often as needed.
  template <class Execute>
  void operator()(grid::Index planes, Execute execute) const {
    if (many_ && planes == at_once_) return execute(many_.get(), grid::Index{0});
    for (grid::Index i = 0; i < planes; ++i) execute(one_.get(), i);
  }

 private:
  Plan many_, one_;
  grid::Index at_once_ = 1;
};

}  // namespace sluice::numerics
