#include "parameters.hpp"

#include <algorithm>
#include <string>

namespace sluice::solvers::flux_transport {

void GridParameters::declare(base::Parameters& p) {
  p.integer("n_theta", n_theta,
            {.help = "colatitudes, both poles among them; a map brings its own grid", .minimum = 5});
  p.integer("n_phi", n_phi, {.help = "distinct longitudes; any number, odd ones too", .minimum = 4});
  p.boolean("of_map", of_map,
            {.help = "a map (HDF5) or snapshot that the run begins from brings its own grid; false: it is "
                     "remapped conservatively, as FITS maps always are"});
  p.integers("ranks", ranks,
             {.help = "ranks along theta and phi; 0 0 = chosen",
              .minimum = 0,
              .may_differ_at_restart = true,
              .minimum_size = 2,
              .maximum_size = 2});
  p.real("polar_filter", polar_filter,
         {.help = "rows near the poles keep this times sin(theta) of the equator's waves along longitude, so "
                  "that their "
                  "small cells do not throttle explicit steps; 4 takes next to nothing away; 0 = off",
          .unit = "1",
          .minimum = 0,
          .maximum = 1000});
}

void Harmonic::declare(base::Parameters& p) {
  p.integer("l", l, {.help = "degree", .minimum = 0, .maximum = 100});
  p.integer(
      "m", m,
      {.help = "order; cos(m phi) for m >= 0, sin(|m| phi) for m < 0", .minimum = -100, .maximum = 100});
  p.real("amplitude", amplitude, {.help = "factor of the real orthonormal spherical harmonic", .unit = "G"});
}

void Spot::declare(base::Parameters& p) {
  p.real("colatitude", colatitude, {.help = "of the centre", .unit = "deg", .minimum = 0, .maximum = 180});
  p.real("longitude", longitude, {.help = "of the centre", .unit = "deg"});
  p.real("radius", radius,
         {.help = "1/e radius", .unit = "deg", .minimum = 0, .maximum = 180, .exclusive_minimum = true});
  p.real("peak", peak, {.help = "field at the centre", .unit = "G"});
}

void Region::declare(base::Parameters& p) {
  p.real("latitude", latitude,
         {.help = "of the centre, north positive", .unit = "deg", .minimum = -80, .maximum = 80});
  p.real("longitude", longitude, {.help = "of the centre", .unit = "deg"});
  p.real("flux", flux, {.help = "of one polarity", .unit = "Mx", .minimum = 0, .exclusive_minimum = true});
  p.real("tilt", tilt,
         {.help = "angle by which the leading polarity is nearer to the equator; none = Joy's law",
          .unit = "deg",
          .minimum = -180,
          .maximum = 180});
  p.real(
      "leading", leading,
      {.help = "sign of the leading polarity; none = Hale's law", .unit = "1", .minimum = -1, .maximum = 1});
}

void RegionParameters::declare(base::Parameters& p) {
  p.integer("count", count,
            {.help = "bipolar regions drawn at random, alternately north and south",
             .minimum = 0,
             .maximum = 100000});
  p.integer("seed", seed, {.help = "of the drawing; none = run.seed", .minimum = 0});
  p.real("latitude_mean", latitude_mean,
         {.help = "mean distance from the equator", .unit = "deg", .minimum = 0, .maximum = 60});
  p.real("latitude_spread", latitude_spread,
         {.help = "its standard deviation", .unit = "deg", .minimum = 0, .maximum = 20});
  p.real("flux_minimum", flux_minimum,
         {.help = "least flux of one polarity (drawn evenly in the logarithm)",
          .unit = "Mx",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("flux_maximum", flux_maximum,
         {.help = "largest flux of one polarity", .unit = "Mx", .minimum = 0, .exclusive_minimum = true});
  p.real("peak_field", peak_field,
         {.help = "largest field of a polarity; with the flux it gives the size",
          .unit = "G",
          .minimum = 0,
          .exclusive_minimum = true});
  p.list("list", list, {.help = "regions given one by one, beside those drawn"});
}

void InitialParameters::declare(base::Parameters& p) {
  p.choice("type", type,
           {{"auto", "map if `map` is set, snapshot if `snapshot` is set, else dipole_and_regions"},
            {"dipole_and_regions", "axial dipole and bipolar active regions by Hale's and Joy's laws"},
            {"map",
             "HDF5 map (Data[theta, phi], dim1 = phi, dim2 = theta, last longitude repeats the first), or "
             "FITS map in Carrington coordinates (CAR, CEA)"},
            {"snapshot", "B_r of a snapshot of an earlier run, on its grid"},
            {"harmonics", "sum of real spherical harmonics"},
            {"gaussians", "two Gaussians of opposite sign in sin(theta) B_r (validation)"},
            {"spots", "smooth round spots"}},
           {.help = "initial field"});
  p.file("map", map, {.help = "map file (HDF5, FITS)"});
  p.file("snapshot", snapshot, {.help = "snapshot file of an earlier run"});
  p.integer("realization", realization,
            {.help = "which, of a map with a third dimension; the first is 0", .minimum = 0});
  p.choice("fill", fill, fill_options(), {.help = "of points of a map without data (NaN)"});
  p.real("dipole", dipole, {.help = "axial dipole: field at the north pole", .unit = "G"});
  p.group("regions", "bipolar active regions", [this](base::Parameters& q) { regions.declare(q); });
  p.list("harmonics", harmonics, {.help = "terms of the sum"});
  p.real("gaussian_width", gaussian_width,
         {.help = "w in exp(-distance^2 / w)", .unit = "rad^2", .minimum = 0, .exclusive_minimum = true});
  p.list("spots", spots, {.help = "spots of the sum"});
  p.boolean(
      "balance_flux", balance_flux,
      {.help = "scale the two polarities so that the net flux vanishes (dipole_and_regions always does)"});
}

std::string InitialParameters::kind() const {
  if (type != "auto") return type;
  return !map.empty() ? "map" : !snapshot.empty() ? "snapshot" : "dipole_and_regions";
}

void AdvectionParameters::declare(base::Parameters& p) {
  p.choice("scheme", scheme,
           {{"weno3", "third-order WENO-CS, upwind by the velocity of the face"},
            {"weno3_lax_friedrichs", "third-order WENO-CS with local Lax-Friedrichs splitting, as HipFT"},
            {"weno5",
             "fifth-order WENO-Z, upwind by the velocity of the face; equal spacing only (grid.of_map: false "
             "puts a map on it)"},
            {"upwind", "donor cell"}},
           {.help = "fluxes"});
  p.choice("integrator", integrator,
           {{"ssprk43", "SSPRK(4,3), twice the step"},
            {"ssprk104", "SSPRK(10,4), fourth order, six times the step"},
            {"ssprk33", "SSPRK(3,3)"},
            {"euler", "forward Euler"}},
           {.help = "time integration of advection"});
  p.real("upwinding", upwinding,
         {.help = "of the upwind scheme: 1 donor cell, 0 central", .unit = "1", .minimum = 0, .maximum = 1});
}

void DiffusionParameters::declare(base::Parameters& p) {
  p.real("coefficient", coefficient,
         {.help = "constant part of the diffusivity; 0 = none", .unit = "km^2 s^-1", .minimum = 0});
  p.file("file", file,
         {.help = "map of diffusivity to add (HDF5: Data[theta, phi] in km^2 s^-1, dim1 = phi, dim2 = theta, "
                  "any grid); "
                  "empty = none"});
  p.real("grid_coefficient", grid_coefficient,
         {.help = "adds this (d_theta^2 + (sin(theta) d_phi)^2) R_sun^2, smoothing by the size of the cells; "
                  "0 = none",
          .unit = "h^-1",
          .minimum = 0});
  p.choice("scheme", scheme,
           {{"rkg2", "Runge-Kutta-Gegenbauer super time stepping, second order"},
            {"rkl2", "Runge-Kutta-Legendre, second order"},
            {"euler", "forward Euler, as many as the explicit limit asks for"},
            {"crank_nicolson", "implicit by PETSc, second order, any step; rough fields ring"},
            {"implicit_euler", "implicit by PETSc, first order, any step"}},
           {.help = "time integration of diffusion"});
  p.choice(
      "multigrid", multigrid,
      {{"algebraic", "hypre's BoomerAMG (where PETSc has no hypre: GAMG, with other bits every time)"},
       {"geometric", "grids of every second row and column and so on, lines of longitude solved exactly"}},
      {.help = "preconditioner of an implicit solve"});
  p.real("tolerance", tolerance,
         {.help = "of an implicit solve: residual over the field",
          .unit = "1",
          .minimum = 1e-14,
          .maximum = 1e-2});
  p.integer(
      "subcycles", subcycles,
      {.help = "equal parts of a step; 0 = super steps by the practical time-step limit, one implicit step",
       .minimum = 0,
       .maximum = 1000000});
}

void StepParameters::declare(base::Parameters& p) {
  p.real("maximum", maximum,
         {.help = "longest step; none = the advective limit alone",
          .unit = "h",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("safety", safety,
         {.help = "share of the stable step that is taken",
          .unit = "1",
          .minimum = 0,
          .maximum = 1,
          .exclusive_minimum = true});
  p.choice("splitting", splitting,
           {{"strang", "A(1/2) D(1) A(1/2), second order"}, {"lie", "A(1) D(1), first order"}},
           {.help = "of advection and diffusion"});
}

void FluxTransportParameters::declare(base::Parameters& p) {
  p.group("grid", "uniform grid of colatitudes and longitudes",
          [this](base::Parameters& q) { grid.declare(q); });
  p.group("initial", "initial radial field", [this](base::Parameters& q) { initial.declare(q); });
  p.group("flow", "flows; their sum moves the field", [this](base::Parameters& q) { flow.declare(q); });
  p.group("advection", "advection scheme", [this](base::Parameters& q) { advection.declare(q); });
  p.group("diffusion", "diffusion scheme", [this](base::Parameters& q) { diffusion.declare(q); });
  p.group("step", "time step", [this](base::Parameters& q) { step.declare(q); });
  p.group("sources", "what emerges and decays", [this](base::Parameters& q) { sources.declare(q); });
  p.group("assimilation", "maps of data that change the field at their times",
          [this](base::Parameters& q) { assimilation.declare(q); });
  p.group("diagnostics", "further columns of the history",
          [this](base::Parameters& q) { diagnostics.declare(q); });
}

void FluxTransportParameters::validate(const base::Parameters& p) const {
  assimilation.validate(p);
  const std::string kind = initial.kind();
  if (kind == "map" && initial.map.empty())
    base::refuse(p, "initial.type", "is map, but initial.map names no file");
  if (kind == "snapshot" && initial.snapshot.empty())
    base::refuse(p, "initial.type", "is snapshot, but initial.snapshot names no file");
  if (kind == "harmonics" && initial.harmonics.empty())
    base::refuse(p, "initial.harmonics",
                 "is empty; initial.type = harmonics needs at least one {l, m, amplitude}");
  if (kind == "spots" && initial.spots.empty())
    base::refuse(p, "initial.spots", "is empty; initial.type = spots needs at least one");
  for (std::size_t i = 0; i < initial.harmonics.size(); ++i)
    if (std::abs(initial.harmonics[i].m) > initial.harmonics[i].l)
      base::refuse(p, "initial.harmonics." + std::to_string(i) + ".m",
                   "is " + std::to_string(initial.harmonics[i].m) +
                       "; -l to l is allowed, l = " + std::to_string(initial.harmonics[i].l));
  if (initial.regions.flux_maximum < initial.regions.flux_minimum)
    base::refuse(p, "initial.regions.flux_maximum", "is below initial.regions.flux_minimum");
  if (flow.rotation_period && *flow.rotation_period == 0)
    base::refuse(p, "flow.rotation_period", "is 0 h; any other number, or none for no rotation, is allowed");
  const bool tilted = flow.rotation_period && flow.axis_colatitude != 0 && flow.axis_colatitude != 180;
  if (tilted && flow.southward != 0)
    base::refuse(p, "flow.southward",
                 "cannot be combined with a rotation over the poles: it is not defined there");
  if (sources.regions.cycle.flux_maximum < sources.regions.cycle.flux_minimum)
    base::refuse(p, "sources.regions.cycle.flux_maximum", "is below sources.regions.cycle.flux_minimum");
  if ((grid.ranks[0] == 0) != (grid.ranks[1] == 0))
    base::refuse(p, "grid.ranks", "give both numbers, or 0 0 to have them chosen");
}

}  // namespace sluice::solvers::flux_transport
