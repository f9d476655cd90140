// Combinations of parameters that no single bound can refuse.
#include <cmath>
#include <numbers>

#include "base/expression.hpp"
#include "nlse/exact.hpp"
#include "nlse/integrators.hpp"
#include "nlse/parameters.hpp"

namespace sluice::solvers::nlse {
namespace {

using base::Parameters;
using base::refuse;

template <class T>
void check_size(const Parameters& p, const std::string& path, const std::vector<T>& values, int dimensions) {
  const auto size = static_cast<int>(values.size());
  if (size != 1 && size != dimensions)
    refuse(p, path,
           std::to_string(size) + " values for " + std::to_string(dimensions) +
               " axes; one value, or one an axis is allowed");
}

/// One value, or one a component.
void check_count(const Parameters& p, const std::string& path, std::size_t size, std::size_t components) {
  if (size != 1 && size != components)
    refuse(p, path,
           std::to_string(size) + " values for " + std::to_string(components) +
               " components; one value, or one a component is allowed (equation.components)");
}

void check_grid(const NlseParameters& n, const Parameters& p) {
  check_size(p, "grid.lower", n.lower, n.dimensions());
  check_size(p, "grid.upper", n.upper, n.dimensions());
  for (std::size_t axis = 0; axis < n.points.size(); ++axis)
    if (!(of_axis(n.upper, axis) > of_axis(n.lower, axis)))
      refuse(p, "grid.upper",
             "axis " + std::to_string(axis) + " ends at " + std::to_string(of_axis(n.upper, axis)) +
                 ", not above its lower end " + std::to_string(of_axis(n.lower, axis)));
}

void check_nonlinearity(const NlseParameters& n, const Parameters& p) {
  const auto& e = n.equation;
  const std::size_t pairs = n.components() * n.components();
  if (e.g.size() != 1 && e.g.size() != pairs)
    refuse(p, "equation.g",
           std::to_string(e.g.size()) + " values for " + std::to_string(n.components()) +
               " components; 1 or " + std::to_string(pairs) + " are allowed");
  for (std::size_t a = 0; a < n.components(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (e.pair(a, b) != e.pair(b, a))
        refuse(p, "equation.g",
               "g_ab differs from g_ba: " + std::to_string(e.pair(a, b)) + " and " +
                   std::to_string(e.pair(b, a)) + "; a symmetric matrix is allowed (there is an energy)");
  if (e.nonlinearity == "saturable" && e.g.size() != 1)
    refuse(p, "equation.g",
           "a matrix with a saturable nonlinearity, which acts on the whole density; one number is allowed");
  if (e.nonlinearity == "expression") base::check_expression(p, "equation.f", e.f, {"n"});
}

void check_terms(const NlseParameters& n, const Parameters& p) {
  const auto& e = n.equation;
  check_size(p, "equation.frequency", e.frequency, n.dimensions());
  check_size(p, "equation.centre", e.centre, n.dimensions());
  check_size(p, "equation.lattice.depth", e.lattice_depth, n.dimensions());
  check_size(p, "equation.lattice.wavenumber", e.lattice_wavenumber, n.dimensions());
  if (!e.v.empty()) check_count(p, "equation.V", e.v.size(), n.components());
  for (const auto& text : e.v)
    base::check_expression(p, "equation.V", text, space_time_variables(n.dimensions()));
  const auto box = box_of(n);
  for (std::size_t d = 0; d < n.points.size(); ++d)
    if (2 * e.absorber_width > box.length[d])
      refuse(p, "equation.absorber.width",
             std::to_string(e.absorber_width) + " at both ends of an axis of length " +
                 std::to_string(box.length[d]) + "; less than half of it is allowed");
  if (e.rotation != 0 && n.dimensions() == 1)
    refuse(p, "equation.rotation", "rotation about z on one axis; two or three axes are allowed");
  if (e.rabi != 0 && e.components != 2)
    refuse(p, "equation.rabi",
           "Rabi coupling of " + std::to_string(e.components) + " components; 2 are allowed");
  if (e.nonlocal == "dipolar") {
    if (n.dimensions() != 3)
      refuse(p, "equation.nonlocal.kernel",
             "dipoles on " + std::to_string(n.dimensions()) + " axes; three are allowed");
    if (e.dipole_axis[0] == 0 && e.dipole_axis[1] == 0 && e.dipole_axis[2] == 0)
      refuse(p, "equation.nonlocal.dipole_axis", "[0, 0, 0] has no direction");
  }
}

/// A splitting that does not hold for a term is refused with the reason.
void check_integrator(const NlseParameters& n, const Parameters& p) {
  const auto& e = n.equation;
  const std::string name = n.integrator();
  const auto no = [&](const std::string& why) { refuse(p, "time.integrator", name + ": " + why); };
  if (is_splitting(name) && e.rotation != 0)
    no("rotation is diagonal neither in space nor among the modes, so it cannot be a kick or a drift; "
       "dop853, rk4ip, etdrk4 and "
       "ground_state are allowed");
  if (is_nystroem(name) && e.has_loss())
    no("its order rests on {V,{V,{V,T}}} = 0, which loss, gain and absorbers break; strang, yoshida4, rk4ip, "
       "etdrk4 and dop853 "
       "are allowed");
  if (is_nystroem(name) && e.rabi != 0)
    no("its order rests on {V,{V,{V,T}}} = 0, which Rabi coupling breaks; strang, yoshida4, rk4ip, etdrk4 "
       "and dop853 are allowed");
  if (is_splitting(name) && e.has_loss() && e.nonlocal != "none")
    no("with loss the nonlocal potential changes during a kick; rk4ip, etdrk4 and dop853 are allowed");
  const bool adapts = name == "dop853" || n.time.adaptive;
  if (n.time.adaptive && !is_splitting(name))
    refuse(p, "time.adaptive", name + " has no such choice; splittings have (dop853 is adaptive)");
  if (n.noise.type != "none" && (adapts || name == "ground_state"))
    refuse(p, "noise.type",
           "random forces need equal steps (a rejected step would have to give its numbers back); " + name +
               " has none; splittings, rk4ip and etdrk4 are allowed");
  if (name == "ground_state") {
    if (e.has_loss()) no("a lossy equation has no ground state");
    if (e.rabi != 0) no("Rabi coupling exchanges mass between components, whose masses it holds");
    if (e.changes_in_time()) no("equation.V contains t");
    if (n.space.dealiasing != "none") no("has no dealiasing; space.dealiasing none is allowed");
  }
}

void check_breather(const NlseParameters& n, const Parameters& p) {
  const auto& b = n.initial.breather;
  if (b.kind == "kuznetsov_ma" && !(b.a > 0.5))
    refuse(p, "initial.breather.a", std::to_string(b.a) + " with kuznetsov_ma; more than 0.5 is allowed");
  if (b.kind != "akhmediev") return;
  if (!(b.a < 0.5))
    refuse(p, "initial.breather.a", std::to_string(b.a) + " with akhmediev; less than 0.5 is allowed");
  const double wave = 2 * std::sqrt(1 - 2 * b.a) * b.amplitude * std::sqrt(n.equation.g[0]);
  const double periods = box_of(n).length[0] * wave / (2 * std::numbers::pi);
  if (std::abs(periods - std::round(periods)) > 1e-9 || periods < 0.5)
    refuse(p, "grid.upper",
           "the box holds " + std::to_string(periods) +
               " periods of the breather; a whole number is allowed (period " +
               std::to_string(2 * std::numbers::pi / wave) + ")");
}

void check_dark_solitons(const NlseParameters& n, const Parameters& p) {
  const double c = n.initial.background * std::sqrt(-n.equation.g[0]);
  std::complex<double> jump = 1;
  for (const auto& one : n.initial.dark_solitons) {
    if (!(std::abs(one.velocity) < c))
      refuse(p, "initial.dark_solitons",
             "velocity " + std::to_string(one.velocity) + "; less than the speed of sound " +
                 std::to_string(c) + " is allowed");
    jump *= -std::polar(1.0, 2 * std::asin(one.velocity / c));
  }
  if (std::abs(jump - 1.0) > 1e-9)
    refuse(p, "initial.dark_solitons",
           "from end to end of the periodic box the phase jumps by " + std::to_string(std::arg(jump)) +
               "; 0 is allowed: an even number of kinks with velocities that cancel");
}

void check_of_type(const NlseParameters& n, const Parameters& p) {
  const auto& i = n.initial;
  const bool bright = i.type == "solitons" || i.type == "breather", dark = i.type == "dark_solitons";
  const double g = n.equation.g[0];
  if ((bright || dark) && n.dimensions() != 1)
    refuse(p, "initial.type",
           i.type + " on " + std::to_string(n.dimensions()) + " axes; one axis is allowed (grid.points)");
  if (bright && !(g > 0))
    refuse(p, "initial.type",
           (i.type == "solitons" ? "bright solitons" : i.type) + " with equation.g = " + std::to_string(g) +
               "; only g > 0 has them");
  if (dark && !(g < 0))
    refuse(p, "initial.type",
           "dark solitons with equation.g = " + std::to_string(g) + "; only g < 0 has them");
  if (i.type == "thomas_fermi" && !(g < 0))
    refuse(p, "initial.type", "thomas_fermi with equation.g = " + std::to_string(g) + "; g < 0 is allowed");
  if (i.type == "breather") check_breather(n, p);
  if (dark) check_dark_solitons(n, p);
  if (i.type == "solitons")
    for (std::size_t j = 0; j < i.solitons.size(); ++j)
      check_count(p, "initial.solitons." + std::to_string(j) + ".share", i.solitons[j].share.size(),
                  n.components());
}

void check_relaxation(const NlseParameters& n, const Parameters& p) {
  const auto& e = n.equation;
  if (!n.initial.relax_frequency.empty()) {
    check_size(p, "initial.relax.frequency", n.initial.relax_frequency, n.dimensions());
    if (e.potential != "harmonic")
      refuse(p, "initial.relax.frequency",
             "given with equation.potential " + e.potential + "; harmonic is allowed");
    if (!n.initial.relax_residual)
      refuse(p, "initial.relax.frequency", "given without initial.relax.residual; a number is allowed there");
  }
  if (!n.initial.relax_residual) return;
  const auto no = [&](const std::string& why) { refuse(p, "initial.relax.residual", why); };
  if (e.has_loss()) no("a lossy equation has no ground state");
  if (e.rabi != 0) no("Rabi coupling exchanges mass between components, whose masses are held");
}

void check_probes(const NlseParameters& n, const Parameters& p) {
  for (std::size_t j = 0; j < n.probes.size(); ++j)
    if (n.probes[j].at.size() != n.points.size())
      refuse(p, "diagnostics.probes." + std::to_string(j) + ".at",
             std::to_string(n.probes[j].at.size()) + " values for " + std::to_string(n.points.size()) +
                 " axes; one an axis is allowed");
}

void check_initial(const NlseParameters& n, const Parameters& p) {
  const auto& i = n.initial;
  const int axes = n.dimensions();
  check_of_type(n, p);
  check_count(p, "initial.share", i.share.size(), n.components());
  if (i.type == "plane_wave") {
    check_size(p, "initial.plane_wave.waves", i.plane_wave.waves, axes);
    check_size(p, "initial.plane_wave.perturbation_waves", i.plane_wave.perturbation_waves, axes);
    const double q = perturbation_wavenumber(i.plane_wave, box_of(n));
    if (i.plane_wave.eigenmode && modulation_growth(n.equation.g[0], i.plane_wave.amplitude, q) == 0)
      refuse(p, "initial.plane_wave.eigenmode",
             "the wavenumber " + std::to_string(q) + " does not grow; below " +
                 std::to_string(2 * i.plane_wave.amplitude * std::sqrt(std::max(0.0, n.equation.g[0]))) +
                 " is allowed");
  }
  if (i.type == "gaussian") {
    check_size(p, "initial.gaussian.width", i.gaussian.width, axes);
    check_size(p, "initial.gaussian.centre", i.gaussian.centre, axes);
    check_size(p, "initial.gaussian.velocity", i.gaussian.velocity, axes);
  }
  if (i.type == "file" && i.file.empty()) refuse(p, "initial.file", "no file for initial.type file");
  if (i.type == "expression" && i.real.empty() && i.imaginary.empty())
    refuse(p, "initial.real", "no formula for initial.type expression");
  if (!i.vortices.empty() && axes == 1)
    refuse(p, "initial.vortices", "vortices on one axis; two or three axes are allowed");
  check_relaxation(n, p);
  auto names = space_time_variables(axes);
  names.pop_back();
  for (const auto* texts : {&i.real, &i.imaginary}) {
    if (!texts->empty())
      check_count(p, texts == &i.real ? "initial.real" : "initial.imaginary", texts->size(), n.components());
    for (const auto& text : *texts)
      base::check_expression(p, texts == &i.real ? "initial.real" : "initial.imaginary", text, names);
  }
  if (!i.phase.empty()) base::check_expression(p, "initial.phase", i.phase, names);
}

}  // namespace

void NlseParameters::validate(const Parameters& parameters) const {
  check_grid(*this, parameters);
  check_nonlinearity(*this, parameters);
  check_terms(*this, parameters);
  check_integrator(*this, parameters);
  check_initial(*this, parameters);
  check_probes(*this, parameters);
}

}  // namespace sluice::solvers::nlse
