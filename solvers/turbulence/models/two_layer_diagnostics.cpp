// Energies of two layers, the budget of their sum, spectra.
#include <algorithm>
#include <cmath>

#include "turbulence/models/two_layer.hpp"
#include "turbulence/plane.hpp"
#include "turbulence/resolution.hpp"

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

/// What advection carries: q_i, and the bottom in the lower layer.
TwoLayer::Layers TwoLayer::advected(const Modes& q, Index at) const {
  return {q[0].data()[at],
          parameters_.topography.active() ? q[1].data()[at] + topography_.data()[at] : q[1].data()[at]};
}

/// Of the potential enstrophy, the sum of w_i <(q_i + delta_i2 eta)^2>/2, which neither advection nor the
/// mean flow over the bottom changes.
double TwoLayer::enstrophy_rate(const Modes& q, const Modes& tendency) const {
  const double norm = 1 / (space_->points() * space_->points());
  return norm * space_->sum_modes([&](Index at, double, double, double) {
    const Layers p = advected(q, at);
    return flow_.weight[0] * dot(p[0], tendency[0].data()[at]) +
           flow_.weight[1] * dot(p[1], tendency[1].data()[at]);
  });
}

void TwoLayer::linear_enstrophy_rates(const Modes& q, Rates& rates) const {
  const double norm = 1 / (space_->points() * space_->points());
  const auto sum = [&](auto of_layer) {
    return norm * space_->sum_modes([&](Index at, double kx, double ky, double) {
      const Layers psi = streamfunctions(q, at, kx, ky), p = advected(q, at);
      double both = 0;
      for (const std::size_t i : {0U, 1U})
        both += flow_.weight[i] * dot(p[i], of_layer(i, at, kx, kx * kx + ky * ky, psi));
      return both;
    });
  };
  rates.production = sum([&](std::size_t i, Index, double kx, double, const Layers& psi) {
    return times_i(-kx * gradient_[i], psi[i]);
  });
  rates.drag = sum([&](std::size_t i, Index, double, double k2, const Layers& psi) {
    return i == 1 ? parameters_.drag * k2 * psi[1] : Complex{};
  });
  rates.viscous = sum([&](std::size_t i, Index at, double, double k2, const Layers&) {
    return -viscosity(k2) * q[i].data()[at];
  });
  rates.relaxation = sum([&](std::size_t i, Index, double, double, const Layers& psi) {
    return jet_.rate() * (i == 0 ? flow_.f1 : -flow_.f2) * (psi[0] - psi[1]);
  });
}

/// L q + N(q)
void TwoLayer::whole_rate(const Modes& q, Modes& n) {
  nonlinear(q, 0, n);
  space_->each_mode([&](Index at, double kx, double ky, double) {
    const Pair rate = times(coupling(kx, ky), {q[0].data()[at], q[1].data()[at]});
    n[0].data()[at] += rate.a;
    n[1].data()[at] += rate.b;
  });
}

