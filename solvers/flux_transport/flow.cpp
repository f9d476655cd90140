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

/// Phase of the solar cycle [rad]; 0 at minimum.
double phase_of(const CycleParameters& cycle, double t) {
  return 2 * std::numbers::pi * (t - cycle.minimum) / (cycle.period * hours_per_year);
}

/// Torsional oscillation, bands that drift towards the equator: Howard & LaBonte, Astrophys. J. 239 (1980)
/// L33 [m s^-1 at the equator].
double torsional(const CycleParameters& cycle, double theta, double t) {
  if (cycle.torsional_amplitude == 0) return 0;
  const double latitude = std::abs(0.5 * std::numbers::pi - theta);
  return cycle.torsional_amplitude * std::cos(phase_of(cycle, t) + 2 * std::numbers::pi * latitude /
                                                                       (cycle.torsional_wavelength * degree));
}

constexpr std::size_t at(grid::Index i) { return static_cast<std::size_t>(i); }

/// Differences of the stream function between the corners of a cell: the fluxes through its faces add up to
/// zero.
double tilted_theta(const FlowParameters& flow, const numerics::SphereBlock& block, grid::Index j,
                    grid::Index k) {
  const double face = block.face[at(j)];
  return (stream_function(flow, face, block.face_longitude(k + 1)) -
          stream_function(flow, face, block.face_longitude(k))) /
         (block.sin_face[at(j)] * block.d_phi[at(block.wrap(k))]);
}

double tilted_phi(const FlowParameters& flow, const numerics::SphereBlock& block, grid::Index j,
                  grid::Index k) {
  const double face = block.face_longitude(k);
  return -(stream_function(flow, block.face[at(j) + 1], face) -
           stream_function(flow, block.face[at(j)], face)) /
         block.d_theta[at(j)];
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

bool is_steady(const FlowParameters& flow) {
  return flow.cycle.meridional_amplitude == 0 && flow.cycle.torsional_amplitude == 0;
}

// Poleward in both hemispheres; coefficients of the "Advective Flux Transport" model, Hathaway & Rightmire,
// Astrophys. J. 729 (2011) 80. Faster at minimum: Hathaway & Rightmire, Science 327 (2010) 1350.
double velocity_theta(const FlowParameters& flow, double theta, double t) {
  const double c = std::cos(theta), c2 = c * c;
  const auto& p = flow.meridional;
  const double cycle = 1 + flow.cycle.meridional_amplitude * std::cos(phase_of(flow.cycle, t));
  return speed_unit * (flow.southward - std::sin(theta) * c * (p[0] + c2 * (p[1] + c2 * p[2])) * cycle);
}

double velocity_phi(const FlowParameters& flow, double theta, double t) {
  const double c = std::cos(theta), c2 = c * c, s = std::sin(theta);
  const auto& p = flow.differential_rotation;
  const double rigid = is_tilted(flow) ? 0.0 : (flow.axis_colatitude == 180 ? -1 : 1) * rotation_rate(flow);
  return s * (speed_unit * (p[0] + c2 * (p[1] + c2 * p[2]) + torsional(flow.cycle, theta, t)) + rigid);
}

double stream_function(const FlowParameters& flow, double theta, double phi) {
  const double tilt = flow.axis_colatitude * degree;
  return rotation_rate(flow) *
         (std::sin(tilt) * std::sin(theta) * std::cos(phi - flow.axis_longitude * degree) +
          std::cos(tilt) * std::cos(theta));
}

void ZonalVelocities::set(const FlowParameters& flow, const numerics::SphereBlock& block, double t) {
  theta.clear();
  phi.clear();
  for (const double face : block.face) theta.push_back(velocity_theta(flow, face, t));
  for (const double point : block.theta) phi.push_back(velocity_phi(flow, point, t));
}

void set_velocities(const FlowParameters& flow, const numerics::SphereBlock& block,
                    numerics::SphereAdvection& advection, double t) {
  ZonalVelocities v;
  v.set(flow, block, t);
  if (is_zonal(flow)) return advection.set_zonal(v.theta, v.phi);
  advection.set_general([&](auto j, auto k) { return v.theta[at(j)] + tilted_theta(flow, block, j, k); },
                        [&](auto j, auto k) { return v.phi[at(j)] + tilted_phi(flow, block, j, k); });
}

double bound_of_rate(const FlowParameters& flow, const numerics::SphereBlock& block,
                     numerics::SphereAdvection& advection) {
  set_velocities(flow, block, advection, flow.cycle.minimum);
  double rate = advection.fastest_rate();
  // A cycle adds at most: its share of the meridional flow, and the torsional amplitude.
  double extra = 0;
  for (grid::Index j = 1; j < block.rows_global() - 1; ++j) {
    FlowParameters meridional;
    meridional.meridional = flow.meridional;
    const double v = std::max(std::abs(velocity_theta(meridional, block.face[at(j)])),
                              std::abs(velocity_theta(meridional, block.face[at(j) + 1])));
    extra = std::max(extra, 2 * std::abs(flow.cycle.meridional_amplitude) * v / block.d_theta[at(j)]);
  }
  const double narrowest = *std::min_element(block.d_phi.begin(), block.d_phi.end());
  rate += extra + 2 * speed_unit * std::abs(flow.cycle.torsional_amplitude) / narrowest;
  return rate;
}

void set_zonal(const FlowParameters& flow, const numerics::SphereBlock& block, double t,
               grid::RealField& north, grid::RealField& west) {
  for (grid::Index i = 0; i < block.rows(); ++i) {
    const grid::Index j = block.first_row() + i;
    std::fill_n(north.view().row(i), block.columns(), velocity_theta(flow, block.face[at(j)], t));
    std::fill_n(west.view().row(i), block.columns(),
                block.is_pole(j) ? 0.0 : velocity_phi(flow, block.theta[at(j)], t));
  }
  if (const auto beyond = block.face_beyond_south(); beyond > 0)
    std::fill_n(north.view().row(beyond), block.columns(), velocity_theta(flow, block.face.back(), t));
}

void add_tilted(const FlowParameters& flow, const numerics::SphereBlock& block, grid::RealField& north,
                grid::RealField& west) {
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k) {
      const grid::Index j = block.first_row() + i, column = block.first_column() + k;
      north.view()(i, k) += tilted_theta(flow, block, j, column);
      if (!block.is_pole(j)) west.view()(i, k) += tilted_phi(flow, block, j, column);
    }
}

}  // namespace sluice::solvers::flux_transport
