#include "turbulence/models/two_layer.hpp"

#include <algorithm>
#include <cmath>

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
  p.real("hyperviscosity", hyperviscosity, {.help = "nu_p in -nu_p (-lap)^p q [m^2p s^-1]", .minimum = 0});
  p.integer("hyperviscosity_order", hyperviscosity_order, {.help = "p", .minimum = 1, .maximum = 16});
  p.real(
      "noise", noise,
      {.help = "amplitude of the initial state over pyqg's: noise of 1e-7 s^-1 and a function of x of 1e-6 "
               "s^-1 in the upper layer",
       .unit = "1",
       .minimum = 0});
  p.group("jet", "relaxation to a jet between sponges (none if both rates are 0)",
          [this](base::Parameters& q) { jet.declare(q); });
  p.group("topography", "of the bottom", [this](base::Parameters& q) { topography.declare(q); });
  p.group("closure", "of what the grid does not resolve",
          [this](base::Parameters& q) { closure.declare(q); });
}

void TwoLayerParameters::validate(const base::Parameters& parameters) const {
  if (topography.type == "file" && topography.file.empty())
    base::refuse(parameters, "equation.two_layer.topography.file", "no file for a topography of type file");
}

TwoLayer::TwoLayer(Space& space, const TwoLayerParameters& parameters, const run::Context& context)
    : space_(&space),
      parameters_(parameters),
      key_{.seed = context.seed, .member = context.member, .stream = 0x7f04},
      shells_(space),
      flow_{.f1 = 1 / (parameters.radius * parameters.radius * (1 + parameters.delta)),
            .f2 = parameters.delta / (parameters.radius * parameters.radius * (1 + parameters.delta)),
            .weight = {parameters.delta / (1 + parameters.delta), 1 / (1 + parameters.delta)}},
      mean_{parameters.upper_flow, parameters.lower_flow},
      jet_(parameters.jet, space),
      topography_(make_topography(parameters.topography, space)),
      closure_(make_layer_closure(parameters.closure, flow_, space)),
      q_(space.make_products("q")),
      u_(space.make_products("u")),
      v_(space.make_products("v")),
      scratch_(space.make_modes("scratch")),
      uq_(space.make_modes("uq")),
      vq_(space.make_modes("vq")),
      together_(!parameters.topography.active() && space.dealiasing() != Dealiasing::none),
      products_(make_all(space, together_ ? 2 : 0, "products")),
      tendency_(make_all(space, 2, "tendency")),
      zeta_(make_all(space, parameters.closure.type == "none" ? 0 : 2, "zeta")) {
  for (const char* name : {"u2", "v2"})
    if (together_) below_.push_back(space.make_products(name));
  if (together_ && parameters.hyperviscosity > 0) {
    viscous_.resize(static_cast<std::size_t>(space.transform().spectral()->owned_size()));
    space.each_mode([this](Index at, double kx, double ky, double) {
      viscous_[static_cast<std::size_t>(at)] = viscosity(kx * kx + ky * ky);
    });
  }
  const double shear = mean_[0] - mean_[1];
  gradient_ = {parameters.beta + flow_.f1 * shear, parameters.beta - flow_.f2 * shear};
}

TwoLayer::Layers TwoLayer::streamfunctions(const Modes& q, Index at, double kx, double ky) const {
  return flow_.streamfunctions(kx * kx + ky * ky, q[0].data()[at], q[1].data()[at]);
}

/// psi = A q, so that L = -i kx (U + Q_y A) + (drag, relaxation) A.
inline TwoLayer::Layers TwoLayer::Linear::operator()(double kx, double ky, Complex q1, Complex q2) const {
  const double k2 = kx * kx + ky * ky;
  const auto psi = flow.streamfunctions(k2, q1, q2);
  const Complex relaxed = times(relaxation, psi[0] - psi[1]);
  return {times_i(-kx, times(mean[0], q1) + times(gradient[0], psi[0])) + times(flow.f1, relaxed),
          times_i(-kx, times(mean[1], q2) + times(gradient[1], psi[1])) + times(drag * k2, psi[1]) -
              times(flow.f2, relaxed)};
}

