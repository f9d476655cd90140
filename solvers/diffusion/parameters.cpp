#include "diffusion/parameters.hpp"

namespace sluice::solvers::diffusion {
namespace {

const std::array<std::array<const char*, 2>, 3> side_names{
    {{"x_lower", "x_upper"}, {"y_lower", "y_upper"}, {"z_lower", "z_upper"}}};

}  // namespace

void UnitParameters::declare(base::Parameters& p) {
  p.text("u", u, {.help = "unit of u, for files and pictures"});
  p.text("length", length, {.help = "unit of length, for files and pictures"});
  p.text("time", time, {.help = "unit of time, for files and pictures"});
  p.text("heat", heat, {.help = "unit of heat (capacity * u * volume), for files and pictures"});
}

void GridParameters::declare(base::Parameters& p) {
  p.integers("points", points,
             {.help = "cells along each axis; as many numbers as dimensions",
              .minimum = 2,
              .minimum_size = 1,
              .maximum_size = 3});
  p.reals("lower", lower, {.help = "lower end of each axis", .minimum_size = 1, .maximum_size = 3});
  p.reals("upper", upper, {.help = "upper end of each axis", .minimum_size = 1, .maximum_size = 3});
}

void SideParameters::declare(base::Parameters& p) {
  p.choice("type", type,
           {{"dirichlet", "u = value"},
            {"neumann", "k du/dn = value, the heat flux into the box"},
            {"robin", "a u + b du/dn = value, n pointing out of the box"},
            {"periodic", "the same as the opposite side"}},
           {.help = "what is given on this side"});
  p.real("value", value, {.help = "right-hand side of the condition; ignored when `exact` gives it"});
  p.real("a", a, {.help = "robin: factor of u", .minimum = 0.0});
  p.real("b", b, {.help = "robin: factor of du/dn", .minimum = 0.0});
}

void ConductivityParameters::declare(base::Parameters& p) {
  p.choice("form", form,
           {{"constant", "k0"},
            {"layered", "k0 times one factor a layer"},
            {"sine", "k0 (1 + amplitude * product of sin(2 pi mode (x - lower) / length))"}},
           {.help = "how k depends on position; faces take harmonic means"});
  p.real("value", value, {.help = "k0", .minimum = 0.0, .exclusive_minimum = true});
  p.integer("axis", axis, {.help = "layered: axis across the layers (0 is x)", .minimum = 0, .maximum = 2});
  p.reals("interfaces", interfaces,
          {.help = "layered: positions of the interfaces, ascending", .minimum_size = 1});
  p.reals("factors", factors,
          {.help = "layered: factor of each layer, one more than interfaces",
           .minimum = 0.0,
           .exclusive_minimum = true,
           .minimum_size = 2});
  p.real("amplitude", amplitude,
         {.help = "sine: relative amplitude",
          .unit = "1",
          .minimum = -1.0,
          .maximum = 1.0,
          .exclusive_minimum = true,
          .exclusive_maximum = true});
  p.integers("modes", modes,
             {.help = "sine: waves along each axis", .minimum = 1, .minimum_size = 1, .maximum_size = 3});
  p.real("slope", slope, {.help = "s in k = k0(x) (1 + s u^p); 0: linear problem"});
  p.integer("exponent", exponent, {.help = "p in k = k0(x) (1 + s u^p)", .minimum = 1, .maximum = 8});
}

void ShapeParameters::declare(base::Parameters& p, const std::string& what, bool may_be_exact) {
  std::vector<base::Option> options{{"none", "0"},
                                    {"constant", "value everywhere"},
                                    {"gaussian", "value * exp(-|x - centre|^2 / (2 width^2))"}};
  if (may_be_exact) options.push_back({"exact", "the exact solution at the start"});
  p.choice("type", type, options, {.help = what});
  p.real("value", value, {.help = "size of it"});
  p.reals("centre", centre, {.help = "gaussian: its centre", .minimum_size = 1, .maximum_size = 3});
  p.real("width", width, {.help = "gaussian: standard deviation", .minimum = 0.0, .exclusive_minimum = true});
}

void ExactParameters::declare(base::Parameters& p) {
  p.choice("type", type,
           {{"none", "no exact solution is known"},
            {"sine_product",
             "offset + amplitude exp(-decay t) product of sin(pi mode (x - lower) / length + phase)"},
            {"kirchhoff", "steady conduction along x with k = k0 (1 + s u^p), from `left` to `right`"}},
           {.help = "exact solution: gives the boundary values and adds the source that it needs"});
  p.real("amplitude", amplitude, {.help = "sine_product: amplitude"});
  p.real("offset", offset, {.help = "sine_product: mean"});
  p.reals("modes", modes,
          {.help = "sine_product: half waves along each axis",
           .minimum = 0.0,
           .minimum_size = 1,
           .maximum_size = 3});
  p.reals(
      "phases", phases,
      {.help = "sine_product: phase along each axis", .unit = "rad", .minimum_size = 1, .maximum_size = 3});
  p.real("decay", decay,
         {.help = "sine_product: rate of decay [1 / time]; none: k0 |wave number|^2 / capacity, which needs "
                  "no source if k is constant"});
  p.real("left", left, {.help = "kirchhoff: u at the lower end of x"});
  p.real("right", right, {.help = "kirchhoff: u at the upper end of x"});
}

void TimeParameters::declare(base::Parameters& p) {
  p.choice("scheme", scheme,
           {{"backward_euler", "order 1, fixed steps"},
            {"crank_nicolson", "order 2, fixed steps"},
            {"adaptive", "SDIRK of order 4 in PETSc's TS, steps chosen by the error"},
            {"stationary", "no time: div(k grad u) + f = 0"}},
           {.help = "time scheme"});
  p.real("dt", dt,
         {.help = "longest step of the fixed-step schemes",
          .minimum = 0.0,
          .exclusive_minimum = true,
          .may_differ_at_restart = true});
  p.real("dt_initial", dt_initial,
         {.help = "adaptive: first step tried; none: the time of diffusion across a cell",
          .minimum = 0.0,
          .exclusive_minimum = true});
  p.real("error_relative", error_relative,
         {.help = "adaptive: error of a step relative to u", .unit = "1", .minimum = 0.0});
  p.real("error_absolute", error_absolute,
         {.help = "adaptive: error of a step, absolute", .minimum = 0.0, .exclusive_minimum = true});
}

void SolveParameters::declare(base::Parameters& p) {
  p.choice("preconditioner", preconditioner,
           {{"multigrid", "geometric, Galerkin coarse grids, any number of cells"},
            {"algebraic", "hypre's BoomerAMG, or PETSc's GAMG if this PETSc has no hypre"},
            {"jacobi", "the diagonal"}},
           {.help = "preconditioner of the linear solves (others by the options `diffusion_pc_type` ... in "
                    "`petsc:`)"});
  p.real("tolerance", tolerance,
         {.help = "residual after a solve relative to the one before",
          .unit = "1",
          .minimum = 1e-14,
          .maximum = 1e-2});
  p.integer("maximum_iterations", maximum_iterations, {.help = "of a linear solve", .minimum = 1});
  p.group("surrogate", "a learned preconditioner, asked before the classical one", [this](auto& g) {
    g.text(
        "use", use,
        {.help =
             "its name under `surrogates:`; it maps `residual` to `correction` (see `pairs`), and the Krylov "
             "method becomes generalised conjugate residuals; left out: none"});
    g.real(
        "contraction", contraction,
        {.help =
             "largest part of a residual that its correction may leave; beyond it `preconditioner` stands in",
         .unit = "1",
         .minimum = 0.0,
         .maximum = 1.0,
         .exclusive_maximum = true});
  });
  p.choice(
      "pairs", pairs,
      {{"none", "none"},
       {"solves", "of the iterates of the solves, from all their stages in turn"},
       {"probes",
        "of white noise as correction: the map of least mean square error is then the one that is "
        "nearest to the matrix's inverse"}},
      {.help =
           "outputs for training after every step: `residual` r over its root mean square, and `correction`, "
           "its solution A^-1 r times the largest diagonal element of the matrix A"});
}

void DiffusionParameters::declare(base::Parameters& p) {
  p.group("units", "names of units", [this](auto& g) { units.declare(g); });
  p.group("grid", "cells of a box in one to three dimensions", [this](auto& g) { grid.declare(g); });
  p.real("capacity", capacity,
         {.help = "c, heat capacity per volume", .minimum = 0.0, .exclusive_minimum = true});
  p.group("conductivity", "k(x, u)", [this](auto& g) { conductivity.declare(g); });
  p.group("boundary", "conditions on the sides", [this](auto& g) {
    for (std::size_t d = 0; d < 3; ++d)
      for (std::size_t side = 0; side < 2; ++side)
        g.group(side_names[d][side], "one side", [&](auto& s) { sides[d][side].declare(s); });
  });
  p.group("source", "f, heat made per volume and time",
          [this](auto& g) { source.declare(g, "form of the source", false); });
  p.group("initial", "u at the start, or the guess of a stationary solve",
          [this](auto& g) { initial.declare(g, "form of the initial state", true); });
  p.group("exact", "an exact solution to compare with", [this](auto& g) { exact.declare(g); });
  p.group("time", "steps", [this](auto& g) { time.declare(g); });
  p.group("solve", "linear and nonlinear solves", [this](auto& g) { solve.declare(g); });
}

grid::Grid DiffusionParameters::make_grid() const {
  grid::CartesianSpec spec{.points = {}, .lower = {}, .upper = {}, .periodic = {}, .unit = units.length};
  for (std::size_t d = 0; d < grid.points.size(); ++d) {
    spec.points.push_back(grid.points[d]);
    spec.lower.push_back(along(grid.lower, d));
    spec.upper.push_back(along(grid.upper, d));
    spec.periodic.push_back(periodic(d));
  }
  return grid::Grid::cartesian(spec);
}

}  // namespace sluice::solvers::diffusion
