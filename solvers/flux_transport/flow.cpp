#include "flow.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::solvers::flux_transport {

namespace {

bool is_tilted(const FlowParameters& flow) {
  return flow.rotation_period && flow.axis_colatitude != 0 && flow.axis_colatitude != 180;
}

bool any(const std::vector<double>& coefficients) {
  return std::any_of(coefficients.begin(), coefficients.end(), [](double p) { return p != 0; });
}

}  // namespace

double rotation_rate(const FlowParameters& flow) {
  return flow.rotation_period ? 2 * std::numbers::pi / *flow.rotation_period : 0.0;
}

bool is_zonal(const FlowParameters& flow) { return !is_tilted(flow); }

bool is_still(const FlowParameters& flow) {
  return !any(flow.differential_rotation) && !any(flow.meridional) && flow.southward == 0 &&
         !flow.rotation_period;
}

// Poleward in both hemispheres; coefficients of the "Advective Flux Transport" model, Hathaway & Rightmire,
// Astrophys. J. 729 (2011) 80.
double velocity_theta(const FlowParameters& flow, double theta) {
  const double c = std::cos(theta), c2 = c * c;
  const auto& p = flow.meridional;
  return speed_unit * (flow.southward - std::sin(theta) * c * (p[0] + c2 * (p[1] + c2 * p[2])));
}

double velocity_phi(const FlowParameters& flow, double theta) {
  const double c = std::cos(theta), c2 = c * c, s = std::sin(theta);
  const auto& p = flow.differential_rotation;
  const double rigid = is_tilted(flow) ? 0.0 : (flow.axis_colatitude == 180 ? -1 : 1) * rotation_rate(flow);
  return s * (speed_unit * (p[0] + c2 * (p[1] + c2 * p[2])) + rigid);
}

double stream_function(const FlowParameters& flow, double theta, double phi) {
  const double tilt = flow.axis_colatitude * degree;
  return rotation_rate(flow) *
         (std::sin(tilt) * std::sin(theta) * std::cos(phi - flow.axis_longitude * degree) +
          std::cos(tilt) * std::cos(theta));
}

void set_velocities(const FlowParameters& flow, const numerics::SphereBlock& block,
                    numerics::SphereAdvection& advection) {
  using grid::Index;
  std::vector<double> v_theta, v_phi;
  for (const double face : block.face) v_theta.push_back(velocity_theta(flow, face));
  for (const double theta : block.theta) v_phi.push_back(velocity_phi(flow, theta));
  if (is_zonal(flow)) return advection.set_zonal(std::move(v_theta), std::move(v_phi));

  // Differences of the stream function between the corners of a cell: the fluxes through its faces add up to
  // zero.
  const auto at = [](Index i) { return static_cast<std::size_t>(i); };
  const auto psi = [&](Index face_theta, Index face_phi) {
    return stream_function(flow, block.face[at(face_theta)], block.face_longitude(face_phi));
  };
  advection.set_general(
      [&](Index j, Index k) {
        return v_theta[at(j)] +
               (psi(j, k + 1) - psi(j, k)) / (block.sin_face[at(j)] * block.d_phi[at(block.wrap(k))]);
      },
      [&](Index j, Index k) { return v_phi[at(j)] - (psi(j + 1, k) - psi(j, k)) / block.d_theta[at(j)]; });
}

}  // namespace sluice::solvers::flux_transport
