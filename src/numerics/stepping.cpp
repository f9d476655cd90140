#include "numerics/stepping.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::numerics {
namespace {

constexpr double tolerance = 1e-12;  // relative; times and steps that differ by less are the same

}  // namespace

double EqualSteps::next(double t, double dt_max, double nominal) {
  const double end = t + dt_max;
  const double scale = std::max({std::abs(end), std::abs(t), dt_max});
  const bool same_segment = std::abs(end - segment_end) <= tolerance * scale;
  const bool fits = nominal >= dt * (1 - tolerance) && nominal <= 1.5 * dt;
  if (!same_segment || !fits || dt <= 0) {
    const double steps = std::max(1.0, std::ceil(dt_max / nominal - 1e-9));
    dt = dt_max / steps;
    segment_end = end;
  }
  return std::min(dt, dt_max);
}

}  // namespace sluice::numerics
