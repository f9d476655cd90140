#include "turbulence/models/barotropic.hpp"

#include <algorithm>
#include <cmath>

#include "turbulence/integrators.hpp"
#include "turbulence/plane.hpp"
#include "turbulence/resolution.hpp"

namespace sluice::solvers::turbulence {
namespace {

double one(double, double) { return 1; }

}  // namespace

void BarotropicParameters::declare(base::Parameters& p) {
  p.real("beta", beta, {.help = "gradient of the Coriolis parameter along y", .unit = "1/(length time)"});
  p.real("radius", radius,
         {.help = "deformation radius rd; 0: none, q = lap psi", .unit = "length", .minimum = 0});
  p.real("flow", flow, {.help = "mean flow U along x", .unit = "length/time"});
  p.real("drag", drag, {.help = "bottom drag r", .unit = "1/time", .minimum = 0});
  p.real("hyperviscosity", hyperviscosity,
         {.help = "nu_p in -nu_p (-lap)^p q", .unit = "length^2p/time", .minimum = 0});
  p.integer("hyperviscosity_order", hyperviscosity_order,
            {.help = "p; 1: viscosity", .minimum = 1, .maximum = 16});
  p.real(
      "peak", peak,
      {.help = "peak of the initial state: random modes, |psi|^2 ~ 1/(k (1 + (k/peak)^4)) (McWilliams 1984)",
       .unit = "1/length",
       .minimum = 0,
       .exclusive_minimum = true});
  p.real("energy", energy, {.help = "of the initial state", .unit = "length^2/time^2", .minimum = 0});
  p.group("topography", "of the bottom", [this](base::Parameters& q) { topography.declare(q); });
}

void BarotropicParameters::validate(const base::Parameters& parameters) const {
  if (topography.type == "file" && topography.file.empty())
    base::refuse(parameters, "equation.barotropic.topography.file", "no file for a topography of type file");
}

Barotropic::Barotropic(Space& space, const BarotropicParameters& parameters, const run::Context& context)
    : space_(&space),
      parameters_(parameters),
      key_{.seed = context.seed, .member = context.member, .stream = 0x7f06},
      stretching_(parameters.radius > 0 ? 1 / (parameters.radius * parameters.radius) : 0.0),
      shells_(space),
      topography_(make_topography(parameters.topography, space)),
      q_(space.make_products("q")),
      u_(space.make_products("u")),
      v_(space.make_products("v")),
      q_modes_(space.make_modes("q")),
      u_modes_(space.make_modes("u")),
      v_modes_(space.make_modes("v")),
      tendency_(make_all(space, 1, "tendency")) {}

double Barotropic::inversion(double kx, double ky) const {
  const double k2 = kx * kx + ky * ky;
  return k2 > 0 ? 1 / (k2 + stretching_) : 0.0;
}

double Barotropic::viscosity(double k2) const {
  return parameters_.hyperviscosity * std::pow(k2, static_cast<double>(parameters_.hyperviscosity_order));
}

Complex Barotropic::symbol(std::size_t, double kx, double ky, double) const {
  const double k2 = kx * kx + ky * ky, inverse = inversion(kx, ky),
               gradient = parameters_.beta + parameters_.flow * stretching_;
  return {-viscosity(k2) - parameters_.drag * k2 * inverse, kx * (gradient * inverse - parameters_.flow)};
}

/// n = -div(u (q + eta)) - U eta_x
void Barotropic::nonlinear(const Modes& u, double, Modes& n) {
  const ComplexField& q = u[0];
  const double scale = space_->product_scale();
  for (auto* modes : {&q_modes_, &u_modes_, &v_modes_}) space_->clear_rest(*modes);
  space_->each_mode([&](Index at, double kx, double ky, double) {
    const Complex psi = -scale * inversion(kx, ky) * q.data()[at];
    q_modes_.data()[at] = scale * (q.data()[at] + topography_.data()[at]);
    u_modes_.data()[at] = times_i(-ky, psi);
    v_modes_.data()[at] = times_i(kx, psi);
  });
  space_->to_products(q_modes_, q_);
  space_->to_products(u_modes_, u_);
  space_->to_products(v_modes_, v_);
  if (measure_rate_) rate_ = largest_rate(*space_, u_, v_) + std::abs(parameters_.flow) / space_->spacing(0);
  measure_rate_ = false;
  each_row(q_.layout(), [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      u_.data()[i] *= q_.data()[i];
      v_.data()[i] *= q_.data()[i];
    }
  });
  space_->from_products(u_, u_modes_);
  space_->from_products(v_, v_modes_);
  space_->each_mode([&](Index at, double kx, double ky, double) {
    n[0].data()[at] = times_i(-kx, u_modes_.data()[at] + parameters_.flow * topography_.data()[at]) +
                      times_i(-ky, v_modes_.data()[at]);
  });
}