TwoLayer::Budget TwoLayer::budget(const Modes& q) {
  Budget result;
  linear_rates(q, result.energy);
  linear_enstrophy_rates(q, result.enstrophy);
  const auto add = [&](double Rates::*term, auto part) {
    for (auto& field : tendency_) std::fill(field.span().begin(), field.span().end(), Complex{});
    part(tendency_);
    result.energy.*term += energy_rate(q, tendency_);
    result.enstrophy.*term += enstrophy_rate(q, tendency_);
  };
  add(&Rates::relaxation, [&](Modes& n) { add_jet(q, n); });
  add(&Rates::topography, [&](Modes& n) { add_mean_topography(n); });
  result.enstrophy.topography = 0;
  add(&Rates::closure, [&](Modes& n) { add_closure(q, n); });
  if (closure_)
    for (const std::size_t layer : {0U, 1U})
      result.closure_enstrophy[layer] = mean_product(*space_, q[layer], tendency_[layer], one);
  add(&Rates::whole, [&](Modes& n) { whole_rate(q, n); });
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

double TwoLayer::tail_ratio(const Modes& q) const {
  return turbulence::tail_ratio(
      *space_, [&](Index at) { return std::norm(q[0].data()[at]) + std::norm(q[1].data()[at]); });
}

/// `*_residual`: what the whole right-hand side does beyond the sum of its terms, over the largest of them or
/// a turnover: advection's own error.
std::vector<run::Quantity> TwoLayer::diagnostics(const Modes& q, double t) {
  auto result = samples(q, t);
  const Budget now = budget(q);
  const auto say = [&](const std::string& name, const char* unit, double value) {
    result.push_back({.name = name, .unit = unit, .value = value});
  };
  const double norm = 0.5 / (space_->points() * space_->points());
  const double energy = result[0].value + potential_energy(q),
               enstrophy = norm * space_->sum_modes([&](Index at, double, double, double) {
                 const Layers p = advected(q, at);
                 return flow_.weight[0] * std::norm(p[0]) + flow_.weight[1] * std::norm(p[1]);
               });
  const double turnover = std::sqrt(result[3].value + result[4].value);
  const auto residual = [&](const Rates& r, double content) {
    double size = content * turnover, rest = r.whole;
    for (const double part : {r.production, r.drag, r.viscous, r.relaxation, r.topography, r.closure}) {
      size = std::max(size, std::abs(part));
      rest -= part;
    }
    return size > 0 ? rest / size : 0.0;
  };
  const auto say_both = [&](const std::string& term, double Rates::*rate) {
    say("energy_" + term, "m^2 s^-3", now.energy.*rate);
    say("enstrophy_" + term, "s^-3", now.enstrophy.*rate);
  };
  say("potential_energy", "m^2 s^-2", energy - result[0].value);
  say("potential_enstrophy", "s^-2", enstrophy);
  say("enstrophy_shear", "s^-3", now.enstrophy.production);
  say("enstrophy_drag", "s^-3", now.enstrophy.drag);
  if (parameters_.hyperviscosity > 0) say_both("viscous", &Rates::viscous);
  if (parameters_.jet.active()) say_both("relaxation", &Rates::relaxation);
  if (parameters_.topography.active()) say("energy_topography", "m^2 s^-3", now.energy.topography);
  if (closure_) {
    say_both("closure", &Rates::closure);
    say("enstrophy_closure_1", "s^-3", now.closure_enstrophy[0]);
    say("enstrophy_closure_2", "s^-3", now.closure_enstrophy[1]);
  }
  say("energy_residual", "1", residual(now.energy, energy));
  say("enstrophy_residual", "1", residual(now.enstrophy, enstrophy));
  say("tail_ratio", "1", tail_ratio(q));
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
  for (auto& one : transfers(q)) result.push_back(std::move(one));
  return result;
}

/// modes = J(psi_1, psi_2) = div(u_1 psi_2). Collective.
void TwoLayer::exchange(const Modes& q, ComplexField& modes) {
  const double scale = space_->product_scale();
  for (auto* one : {&scratch_, &uq_, &vq_}) space_->clear_rest(*one);
  space_->each_mode([&](Index at, double kx, double ky, double) {
    const Layers psi = streamfunctions(q, at, kx, ky);
    scratch_.data()[at] = scale * psi[1];
    uq_.data()[at] = times_i(-ky * scale, psi[0]);
    vq_.data()[at] = times_i(kx * scale, psi[0]);
  });
  space_->to_products(scratch_, q_);
  space_->to_products(uq_, u_);
  space_->to_products(vq_, v_);
  each_row(q_.layout(), [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) {
      u_.data()[i] *= q_.data()[i];
      v_.data()[i] *= q_.data()[i];
    }
  });
  space_->from_products(u_, uq_);
  space_->from_products(v_, vq_);
  space_->each_mode([&](Index at, double kx, double ky, double) {
    modes.data()[at] = times_i(kx, uq_.data()[at]) + times_i(ky, vq_.data()[at]);
  });
}

/// What the shells gain by advection, shear and drag: KEflux, APEflux, APEgenspec and KEfrictionspec of pyqg,
/// summed over shells; a closure acts on momentum, so that its part is kinetic energy (pyqg's
/// paramspec_KEflux). J(psi_i, q_i) = J(psi_i, lap psi_i) +- F_i J(psi_1, psi_2) parts kinetic and potential
/// energy.
std::vector<run::Curve> TwoLayer::transfers(const Modes& q) {
  const double norm = 1 / (space_->points() * space_->points()), coupling = flow_.weight[0] * flow_.f1;
  advection(q, tendency_);
  add_closure(q, tendency_);
  ComplexField between = space_->make_modes("between");
  exchange(q, between);
  const auto potential = [&](Index at, double kx, double ky, double) {
    const Layers psi = streamfunctions(q, at, kx, ky);
    return norm * coupling * dot(psi[0] - psi[1], between.data()[at]);
  };
  const auto whole = [&](Index at, double kx, double ky, double) {
    const Layers psi = streamfunctions(q, at, kx, ky);
    return -norm * (flow_.weight[0] * dot(psi[0], tendency_[0].data()[at]) +
                    flow_.weight[1] * dot(psi[1], tendency_[1].data()[at]));
  };
  const auto generation = [&](Index at, double kx, double ky, double) {
    const Layers psi = streamfunctions(q, at, kx, ky);
    return -norm * coupling * (mean_[0] - mean_[1]) * dot(times_i(kx, psi[0]), psi[1]);
  };
  const auto drag = [&](Index at, double kx, double ky, double) {
    const double k2 = kx * kx + ky * ky;
    return -norm * flow_.weight[1] * parameters_.drag * k2 * std::norm(streamfunctions(q, at, kx, ky)[1]);
  };
  const auto kinetic = [&](Index at, double kx, double ky, double kz) {
    return whole(at, kx, ky, kz) - potential(at, kx, ky, kz);
  };
  return {shells_.curve("kinetic_energy_transfer", "kinetic energy that advection and closure bring",
                        shells_.sums(kinetic)),
          shells_.curve("potential_energy_transfer", "potential energy that advection brings",
                        shells_.sums(potential)),
          shells_.curve("potential_energy_generation", "potential energy that the shear makes",
                        shells_.sums(generation)),
          shells_.curve("drag_spectrum", "kinetic energy that the drag leaves", shells_.sums(drag))};
}

}  // namespace sluice::solvers::turbulence
