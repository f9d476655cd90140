#include "turbulence/parameters.hpp"

#include "turbulence/integrators.hpp"

namespace sluice::solvers::turbulence {

using base::Parameters;

namespace {

double length_of(const std::vector<double>& length, std::size_t axis) {
  return length.size() == 1 ? length[0] : length[axis];
}

}  // namespace

void TurbulenceParameters::declare(Parameters& parameters) {
  parameters.group("grid", "periodic box that begins at 0", [this](Parameters& p) {
    p.integers("points", points,
               {.help = "points along each axis; products of small primes are fast",
                .minimum = 1,
                .minimum_size = 1,
                .maximum_size = 3});
    p.reals("length", length,
            {.help = "of the box along each axis, or one for all",
             .unit = "1",
             .minimum = 0,
             .exclusive_minimum = true,
             .minimum_size = 1,
             .maximum_size = 3});
  });
  parameters.group("equation", "model and its coefficients", [this](Parameters& p) {
    p.choice("model", model,
             {{"navier_stokes", "vorticity equation in two dimensions, on the beta plane"},
              {"kuramoto_sivashinsky", "u_t + u u_x + u_xx + u_xxxx = 0 in one dimension, with coefficients"},
              {"two_layer", "two-layer quasi-geostrophic flow with a sheared mean flow (pyqg's conventions)"},
              {"barotropic", "one quasi-geostrophic layer (pyqg's conventions)"},
              {"isotropic", "incompressible flow in three dimensions, forced or decaying"},
              {"lorenz96", "Lorenz-96, one or two scales; grid.points: systems, slow variables"}},
             {.help = "which one"});
    p.group("navier_stokes", "of model navier_stokes",
            [this](Parameters& q) { navier_stokes.equation.declare(q); });
    p.group("kuramoto_sivashinsky", "of model kuramoto_sivashinsky",
            [this](Parameters& q) { kuramoto_sivashinsky.declare(q); });
    p.group("two_layer", "of model two_layer", [this](Parameters& q) { two_layer.declare(q); });
    p.group("barotropic", "of model barotropic", [this](Parameters& q) { barotropic.declare(q); });
    p.group("isotropic", "of model isotropic", [this](Parameters& q) { isotropic.declare(q); });
    p.group("lorenz96", "of model lorenz96", [this](Parameters& q) { lorenz96.declare(q); });
  });
  parameters.group("forcing", "of the vorticity equation",
                   [this](Parameters& p) { navier_stokes.forcing.declare(p); });
  parameters.group("closure", "of what the grid does not resolve, in the vorticity equation",
                   [this](Parameters& p) { navier_stokes.closure.declare(p); });
  parameters.group("initial", "initial vorticity",
                   [this](Parameters& p) { navier_stokes.initial.declare(p); });
  parameters.group("time", "integration in time", [this](Parameters& p) {
    p.choice("integrator", integrator, integrator_options(), {.help = "scheme"});
    p.real("dt", dt,
           {.help = "longest step; the way to each required time is divided into equal steps",
            .unit = "1",
            .minimum = 0,
            .exclusive_minimum = true});
    p.real(
        "cfl", cfl,
        {.help = "CFL number to keep below by shorter steps (dt halved or doubled at a time); 0: steps of dt",
         .unit = "1",
         .minimum = 0});
    p.real("blow_up_cfl", blow_up_cfl,
           {.help = "CFL number at which the run is given up as blown up",
            .unit = "1",
            .minimum = 0,
            .exclusive_minimum = true});
    p.choice("dealiasing", dealiasing,
             {{"two_thirds", "modes below 2/3 of the Nyquist one (Orszag 1971)"},
              {"padded", "products on a grid refined by 3/2 (Patterson and Orszag 1971)"},
              {"filter", "none, but exp(-strength (k - 0.65 k_Nyquist)^4) after every step (pyqg)"},
              {"none", "all modes, aliases and all (published runs); navier_stokes in skew-symmetric form"}},
             {.help = "of products"});
    p.real("filter_strength", filter_strength,
           {.help = "of dealiasing filter, with k in units of 1/spacing", .unit = "1", .minimum = 0});
  });
  parameters.group(
      "means", "means over time of the model's samples, in the history as mean_*", [this](Parameters& p) {
        p.integer("every_steps", mean_every, {.help = "steps between samples; 0: no means", .minimum = 0});
        p.real("start", mean_start,
               {.help = "time of the first sample, from the start of the run", .unit = "1", .minimum = 0});
      });
  parameters.group(
      "lyapunov", "largest Lyapunov exponent from a second copy of the state", [this](Parameters& p) {
        p.integer("every_steps", lyapunov.every,
                  {.help = "steps between rescalings of the difference; 0: no exponent", .minimum = 0});
        p.real("separation", lyapunov.separation,
               {.help = "root mean square of the difference after a rescaling, relative to the state's",
                .unit = "1",
                .minimum = 1e-12,
                .maximum = 1e-2});
        p.real("start", lyapunov.start,
               {.help = "time from which growth is counted, from the start of the run",
                .unit = "1",
                .minimum = 0});
      });
  parameters.group("calibration",
                   "of the closure's surrogate by how the members of an ensemble run (`sluice train`)",
                   [this](Parameters& p) { calibration.declare(p); });
  parameters.group(
      "reinforcement",
      "of the closure's surrogate as the policy of agents, in the members of an ensemble (`sluice "
      "train`); steps an action: closure.every_steps, agents: closure.agents, range of the actions: "
      "bounds of the surrogate's outputs",
      [this](Parameters& p) { reinforcement.declare(p); });
  parameters.group("transform", "Fourier transforms", [this](Parameters& p) {
    p.choice("planning", planning,
             {{"measured", "timed at the first start, kept with the run: restarts have the same plans"},
              {"estimated", "chosen without timing"}},
             {.help = "how FFTW chooses its plans", .may_differ_at_restart = true});
  });
}

void TurbulenceParameters::validate(const Parameters& parameters) const {
  const std::size_t axes = model == "kuramoto_sivashinsky" ? 1 : model == "isotropic" ? 3 : 2;
  if (points.size() != axes)
    base::refuse(parameters, "grid.points",
                 std::to_string(points.size()) + " axes for the model " + model + "; " +
                     std::to_string(axes) + " allowed");
  const std::int64_t least = model == "lorenz96" ? 4 : 8;
  for (std::size_t axis = model == "lorenz96" ? 1 : 0; axis < axes; ++axis)
    if (points[axis] < least)
      base::refuse(parameters, "grid.points",
                   std::to_string(points[axis]) + " along axis " + std::to_string(axis) + "; at least " +
                       std::to_string(least) + " are allowed");
  if (length.size() != 1 && length.size() != axes)
    base::refuse(parameters, "grid.length",
                 std::to_string(length.size()) + " values for " + std::to_string(axes) +
                     " axes; one value, or one an axis is allowed");
  if (model == "navier_stokes") {
    navier_stokes.forcing.validate(parameters);
    navier_stokes.initial.validate(parameters);
    navier_stokes.closure.validate(parameters);
  }
  if (model == "two_layer") two_layer.validate(parameters);
  calibration.validate(parameters, model == "navier_stokes" && navier_stokes.closure.type == "surrogate");
  reinforcement.validate(parameters, model == "navier_stokes" && !navier_stokes.closure.agents.empty());
  if (reinforcement.method.active() && (calibration.method.active() || lyapunov.every > 0))
    base::refuse(parameters, "reinforcement.method",
                 "goes neither with calibration.method nor with Lyapunov exponents");
  if (model == "barotropic") barotropic.validate(parameters);
}

grid::Grid TurbulenceParameters::make_grid() const {
  grid::CartesianSpec spec;
  for (std::size_t axis = 0; axis < points.size(); ++axis) {
    spec.points.push_back(points[axis]);
    spec.lower.push_back(0);
    spec.upper.push_back(length_of(length, axis));
    spec.periodic.push_back(true);
  }
  if (model == "lorenz96") {  // numbers of systems and of variables
    spec.upper = {static_cast<double>(points[0]), static_cast<double>(points[1])};
    spec.periodic[0] = false;
  }
  return grid::Grid::cartesian(spec);
}

numerics::FourierSpec TurbulenceParameters::fourier_spec() const {
  numerics::FourierSpec spec;
  spec.dimensions = static_cast<int>(points.size());
  for (std::size_t axis = 0; axis < points.size(); ++axis) {
    spec.points[axis] = points[axis];
    spec.length[axis] = length_of(length, axis);
  }
  spec.real = true;
  spec.planning = planning == "measured" ? numerics::Planning::measured : numerics::Planning::estimated;
  return spec;
}

Dealiasing TurbulenceParameters::dealiasing_kind() const {
  if (dealiasing == "two_thirds") return Dealiasing::two_thirds;
  if (dealiasing == "padded") return Dealiasing::padded;
  return dealiasing == "filter" ? Dealiasing::filter : Dealiasing::none;
}

Lorenz96Run TurbulenceParameters::lorenz96_run() const {
  return {.equation = lorenz96,
          .dt = dt,
          .mean_start = mean_start,
          .lyapunov_start = lyapunov.start,
          .separation = lyapunov.separation,
          .systems = points[0],
          .variables = points[1],
          .mean_every = mean_every,
          .lyapunov_every = lyapunov.every};
}

std::unique_ptr<Model> TurbulenceParameters::make_model(Space& space, const run::Context& context) const {
  if (model == "kuramoto_sivashinsky")
    return std::make_unique<KuramotoSivashinsky>(space, kuramoto_sivashinsky, context);
  if (model == "barotropic") return std::make_unique<Barotropic>(space, barotropic, context);
  if (model == "isotropic") return std::make_unique<Isotropic>(space, isotropic, context);
  if (model == "two_layer") return std::make_unique<TwoLayer>(space, two_layer, context);
  auto parts = navier_stokes;
  parts.initial.key = {.seed = context.seed, .member = context.member, .stream = 0x7f02};
  return std::make_unique<NavierStokes>(space, parts, context);
}

}  // namespace sluice::solvers::turbulence
