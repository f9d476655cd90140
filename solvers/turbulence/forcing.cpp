#include "turbulence/forcing.hpp"

#include <cmath>
#include <numbers>

#include "turbulence/plane.hpp"

namespace sluice::solvers::turbulence {

void ForcingParameters::declare(base::Parameters& p) {
  p.choice("type", type,
           {{"none", "F = 0"},
            {"cosines",
             "F = amplitude[0] cos(kx x) + amplitude[1] cos(ky y), steady (Kolmogorov flow: sin(n y) in "
             "the x-momentum equation is amplitude [0, -n], waves [0, n])"},
            {"ring", "random, all modes of a ring alike, white in time or with a correlation time"}},
           {.help = "F in the vorticity equation"});
  p.integers("waves", waves,
             {.help = "of type cosines: waves in the box along x and y",
              .minimum = 0,
              .minimum_size = 2,
              .maximum_size = 2});
  p.reals("amplitude", amplitude,
          {.help = "of type cosines: of both cosines", .unit = "1", .minimum_size = 2, .maximum_size = 2});
  p.real("centre", centre,
         {.help = "of type ring: wavenumber in its middle",
          .unit = "1",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("half_width", half_width,
         {.help = "of type ring: modes with |k - centre| below it",
          .unit = "1",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("injection", injection,
         {.help = "of type ring: mean rate of energy injection if white in time", .unit = "1", .minimum = 0});
  p.real("correlation_time", correlation_time,
         {.help = "of type ring: of an Ornstein-Uhlenbeck process with the same integral of its covariance; "
                  "0: white",
          .unit = "1",
          .minimum = 0});
}

void ForcingParameters::validate(const base::Parameters& parameters) const {
  if (type == "cosines" && (waves[0] == 0 && amplitude[0] != 0))
    base::refuse(parameters, "forcing.waves",
                 "no waves along x with an amplitude of " + std::to_string(amplitude[0]) +
                     "; an amplitude of 0 is allowed");
  if (type == "cosines" && (waves[1] == 0 && amplitude[1] != 0))
    base::refuse(parameters, "forcing.waves",
                 "no waves along y with an amplitude of " + std::to_string(amplitude[1]) +
                     "; an amplitude of 0 is allowed");
}

Forcing::Forcing(const Space& space, const ForcingParameters& parameters, const base::RandomKey& key)
    : parameters_(parameters),
      space_(&space),
      key_(key),
      modes_({"forcing", "1", "modes of the forcing"}, space.transform().spectral()),
      state_(space, modes_) {
  if (parameters_.type == "cosines") make_cosines();
  if (parameters_.type == "ring") find_ring();
}

void Forcing::make_cosines() {
  const auto& spec = space_->transform().spec();
  const double turn = 2 * std::numbers::pi;
  const double x = turn * static_cast<double>(parameters_.waves[0]) / spec.length[0],
               y = turn * static_cast<double>(parameters_.waves[1]) / spec.length[1];
  const double half = 0.5 * space_->points(), near = 0.25 * turn / std::max(spec.length[0], spec.length[1]);
  int found = 0;
  space_->each_mode([&](Index at, double kx, double ky, double) {
    if (parameters_.amplitude[0] != 0 && std::abs(std::abs(kx) - x) < near && std::abs(ky) < near)
      modes_.data()[at] += half * parameters_.amplitude[0], ++found;
    if (parameters_.amplitude[1] != 0 && std::abs(kx) < near && std::abs(std::abs(ky) - y) < near)
      modes_.data()[at] += half * parameters_.amplitude[1], ++found;
  });
  if (space_->communicator().sum(static_cast<std::int64_t>(found)) == 0 &&
      (parameters_.amplitude[0] != 0 || parameters_.amplitude[1] != 0))
    throw base::InputError("forcing.waves: the grid has no such modes below its cut-off wavenumber " +
                           std::to_string(space_->cutoff()));
}

void Forcing::find_ring() {
  double number = 0;
  space_->each_mode([&](Index at, double kx, double ky, double) {
    const double k = std::hypot(kx, ky);
    if (std::abs(k - parameters_.centre) >= parameters_.half_width || k == 0) return;
    const auto [index, conjugate] = mode_index(*space_, kx, ky);
    ring_.push_back({at, index, conjugate, k});
    number += ky == 0 ? 1 : 2;
  });
  number = space_->communicator().sum(number);
  if (number == 0)
    throw base::InputError("forcing.centre: the grid has no modes in the ring of wavenumbers " +
                           std::to_string(parameters_.centre) + " +- " +
                           std::to_string(parameters_.half_width));
  // A white force of variance s k^2/dt a mode feeds s/2 of energy to it; all modes alike.
  const double strength = space_->points() * std::sqrt(2 * parameters_.injection / number);
  for (auto& mode : ring_) mode.amplitude *= strength;
}

void Forcing::begin_step(double dt, std::int64_t step) {
  if (parameters_.type != "ring") return;
  const double tau = parameters_.correlation_time;
  const double memory = tau > 0 && step > 0 ? std::exp(-dt / tau) : 0.0;
  const double rate = tau > 0 ? 1 / (2 * tau) : 1 / dt;
  for (const auto& mode : ring_) {
    const auto normal = base::random_normal(key_, mode.index, static_cast<std::uint64_t>(step));
    const double size = mode.amplitude * std::sqrt(0.5 * rate * (1 - memory * memory));
    const Complex fresh{size * normal[0], mode.conjugate ? -size * normal[1] : size * normal[1]};
    modes_.data()[mode.at] = memory * modes_.data()[mode.at] + fresh;
  }
}

void Forcing::add(ComplexField& n) const {
  if (!active()) return;
  const Complex* force = modes_.data();
  Complex* to = n.data();
  space_->each_strip([&](Index at, Index, Index count) {
    for (Index i = at; i < at + count; ++i) to[i] += force[i];
  });
}

void Forcing::state(run::State& state) {
  if (parameters_.type == "ring") state_.declare(state);
}
void Forcing::restored() {
  if (parameters_.type == "ring") state_.restored();
}

}  // namespace sluice::solvers::turbulence
