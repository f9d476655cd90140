// Energy, enstrophy, their budgets, spectra and fluxes of the vorticity equation.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "turbulence/models/navier_stokes.hpp"
#include "turbulence/resolution.hpp"

namespace sluice::solvers::turbulence {
namespace {

double one(double, double) { return 1; }

}  // namespace

bool NavierStokes::ideal() const {
  const auto& e = parts_.equation;
  return e.viscosity == 0 && e.hyperviscosity == 0 && e.drag == 0 && !forcing_.active() &&
         parts_.closure.type == "none";
}

NavierStokes::Rates NavierStokes::rates_of(const ComplexField& w, const ComplexField& tendency) const {
  return {.energy = mean_product(*space_, w, tendency, inverse_square),
          .enstrophy = mean_product(*space_, w, tendency, one)};
}

template <class Damping>
NavierStokes::Rates NavierStokes::rates_of_symbol(const ComplexField& w, Damping damping) const {
  return {.energy = -mean_product(
              *space_, w, w, [&](double kx, double ky) { return inverse_square(kx, ky) * damping(kx, ky); }),
          .enstrophy = -mean_product(*space_, w, w, damping)};
}

std::vector<run::Quantity> NavierStokes::invariants(const Modes& u, double) {
  const ComplexField& w = u[0];
  const double energy = 0.5 * mean_product(*space_, w, w, inverse_square),
               enstrophy = 0.5 * mean_product(*space_, w, w, one);
  if (!ideal()) return {};
  return {{.name = "energy", .unit = "1", .value = energy},
          {.name = "enstrophy", .unit = "1", .value = enstrophy}};
}

/// Rates of change of energy and enstrophy by each term, and what the whole right-hand side changes beyond
/// their sum (advection changes neither): relative to the sum of their sizes, or to a turnover if there are
/// none.
std::vector<run::Quantity> NavierStokes::budget(const ComplexField& w) {
  ComplexField& tendency_modes = tendency_[0];
  const Rates viscous = rates_of_symbol(w, [&](double kx, double ky) { return dissipation(kx, ky); });
  const Rates drag = rates_of_symbol(w, [&](double, double) { return parts_.equation.drag; });
  const Rates injection = forcing_.active() ? rates_of(w, forcing_.modes()) : Rates{};
  closure_->look(true);
  Rates closure;
  if (parts_.closure.type != "none") {
    tendency(w, Terms::closure, tendency_modes);
    closure = rates_of(w, tendency_modes);
  }
  tendency(w, Terms::all, tendency_modes);
  closure_->look(false);
  forcing_.add(tendency_modes);
  space_->each_mode([&](Index at, double kx, double ky, double kz) {
    tendency_modes.data()[at] += times(symbol(0, kx, ky, kz), w.data()[at]);
  });
  const Rates all = rates_of(w, tendency_modes);
  const double enstrophy = 0.5 * mean_product(*space_, w, w, one),
               energy = 0.5 * mean_product(*space_, w, w, inverse_square);
  const auto residual = [&](double whole, std::initializer_list<double> parts, double content) {
    double size = content * std::sqrt(2 * enstrophy), rest = whole;
    for (const double part : parts) size = std::max(size, std::abs(part)), rest -= part;
    return size > 0 ? rest / size : 0.0;
  };
  std::vector<run::Quantity> result;
  const auto say = [&](const std::string& name, double value) {
    result.push_back({.name = name, .unit = "1", .value = value});
  };
  say("energy_injection", injection.energy);
  say("energy_viscous", viscous.energy);
  say("energy_drag", drag.energy);
  say("energy_closure", closure.energy);
  say("energy_residual",
      residual(all.energy, {injection.energy, viscous.energy, drag.energy, closure.energy}, energy));
  say("enstrophy_injection", injection.enstrophy);
  say("enstrophy_viscous", viscous.enstrophy);
  say("enstrophy_drag", drag.enstrophy);
  say("enstrophy_closure", closure.enstrophy);
  say("enstrophy_residual",
      residual(all.enstrophy, {injection.enstrophy, viscous.enstrophy, drag.enstrophy, closure.enstrophy},
               enstrophy));
  return result;
}

double NavierStokes::tail_ratio(const Modes& u) const {
  return turbulence::tail_ratio(*space_, [&](Index at) { return std::norm(u[0].data()[at]); });
}

std::vector<run::Quantity> NavierStokes::diagnostics(const Modes& u, double t) {
  const ComplexField& w = u[0];
  std::vector<run::Quantity> result;
  if (!ideal()) {
    result.push_back(
        {.name = "energy", .unit = "1", .value = 0.5 * mean_product(*space_, w, w, inverse_square)});
    result.push_back({.name = "enstrophy", .unit = "1", .value = 0.5 * mean_product(*space_, w, w, one)});
  }
  const auto sample = samples(u, t);
  const double square = sample[2].value, fourth = sample[3].value;
  result.push_back(
      {.name = "vorticity_kurtosis", .unit = "1", .value = square > 0 ? fourth / (square * square) : 0.0});
  result.push_back({.name = "tail_ratio", .unit = "1", .value = tail_ratio(u)});
  for (auto& quantity : budget(w)) result.push_back(std::move(quantity));
  for (auto& quantity : closure_->quantities()) result.push_back(std::move(quantity));
  if (parts_.initial.is_exact() && !forcing_.active() && parts_.closure.type == "none") {
    parts_.initial.fill(*space_, scratch_);
    const double size = mean_product(*space_, w, w, one);
    space_->each_mode([&](Index at, double kx, double ky, double kz) {
      scratch_.data()[at] = times(std::exp(t * symbol(0, kx, ky, kz)), scratch_.data()[at]) - w.data()[at];
    });
    const double error = mean_product(*space_, scratch_, scratch_, one);
    result.push_back({.name = "error_l2", .unit = "1", .value = std::sqrt(error / size)});
  }
  return result;
}

std::vector<run::Quantity> NavierStokes::samples(const Modes& u, double) {
  const ComplexField& w = u[0];
  make_modes(*space_, w, scratch_, [](double, double, Complex z) { return z; });
  space_->to_products(scratch_, p_);
  const double fourth = mean_of(*space_, p_, [](double z) { return z * z * z * z; }),
               square = mean_product(*space_, w, w, one), speed = mean_product(*space_, w, w, inverse_square);
  return {{.name = "enstrophy", .unit = "1", .value = 0.5 * square},
          {.name = "speed_square", .unit = "1", .value = speed},
          {.name = "vorticity_square", .unit = "1", .value = square},
          {.name = "vorticity_fourth", .unit = "1", .value = fourth}};
}

std::vector<run::Quantity> NavierStokes::from_means(const std::vector<double>& means) const {
  return {
      {.name = "mean_kurtosis", .unit = "1", .value = means[2] > 0 ? means[3] / (means[2] * means[2]) : 0.0}};
}

std::vector<run::Curve> NavierStokes::curves(const Modes& u, double) {
  const Complex* w = u[0].data();
  const double norm = 0.5 / (space_->points() * space_->points());
  const auto enstrophy = [&](Index at, double, double, double) { return norm * std::norm(w[at]); };
  const auto energy = [&](Index at, double kx, double ky, double) {
    return norm * std::norm(w[at]) * inverse_square(kx, ky);
  };
  tendency(u[0], Terms::advection, tendency_[0]);
  const Complex* advection = tendency_[0].data();
  const auto transfer = [&](Index at) {
    return 2 * norm * (w[at].real() * advection[at].real() + w[at].imag() * advection[at].imag());
  };
  const auto of_energy = [&](Index at, double kx, double ky, double) {
    return transfer(at) * inverse_square(kx, ky);
  };
  const auto of_enstrophy = [&](Index at, double, double, double) { return transfer(at); };
  std::vector<run::Curve> result{
      shells_.curve("energy_spectrum", "energy a shell of wavenumbers", shells_.sums(energy)),
      shells_.curve("enstrophy_spectrum", "enstrophy a shell of wavenumbers", shells_.sums(enstrophy)),
      shells_.curve("energy_flux", "energy that leaves all smaller wavenumbers",
                    Shells::flux(shells_.sums(of_energy))),
      shells_.curve("enstrophy_flux", "enstrophy that leaves all smaller wavenumbers",
                    Shells::flux(shells_.sums(of_enstrophy)))};
  for (const int axis : {0, 1}) {
    const std::string name = axis == 0 ? "x" : "y";
    run::Curve curve{.name = "enstrophy_spectrum_" + name,
                     .unit = "1",
                     .long_name = "enstrophy at a wavenumber along " + name + ", one of k and -k",
                     .abscissa = "wavenumber_" + name,
                     .abscissa_unit = "1",
                     .at = {},
                     .values = sums_along(*space_, axis, enstrophy)};
    const double width =
        2 * std::numbers::pi / space_->transform().spec().length[static_cast<std::size_t>(axis)];
    for (std::size_t n = 0; n < curve.values.size(); ++n) curve.at.push_back(static_cast<double>(n) * width);
    result.push_back(std::move(curve));
  }
  return result;
}

}  // namespace sluice::solvers::turbulence
