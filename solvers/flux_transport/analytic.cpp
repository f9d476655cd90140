#include "analytic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "flow.hpp"
#include "harmonics.hpp"
#include "regions.hpp"

namespace sluice::solvers::flux_transport {

namespace {

constexpr double pi = std::numbers::pi;

/// sin(theta) B is a sum of two Gaussians in the (theta, phi) plane, moved by (south, east); longitude wraps.
double gaussian_pair(double width, double south, double east, double theta, double phi) {
  const double sine = std::sin(theta);
  if (theta <= 0 || theta >= pi || sine <= 0) return 0;
  const double y = theta - pi / 4 - south;
  const auto bump = [&](double centre) {
    const double x = std::remainder(phi - centre - east, 2 * pi);
    return std::exp(-(y * y + x * x) / width);
  };
  return (bump(1.5 * pi) - bump(0.5 * pi)) / sine;
}

double spots_field(const std::vector<Spot>& spots, double theta, double phi) {
  double field = 0;
  for (const Spot& spot : spots)
    field += field_of({.colatitude = spot.colatitude * degree,
                       .longitude = spot.longitude * degree,
                       .peak = spot.peak,
                       .width = spot.radius * degree},
                      theta, phi);
  return field;
}

double harmonics_field(const std::vector<Harmonic>& harmonics, double decay, double theta, double phi) {
  double field = 0;
  for (const Harmonic& h : harmonics)
    field += h.amplitude * std::exp(-double(h.l) * double(h.l + 1) * decay) *
             real_harmonic(static_cast<int>(h.l), static_cast<int>(h.m), theta, phi);
  return field;
}

/// Where the point (theta, phi) was before the sphere turned by `angle` about the axis (Rodrigues' formula).
std::array<double, 2> turned_back(const FlowParameters& flow, double angle, double theta, double phi) {
  if (flow.axis_colatitude == 0) return {theta, phi - angle};
  const double tilt = flow.axis_colatitude * degree, azimuth = flow.axis_longitude * degree;
  const std::array<double, 3> n{std::sin(tilt) * std::cos(azimuth), std::sin(tilt) * std::sin(azimuth),
                                std::cos(tilt)};
  const std::array<double, 3> r{std::sin(theta) * std::cos(phi), std::sin(theta) * std::sin(phi),
                                std::cos(theta)};
  const double c = std::cos(angle), s = -std::sin(angle),
               along = (n[0] * r[0] + n[1] * r[1] + n[2] * r[2]) * (1 - c);
  const std::array<double, 3> turned{r[0] * c + (n[1] * r[2] - n[2] * r[1]) * s + n[0] * along,
                                     r[1] * c + (n[2] * r[0] - n[0] * r[2]) * s + n[1] * along,
                                     r[2] * c + (n[0] * r[1] - n[1] * r[0]) * s + n[2] * along};
  return {std::acos(std::clamp(turned[2], -1.0, 1.0)), std::atan2(turned[1], turned[0])};
}

}  // namespace

PointFunction initial_formula(const InitialParameters& initial, std::uint64_t seed) {
  const std::string kind = initial.kind();
  if (kind == "harmonics")
    return [terms = initial.harmonics](double theta, double phi) {
      return harmonics_field(terms, 0, theta, phi);
    };
  if (kind == "gaussians")
    return
        [w = initial.gaussian_width](double theta, double phi) { return gaussian_pair(w, 0, 0, theta, phi); };
  if (kind == "spots")
    return [spots = initial.spots](double theta, double phi) { return spots_field(spots, theta, phi); };
  if (kind != "dipole_and_regions") return {};
  const auto& r = initial.regions;
  const std::uint64_t key = r.seed ? static_cast<std::uint64_t>(*r.seed) : seed;
  // In the north the leading polarity has the sign that the north pole had at the cycle's begin.
  auto polarities = make_polarities(draw_regions(r, key), r.peak_field, initial.dipole < 0 ? -1.0 : 1.0);
  return [dipole = initial.dipole, polarities = std::move(polarities)](double theta, double phi) {
    double field = dipole * std::cos(theta);
    for (const Polarity& p : polarities) field += field_of(p, theta, phi);
    return field;
  };
}

ExactSolution exact_solution(const FluxTransportParameters& parameters) {
  const FlowParameters flow = parameters.flow;
  const auto is_zero = [](double p) { return p == 0; };
  if (!std::all_of(flow.differential_rotation.begin(), flow.differential_rotation.end(), is_zero) ||
      !std::all_of(flow.meridional.begin(), flow.meridional.end(), is_zero) ||
      parameters.initial.balance_flux)
    return {};
  const std::string kind = parameters.initial.kind();
  const double nu = parameters.diffusion.coefficient * diffusivity_unit;
  const double rate = rotation_rate(flow), south = flow.southward * speed_unit;
  if (kind == "harmonics" && south == 0)
    return [=, terms = parameters.initial.harmonics](double theta, double phi, double elapsed) {
      const auto [from_theta, from_phi] = turned_back(flow, rate * elapsed, theta, phi);
      return harmonics_field(terms, nu * elapsed, from_theta, from_phi);
    };
  if (kind == "gaussians" && nu == 0 && is_zonal(flow) && flow.axis_colatitude == 0)
    return [=, w = parameters.initial.gaussian_width](double theta, double phi, double elapsed) {
      return gaussian_pair(w, south * elapsed, rate * elapsed, theta, phi);
    };
  if ((kind == "gaussians" || kind == "spots") && nu == 0 && south == 0)
    return [=, start = initial_formula(parameters.initial, 0)](double theta, double phi, double elapsed) {
      const auto [from_theta, from_phi] = turned_back(flow, rate * elapsed, theta, phi);
      return start(from_theta, from_phi);
    };
  return {};
}

}  // namespace sluice::solvers::flux_transport
