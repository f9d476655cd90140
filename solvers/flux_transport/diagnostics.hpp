// Scalars of a field on the sphere for the history.
#pragma once
#include <functional>
#include <vector>

#include "numerics/sphere_block.hpp"
#include "run/solver.hpp"

namespace sluice::solvers::flux_transport {

/// sum B A [Mx]: conserved. Collective.
[[nodiscard]] run::Quantity signed_flux(const numerics::SphereBlock& block, const grid::RealField& field);

/// unsigned_flux, positive_flux, negative_flux [Mx]; within 30 degrees of the poles polar_flux_north,
/// polar_flux_south (net) [Mx], their parts polar_positive_north ... [Mx], polar_area_north, polar_area_south
/// [cm^2]; axial_dipole, equatorial_dipole, br_min, br_max [G]. A pole counts once, with
/// sin and cos at the edge of its cap, as in HipFT. Collective.
[[nodiscard]] std::vector<run::Quantity> field_diagnostics(const numerics::SphereBlock& block,
                                                           const grid::RealField& field);

/// error_hh: sqrt(sum (f-g)^2 / sum |f||g|) over points, a pole counting once a longitude (HipFT's HHabs);
/// error_l2: area-weighted relative L2 error. `exact(theta, phi)` [G]. Collective.
[[nodiscard]] std::vector<run::Quantity> error_diagnostics(
    const numerics::SphereBlock& block, const grid::RealField& field,
    const std::function<double(double, double)>& exact);

}  // namespace sluice::solvers::flux_transport
