#include "flow_parameters.hpp"

namespace sluice::solvers::flux_transport {

void FlowParameters::declare(base::Parameters& p) {
  p.reals("differential_rotation", differential_rotation,
          {.help = "p0, p2, p4 of v_phi = sin(theta) (p0 + p2 cos^2 + p4 cos^4), in the Carrington frame; "
                   "zeros = off",
           .unit = "m s^-1",
           .minimum_size = 3,
           .maximum_size = 3});
  p.reals("meridional", meridional,
          {.help = "p1, p3, p5 of v_theta = -sin(theta) (p1 cos + p3 cos^3 + p5 cos^5); zeros = off",
           .unit = "m s^-1",
           .minimum_size = 3,
           .maximum_size = 3});
  p.real("southward", southward, {.help = "constant v_theta", .unit = "m s^-1"});
  p.real("rotation_period", rotation_period,
         {.help = "of a rigid rotation in addition; negative = retrograde, none = off", .unit = "h"});
  p.real("axis_colatitude", axis_colatitude,
         {.help = "axis of the rigid rotation", .unit = "deg", .minimum = 0, .maximum = 180});
  p.real("axis_longitude", axis_longitude, {.help = "axis of the rigid rotation", .unit = "deg"});
  p.real("attenuation", attenuation,
         {.help = "strong field holds the flows back: the sum of all is multiplied by 1 - tanh(|B| / this), "
                  "|B| the larger "
                  "of the two cells at a face, at the begin of each step; none = off",
          .unit = "G",
          .minimum = 0,
          .exclusive_minimum = true});
  p.boolean(
      "output", output,
      {.help = "u_theta (southward), u_phi (eastward) are outputs too: what carried the field in the step "
               "taken last, attenuated, in the middle of the cells; zero before the first and at the poles"});
  p.group("cycle", "changes of the zonal flows with the solar cycle",
          [this](base::Parameters& q) { cycle.declare(q); });
  p.group("supergranules", "random convective outflows, carried by the differential rotation",
          [this](base::Parameters& q) { supergranules.declare(q); });
  p.group("inflow", "converging flows towards active regions",
          [this](base::Parameters& q) { inflow.declare(q); });
  p.group("files", "flows from a series of files", [this](base::Parameters& q) { files.declare(q); });
}

void CycleParameters::declare(base::Parameters& p) {
  p.real("period", period, {.help = "of the cycle", .unit = "yr", .minimum = 0, .exclusive_minimum = true});
  p.real("minimum", minimum, {.help = "time of a solar minimum", .unit = "h"});
  p.real("meridional_amplitude", meridional_amplitude,
         {.help = "the meridional flow is multiplied by 1 + this cos(phase), phase 0 at minimum; observed "
                  "about 0.15",
          .unit = "1",
          .minimum = -1,
          .maximum = 1});
  p.real("torsional_amplitude", torsional_amplitude,
         {.help = "torsional oscillation, v_phi += this sin(theta) cos(phase + 2 pi |latitude| / "
                  "wavelength): bands that "
                  "drift towards the equator; observed about 5",
          .unit = "m s^-1"});
  p.real("torsional_wavelength", torsional_wavelength,
         {.help = "of the bands in latitude", .unit = "deg", .minimum = 0, .exclusive_minimum = true});
}

void InflowParameters::declare(base::Parameters& p) {
  p.real("strength", strength,
         {.help = "v = this grad(sin(theta) / cos(30 deg) |B| smoothed); 1.8e8 in Cameron & Schuessler 2012; "
                  "0 = off",
          .unit = "m^2 s^-1 G^-1"});
  p.real("width", width,
         {.help = "full width at half maximum of the Gaussian that smooths |B|",
          .unit = "deg",
          .minimum = 1,
          .maximum = 90});
  p.real("interval", interval,
         {.help = "between two looks at the field", .unit = "h", .minimum = 0, .exclusive_minimum = true});
}

void SupergranuleParameters::declare(base::Parameters& p) {
  p.real("speed", speed, {.help = "root mean square of the flow; 0 = off", .unit = "m s^-1", .minimum = 0});
  p.real("degree", degree,
         {.help = "spherical degree of the spectrum's maximum; the grid must resolve it",
          .unit = "1",
          .minimum = 3,
          .maximum = 1000});
  p.real(
      "lifetime", lifetime,
      {.help = "from a cell's beginning to its end", .unit = "h", .minimum = 0, .exclusive_minimum = true});
  p.real("swirl", swirl,
         {.help = "turning over outflow at the poles: clockwise in the north",
          .unit = "1",
          .minimum = -1,
          .maximum = 1});
  p.integer("seed", seed,
            {.help = "of the cells; none = of the run and the member, so that every member draws its own",
             .minimum = 0});
}

void FlowFileParameters::declare(base::Parameters& p) {
  p.file("list", list,
         {.help = "CSV list, a line each frame: time, file of v_theta, file of v_phi (HDF5: Data[theta, phi] "
                  "in m s^-1, "
                  "dim1 = phi, dim2 = theta, any grid; interpolated bilinearly to the faces); empty = off"});
  p.choice("time", time,
           {{"hours", "the run's time"}, {"days", "in days"}, {"julian_date", "days; t = 0 is `origin`"}},
           {.help = "first column of the list"});
  p.real("origin", origin,
         {.help = "value of the first column at t = 0; none = 0, for julian_date the first line's"});
  p.choice("interpolation", interpolation,
           {{"linear", "between frames"}, {"held", "a frame stays until the next, as in HipFT"}},
           {.help = "in time"});
  p.boolean(
      "repeat", repeat,
      {.help = "begin again after the last frame; else the last one stays (before the first: the first)"});
  p.real("period", period,
         {.help = "from one begin to the next; none = the list's length and one mean spacing",
          .unit = "h",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("factor", factor, {.help = "multiplies the velocities", .unit = "1"});
}

}  // namespace sluice::solvers::flux_transport