/// McWilliams, J. Fluid Mech. 146 (1984) 21, as pyqg starts: |psi|^2 ~ 1/(k (1 + (k/peak)^4)), random phases.
void Barotropic::initialize(Modes& u) {
  ComplexField& q = u[0];
  std::fill(q.span().begin(), q.span().end(), Complex{});
  space_->each_mode([&](Index at, double kx, double ky, double) {
    const double k = std::hypot(kx, ky);
    if (k == 0) return;
    const auto [index, conjugate] = mode_index(*space_, kx, ky);
    const auto normal = base::random_normal(key_, index, 0);
    const double size = (k * k + stretching_) / std::sqrt(k * (1 + std::pow(k / parameters_.peak, 4)));
    q.data()[at] = {size * normal[0], conjugate ? -size * normal[1] : size * normal[1]};
  });
  const double now = energy(q), factor = now > 0 ? std::sqrt(parameters_.energy / now) : 0.0;
  space_->each_mode([&](Index at, double, double, double) { q.data()[at] *= factor; });
}

double Barotropic::energy(const ComplexField& q) const {
  return 0.5 * mean_product(*space_, q, q, [&](double kx, double ky) { return inversion(kx, ky); });
}

std::vector<run::Quantity> Barotropic::invariants(const Modes& u, double) {
  if (parameters_.drag > 0 || parameters_.hyperviscosity > 0 ||
      (parameters_.flow != 0 && parameters_.topography.active()))
    return {};
  return {{.name = "energy", .unit = "1", .value = energy(u[0])}};
}

std::vector<run::Quantity> Barotropic::samples(const Modes& u, double) {
  return {{.name = "q_square", .unit = "1", .value = mean_product(*space_, u[0], u[0], one)}};
}

/// Advection's own part of the energy's change: what N makes beyond the mean flow over the bottom, over a
/// turnover.
double Barotropic::energy_residual(const Modes& u) {
  const ComplexField& q = u[0];
  nonlinear(u, 0, tendency_);
  space_->each_mode([&](Index at, double kx, double, double) {
    tendency_[0].data()[at] += times_i(kx * parameters_.flow, topography_.data()[at]);
  });
  const double rate =
      mean_product(*space_, q, tendency_[0], [&](double kx, double ky) { return inversion(kx, ky); });
  const double size = energy(q) * std::sqrt(mean_product(*space_, q, q, one));
  return size > 0 ? rate / size : 0.0;
}

double Barotropic::tail_ratio(const Modes& u) const {
  return turbulence::tail_ratio(*space_, [&](Index at) { return std::norm(u[0].data()[at]); });
}

std::vector<run::Quantity> Barotropic::diagnostics(const Modes& u, double t) {
  auto result = samples(u, t);
  if (invariants(u, t).empty()) result.push_back({.name = "energy", .unit = "1", .value = energy(u[0])});
  result.push_back({.name = "energy_residual", .unit = "1", .value = energy_residual(u)});
  result.push_back({.name = "tail_ratio", .unit = "1", .value = tail_ratio(u)});
  return result;
}

void Barotropic::further_output(std::size_t, const Modes& u, ComplexField& modes) {
  space_->clear_rest(modes);
  space_->each_mode([&](Index at, double kx, double ky, double) {
    modes.data()[at] = -inversion(kx, ky) * u[0].data()[at];
  });
}

std::vector<run::Curve> Barotropic::curves(const Modes& u, double) {
  const double norm = 0.5 / (space_->points() * space_->points());
  return {shells_.curve("energy_spectrum", "energy a shell of wavenumbers",
                        shells_.sums([&](Index at, double kx, double ky, double) {
                          return norm * inversion(kx, ky) * std::norm(u[0].data()[at]);
                        })),
          shells_.curve("enstrophy_spectrum", "half the square of q a shell of wavenumbers",
                        shells_.sums([&](Index at, double, double, double) {
                          return norm * std::norm(u[0].data()[at]);
                        }))};
}

}  // namespace sluice::solvers::turbulence
