#include "turbulence/models/isotropic.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::solvers::turbulence {

void IsotropicParameters::declare(base::Parameters& p) {
  p.real("viscosity", viscosity, {.help = "nu in nu lap u", .unit = "1", .minimum = 0});
  p.real("hyperviscosity", hyperviscosity, {.help = "nu_p in -nu_p (-lap)^p u", .unit = "1", .minimum = 0});
  p.integer("hyperviscosity_order", hyperviscosity_order, {.help = "p", .minimum = 2, .maximum = 16});
  p.real("injection", injection,
         {.help = "rate of energy that the force feeds; 0: decaying", .unit = "1", .minimum = 0});
  p.real("forced", forced,
         {.help = "largest wavenumber that is forced", .unit = "1", .minimum = 0, .exclusive_minimum = true});
  p.choice("initial", initial,
           {{"random", "Gaussian, energy spectrum k^4 exp(-2 (k/peak)^2)"},
            {"taylor_green", "amplitude (sin x cos y cos z, -cos x sin y cos z, 0), one wave in the box"},
            {"abc",
             "amplitude (sin z + cos y, sin x + cos z, sin y + cos x): its vorticity is its velocity, "
             "it only decays"}},
           {.help = "initial velocity"});
  p.real("amplitude", amplitude,
         {.help = "of taylor_green and abc; of random the root mean square of each component", .unit = "1"});
  p.real("peak", peak,
         {.help = "of random: wavenumber", .unit = "1", .minimum = 0, .exclusive_minimum = true});
}

Isotropic::Isotropic(Space& space, const IsotropicParameters& parameters, const run::Context& context)
    : space_(&space),
      parameters_(parameters),
      key_{.seed = context.seed, .member = context.member, .stream = 0x7f05},
      shells_(space),
      tendency_(make_all(space, 3, "tendency")) {
  for (auto& one : values_) one = space.make_products("value");
  for (auto& one : stress_) one = space.make_modes("stress");
}

Complex Isotropic::symbol(std::size_t, double kx, double ky, double kz) const {
  const double k2 = kx * kx + ky * ky + kz * kz;
  double rate = parameters_.viscosity * k2;
  if (parameters_.hyperviscosity > 0)
    rate += parameters_.hyperviscosity * std::pow(k2, static_cast<double>(parameters_.hyperviscosity_order));
  return -rate;
}

void Isotropic::make_velocities(const Modes& u) {
  const double scale = space_->product_scale();
  for (std::size_t i = 0; i < 3; ++i) {
    space_->clear_rest(stress_[i]);
    space_->each_strip([&](Index at, Index, Index count) {
      for (Index m = at; m < at + count; ++m) stress_[i].data()[m] = scale * u[i].data()[m];
    });
    space_->to_products(stress_[i], values_[i]);
  }
}

void Isotropic::measure_rate() {
  rate_ = 0;
  each_row(values_[0].layout(), [&](Index first, Index count) {
    for (Index m = first; m < first + count; ++m) {
      double rate = 0;
      for (int i = 0; i < 3; ++i)
        rate += std::abs(values_[static_cast<std::size_t>(i)].data()[m]) / space_->spacing(i);
      rate_ = std::max(rate_, rate);
    }
  });
}

/// uu - ww, vv - ww, uv, uw, vw: a part of the stress that is a pressure is left out, so that five products
/// do (Basdevant, J. Comput. Phys. 50 (1983) 209).
void Isotropic::make_products() {
  each_row(values_[0].layout(), [&](Index first, Index count) {
    std::array<double*, 5> at;
    for (std::size_t i = 0; i < 5; ++i) at[i] = values_[i].data() + first;
    for (Index m = 0; m < count; ++m) {
      const double u = at[0][m], v = at[1][m], w = at[2][m];
      at[0][m] = (u - w) * (u + w);
      at[1][m] = (v - w) * (v + w);
      at[2][m] = u * v;
      at[3][m] = u * w;
      at[4][m] = v * w;
    }
  });
}

void Isotropic::advection(const Modes& u, Modes& n) {
  make_velocities(u);
  if (measure_rate_) measure_rate();
  measure_rate_ = false;
  make_products();
  for (std::size_t i = 0; i < 5; ++i) space_->from_products(values_[i], stress_[i]);
  const auto& s = stress_;
  space_->each_mode([&](Index at, double kx, double ky, double kz) {
    const Complex xx = s[0].data()[at], yy = s[1].data()[at], xy = s[2].data()[at], xz = s[3].data()[at],
                  yz = s[4].data()[at];
    n[0].data()[at] = times_i(-1, kx * xx + ky * xy + kz * xz);
    n[1].data()[at] = times_i(-1, kx * xy + ky * yy + kz * yz);
    n[2].data()[at] = times_i(-1, kx * xz + ky * yz);
  });
  project(n);
}

