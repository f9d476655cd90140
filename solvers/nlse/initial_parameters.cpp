#include "nlse/initial_parameters.hpp"

namespace sluice::solvers::nlse {

using base::Parameters;
using base::ParameterSpec;

namespace {

/// One number an axis.
ParameterSpec an_axis(const std::string& help) {
  return {.help = help, .unit = "1", .minimum_size = 1, .maximum_size = 3};
}

}  // namespace

void Soliton::declare(Parameters& p) {
  p.real("amplitude", amplitude,
         {.help = "largest |psi|", .unit = "1", .minimum = 0, .exclusive_minimum = true});
  p.real("position", position, {.help = "of the centre at the start", .unit = "1"});
  p.real("velocity", velocity, {.help = "of the centre, and wavenumber of the carrier", .unit = "1"});
  p.real("phase", phase, {.help = "phase at x = 0 of the carrier", .unit = "rad"});
  p.reals("share", share,
          {.help = "polarisation: part of each component, scaled to a unit vector",
           .unit = "1",
           .minimum_size = 1});
}

void DarkSoliton::declare(Parameters& p) {
  p.real("position", position, {.help = "of the centre at the start", .unit = "1"});
  p.real("velocity", velocity,
         {.help = "of the centre, below the speed of sound; in a periodic box the phases of all kinks must "
                  "close: pairs of v and -v",
          .unit = "1"});
}

void Breather::declare(Parameters& p) {
  p.choice("kind", kind,
           {{"akhmediev", "periodic in x, once in t; a < 1/2 (Akhmediev and Korneev 1986)"},
            {"kuznetsov_ma", "once in x, periodic in t; a > 1/2 (Kuznetsov 1977, Ma 1979)"},
            {"peregrine", "once in x and t (Peregrine 1983)"}},
           {.help = "which exact solution"});
  p.real("a", a,
         {.help = "modulation parameter; the peak is 1 + 2 sqrt(2 a) times the background",
          .unit = "1",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("amplitude", amplitude,
         {.help = "of the background wave", .unit = "1", .minimum = 0, .exclusive_minimum = true});
  p.real("time", time,
         {.help = "at the start, counted from the peak, in units of the background of amplitude 1",
          .unit = "1"});
  p.real("centre", centre, {.help = "place of the peak", .unit = "1"});
}

void PlaneWave::declare(Parameters& p) {
  p.real("amplitude", amplitude, {.help = "of the wave", .unit = "1", .minimum = 0});
  p.integers("waves", waves,
             {.help = "waves in the box along each axis", .minimum_size = 1, .maximum_size = 3});
  p.real("phase", phase, {.help = "at the origin", .unit = "rad"});
  p.real("perturbation", perturbation, {.help = "amplitude of a cosine added to the amplitude", .unit = "1"});
  p.boolean("eigenmode", eigenmode,
            {.help = "perturb amplitude and phase as the growing solution of the linear theory does"});
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
  p.reals("centre", centre, an_axis("of the packet"));
  p.reals("velocity", velocity, an_axis("wavenumber of the carrier"));
  p.real("phase", phase, {.help = "at the origin", .unit = "rad"});
}

void Vortex::declare(Parameters& p) {
  p.real("x", x, {.help = "place along the first axis", .unit = "1"});
  p.real("y", y, {.help = "place along the second axis", .unit = "1"});
  p.integer("charge", charge, {.help = "turns of the phase, anticlockwise"});
  p.real("core", core,
         {.help = "radius of the hole in |psi|", .unit = "1", .minimum = 0, .exclusive_minimum = true});
}

void InitialParameters::declare(Parameters& p) {
  p.choice("type", type,
           {{"solitons", "sum of bright solitons (one axis, g > 0)"},
            {"dark_solitons", "dark and grey solitons on a background (one axis, g < 0)"},
            {"breather", "an exact breather (one axis, g > 0)"},
            {"plane_wave", "plane wave, with or without a perturbation"},
            {"gaussian", "Gaussian packet"},
            {"thomas_fermi", "sqrt((chemical_potential - V)/(-g)) where positive (g < 0)"},
            {"expression", "formulas of real and imaginary part"},
            {"file", "psi of a snapshot of the same grid"}},
           {.help = "which one"});
  p.list("solitons", solitons, {.help = "of type solitons", .minimum_size = 1});
  p.list("dark_solitons", dark_solitons, {.help = "of type dark_solitons", .minimum_size = 1});
  p.real("background", background,
         {.help = "of type dark_solitons: |psi| far from them",
          .unit = "1",
          .minimum = 0,
          .exclusive_minimum = true});
  p.group("breather", "of type breather", [this](Parameters& q) { breather.declare(q); });
  p.group("plane_wave", "of type plane_wave", [this](Parameters& q) { plane_wave.declare(q); });
  p.group("gaussian", "of type gaussian", [this](Parameters& q) { gaussian.declare(q); });
  p.real("chemical_potential", chemical_potential, {.help = "of type thomas_fermi", .unit = "1"});
  p.texts("real", real,
          {.help = "of type expression: real part, a formula of x, y, z; one, or one a component"});
  p.texts("imaginary", imaginary, {.help = "of type expression: imaginary part; none: 0"});
  p.file(
      "file", file,
      {.help =
           "of type file: HDF5 snapshot with psi_real and psi_imag (psi1_real, ... of several components)"});
  p.reals("share", share,
          {.help = "part of each component in the state, for types with one psi; one number: all have it",
           .unit = "1",
           .minimum_size = 1});
  p.list("vortices", vortices, {.help = "put into the state (two or three axes)"});
  p.text("phase", phase, {.help = "formula of x, y, z: psi is multiplied by exp(i phase)"});
  p.real("noise", noise,
         {.help = "standard deviation of Gaussian noise added to real and imaginary part, the same on any "
                  "number of ranks",
          .unit = "1",
          .minimum = 0});
  p.real("mass", mass,
         {.help = "psi is scaled to this integral of |psi|^2 (of each component); none: as it is",
          .unit = "1",
          .minimum = 0,
          .exclusive_minimum = true});
  p.group("relax", "to the ground state of that mass, before vortices, phase and noise are put on",
          [this](Parameters& q) {
            q.real("residual", relax_residual,
                   {.help = "until ||H psi - mu psi|| / ||psi|| is below; none: not at all",
                    .unit = "1",
                    .minimum = 0,
                    .exclusive_minimum = true});
            q.reals("frequency", relax_frequency,
                    {.help = "of the harmonic trap meanwhile, along each axis; none: equation.frequency (a "
                             "jump of the trap at the start makes the state breathe)",
                     .unit = "1",
                     .minimum = 0});
          });
}

}  // namespace sluice::solvers::nlse
