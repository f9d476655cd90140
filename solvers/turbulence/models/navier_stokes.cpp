#include "turbulence/models/navier_stokes.hpp"

#include <algorithm>
#include <cmath>

#include "turbulence/integrators.hpp"

namespace sluice::solvers::turbulence {
namespace {

constexpr std::uint32_t forcing_stream = 0x7f01;

}  // namespace

void NavierStokesParameters::declare(base::Parameters& p) {
  p.real("viscosity", viscosity, {.help = "nu in nu lap w", .unit = "1", .minimum = 0});
  p.real("hyperviscosity", hyperviscosity, {.help = "nu_p in -nu_p (-lap)^p w", .unit = "1", .minimum = 0});
  p.integer("hyperviscosity_order", hyperviscosity_order, {.help = "p", .minimum = 2, .maximum = 16});
  p.real("drag", drag, {.help = "alpha in -alpha w", .unit = "1", .minimum = 0});
  p.real("beta", beta, {.help = "gradient of the Coriolis parameter along y; exact", .unit = "1"});
}

NavierStokes::NavierStokes(Space& space, const Parts& parts, const run::Context& context)
    : space_(&space),
      parts_(parts),
      forcing_(space, parts.forcing,
               {.seed = context.seed, .member = context.member, .stream = forcing_stream}),
      closure_(make_closure(parts.closure, space, context.surrogates)),
      shells_(space),
      p_(space.make_products("p")),
      q_(space.make_products("q")),
      p_modes_(space.make_modes("p")),
      q_modes_(space.make_modes("q")),
      scratch_(space.make_modes("scratch")),
      tendency_(make_all(space, 1, "tendency")) {}

double NavierStokes::dissipation(double kx, double ky) const {
  const double k2 = kx * kx + ky * ky;
  const auto& e = parts_.equation;
  double rate = e.viscosity * k2;
  if (e.hyperviscosity > 0)
    rate += e.hyperviscosity * std::pow(k2, static_cast<double>(e.hyperviscosity_order));
  return rate;
}

// psi_x = -i kx w / k^2, so that -beta psi_x is a wave of frequency -beta kx / k^2.
Complex NavierStokes::symbol(std::size_t, double kx, double ky, double) const {
  return {-dissipation(kx, ky) - parts_.equation.drag, parts_.equation.beta * kx * inverse_square(kx, ky)};
}

void NavierStokes::begin_step(const Modes& u, double, double dt, std::int64_t step) {
  forcing_.begin_step(dt, step);
  closure_->begin_step(u[0], step);
  measure_rate_ = true;
}

/// u and v in p and q.
void NavierStokes::velocities(const ComplexField& w) {
  velocity_modes(*space_, w, p_modes_, q_modes_);
  space_->to_products(p_modes_, p_);
  space_->to_products(q_modes_, q_);
  if (measure_rate_) rate_ = largest_rate(*space_, p_, q_);
  measure_rate_ = false;
}

/// p = u v + tau_12, q = v^2 - u^2 + tau_22 - tau_11, in space: of the flow, of the closure, or of both.
void NavierStokes::stresses(const ComplexField& w, bool of_flow, bool of_closure) {
  if (of_flow) {
    velocities(w);
    each_row(p_.layout(), [&](Index first, Index count) {
      double* __restrict u = p_.data() + first;
      double* __restrict v = q_.data() + first;
      for (Index i = 0; i < count; ++i) {
        const double product = u[i] * v[i], difference = (v[i] - u[i]) * (v[i] + u[i]);
        u[i] = product;
        v[i] = difference;
      }
    });
  } else {
    std::fill(p_.span().begin(), p_.span().end(), 0.0);
    std::fill(q_.span().begin(), q_.span().end(), 0.0);
  }
  if (of_closure) closure_->add_stress(w, p_, q_);
}

/// n -= (div(u w) + u.grad w)/2: the skew-symmetric form conserves enstrophy with the aliases and all, where
/// other forms blow up (Zang, Appl. Numer. Math. 7 (1991) 27; the published runs that do not dealias have
/// it).
void NavierStokes::add_skew_advection(const ComplexField& w, ComplexField& n) {
  velocities(w);
  RealField product = space_->make_products("product"), slope = space_->make_products("slope");
  const auto to_space = [&](RealField& to, auto factor) {
    make_modes(*space_, w, p_modes_, factor);
    space_->to_products(p_modes_, to);
  };
  const auto multiply = [&](RealField& a, const RealField& b) {
    each_row(a.layout(), [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) a.data()[i] *= b.data()[i];
    });
  };
  to_space(product, [](double kx, double, Complex z) { return times_i(kx, z); });
  to_space(slope, [](double, double ky, Complex z) { return times_i(ky, z); });
  multiply(product, p_);
  multiply(slope, q_);
  grid::add(slope.erased(), product);
  space_->from_products(product, scratch_);
  to_space(slope, [](double, double, Complex z) { return z; });
  multiply(p_, slope);
  multiply(q_, slope);
  space_->from_products(p_, p_modes_);
  space_->from_products(q_, q_modes_);
  space_->each_mode([&](Index at, double kx, double ky, double) {
    const Complex flux = times_i(kx, p_modes_.data()[at]) + times_i(ky, q_modes_.data()[at]);
    n.data()[at] -= 0.5 * (scratch_.data()[at] + flux);
  });
}