/// u - k (k u)/k^2; the mean flow has no pressure, and stays.
void Isotropic::project(Modes& u) const {
  space_->each_mode([&](Index at, double kx, double ky, double kz) {
    const double k2 = kx * kx + ky * ky + kz * kz;
    if (k2 == 0) return;
    Complex &a = u[0].data()[at], &b = u[1].data()[at], &c = u[2].data()[at];
    const Complex pressure = (1 / k2) * (kx * a + ky * b + kz * c);
    a -= kx * pressure;
    b -= ky * pressure;
    c -= kz * pressure;
  });
}

void Isotropic::add_forcing(const Modes& u, Modes& n) const {
  if (parameters_.injection == 0) return;
  const double energy = 0.5 * mean_dot(u, u, [&](double k2) { return k2 > 0 && is_forced(k2) ? 1.0 : 0.0; });
  if (!(energy > 0)) return;
  const double factor = parameters_.injection / (2 * energy);
  space_->each_mode([&](Index at, double kx, double ky, double kz) {
    const double k2 = kx * kx + ky * ky + kz * kz;
    if (k2 == 0 || !is_forced(k2)) return;
    for (std::size_t i = 0; i < 3; ++i) n[i].data()[at] += factor * u[i].data()[at];
  });
}

void Isotropic::nonlinear(const Modes& u, double, Modes& n) {
  advection(u, n);
  add_forcing(u, n);
}

/// Values at the points: noise that depends on a point's place alone, or the vortices.
void Isotropic::fill_values(Modes& u) {
  std::array<RealField, 3> values;
  for (std::size_t i = 0; i < 3; ++i) values[i] = RealField(fields()[i], space_->transform().physical());
  const auto& layout = values[0].layout();
  const auto& length = space_->transform().spec().length;
  const double amplitude = parameters_.amplitude;
  const auto place = [&](int axis, Index local) {
    const auto a = static_cast<std::size_t>(axis);
    return 2 * std::numbers::pi * static_cast<double>(layout.offset()[a] + local) * space_->spacing(axis) /
           length[a];
  };
  const auto velocity = [&](Index i, Index j, Index k) -> std::array<double, 3> {
    const double x = place(0, i), y = place(1, j), z = place(2, k);
    if (parameters_.initial == "taylor_green")
      return {amplitude * std::sin(x) * std::cos(y) * std::cos(z),
              -amplitude * std::cos(x) * std::sin(y) * std::cos(z), 0};
    if (parameters_.initial == "abc")
      return {amplitude * (std::sin(z) + std::cos(y)), amplitude * (std::sin(x) + std::cos(z)),
              amplitude * (std::sin(y) + std::cos(x))};
    const auto global = [&](std::size_t a, Index local) {
      return static_cast<std::uint64_t>(layout.offset()[a] + local);
    };
    const auto point = (global(0, i) * static_cast<std::uint64_t>(layout.global()[1]) + global(1, j)) *
                           static_cast<std::uint64_t>(layout.global()[2]) +
                       global(2, k);
    const auto two = base::random_normal(key_, point, 0), one = base::random_normal(key_, point, 1);
    return {two[0], two[1], one[0]};
  };
  for (Index i = 0; i < layout.count()[0]; ++i)
    for (Index j = 0; j < layout.count()[1]; ++j)
      for (Index k = 0; k < layout.count()[2]; ++k) {
        const auto all = velocity(i, j, k);
        for (std::size_t a = 0; a < 3; ++a) values[a].view()(i, j, k) = all[a];
      }
  for (std::size_t a = 0; a < 3; ++a) {
    space_->transform().forward(values[a], u[a]);
    space_->clear_rest(u[a]);
  }
}

void Isotropic::initialize(Modes& u) {
  fill_values(u);
  project(u);
  if (parameters_.initial != "random") return;
  // White noise has the energy of 4 pi k^2: E/k^2 of it is left.
  space_->each_mode([&](Index at, double kx, double ky, double kz) {
    const double k2 = kx * kx + ky * ky + kz * kz, q = k2 / (parameters_.peak * parameters_.peak);
    const double factor = std::sqrt(k2) * std::exp(-q);
    for (auto& one : u) one.data()[at] *= factor;
  });
  const double size = std::sqrt(mean_dot(u, u, [](double) { return 1.0; }) / 3);
  const double factor = size > 0 ? parameters_.amplitude / size : 0.0;
  space_->each_mode([&](Index at, double, double, double) {
    for (auto& one : u) one.data()[at] *= factor;
  });
}

}  // namespace sluice::solvers::turbulence
