// Balance of the two polarities.
#pragma once
#include "numerics/sphere_block.hpp"

namespace sluice::solvers::flux_transport {

/// Divides the positive values by the returned factor and multiplies the negative ones with it, so that the
/// net flux vanishes (as HipFT). 0, and the field untouched, if it has only one polarity. Collective.
double balance_polarities(const numerics::SphereBlock& block, grid::RealField& field);

}  // namespace sluice::solvers::flux_transport
