// Step sizes of fixed-step schemes, and Runge-Kutta and super-time-stepping coefficient tables.
#pragma once
#include <cstdint>

namespace sluice::numerics {

/// Divides the way to each required time into equal steps no longer than the nominal one, so that multistep
/// coefficients and tables of exponentials stay valid: dt keeps its bits within a segment. `segment_end_` and
/// `dt_` are state (declare them): a restart goes on with the same dt.
class EqualSteps {
 public:
  /// The step to take from t when dt_max is the way to the next required time.
  double next(double t, double dt_max, double nominal);

  double segment_end = -1.7976931348623157e308;  ///< Required time of the current segment.
  double dt = 0;                                 ///< Step of the current segment.
};

}  // namespace sluice::numerics
