// Energies of two layers, the budget of their sum, spectra.
#include <algorithm>
#include <cmath>

#include "turbulence/models/two_layer.hpp"
#include "turbulence/plane.hpp"

namespace sluice::solvers::turbulence {
namespace {

double dot(Complex a, Complex b) { return a.real() * b.real() + a.imag() * b.imag(); }
double one(double, double) { return 1; }

}  // namespace

std::array<double, 2> TwoLayer::energies(const Modes& q) const {
  std::array<double, 2> result{};
  const double norm = 0.5 / (space_->points() * space_->points());
  for (const std::size_t layer : {0U, 1U})
    result[layer] = norm * space_->sum_modes([&](Index at, double kx, double ky, double) {
      return (kx * kx + ky * ky) * std::norm(streamfunctions(q, at, kx, ky)[layer]);
    });
  return result;
}

/// <F1 w_1 (psi_1 - psi_2)^2>/2
double TwoLayer::potential_energy(const Modes& q) const {
  const double norm = 0.5 / (space_->points() * space_->points());
  return norm * flow_.weight[0] * flow_.f1 * space_->sum_modes([&](Index at, double kx, double ky, double) {
    const Layers psi = streamfunctions(q, at, kx, ky);
    return std::norm(psi[0] - psi[1]);
  });
}

/// Of kinetic and potential energy together: -sum of w_i <psi_i q_i,t>.
double TwoLayer::energy_rate(const Modes& q, const Modes& tendency) const {
  const double norm = 1 / (space_->points() * space_->points());
  return -norm * space_->sum_modes([&](Index at, double kx, double ky, double) {
    const Layers psi = streamfunctions(q, at, kx, ky);
    return flow_.weight[0] * dot(psi[0], tendency[0].data()[at]) +
           flow_.weight[1] * dot(psi[1], tendency[1].data()[at]);
  });
}

void TwoLayer::linear_rates(const Modes& q, Rates& rates) const {
  const double norm = 1 / (space_->points() * space_->points());
  const auto sum = [&](auto value) {
    return norm * space_->sum_modes([&](Index at, double kx, double ky, double) {
      return value(kx, kx * kx + ky * ky, at, streamfunctions(q, at, kx, ky));
    });
  };
  // U1 - U2 times the flux of buoyancy.
  rates.production =
      -flow_.weight[0] * flow_.f1 * (mean_[0] - mean_[1]) *
      sum([](double kx, double, Index, const Layers& psi) { return dot(times_i(kx, psi[0]), psi[1]); });
  rates.drag = -flow_.weight[1] * parameters_.drag *
               sum([](double, double k2, Index, const Layers& psi) { return k2 * std::norm(psi[1]); });
  rates.viscous = sum([&](double, double k2, Index at, const Layers& psi) {
    return viscosity(k2) *
           (flow_.weight[0] * dot(psi[0], q[0].data()[at]) + flow_.weight[1] * dot(psi[1], q[1].data()[at]));
  });
  rates.relaxation = -jet_.rate() * flow_.weight[0] * flow_.f1 *
                     sum([](double, double, Index, const Layers& psi) { return std::norm(psi[0] - psi[1]); });
}

TwoLayer::Rates TwoLayer::rates(const Modes& q) {
  Rates result;
  linear_rates(q, result);
  const auto rate_of = [&](auto add) {
    for (auto& field : tendency_) std::fill(field.span().begin(), field.span().end(), Complex{});
    add(tendency_);
    return energy_rate(q, tendency_);
  };
  result.relaxation += rate_of([&](Modes& n) { add_jet(q, n); });
  result.topography = rate_of([&](Modes& n) { add_mean_topography(n); });
  result.closure = rate_of([&](Modes& n) { add_closure(q, n); });
  if (closure_)
    for (const std::size_t layer : {0U, 1U})
      result.closure_enstrophy[layer] = mean_product(*space_, q[layer], tendency_[layer], one);
  result.whole = rate_of([&](Modes& n) {
    nonlinear(q, 0, n);
    space_->each_mode([&](Index at, double kx, double ky, double) {
      const Pair rate = times(coupling(kx, ky), {q[0].data()[at], q[1].data()[at]});
      n[0].data()[at] += rate.a;
      n[1].data()[at] += rate.b;
    });
  });
  return result;
}

std::vector<run::Quantity> TwoLayer::samples(const Modes& q, double) {
  const auto energy = energies(q);
  Rates rates;
  linear_rates(q, rates);
  return {{.name = "kinetic_energy",
           .unit = "m^2 s^-2",
           .value = flow_.weight[0] * energy[0] + flow_.weight[1] * energy[1]},
          {.name = "kinetic_energy_1", .unit = "m^2 s^-2", .value = energy[0]},
          {.name = "kinetic_energy_2", .unit = "m^2 s^-2", .value = energy[1]},
          {.name = "q1_square", .unit = "s^-2", .value = mean_product(*space_, q[0], q[0], one)},
          {.name = "q2_square", .unit = "s^-2", .value = mean_product(*space_, q[1], q[1], one)},
          {.name = "energy_shear", .unit = "m^2 s^-3", .value = rates.production},
          {.name = "energy_drag", .unit = "m^2 s^-3", .value = rates.drag}};
}

std::vector<run::Quantity> TwoLayer::from_means(const std::vector<double>& means) const {
  return {{.name = "mean_q1_deviation", .unit = "s^-1", .value = std::sqrt(means[3])},
          {.name = "mean_q2_deviation", .unit = "s^-1", .value = std::sqrt(means[4])}};
}

/// `energy_residual`: what the whole right-hand side does beyond the sum of its terms, over the largest of
/// them or a turnover: advection's own error.
std::vector<run::Quantity> TwoLayer::diagnostics(const Modes& q, double t) {
  auto result = samples(q, t);
  const Rates r = rates(q);
  const auto say = [&](const char* name, const char* unit, double value) {
    result.push_back({.name = name, .unit = unit, .value = value});
  };
  const double potential = potential_energy(q), turnover = std::sqrt(result[3].value + result[4].value);
  double size = (result[0].value + potential) * turnover, rest = r.whole;
  for (const double part : {r.production, r.drag, r.viscous, r.relaxation, r.topography, r.closure}) {
    size = std::max(size, std::abs(part));
    rest -= part;
  }
  say("potential_energy", "m^2 s^-2", potential);
  if (parameters_.hyperviscosity > 0) say("energy_viscous", "m^2 s^-3", r.viscous);
  if (parameters_.jet.active()) say("energy_relaxation", "m^2 s^-3", r.relaxation);
  if (parameters_.topography.active()) say("energy_topography", "m^2 s^-3", r.topography);
  if (closure_) {
    say("energy_closure", "m^2 s^-3", r.closure);
    say("enstrophy_closure_1", "s^-3", r.closure_enstrophy[0]);
    say("enstrophy_closure_2", "s^-3", r.closure_enstrophy[1]);
  }
  say("energy_residual", "1", size > 0 ? rest / size : 0.0);
  result.push_back(resolution_.tail_ratio(
      t, [&](Index at) { return std::norm(q[0].data()[at]) + std::norm(q[1].data()[at]); }));
  return result;
}

std::vector<run::Curve> TwoLayer::curves(const Modes& q, double) {
  std::vector<run::Curve> result;
  const double norm = 0.5 / (space_->points() * space_->points());
  for (const std::size_t layer : {0U, 1U}) {
    const std::string number = std::to_string(layer + 1);
    result.push_back(
        shells_.curve("energy_spectrum_" + number, "kinetic energy a shell of wavenumbers in layer " + number,
                      shells_.sums([&](Index at, double kx, double ky, double) {
                        return norm * (kx * kx + ky * ky) * std::norm(streamfunctions(q, at, kx, ky)[layer]);
                      })));
    result.push_back(shells_.curve("enstrophy_spectrum_" + number,
                                   "enstrophy a shell of wavenumbers in layer " + number,
                                   shells_.sums([&](Index at, double, double, double) {
                                     return norm * std::norm(q[layer].data()[at]);
                                   })));
  }
  return result;
}

}  // namespace sluice::solvers::turbulence
