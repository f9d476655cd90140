// Energy, dissipation, helicity, spectra of the flow in three dimensions.
#include <algorithm>
#include <cmath>

#include "turbulence/models/isotropic.hpp"
#include "turbulence/resolution.hpp"

namespace sluice::solvers::turbulence {
namespace {

double dot(Complex a, Complex b) { return a.real() * b.real() + a.imag() * b.imag(); }
double one(double) { return 1; }

}  // namespace

Isotropic::Vector Isotropic::vorticity(const Modes& u, Index at, double kx, double ky, double kz) const {
  const Complex a = u[0].data()[at], b = u[1].data()[at], c = u[2].data()[at];
  return {times_i(1, ky * c - kz * b), times_i(1, kz * a - kx * c), times_i(1, kx * b - ky * a)};
}

/// <u . curl u>
double Isotropic::helicity(const Modes& u) const {
  const double norm = 1 / (space_->points() * space_->points());
  return norm * space_->sum_modes([&](Index at, double kx, double ky, double kz) {
    const Vector curl = vorticity(u, at, kx, ky, kz);
    return dot(u[0].data()[at], curl[0]) + dot(u[1].data()[at], curl[1]) + dot(u[2].data()[at], curl[2]);
  });
}

/// Root mean square of div u over the one of grad u.
double Isotropic::divergence(const Modes& u) const {
  const double norm = 1 / (space_->points() * space_->points());
  const double square = norm * space_->sum_modes([&](Index at, double kx, double ky, double kz) {
    return std::norm(kx * u[0].data()[at] + ky * u[1].data()[at] + kz * u[2].data()[at]);
  });
  const double gradient = mean_dot(u, u, [](double k2) { return k2; });
  return gradient > 0 ? std::sqrt(square / gradient) : 0.0;
}

std::vector<run::Quantity> Isotropic::invariants(const Modes& u, double) {
  if (parameters_.viscosity > 0 || parameters_.hyperviscosity > 0 || parameters_.injection > 0) return {};
  const double energy = 0.5 * mean_dot(u, u, one);
  return {{.name = "energy", .unit = "1", .value = energy},
          {.name = "helicity", .unit = "1", .value = helicity(u), .scale = 2 * energy}};
}

std::vector<run::Quantity> Isotropic::samples(const Modes& u, double) {
  return {{.name = "speed_square", .unit = "1", .value = mean_dot(u, u, one)},
          {.name = "enstrophy", .unit = "1", .value = 0.5 * mean_dot(u, u, [](double k2) { return k2; })},
          {.name = "dissipation", .unit = "1", .value = -mean_dot(u, u, [&](double k2) {
                                                 return symbol(0, std::sqrt(k2), 0, 0).real();
                                               })}};
}

/// What all terms do to the energy beyond viscosity and injection, over the larger of them or a turnover.
double Isotropic::energy_residual(const Modes& u) {
  nonlinear(u, 0, tendency_);
  const auto now = samples(u, 0);
  const double dissipation = now[2].value, energy = 0.5 * now[0].value;
  space_->each_mode([&](Index at, double kx, double ky, double kz) {
    for (std::size_t i = 0; i < 3; ++i)
      tendency_[i].data()[at] += times(symbol(i, kx, ky, kz), u[i].data()[at]);
  });
  const double size = std::max({dissipation, parameters_.injection, energy * std::sqrt(2 * now[1].value)});
  const double rest = mean_dot(u, tendency_, one) + dissipation - parameters_.injection;
  return size > 0 ? rest / size : 0.0;
}

double Isotropic::tail_ratio(const Modes& u) const {
  return turbulence::tail_ratio(*space_, [&](Index at) {
    return std::norm(u[0].data()[at]) + std::norm(u[1].data()[at]) + std::norm(u[2].data()[at]);
  });
}

std::vector<run::Quantity> Isotropic::diagnostics(const Modes& u, double t) {
  std::vector<run::Quantity> result;
  const auto say = [&](const char* name, double value) {
    result.push_back({.name = name, .unit = "1", .value = value});
  };
  const auto now = samples(u, t);
  const double energy = 0.5 * now[0].value, enstrophy = now[1].value, dissipation = now[2].value;
  if (invariants(u, t).empty()) {
    say("energy", energy);
    say("helicity", helicity(u));
  }
  say("enstrophy", enstrophy);
  say("dissipation", dissipation);
  // Pope, Turbulent Flows (2000), eqs. (6.62)-(6.65): lambda^2 = 15 nu u'^2/dissipation.
  const double fluctuation = std::sqrt(2 * energy / 3);
  if (parameters_.viscosity > 0 && dissipation > 0)
    say("reynolds_taylor", fluctuation * fluctuation * std::sqrt(15 / (parameters_.viscosity * dissipation)));
  say("divergence", divergence(u));
  say("energy_residual", energy_residual(u));
  result.push_back({.name = "tail_ratio", .unit = "1", .value = tail_ratio(u)});
  return result;
}

void Isotropic::further_output(std::size_t which, const Modes& u, ComplexField& modes) {
  space_->clear_rest(modes);
  space_->each_mode([&](Index at, double kx, double ky, double kz) {
    modes.data()[at] = vorticity(u, at, kx, ky, kz)[which];
  });
}

std::vector<run::Curve> Isotropic::curves(const Modes& u, double) {
  const double norm = 0.5 / (space_->points() * space_->points());
  const auto energy = [&](Index at, double, double, double) {
    return norm * (std::norm(u[0].data()[at]) + std::norm(u[1].data()[at]) + std::norm(u[2].data()[at]));
  };
  advection(u, tendency_);
  const auto transfer = [&](Index at, double, double, double) {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) sum += dot(u[i].data()[at], tendency_[i].data()[at]);
    return 2 * norm * sum;
  };
  const auto dissipated = [&](Index at, double kx, double ky, double kz) {
    return -2 * symbol(0, kx, ky, kz).real() * energy(at, kx, ky, kz);
  };
  return {
      shells_.curve("energy_spectrum", "energy a shell of wavenumbers", shells_.sums(energy)),
      shells_.curve("energy_flux", "energy that leaves all smaller wavenumbers",
                    Shells::flux(shells_.sums(transfer))),
      shells_.curve("dissipation_spectrum", "dissipation a shell of wavenumbers", shells_.sums(dissipated))};
}

}  // namespace sluice::solvers::turbulence