/// n += div(kappa grad w): with the aliases and all it only takes enstrophy where kappa is positive.
void NavierStokes::add_diffusion(const ComplexField& w, const Diffusivity& kappa, ComplexField& n) {
  for (const int axis : {0, 1}) {
    const auto derivative = [axis](double kx, double ky, Complex z) {
      return times_i(axis == 0 ? kx : ky, z);
    };
    make_modes(*space_, w, p_modes_, derivative);
    space_->to_products(p_modes_, p_);
    each_row(p_.layout(), [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) p_.data()[i] *= kappa.values->data()[i];
    });
    space_->from_products(p_, p_modes_);
    space_->each_mode([&](Index at, double kx, double ky, double) {
      n.data()[at] += derivative(kx, ky, p_modes_.data()[at]);
    });
  }
}

/// n = kappa lap w - (u - grad kappa).grad w, which is div(kappa grad w) - J(psi, w): products without
/// aliases obey the rules of derivatives, so that six transforms do instead of the eight of the parts.
void NavierStokes::transport(const ComplexField& w, bool of_flow, const Diffusivity& kappa, ComplexField& n) {
  if (slopes_.empty())
    for (const char* name : {"w_x", "w_y", "lap w"}) slopes_.push_back(space_->make_products(name));
  const double scale = space_->product_scale(), flow = of_flow ? 1 : 0;
  for (ComplexField* modes : {&p_modes_, &q_modes_, &scratch_}) space_->clear_rest(*modes);
  const Complex* __restrict from = w.data();
  const Complex* __restrict of_kappa = kappa.modes->data();
  Complex* __restrict p = p_modes_.data();
  Complex* __restrict q = q_modes_.data();
  Complex* __restrict r = scratch_.data();
  space_->each_mode([=](Index at, double kx, double ky, double) {
    const Complex psi = times(flow * inverse_square(kx, ky), from[at]), k = of_kappa[at];
    p[at] = times(scale, times_i(ky, psi) - times_i(kx, k));
    q[at] = times(scale, times_i(-kx, psi) - times_i(ky, k));
  });
  space_->to_products(p_modes_, p_);
  space_->to_products(q_modes_, q_);
  if (measure_rate_) rate_ = largest_rate(*space_, p_, q_);
  measure_rate_ = false;
  space_->clear_rest(p_modes_);
  space_->clear_rest(q_modes_);
  space_->each_mode([=](Index at, double kx, double ky, double) {
    const Complex z = times(scale, from[at]);
    p[at] = times_i(kx, z);
    q[at] = times_i(ky, z);
    r[at] = times(-(kx * kx + ky * ky), z);
  });
  space_->to_products(p_modes_, slopes_[0]);
  space_->to_products(q_modes_, slopes_[1]);
  space_->to_products(scratch_, slopes_[2]);
  each_row(p_.layout(), [&](Index first, Index count) {
    double* __restrict sum = p_.data() + first;
    const double* __restrict v = q_.data() + first;
    const double *x = slopes_[0].data() + first, *y = slopes_[1].data() + first,
                 *laplacian = slopes_[2].data() + first, *k = kappa.values->data() + first;
    for (Index i = 0; i < count; ++i) sum[i] = k[i] * laplacian[i] - sum[i] * x[i] - v[i] * y[i];
  });
  space_->from_products(p_, n);
  space_->each_mode([&](Index at, double kx, double ky, double) {
    if (kx == 0 && ky == 0) n.data()[at] = 0;  // of a divergence
  });
}

