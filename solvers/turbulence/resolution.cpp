#include "turbulence/resolution.hpp"

#include "base/log.hpp"

namespace sluice::solvers::turbulence {

void Resolution::watch(double t, double ratio, double cutoff) {
  if (ratio <= 1) rough_ = 0;
  if (ratio <= 1 || rough_ != 0 || warned_ != 0) return;
  warned_ = 1;
  base::log::warn(
      "under-resolved: at t = {:.6g} the enstrophy a mode at the cut-off wavenumber {:.4g} is {:.3g} times "
      "the one at three quarters of it; refine the grid or dissipate more",
      t, cutoff, ratio);
}

void Resolution::state(run::State& state) {
  state.integer("rough", rough_);
  state.integer("warned_of_resolution", warned_);
}

}  // namespace sluice::solvers::turbulence
