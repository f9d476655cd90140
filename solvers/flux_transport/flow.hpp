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
/// v_theta(theta) and v_phi(theta) of the zonal flows, without a tilted rotation [R_sun h^-1].
[[nodiscard]] double velocity_theta(const FlowParameters& flow, double theta);
[[nodiscard]] double velocity_phi(const FlowParameters& flow, double theta);
/// Stream function of the rigid rotation: v_theta = d(psi)/d(phi) / sin(theta), v_phi = -d(psi)/d(theta)
/// [R_sun^2 h^-1].
[[nodiscard]] double stream_function(const FlowParameters& flow, double theta, double phi);

/// Gives the advection operator its face velocities. Collective.
void set_velocities(const FlowParameters& flow, const numerics::SphereBlock& block,
                    numerics::SphereAdvection& advection);

}  // namespace sluice::solvers::flux_transport