/// J(psi, w) = curl div(u u) = (dxx - dyy)(u v) + dxy (v^2 - u^2): four transforms, not five (Basdevant, J.
/// Comput. Phys. 50 (1983) 209).
void NavierStokes::tendency(const ComplexField& w, Terms terms, ComplexField& n) {
  const Dealiasing dealiasing = space_->dealiasing();
  const bool aliased = dealiasing == Dealiasing::none, advects = terms != Terms::closure;
  std::optional<Diffusivity> kappa;
  if (terms != Terms::advection) kappa = closure_->diffusivity(w);
  if (kappa && !aliased && dealiasing != Dealiasing::filter) return transport(w, advects, *kappa, n);
  const bool of_closure = terms != Terms::advection && !kappa && closure_->has_stress();
  if ((advects && !aliased) || of_closure) {
    stresses(w, advects && !aliased, of_closure);
    space_->from_products(p_, p_modes_);
    space_->from_products(q_, q_modes_);
    const Complex *p = p_modes_.data(), *q = q_modes_.data();
    Complex* to = n.data();
    space_->each_mode([&](Index at, double kx, double ky, double) {
      to[at] = (kx * kx - ky * ky) * p[at] + (kx * ky) * q[at];
    });
  } else {
    std::fill(n.span().begin(), n.span().end(), Complex{});
  }
  if (advects && aliased) add_skew_advection(w, n);
  if (kappa)
    add_diffusion(w, *kappa, n);
  else if (terms != Terms::advection)
    closure_->add_tendency(w, n);
}

void NavierStokes::nonlinear(const Modes& u, double, Modes& n) {
  tendency(u[0], Terms::all, n[0]);
  forcing_.add(n[0]);
}

void NavierStokes::products(const Modes& u, Modes& n) { tendency(u[0], Terms::all, n[0]); }

void NavierStokes::initialize(Modes& u) { parts_.initial.fill(*space_, u[0]); }

std::vector<grid::FieldInfo> NavierStokes::further_outputs() const {
  std::vector<grid::FieldInfo> list{{"streamfunction", "1", "stream function"},
                                    {"u", "1", "velocity along x"},
                                    {"v", "1", "velocity along y"}};
  if (forcing_.active()) list.push_back({"forcing", "1", "forcing of the vorticity, as held last"});
  return list;
}

void NavierStokes::further_output(std::size_t which, const Modes& u, ComplexField& modes) {
  const Complex* w = u[0].data();
  space_->clear_rest(modes);
  const Complex* force = forcing_.modes().data();
  space_->each_mode([&](Index at, double kx, double ky, double) {
    const Complex psi = -inverse_square(kx, ky) * w[at];
    if (which == 3)
      modes.data()[at] = force[at];
    else
      modes.data()[at] = which == 0 ? psi : which == 1 ? times_i(-ky, psi) : times_i(kx, psi);
  });
}

void NavierStokes::state(run::State& state) {
  forcing_.state(state);
  closure_->state(state);
}
void NavierStokes::restored() {
  forcing_.restored();
  closure_->restored();
}

}  // namespace sluice::solvers::turbulence