TwoLayer::Linear TwoLayer::linear() const { return {flow_, mean_, gradient_, parameters_.drag, jet_.rate()}; }

Matrix2 TwoLayer::coupling(double kx, double ky) const {
  const double viscous = viscosity(kx * kx + ky * ky);
  const auto of_q1 = linear()(kx, ky, 1, 0), of_q2 = linear()(kx, ky, 0, 1);
  return {of_q1[0] - viscous, of_q2[0], of_q1[1], of_q2[1] - viscous};
}

double TwoLayer::viscosity(double k2) const {
  if (parameters_.hyperviscosity == 0) return 0;
  return parameters_.hyperviscosity * std::pow(k2, static_cast<double>(parameters_.hyperviscosity_order));
}

void TwoLayer::begin_step(const Modes&, double, double, std::int64_t) {
  measure_rate_ = true;
  rate_ = 0;
}

/// Modes of q + eta, u and v of a layer in scratch_, uq_ and vq_.
void TwoLayer::advection_modes(std::size_t layer, const Modes& q) {
  const double scale = space_->product_scale();
  for (auto* modes : {&scratch_, &uq_, &vq_}) space_->clear_rest(*modes);
  const Complex *own = q[layer].data(), *other = q[1 - layer].data();
  Complex* __restrict to_q = scratch_.data(), * __restrict to_u = uq_.data(), * __restrict to_v = vq_.data();
  space_->each_mode([=, flow = flow_](Index at, double kx, double ky, double) {
    const Complex p = times(scale, flow.streamfunction(layer, kx * kx + ky * ky, own[at], other[at]));
    to_q[at] = times(scale, own[at]);
    to_u[at] = times_i(-ky, p);
    to_v[at] = times_i(kx, p);
  });
  if (layer == 1 && parameters_.topography.active())
    space_->each_mode([&](Index at, double, double, double) { to_q[at] += scale * topography_.data()[at]; });
}

/// n = -div(u (q + eta))
void TwoLayer::advect(std::size_t layer, const Modes& q, ComplexField& n) {
  advection_modes(layer, q);
  space_->to_products(scratch_, q_);
  space_->to_products(uq_, u_);
  space_->to_products(vq_, v_);
  if (measure_rate_)
    rate_ = std::max(rate_, largest_rate(*space_, u_, v_) + std::abs(mean_[layer]) / space_->spacing(0));
  each_row(q_.layout(), [&](Index first, Index count) {
    const double* __restrict values = q_.data() + first;
    double* __restrict u = u_.data() + first;
    double* __restrict v = v_.data() + first;
    for (Index i = 0; i < count; ++i) {
      u[i] *= values[i];
      v[i] *= values[i];
    }
  });
  space_->from_products(u_, uq_);
  space_->from_products(v_, vq_);
  const Complex *from_u = uq_.data(), *from_v = vq_.data();
  Complex* __restrict to = n.data();
  space_->each_mode([=](Index at, double kx, double ky, double) {
    to[at] = times_i(-kx, from_u[at]) + times_i(-ky, from_v[at]);
  });
}

/// From the velocities (u_, v_), (below_): u v and v^2 - u^2 of both layers in their place, and in q_ the
/// Jacobian u1 v2 - v1 u2.
void TwoLayer::multiply_velocities() {
  const double x = 1 / space_->spacing(0), y = 1 / space_->spacing(1);
  each_row(q_.layout(), [&](Index first, Index count) {
    double* __restrict u1 = u_.data() + first;
    double* __restrict v1 = v_.data() + first;
    double* __restrict u2 = below_[0].data() + first;
    double* __restrict v2 = below_[1].data() + first;
    double* __restrict jacobian = q_.data() + first;
    if (measure_rate_)
      rate_ = std::max({rate_, largest_rate(u1, v1, count, x, y) + std::abs(mean_[0]) * x,
                        largest_rate(u2, v2, count, x, y) + std::abs(mean_[1]) * x});
    for (Index i = 0; i < count; ++i) {
      const double a = u1[i], b = v1[i], c = u2[i], d = v2[i];
      jacobian[i] = a * d - b * c;
      u1[i] = a * b;
      v1[i] = (b - a) * (b + a);
      u2[i] = c * d;
      v2[i] = (d - c) * (d + c);
    }
  });
}

