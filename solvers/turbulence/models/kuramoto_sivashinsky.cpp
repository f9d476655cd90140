#include "turbulence/models/kuramoto_sivashinsky.hpp"

#include <cmath>
#include <numbers>

#include "turbulence/plane.hpp"
#include "turbulence/resolution.hpp"

namespace sluice::solvers::turbulence {

void KuramotoSivashinskyParameters::declare(base::Parameters& p) {
  p.real("advection", advection, {.help = "a in a u u_x", .unit = "1"});
  p.real("diffusion", diffusion, {.help = "b in b u_xx (positive is unstable)", .unit = "1"});
  p.real("dispersion", dispersion, {.help = "c in c u_xxx", .unit = "1"});
  p.real("dissipation", dissipation, {.help = "d in d u_xxxx", .unit = "1", .minimum = 0});
  p.real("cubic_flux", cubic_flux, {.help = "e in e (u^3)_x / 2", .unit = "1"});
  p.real("cubic_diffusion", cubic_diffusion, {.help = "g in g u^2 u_xx", .unit = "1"});
  p.real("damping", damping,
         {.help =
              "r in r u; with diffusion 2, advection 0 and cubic_damping 1 Swift and Hohenberg's equation of "
              "epsilon = 1 - r",
          .unit = "1"});
  p.real("cubic_damping", cubic_damping, {.help = "s in s u^3", .unit = "1"});
  p.choice("initial", initial,
           {{"cosine", "-amplitude cos(2 pi x/L) (1 - sin(2 pi x/L)), x from the middle of the box"},
            {"random", "Gaussian noise in the eight longest waves"}},
           {.help = "initial state"});
  p.real("amplitude", amplitude, {.help = "of the initial state", .unit = "1"});
}

KuramotoSivashinsky::KuramotoSivashinsky(Space& space, const KuramotoSivashinskyParameters& parameters,
                                         const run::Context& context)
    : space_(&space),
      parameters_(parameters),
      key_{.seed = context.seed, .member = context.member, .stream = 0x7f03},
      shells_(space),
      u_(space.make_products("u")),
      second_(space.make_products("second derivative")),
      scratch_(space.make_modes("scratch")) {}

Complex KuramotoSivashinsky::symbol(std::size_t, double k, double, double) const {
  const auto& p = parameters_;
  return {p.diffusion * k * k - p.dissipation * k * k * k * k - p.damping, p.dispersion * k * k * k};
}

void KuramotoSivashinsky::begin_step(const Modes&, double, double, std::int64_t) { measure_rate_ = true; }

bool KuramotoSivashinsky::has_sources() const {
  return parameters_.cubic_diffusion != 0 || parameters_.cubic_damping != 0;
}

/// second_ = g u^2 u_xx + s u^3, from u in space in u_.
void KuramotoSivashinsky::make_sources(const Modes& u) {
  const double g = parameters_.cubic_diffusion, s = parameters_.cubic_damping;
  make_modes(*space_, u[0], scratch_, [g, s](double k, double, Complex z) { return (s - g * k * k) * z; });
  space_->to_products(scratch_, second_);
  each_row(u_.layout(), [&](Index first, Index count) {
    for (Index i = first; i < first + count; ++i) second_.data()[i] *= u_.data()[i] * u_.data()[i];
  });
}

void KuramotoSivashinsky::nonlinear(const Modes& u, double, Modes& n) {
  const auto& p = parameters_;
  make_modes(*space_, u[0], scratch_, [](double, double, Complex z) { return z; });
  space_->to_products(scratch_, u_);
  if (measure_rate_) rate_ = std::abs(p.advection) * largest_rate(*space_, u_);
  measure_rate_ = false;
  if (has_sources()) make_sources(u);
  // The flux (a u^2 + e u^3)/2.
  each_row(u_.layout(), [&](Index first, Index count) {
    double* v = u_.data() + first;
    for (Index i = 0; i < count; ++i) v[i] = 0.5 * (p.advection + p.cubic_flux * v[i]) * v[i] * v[i];
  });
  space_->from_products(u_, scratch_);
  space_->each_mode(
      [&](Index at, double k, double, double) { n[0].data()[at] = times_i(-k, scratch_.data()[at]); });
  if (!has_sources()) return;
  space_->from_products(second_, scratch_);
  space_->each_mode([&](Index at, double, double, double) { n[0].data()[at] -= scratch_.data()[at]; });
}

void KuramotoSivashinsky::initialize(Modes& u) {
  RealField values({"u", "1", "u"}, space_->transform().physical());
  const auto& layout = values.layout();
  const double length = space_->transform().spec().length[0], turn = 2 * std::numbers::pi / length;
  for (Index i = 0; i < layout.count()[0]; ++i) {
    const double x = static_cast<double>(layout.offset()[0] + i) * space_->spacing(0) - length / 2;
    double value = -std::cos(turn * x) * (1 - std::sin(turn * x));
    if (parameters_.initial == "random") {
      value = 0;
      for (std::uint64_t wave = 1; wave <= 8; ++wave) {
        const auto normal = base::random_normal(key_, wave, 0);
        const double phase = turn * static_cast<double>(wave) * x;
        value += 0.5 * (normal[0] * std::cos(phase) + normal[1] * std::sin(phase));
      }
    }
    values.data()[i] = parameters_.amplitude * value;
  }
  space_->transform().forward(values, u[0]);
  space_->clear_rest(u[0]);
}

double KuramotoSivashinsky::tail_ratio(const Modes& u) const {
  return turbulence::tail_ratio(*space_, [&](Index at) { return std::norm(u[0].data()[at]); });
}

double KuramotoSivashinsky::mean_square(const Modes& u) const {
  return mean_product(*space_, u[0], u[0], [](double, double) { return 1.0; });
}

bool KuramotoSivashinsky::conserves() const { return !has_sources() && parameters_.damping == 0; }

std::vector<run::Quantity> KuramotoSivashinsky::invariants(const Modes& u, double) {
  if (!conserves()) return {};
  double mean = 0;
  space_->each_mode([&](Index at, double k, double, double) {
    if (k == 0) mean = u[0].data()[at].real() / space_->points();
  });
  return {{.name = "mean", .unit = "1", .value = space_->communicator().sum(mean), .scale = 1}};
}

std::vector<run::Quantity> KuramotoSivashinsky::diagnostics(const Modes& u, double) {
  return {{.name = "rms", .unit = "1", .value = std::sqrt(mean_square(u))}};
}

std::vector<run::Quantity> KuramotoSivashinsky::samples(const Modes& u, double) {
  return {{.name = "square", .unit = "1", .value = mean_square(u)}};
}

std::vector<run::Quantity> KuramotoSivashinsky::from_means(const std::vector<double>& means) const {
  return {{.name = "mean_rms", .unit = "1", .value = std::sqrt(means[0])}};
}

std::vector<run::Curve> KuramotoSivashinsky::curves(const Modes& u, double) {
  const double norm = 1 / (space_->points() * space_->points());
  return {shells_.curve(
      "spectrum", "mean square a wavenumber",
      shells_.sums([&](Index at, double, double, double) { return norm * std::norm(u[0].data()[at]); }))};
}

}  // namespace sluice::solvers::turbulence
