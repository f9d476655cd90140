#include "turbulence/resolution.hpp"

#include "base/log.hpp"

namespace sluice::solvers::turbulence {

run::Quantity Resolution::watch(double t, double ratio) {
  if (ratio > 1 && !warned_) {
    warned_ = true;
    base::log::warn(
        "under-resolved: at t = {:.6g} the enstrophy a mode at the cut-off wavenumber {:.4g} is {:.3g} times "
        "the one at three quarters of it; refine the grid or dissipate more",
        t, space_->cutoff(), ratio);
  }
  return {.name = "tail_ratio", .unit = "1", .value = ratio};
}

}  // namespace sluice::solvers::turbulence