/// What n = -div(u q) of both layers is made of. With q = zeta + f (psi' - psi) it is J(psi, zeta), as curl
/// div(u u) (Basdevant, J. Comput. Phys. 50 (1983) 209), and f J(psi, psi'), which but for f and its sign is
/// one for both: nine transforms, not ten, of fewer fields.
void TwoLayer::multiply_together(const Modes& q) {
  std::array<ComplexField*, 5> modes{&uq_, &vq_, &scratch_, &products_[0], &products_[1]};
  const std::array<RealField*, 5> values{&u_, &v_, &below_[0], &below_[1], &q_};
  for (std::size_t m = 0; m < 4; ++m) space_->clear_rest(*modes[m]);
  const Complex *q1 = q[0].data(), *q2 = q[1].data();
  Complex* __restrict a = uq_.data(), * __restrict b = vq_.data(), * __restrict c = scratch_.data(),
      * __restrict d = products_[0].data();
  space_->each_mode_alone(
      [=, scale = space_->product_scale(), flow = flow_](Index at, double kx, double ky, double) {
        const auto psi = flow.streamfunctions(kx * kx + ky * ky, q1[at], q2[at]);
        const Complex upper = times(scale, psi[0]), lower = times(scale, psi[1]);
        a[at] = times_i(-ky, upper);
        b[at] = times_i(kx, upper);
        c[at] = times_i(-ky, lower);
        d[at] = times_i(kx, lower);
      });
  for (std::size_t m = 0; m < 4; ++m) space_->to_products(*modes[m], *values[m]);
  multiply_velocities();
  for (std::size_t m = 0; m < 5; ++m) space_->from_products(*values[m], *modes[m]);
}

/// n = -div(u q) + linear(place in memory, kx, ky, q1, q2) of both layers.
template <class LinearOrNone>
void TwoLayer::advect_together(const Modes& q, Modes& n, LinearOrNone linear) {
  multiply_together(q);
  const Complex *q1 = q[0].data(), *q2 = q[1].data(), *a = uq_.data(), *b = vq_.data(), *c = scratch_.data(),
                *d = products_[0].data(), *jacobian = products_[1].data();
  Complex* __restrict n1 = n[0].data(), * __restrict n2 = n[1].data();
  space_->each_mode_alone([=, f1 = flow_.f1, f2 = flow_.f2](Index at, double kx, double ky, double) {
    const double straight = kx * kx - ky * ky, across = kx * ky;
    const double exchanged = kx * kx + ky * ky > 0 ? 1.0 : 0.0;  // its mean is 0
    const Complex exchange = times(exchanged, jacobian[at]);
    const Layers others = linear(at, kx, ky, q1[at], q2[at]);
    n1[at] = times(straight, a[at]) + times(across, b[at]) - times(f1, exchange) + others[0];
    n2[at] = times(straight, c[at]) + times(across, d[at]) + times(f2, exchange) + others[1];
  });
}

void TwoLayer::advection(const Modes& q, Modes& n) {
  if (together_)
    advect_together(q, n, [](Index, double, double, Complex, Complex) { return Layers{}; });
  else
    for (const std::size_t layer : {0U, 1U}) advect(layer, q, n[layer]);
  measure_rate_ = false;
}

/// The mean flow over the bottom: n_2 -= U2 eta_x.
void TwoLayer::add_mean_topography(Modes& n) const {
  if (!parameters_.topography.active() || mean_[1] == 0) return;
  space_->each_mode([&](Index at, double kx, double, double) {
    n[1].data()[at] += times_i(-kx * mean_[1], topography_.data()[at]);
  });
}

