#include "turbulence/models/two_layer.hpp"

#include <algorithm>
#include <cmath>

#include "turbulence/integrators.hpp"
#include "turbulence/plane.hpp"

namespace sluice::solvers::turbulence {

void TwoLayerParameters::declare(base::Parameters& p) {
  p.real("beta", beta, {.help = "gradient of the Coriolis parameter along y [m^-1 s^-1]"});
  p.real("radius", radius, {.help = "deformation radius rd [m]", .minimum = 0, .exclusive_minimum = true});
  p.real("delta", delta,
         {.help = "depth of the upper over the lower layer",
          .unit = "1",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("upper_flow", upper_flow, {.help = "mean flow U1 along x [m s^-1]"});
  p.real("lower_flow", lower_flow, {.help = "mean flow U2 along x [m s^-1]"});
  p.real("drag", drag, {.help = "bottom drag r [s^-1]", .minimum = 0});
}

TwoLayer::TwoLayer(Space& space, const TwoLayerParameters& parameters, const run::Context& context)
    : space_(&space),
      parameters_(parameters),
      key_{.seed = context.seed, .member = context.member, .stream = 0x7f04},
      shells_(space),
      f1_(1 / (parameters.radius * parameters.radius * (1 + parameters.delta))),
      f2_(parameters.delta * f1_),
      flow_{parameters.upper_flow, parameters.lower_flow},
      q_(space.make_products("q")),
      u_(space.make_products("u")),
      v_(space.make_products("v")),
      scratch_(space.make_modes("scratch")),
      uq_(space.make_modes("uq")),
      vq_(space.make_modes("vq")),
      tendency_(make_all(space, 2, "tendency")) {
  const double shear = flow_[0] - flow_[1];
  gradient_ = {parameters.beta + f1_ * shear, parameters.beta - f2_ * shear};
  weight_ = {parameters.delta / (1 + parameters.delta), 1 / (1 + parameters.delta)};
}

TwoLayer::Pair TwoLayer::streamfunctions(double k2, Complex q1, Complex q2) const {
  if (k2 == 0) return {};
  const double scale = -1 / (k2 * (k2 + f1_ + f2_));
  return {scale * ((k2 + f2_) * q1 + f1_ * q2), scale * (f2_ * q1 + (k2 + f1_) * q2)};
}

void TwoLayer::begin_step(const Modes&, double, double, std::int64_t step) {
  measure_rate_ = true;
  if (step == 0) rate_ = 0;
}

/// n = -div((u + U) q) - Q_y psi_x, and the drag of the lower layer.
void TwoLayer::advect(std::size_t layer, const Modes& q, ComplexField& n) {
  const double scale = space_->product_scale();
  const Complex *q1 = q[0].data(), *q2 = q[1].data();
  const auto psi = [&](Index at, double kx, double ky) {
    return streamfunctions(kx * kx + ky * ky, q1[at], q2[at])[layer];
  };
  for (auto* modes : {&scratch_, &uq_, &vq_}) space_->clear_rest(*modes);
  space_->each_mode([&](Index at, double kx, double ky, double) {
    const Complex p = scale * psi(at, kx, ky);
    scratch_.data()[at] = scale * q[layer].data()[at];
    uq_.data()[at] = times_i(-ky, p);
    vq_.data()[at] = times_i(kx, p);
  });
  space_->to_products(scratch_, q_);
  space_->to_products(uq_, u_);
  space_->to_products(vq_, v_);
  const double mean_flow = flow_[layer];
  if (measure_rate_)
    rate_ = std::max(layer == 0 ? 0.0 : rate_,
                     largest_rate(*space_, u_, v_) + std::abs(mean_flow) / space_->spacing(0));
  each_row(q_.layout(), [&](Index first, Index count) {
    const double* values = q_.data() + first;
    double *u = u_.data() + first, *v = v_.data() + first;
    for (Index i = 0; i < count; ++i) {
      u[i] = (u[i] + mean_flow) * values[i];
      v[i] *= values[i];
    }
  });
  space_->from_products(u_, uq_);
  space_->from_products(v_, vq_);
  const double drag = layer == 1 ? parameters_.drag : 0;
  space_->each_mode([&](Index at, double kx, double ky, double) {
    const Complex p = psi(at, kx, ky);
    n.data()[at] = times_i(-kx, uq_.data()[at]) + times_i(-ky, vq_.data()[at]) +
                   times_i(-kx * gradient_[layer], p) + (drag * (kx * kx + ky * ky)) * p;
  });
}

void TwoLayer::nonlinear(const Modes& q, double, Modes& n) {
  advect(0, q, n[0]);
  advect(1, q, n[1]);
  measure_rate_ = false;
}

/// As pyqg starts: noise of 1e-7 s^-1 and a function of x alone of 1e-6 s^-1 in the upper layer, without
/// their means.
void TwoLayer::initialize(Modes& u) {
  RealField values({"q1", "s^-1", "q1"}, space_->transform().physical());
  const auto& layout = values.layout();
  const auto view = values.view();
  for (Index i = 0; i < layout.count()[0]; ++i) {
    const auto row = static_cast<std::uint64_t>(i + layout.offset()[0]);
    const double along = base::random_uniform(key_, row, 1);
    for (Index j = 0; j < layout.count()[1]; ++j) {
      const auto place = row * static_cast<std::uint64_t>(layout.global()[1]) + static_cast<std::uint64_t>(j);
      view(i, j) = 1e-7 * base::random_uniform(key_, place, 0) + 1e-6 * along;
    }
  }
  space_->transform().forward(values, u[0]);
  space_->clear_rest(u[0]);
  std::fill(u[1].span().begin(), u[1].span().end(), Complex{});
  space_->each_mode([&](Index at, double kx, double ky, double) {
    if (kx == 0 && ky == 0) u[0].data()[at] = 0;
  });
}

std::array<double, 2> TwoLayer::energies(const Modes& q) const {
  std::array<double, 2> result{};
  const double norm = 0.5 / (space_->points() * space_->points());
  for (const std::size_t layer : {0U, 1U})
    result[layer] = norm * space_->sum_modes([&](Index at, double kx, double ky, double) {
      const double k2 = kx * kx + ky * ky;
      return k2 * std::norm(streamfunctions(k2, q[0].data()[at], q[1].data()[at])[layer]);
    });
  return result;
}

/// The energy that all terms together make, less shear production and drag, over the larger of the two.
double TwoLayer::residual(const Modes& q) {
  nonlinear(q, 0, tendency_);
  double whole = 0, production = 0, friction = 0;
  const double norm = 1 / (space_->points() * space_->points());
  const auto psi = [&](Index at, double kx, double ky) {
    return streamfunctions(kx * kx + ky * ky, q[0].data()[at], q[1].data()[at]);
  };
  const auto dot = [](Complex a, Complex b) { return a.real() * b.real() + a.imag() * b.imag(); };
  whole = -norm * space_->sum_modes([&](Index at, double kx, double ky, double) {
    const Pair p = psi(at, kx, ky);
    return weight_[0] * dot(p[0], tendency_[0].data()[at]) + weight_[1] * dot(p[1], tendency_[1].data()[at]);
  });
  friction =
      -norm * weight_[1] * parameters_.drag * space_->sum_modes([&](Index at, double kx, double ky, double) {
        return (kx * kx + ky * ky) * std::norm(psi(at, kx, ky)[1]);
      });
  // U1 - U2 times the flux of buoyancy: -weight_1 F1 <psi_1,x psi_2>.
  production = -norm * weight_[0] * f1_ * (flow_[0] - flow_[1]) *
               space_->sum_modes([&](Index at, double kx, double ky, double) {
                 const Pair p = psi(at, kx, ky);
                 return dot(times_i(kx, p[0]), p[1]);
               });
  const double size = std::max(std::abs(production), std::abs(friction));
  return size > 0 ? (whole - production - friction) / size : 0.0;
}

std::vector<run::Quantity> TwoLayer::samples(const Modes& q, double) {
  const auto energy = energies(q);
  const auto square = [&](const ComplexField& one) {
    return mean_product(*space_, one, one, [](double, double) { return 1.0; });
  };
  return {{.name = "kinetic_energy",
           .unit = "m^2 s^-2",
           .value = weight_[0] * energy[0] + weight_[1] * energy[1]},
          {.name = "kinetic_energy_1", .unit = "m^2 s^-2", .value = energy[0]},
          {.name = "kinetic_energy_2", .unit = "m^2 s^-2", .value = energy[1]},
          {.name = "q1_square", .unit = "s^-2", .value = square(q[0])},
          {.name = "q2_square", .unit = "s^-2", .value = square(q[1])}};
}

std::vector<run::Quantity> TwoLayer::from_means(const std::vector<double>& means) const {
  return {{.name = "mean_q1_deviation", .unit = "s^-1", .value = std::sqrt(means[3])},
          {.name = "mean_q2_deviation", .unit = "s^-1", .value = std::sqrt(means[4])}};
}

std::vector<run::Quantity> TwoLayer::diagnostics(const Modes& q, double t) {
  auto result = samples(q, t);
  result.push_back({.name = "energy_residual", .unit = "1", .value = residual(q)});
  return result;
}

std::vector<run::Curve> TwoLayer::curves(const Modes& q, double) {
  std::vector<run::Curve> result;
  const double norm = 0.5 / (space_->points() * space_->points());
  for (const std::size_t layer : {0U, 1U}) {
    const std::string number = std::to_string(layer + 1);
    result.push_back(shells_.curve(
        "energy_spectrum_" + number, "kinetic energy a shell of wavenumbers in layer " + number,
        shells_.sums([&](Index at, double kx, double ky, double) {
          const double k2 = kx * kx + ky * ky;
          return norm * k2 * std::norm(streamfunctions(k2, q[0].data()[at], q[1].data()[at])[layer]);
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
