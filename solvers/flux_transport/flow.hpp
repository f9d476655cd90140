// The velocity fields that carry the flux.
#pragma once
#include "numerics/sphere_advection.hpp"
#include "parameters.hpp"

namespace sluice::solvers::flux_transport {

/// Angular rate of the rigid rotation [rad h^-1]; 0 if there is none.
[[nodiscard]] double rotation_rate(const FlowParameters& flow);
/// True if the velocity depends on colatitude alone.
[[nodiscard]] bool is_zonal(const FlowParameters& flow);
/// True if nothing moves.
[[nodiscard]] bool is_still(const FlowParameters& flow);
/// True if the velocity does not change in time.
[[nodiscard]] bool is_steady(const FlowParameters& flow);
/// v_theta(theta) and v_phi(theta) of the zonal flows at time t [h], without a tilted rotation [R_sun h^-1].
[[nodiscard]] double velocity_theta(const FlowParameters& flow, double theta, double t = 0);
[[nodiscard]] double velocity_phi(const FlowParameters& flow, double theta, double t = 0);
/// Stream function of the rigid rotation: v_theta = d(psi)/d(phi) / sin(theta), v_phi = -d(psi)/d(theta)
/// [R_sun^2 h^-1].
[[nodiscard]] double stream_function(const FlowParameters& flow, double theta, double phi);

/// Zonal profiles at time t on the theta faces and on the rows [R_sun h^-1]; memory is kept.
struct ZonalVelocities {
  std::vector<double> theta, phi;
  void set(const FlowParameters& flow, const numerics::SphereBlock& block, double t);
};

/// Gives the advection operator its face velocities at time t. Collective.
void set_velocities(const FlowParameters& flow, const numerics::SphereBlock& block,
                    numerics::SphereAdvection& advection, double t = 0);
/// Bound of the advection's `fastest_rate` over all times; leaves the operator with velocities of its own
/// choice. Collective.
[[nodiscard]] double bound_of_rate(const FlowParameters& flow, const numerics::SphereBlock& block,
                                   numerics::SphereAdvection& advection);

/// Sets the faces of owned cells (north, west) to the zonal flows at time t, and
void set_zonal(const FlowParameters& flow, const numerics::SphereBlock& block, double t,
               grid::RealField& north, grid::RealField& west);
/// adds the tilted rotation to them.
void add_tilted(const FlowParameters& flow, const numerics::SphereBlock& block, grid::RealField& north,
                grid::RealField& west);

}  // namespace sluice::solvers::flux_transport