void TwoLayer::add_closure(const Modes& q, Modes& n) {
  if (!closure_) return;
  space_->each_mode([&](Index at, double kx, double ky, double) {
    const auto psi = streamfunctions(q, at, kx, ky);
    for (const std::size_t layer : {0U, 1U}) zeta_[layer].data()[at] = -(kx * kx + ky * ky) * psi[layer];
  });
  closure_->add_tendency(zeta_, n);
}

void TwoLayer::add_jet(const Modes& q, Modes& n) {
  jet_.add_forcing(flow_.f1, flow_.f2, n);
  if (!jet_.has_sponge()) return;
  for (const std::size_t layer : {0U, 1U}) {
    make_modes(*space_, q[layer], scratch_, [](double, double, Complex z) { return z; });
    space_->to_products(scratch_, q_);
    jet_.add_sponge(q_, n[layer]);
  }
}

/// The pass that puts the products together does L with them, and needs no table of matrices: that of the
/// viscous rates has an eighth of their numbers.
bool TwoLayer::whole(const Modes& q, double, Modes& n) {
  if (!together_) return false;
  const auto inviscid = [terms = linear()](Index, double kx, double ky, Complex q1, Complex q2) {
    return terms(kx, ky, q1, q2);
  };
  const auto viscous = [inviscid, rates = viscous_.data()](Index at, double kx, double ky, Complex q1,
                                                           Complex q2) {
    const Layers others = inviscid(at, kx, ky, q1, q2);
    return Layers{others[0] - times(rates[at], q1), others[1] - times(rates[at], q2)};
  };
  if (viscous_.empty())
    advect_together(q, n, inviscid);
  else
    advect_together(q, n, viscous);
  measure_rate_ = false;
  add_jet(q, n);
  add_closure(q, n);
  return true;
}

void TwoLayer::nonlinear(const Modes& q, double, Modes& n) {
  advection(q, n);
  add_mean_topography(n);
  add_jet(q, n);
  add_closure(q, n);
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
      view(i, j) = parameters_.noise * (1e-7 * base::random_uniform(key_, place, 0) + 1e-6 * along);
    }
  }
  space_->transform().forward(values, u[0]);
  space_->clear_rest(u[0]);
  std::fill(u[1].span().begin(), u[1].span().end(), Complex{});
  space_->each_mode([&](Index at, double kx, double ky, double) {
    if (kx == 0 && ky == 0) u[0].data()[at] = 0;
  });
}

std::vector<grid::FieldInfo> TwoLayer::further_outputs() const {
  return {{"streamfunction_1", "m^2 s^-1", "stream function of the upper layer"},
          {"streamfunction_2", "m^2 s^-1", "stream function of the lower layer"},
          {"u1", "m s^-1", "eddy velocity along x in the upper layer"},
          {"v1", "m s^-1", "eddy velocity along y in the upper layer"},
          {"u2", "m s^-1", "eddy velocity along x in the lower layer"},
          {"v2", "m s^-1", "eddy velocity along y in the lower layer"},
          {"vorticity_1", "s^-1", "relative vorticity of the upper layer"},
          {"vorticity_2", "s^-1", "relative vorticity of the lower layer"}};
}

void TwoLayer::further_output(std::size_t which, const Modes& q, ComplexField& modes) {
  const std::size_t layer = which < 2 || which > 5 ? which % 2 : which / 2 - 1;
  space_->clear_rest(modes);
  space_->each_mode([&](Index at, double kx, double ky, double) {
    const Complex psi = streamfunctions(q, at, kx, ky)[layer];
    modes.data()[at] = which < 2        ? psi
                       : which > 5      ? -(kx * kx + ky * ky) * psi
                       : which % 2 == 0 ? times_i(-ky, psi)
                                        : times_i(kx, psi);
  });
}

}  // namespace sluice::solvers::turbulence
