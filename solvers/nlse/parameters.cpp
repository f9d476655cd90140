#include "nlse/parameters.hpp"

namespace sluice::solvers::nlse {

using base::Parameters;

void Soliton::declare(Parameters& p) {
  p.real("amplitude", amplitude,
         {.help = "largest |psi|", .unit = "1", .minimum = 0, .exclusive_minimum = true});
  p.real("position", position, {.help = "of the centre at the start", .unit = "1"});
  p.real("velocity", velocity, {.help = "of the centre, and wavenumber of the carrier", .unit = "1"});
  p.real("phase", phase, {.help = "phase at x = 0 of the carrier", .unit = "rad"});
}

void PlaneWave::declare(Parameters& p) {
  p.real("amplitude", amplitude, {.help = "of the wave", .unit = "1", .minimum = 0});
  p.integers("waves", waves,
             {.help = "waves in the box along each axis", .minimum_size = 1, .maximum_size = 3});
  p.real("phase", phase, {.help = "at the origin", .unit = "rad"});
  p.real("perturbation", perturbation, {.help = "amplitude of a cosine added to the amplitude", .unit = "1"});
  p.integers(
      "perturbation_waves", perturbation_waves,
      {.help = "waves of that cosine in the box along each axis", .minimum_size = 1, .maximum_size = 3});
}

void Gaussian::declare(Parameters& p) {
  p.real("amplitude", amplitude, {.help = "largest |psi|", .unit = "1"});
  p.reals("width", width,
          {.help = "w in exp(-x^2 / (2 w^2))",
           .unit = "1",
           .minimum = 0,
           .exclusive_minimum = true,
           .minimum_size = 1,
           .maximum_size = 3});
  p.reals("centre", centre, {.help = "of the packet", .unit = "1", .minimum_size = 1, .maximum_size = 3});
  p.reals("velocity", velocity,
          {.help = "wavenumber of the carrier", .unit = "1", .minimum_size = 1, .maximum_size = 3});
  p.real("phase", phase, {.help = "at the origin", .unit = "rad"});
}

void NlseParameters::declare(Parameters& parameters) {
  parameters.group("grid", "periodic box; one to three axes", [this](Parameters& p) {
    p.integers("points", points,
               {.help = "points along each axis; products of small primes are fast",
                .minimum = 2,
                .minimum_size = 1,
                .maximum_size = 3});
    p.reals("lower", lower,
            {.help = "lower end of each axis", .unit = "1", .minimum_size = 1, .maximum_size = 3});
    p.reals("upper", upper,
            {.help = "upper end of each axis, the periodic image of the lower",
             .unit = "1",
             .minimum_size = 1,
             .maximum_size = 3});
  });
  parameters.group("equation", "coefficients", [this](Parameters& p) {
    p.real("g", g, {.help = "nonlinearity: focusing if positive, defocusing if negative", .unit = "1"});
    p.choice("potential", potential,
             {{"none", "V = 0"}, {"harmonic", "V = sum over axes of frequency^2 (x - centre)^2 / 2"}},
             {.help = "external potential V"});
    p.reals("frequency", frequency,
            {.help = "of the harmonic potential along each axis",
             .unit = "1",
             .minimum = 0,
             .minimum_size = 1,
             .maximum_size = 3});
    p.reals("centre", centre,
            {.help = "of the harmonic potential", .unit = "1", .minimum_size = 1, .maximum_size = 3});
  });
  parameters.group("time", "splitting in time", [this](Parameters& p) {
    p.choice("integrator", integrator,
             {{"strang", "order 2, one pair of transforms a step (Strang 1968)"},
              {"yoshida4", "order 4, three pairs (Yoshida 1990)"},
              {"srkn6b", "order 4, six pairs, far smaller errors a transform (Blanes and Moan 2002)"}},
             {.help = "splitting"});
    p.real("dt", dt,
           {.help = "longest step; the way to each required time is divided into equal steps",
            .unit = "1",
            .minimum = 0,
            .exclusive_minimum = true});
    p.boolean("increment_form", increment_form,
              {.help = "drifts and kicks as increments: no round-off floor, one more array on several ranks "
                       "or one axis"});
  });
  parameters.group("initial", "initial state", [this](Parameters& p) {
    p.choice("type", initial,
             {{"solitons", "sum of bright solitons (one axis, g > 0)"},
              {"plane_wave", "plane wave, with or without a perturbation"},
              {"gaussian", "Gaussian packet"},
              {"file", "psi of a snapshot of the same grid"}},
             {.help = "which one"});
    p.list("solitons", solitons, {.help = "of type solitons", .minimum_size = 1});
    p.group("plane_wave", "of type plane_wave", [this](Parameters& q) { plane_wave.declare(q); });
    p.group("gaussian", "of type gaussian", [this](Parameters& q) { gaussian.declare(q); });
    p.file("file", file, {.help = "of type file: HDF5 snapshot with psi_real and psi_imag"});
  });
  parameters.group("transform", "Fourier transforms", [this](Parameters& p) {
    p.choice("planning", planning,
             {{"measured", "timed at the first start, kept with the run: restarts have the same plans"},
              {"estimated", "chosen without timing"}},
             {.help = "how FFTW chooses its plans", .may_differ_at_restart = true});
  });
}

namespace {

template <class T>
void check_size(const Parameters& parameters, const std::string& path, const std::vector<T>& values,
                int dimensions) {
  const auto size = static_cast<int>(values.size());
  if (size != 1 && size != dimensions)
    base::refuse(parameters, path,
                 std::to_string(size) + " values for " + std::to_string(dimensions) +
                     " axes; one value, or one an axis is allowed");
}

}  // namespace

void NlseParameters::validate(const Parameters& parameters) const {
  const int axes = dimensions();
  check_size(parameters, "grid.lower", lower, axes);
  check_size(parameters, "grid.upper", upper, axes);
  for (std::size_t axis = 0; axis < points.size(); ++axis)
    if (!(of_axis(upper, axis) > of_axis(lower, axis)))
      base::refuse(parameters, "grid.upper",
                   "axis " + std::to_string(axis) + " ends at " + std::to_string(of_axis(upper, axis)) +
                       ", not above its lower end " + std::to_string(of_axis(lower, axis)));
  if (potential == "harmonic") {
    check_size(parameters, "equation.frequency", frequency, axes);
    check_size(parameters, "equation.centre", centre, axes);
  }
  if (initial == "solitons" && axes != 1)
    base::refuse(parameters, "initial.type",
                 "solitons on " + std::to_string(axes) + " axes; one axis is allowed (grid.points)");
  if (initial == "solitons" && !(g > 0))
    base::refuse(parameters, "initial.type",
                 "bright solitons with equation.g = " + std::to_string(g) + "; only g > 0 has them");
  if (initial == "plane_wave") {
    check_size(parameters, "initial.plane_wave.waves", plane_wave.waves, axes);
    check_size(parameters, "initial.plane_wave.perturbation_waves", plane_wave.perturbation_waves, axes);
  }
  if (initial == "gaussian") {
    check_size(parameters, "initial.gaussian.width", gaussian.width, axes);
    check_size(parameters, "initial.gaussian.centre", gaussian.centre, axes);
    check_size(parameters, "initial.gaussian.velocity", gaussian.velocity, axes);
  }
  if (initial == "file" && file.empty())
    base::refuse(parameters, "initial.file", "no file for initial.type file");
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

}  // namespace sluice::solvers::nlse
