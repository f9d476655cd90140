#include "turbulence/initial_vorticity.hpp"

#include <cmath>
#include <numbers>

#include "numerics/spectral/mode_map.hpp"
#include "run/hdf5.hpp"
#include "turbulence/plane.hpp"

namespace sluice::solvers::turbulence {

void InitialVorticity::declare(base::Parameters& p) {
  p.choice("type", type,
           {{"rest", "w = 0"},
            {"taylor_green", "amplitude cos(kx x) cos(ky y): every mode follows its linear term alone"},
            {"rossby_wave", "amplitude cos(kx x + ky y), the same"},
            {"lamb_dipole", "a pair of opposite vortices that moves along x (Lamb 1895, Chaplygin 1903)"},
            {"random", "Gaussian, energy spectrum k^4 exp(-(k/peak)^2)"},
            {"file", "vorticity of a snapshot of the same box; of another grid the modes that both have"}},
           {.help = "which one"});
  p.real("amplitude", amplitude, {.help = "of taylor_green and rossby_wave", .unit = "1"});
  p.integers("waves", waves,
             {.help = "of taylor_green and rossby_wave: waves in the box along x and y",
              .minimum_size = 2,
              .maximum_size = 2});
  p.real("radius", radius, {.help = "of lamb_dipole", .unit = "1", .minimum = 0, .exclusive_minimum = true});
  p.real("speed", speed, {.help = "of lamb_dipole, in an unbounded plane", .unit = "1"});
  p.real("peak", peak,
         {.help = "of random: wavenumber", .unit = "1", .minimum = 0, .exclusive_minimum = true});
  p.real("energy", energy, {.help = "of random: mean of (u^2 + v^2)/2", .unit = "1", .minimum = 0});
  p.file("file", file, {.help = "of file: HDF5 file with a dataset vorticity"});
}

void InitialVorticity::validate(const base::Parameters& parameters) const {
  if (type == "file" && file.empty())
    base::refuse(parameters, "initial.file", "no file for initial.type file");
}

void InitialVorticity::fill(Space& space, ComplexField& w) const {
  std::fill(w.span().begin(), w.span().end(), Complex{});
  if (is_exact()) fill_waves(space, w);
  if (type == "random") fill_random(space, w);
  if (type == "lamb_dipole") fill_values(space, w);
  if (type == "file") fill_from_file(space, w);
}

void InitialVorticity::fill_waves(const Space& space, ComplexField& w) const {
  const auto& spec = space.transform().spec();
  const bool green = type == "taylor_green";
  double found = 0;
  space.each_mode_weighted([&](double weight, Index at, double kx, double ky, double) {
    const auto m = std::lround(kx * spec.length[0] / (2 * std::numbers::pi)),
               n = std::lround(ky * spec.length[1] / (2 * std::numbers::pi));
    for (const int along_x : {1, -1})
      for (const int along_y : {1, -1}) {
        if (m != along_x * waves[0] || n != along_y * waves[1] || (!green && along_x != along_y)) continue;
        w.data()[at] += (green ? 0.25 : 0.5) * amplitude * space.points();
        found += weight;
      }
  });
  if (space.communicator().sum(found) < (green ? 4 : 2))
    throw base::InputError("initial.waves: the grid has no mode (" + std::to_string(waves[0]) + ", " +
                           std::to_string(waves[1]) + ") below its cut-off");
}

void InitialVorticity::fill_random(const Space& space, ComplexField& w) const {
  space.each_mode([&](Index at, double kx, double ky, double) {
    const double k = std::hypot(kx, ky), q = k / peak;
    if (k == 0) return;
    const auto [index, conjugate] = mode_index(space, kx, ky);
    const auto normal = base::random_normal(key, index, start);
    // Energy of a mode is E(k)/(2 pi k), and |w|^2 = 2 k^2 of it.
    const double size = std::sqrt(k * q * q * q * q * std::exp(-q * q));
    w.data()[at] = {size * normal[0], conjugate ? -size * normal[1] : size * normal[1]};
  });
  const double now = 0.5 * mean_product(space, w, w, inverse_square);
  const double factor = now > 0 ? std::sqrt(energy / now) : 0.0;
  space.each_mode([&](Index at, double, double, double) { w.data()[at] *= factor; });
}

namespace {

/// Lamb, Hydrodynamics, art. 165: w = -2 U k J1(k r)/J0(k a) sin(theta) for r < a, J1(k a) = 0.
double lamb_dipole(double x, double y, double radius, double speed) {
  constexpr double first_zero = 3.8317059702075123156;
  const double r = std::hypot(x, y), k = first_zero / radius;
  if (r >= radius || r == 0) return 0;
  return -2 * speed * k * std::cyl_bessel_j(1.0, k * r) / std::cyl_bessel_j(0.0, first_zero) * (y / r);
}

}  // namespace

void InitialVorticity::fill_values(Space& space, ComplexField& w) const {
  RealField values({"vorticity", "1", "vorticity"}, space.transform().physical());
  const auto& layout = values.layout();
  const auto view = values.view();
  const auto& spec = space.transform().spec();
  for (Index i = 0; i < layout.count()[0]; ++i)
    for (Index j = 0; j < layout.count()[1]; ++j)
      view(i, j) = lamb_dipole(
          static_cast<double>(layout.offset()[0] + i) * space.spacing(0) - spec.length[0] / 2,
          static_cast<double>(layout.offset()[1] + j) * space.spacing(1) - spec.length[1] / 2, radius, speed);
  space.transform().forward(values, w);
  space.clear_rest(w);
}

void InitialVorticity::fill_from_file(Space& space, ComplexField& w) const {
  const auto refuse = [this](const std::string& why) {
    throw base::AgreedError("initial.file: " + file + " " + why);
  };
  auto input = run::Hdf5File::open(space.communicator(), file);
  if (!input.has("/vorticity")) refuse("has no dataset vorticity");
  const auto shape = input.shape("/vorticity");
  if (shape.size() != 2)
    refuse("has a vorticity of " + std::to_string(shape.size()) + " axes; 2 are allowed");
  auto spec = space.transform().spec();
  int finer = 0, coarser = 0;
  for (const std::size_t axis : {0U, 1U}) {
    const auto points = static_cast<Index>(shape[axis]);
    finer += points > spec.points[axis] ? 1 : 0;
    coarser += points < spec.points[axis] ? 1 : 0;
    spec.points[axis] = points;
  }
  if (finer > 0 && coarser > 0) refuse("is finer along one axis and coarser along the other");
  spec.planning = numerics::Planning::estimated;
  spec.last_modes = 0;
  numerics::FourierTransform other(space.communicator(), spec);
  RealField values({"vorticity", "1", "vorticity"}, other.physical());
  input.read_field("/vorticity", values.layout_pointer(), values.data(), 1);
  ComplexField modes({"vorticity", "1", "modes of the file"}, other.spectral());
  other.forward(values, modes);
  const double scale = space.points() / static_cast<double>(other.total_points());
  if (coarser > 0)
    numerics::ModeMap(other, space.transform()).to_fine(modes, scale, w);
  else
    numerics::ModeMap(space.transform(), other).to_coarse(modes, scale, w);
  space.clear_rest(w);
}

}  // namespace sluice::solvers::turbulence
