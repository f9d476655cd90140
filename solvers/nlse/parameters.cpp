#include "nlse/parameters.hpp"

#include <algorithm>

#include "base/expression.hpp"

namespace sluice::solvers::nlse {

using base::Parameters;
using base::ParameterSpec;

namespace {

ParameterSpec an_axis(const std::string& help, std::optional<double> minimum = {}) {
  return {.help = help, .unit = "1", .minimum = minimum, .minimum_size = 1, .maximum_size = 3};
}

}  // namespace

void EquationParameters::declare(Parameters& p) {
  p.integer("components", components,
            {.help = "coupled wave functions psi_1, psi_2, ...", .minimum = 1, .maximum = 8});
  p.choice("nonlinearity", nonlinearity,
           {{"cubic", "f_a = sum over b of g_ab |psi_b|^2"},
            {"cubic_quintic", "cubic, and quintic times the square of the whole density"},
            {"saturable", "g n / (1 + n / saturation) with the whole density n"},
            {"expression", "the formula `f`"}},
           {.help = "f in i psi_t + lap psi / 2 + f psi - V psi = 0"});
  p.reals("g", g,
          {.help = "nonlinearity: focusing if positive, defocusing if negative; of several components one "
                   "number for all "
                   "pairs, or components^2, row by row",
           .unit = "1",
           .minimum_size = 1});
  p.real("quintic", quintic, {.help = "of cubic_quintic", .unit = "1"});
  p.real("saturation", saturation,
         {.help = "density at which saturable is at half its slope",
          .unit = "1",
          .minimum = 0,
          .exclusive_minimum = true});
  p.text("f", f, {.help = "of nonlinearity expression: formula of n, the whole density |psi|^2"});
  p.choice("potential", potential,
           {{"none", "none of this kind"}, {"harmonic", "sum over axes of frequency^2 (x - centre)^2 / 2"}},
           {.help = "trap; it adds up with lattice, potential_file and V"});
  p.reals("frequency", frequency, an_axis("of the harmonic potential along each axis", 0.0));
  p.reals("centre", centre, an_axis("of the harmonic potential"));
  p.group("lattice", "potential sum over axes of depth sin^2(wavenumber x)", [this](Parameters& q) {
    q.reals("depth", lattice_depth, an_axis("along each axis; 0: none"));
    q.reals("wavenumber", lattice_wavenumber, an_axis("along each axis"));
  });
  p.file("potential_file", potential_file,
         {.help = "HDF5 file with a real dataset V of the shape of the grid"});
  p.texts("V", v, {.help = "potential as a formula of x, y, z and t; one for all components, or one each"});
  p.group("loss", "psi_t = -(linear + two_body n + three_body n^2) psi; negative numbers are gain",
          [this](Parameters& q) {
            q.real("linear", loss, {.help = "rate of |psi|", .unit = "1"});
            q.real("two_body", loss_two_body, {.help = "rate of |psi| at density 1", .unit = "1"});
            q.real("three_body", loss_three_body, {.help = "rate of |psi| at density 1", .unit = "1"});
          });
  p.group("absorber", "layer at the ends of every axis that damps outgoing waves", [this](Parameters& q) {
    q.real("width", absorber_width, {.help = "of the layer at each end; 0: none", .unit = "1", .minimum = 0});
    q.real(
        "strength", absorber_strength,
        {.help = "rate of damping of |psi| at the very end; it rises as sin^2", .unit = "1", .minimum = 0});
  });
  p.real(
      "rotation", rotation,
      {.help = "frame turns about the z axis with this angular velocity (term -rotation L_z)", .unit = "1"});
  p.real("rabi", rabi,
         {.help = "coupling of two components, rabi/2 psi_2 in the equation of psi_1 and the other way",
          .unit = "1"});
  p.group("nonlocal", "potential strength * (kernel convolved with the whole density)",
          [this](Parameters& q) {
            q.choice("kernel", nonlocal,
                     {{"none", "none"},
                      {"dipolar", "symbol 3 cos^2(angle of k to dipole_axis) - 1 (three axes)"},
                      {"gaussian", "symbol exp(-range^2 k^2 / 2)"},
                      {"diffusive", "symbol 1 / (1 + range^2 k^2): thermal nonlinearity"}},
                     {.help = "by its Fourier symbol"});
            q.real("strength", nonlocal_strength, {.help = "positive repels", .unit = "1"});
            q.real("range", nonlocal_range, {.help = "of gaussian and diffusive", .unit = "1", .minimum = 0});
            q.reals("dipole_axis", dipole_axis,
                    {.help = "direction of the dipoles", .unit = "1", .minimum_size = 3, .maximum_size = 3});
          });
}

bool EquationParameters::has_loss() const {
  return loss != 0 || loss_two_body != 0 || loss_three_body != 0 ||
         (absorber_width > 0 && absorber_strength > 0);
}

bool EquationParameters::has_potential() const {
  return potential != "none" || !v.empty() || !potential_file.empty() ||
         std::any_of(lattice_depth.begin(), lattice_depth.end(), [](double depth) { return depth != 0; });
}

bool EquationParameters::changes_in_time() const {
  return std::any_of(v.begin(), v.end(), [](const std::string& text) {
    return base::Expression(text, space_time_variables(3)).uses("t");
  });
}

void NoiseParameters::declare(Parameters& p) {
  p.choice("type", type,
           {{"none", "none"},
            {"additive",
             "i amplitude xi is added to psi_t; xi complex, <xi xi*> = 1 / (cell volume), a time unit"},
            {"potential", "psi_t = i amplitude xi psi with real xi (Stratonovich): keeps the mass"}},
           {.help = "random force; its numbers depend on seed, member, place and step alone"});
  p.real("amplitude", amplitude, {.help = "of the noise", .unit = "1", .minimum = 0});
  p.real("length", length,
         {.help = "correlation length: amplitudes of modes fall as exp(-length^2 k^2 / 2), their power as "
                  "exp(-length^2 k^2); 0: white",
          .unit = "1",
          .minimum = 0});
  p.real("time", time,
         {.help = "correlation time of an Ornstein-Uhlenbeck process; 0: white", .unit = "1", .minimum = 0});
}

void TimeParameters::declare(Parameters& p) {
  p.choice(
      "integrator", integrator,
      {{"default", "srkn6b; yoshida4 with loss, gain or Rabi coupling; dop853 with rotation"},
       {"strang", "splitting, order 2, one pair of transforms a step (Strang 1968)"},
       {"yoshida4", "splitting, order 4, three pairs (Yoshida 1990)"},
       {"srkn6b", "splitting, order 4, six pairs, far smaller errors a transform (Blanes and Moan 2002)"},
       {"srkn11b", "splitting, order 6, eleven pairs (Blanes and Moan 2002)"},
       {"rk4ip", "classical Runge-Kutta in the interaction picture, order 4 (Hult 2007)"},
       {"etdrk4", "exponential time differencing, order 4 (Cox and Matthews 2002)"},
       {"dop853",
        "adaptive Dormand-Prince, order 8, in the interaction picture (Hairer, Norsett, Wanner 1993)"},
       {"ground_state",
        "imaginary time as preconditioned conjugate gradients at constant mass (Antoine, Levitt, Tang "
        "2017)"}},
      {.help = "scheme in time"});
  p.real(
      "dt", dt,
      {.help =
           "longest step; the way to each required time is divided into equal steps (adaptive: first step; "
           "ground_state: counts iterations)",
       .unit = "1",
       .minimum = 0,
       .exclusive_minimum = true});
  p.boolean("increment_form", increment_form,
            {.help = "drifts and kicks as increments: no round-off floor, one more array on several ranks "
                     "or one axis"});
  p.boolean("adaptive", adaptive,
            {.help = "a splitting chooses its steps: each is compared with two halves (dop853 always does)"});
  p.real("tolerance", tolerance,
         {.help = "adaptive: relative error of psi a step", .unit = "1", .minimum = 1e-15, .maximum = 0.1});
  p.real("residual", residual,
         {.help = "ground_state stops when ||H psi - mu psi|| / ||psi|| is below",
          .unit = "1",
          .minimum = 0,
          .exclusive_minimum = true});
}

void SpaceParameters::declare(Parameters& p) {
  p.choice("dealiasing", dealiasing,
           {{"none", "resolve the spectrum instead"},
            {"two_thirds", "modes above 2/3 of the highest are removed (right for quadratic terms)"},
            {"one_half", "modes above 1/2 of the highest are removed (right for the cubic term)"},
            {"filter", "exp(-filter_strength (k/k_max)^filter_order) each step (Hou and Li 2007)"}},
           {.help = "treatment of high modes"});
  p.real("filter_order", filter_order, {.help = "of the filter", .minimum = 1});
  p.real("filter_strength", filter_strength, {.help = "of the filter", .minimum = 0});
  p.real(
      "tail_warning", tail_warning,
      {.help =
           "warns when the modes above 2/3 of the highest hold more than this part of sqrt(mass); 0: never",
       .unit = "1",
       .minimum = 0,
       .may_differ_at_restart = true});
  p.real("tail_stop", tail_stop,
         {.help = "ends the run with an error above this part; 0: never",
          .unit = "1",
          .minimum = 0,
          .may_differ_at_restart = true});
  p.integer("check_every", check_every,
            {.help = "steps between looks at tail and phase of a step",
             .minimum = 1,
             .may_differ_at_restart = true});
}

void Probe::declare(Parameters& p) {
  p.reals("at", at,
          {.help = "a coordinate along each axis; the nearest point of the grid is taken",
           .unit = "1",
           .minimum_size = 1,
           .maximum_size = 3});
}

void NlseParameters::declare(Parameters& parameters) {
  parameters.group("grid", "periodic box; one to three axes", [this](Parameters& p) {
    p.integers("points", points,
               {.help = "points along each axis; products of small primes are fast",
                .minimum = 2,
                .minimum_size = 1,
                .maximum_size = 3});
    p.reals("lower", lower, an_axis("lower end of each axis"));
    p.reals("upper", upper, an_axis("upper end of each axis, the periodic image of the lower"));
  });
  parameters.group("equation", "terms and coefficients", [this](Parameters& p) { equation.declare(p); });
  parameters.group("noise", "stochastic forcing", [this](Parameters& p) { noise.declare(p); });
  parameters.group("time", "scheme in time", [this](Parameters& p) { time.declare(p); });
  parameters.group("space", "resolution in space", [this](Parameters& p) { space.declare(p); });
  parameters.group("initial", "initial state", [this](Parameters& p) { initial.declare(p); });
  parameters.group("diagnostics", "what more goes to the history", [this](Parameters& p) {
    p.boolean("entropies", entropies,
              {.help = "Shannon, Renyi and Tsallis entropies of |psi|^2 and of the spectrum",
               .may_differ_at_restart = true});
    p.boolean("angular_momentum", angular_momentum,
              {.help = "<L_z> (two and three axes; always with rotation)", .may_differ_at_restart = true});
    p.boolean("vortices", vortices,
              {.help = "numbers and mean positions of vortices (two axes); each one: hook points",
               .may_differ_at_restart = true});
    p.list("probes", probes,
           {.help = "places whose density goes to the history as probe_1, ...: series for complexity.py",
            .may_differ_at_restart = true});
  });
  parameters.group("transform", "Fourier transforms", [this](Parameters& p) {
    p.choice("planning", planning,
             {{"measured", "timed at the first start, kept with the run: restarts have the same plans"},
              {"estimated", "chosen without timing"}},
             {.help = "how FFTW chooses its plans", .may_differ_at_restart = true});
  });
}

std::string NlseParameters::integrator() const {
  if (time.integrator != "default") return time.integrator;
  if (equation.rotation != 0) return "dop853";
  if (equation.has_loss() || equation.rabi != 0) return "yoshida4";
  return "srkn6b";
}

grid::Grid NlseParameters::make_grid() const {
  grid::CartesianSpec spec;
  for (std::size_t axis = 0; axis < points.size(); ++axis) {
    spec.points.push_back(points[axis]);
    spec.lower.push_back(of_axis(lower, axis));
    spec.upper.push_back(of_axis(upper, axis));
    spec.periodic.push_back(true);
  }
  return grid::Grid::cartesian(spec);
}

numerics::FourierSpec NlseParameters::fourier_spec() const {
  numerics::FourierSpec spec;
  spec.dimensions = dimensions();
  for (std::size_t axis = 0; axis < points.size(); ++axis) {
    spec.points[axis] = points[axis];
    spec.length[axis] = of_axis(upper, axis) - of_axis(lower, axis);
  }
  spec.planning = planning == "measured" ? numerics::Planning::measured : numerics::Planning::estimated;
  return spec;
}

std::vector<std::string> space_time_variables(int dimensions) {
  std::vector<std::string> names{"x", "y", "z"};
  names.resize(static_cast<std::size_t>(dimensions));
  names.emplace_back("t");
  return names;
}

std::string component_name(const std::string& base, std::size_t component, std::size_t components) {
  return components == 1 ? base : base + std::to_string(component + 1);
}

}  // namespace sluice::solvers::nlse
