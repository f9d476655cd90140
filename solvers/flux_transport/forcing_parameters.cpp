#include "forcing_parameters.hpp"

namespace sluice::solvers::flux_transport {

std::vector<base::Option> fill_options() {
  return {{"none", "an error that says where they are"},
          {"zero", "0 G"},
          {"zonal_mean", "mean of the latitude's other points, or of the nearest latitude that has any"},
          {"laplace", "harmonic continuation of the points around"}};
}

void DiagnosticsParameters::declare(base::Parameters& p) {
  p.integer(
      "harmonics", harmonics,
      {.help = "the history has the coefficients g_l_m, h_l_m of Schmidt's functions up to this degree; "
               "0 = none",
       .minimum = 0,
       .maximum = 200});
  p.integer("open_flux", open_flux,
            {.help = "the history has the open flux of a potential field up to this degree; 0 = none",
             .minimum = 0,
             .maximum = 200});
  p.real("source_surface", source_surface,
         {.help = "radius at which the potential field is radial",
          .unit = "R_sun",
          .minimum = 1,
          .exclusive_minimum = true});
}

void RandomSourceParameters::declare(base::Parameters& p) {
  p.real("flux", flux,
         {.help = "unsigned flux that emerges at random a time, over the whole Sun; 0 = off",
          .unit = "Mx h^-1",
          .minimum = 0});
  p.real("lifetime", lifetime,
         {.help = "time from one random frame to the next; the source changes linearly between them",
          .unit = "h",
          .minimum = 0,
          .exclusive_minimum = true});
  p.choice("distribution", distribution,
           {{"cells", "every cell emerges the same flux on average, as HipFT's model 1"},
            {"area", "the flux density is the same on average, as HipFT's model 2"}},
           {.help = "of the emergence over the Sun"});
  p.boolean("balance_flux", balance_flux, {.help = "each frame has no net flux"});
  p.integer("seed", seed,
            {.help = "of the frames; none = of the run and the member, so that every member draws its own",
             .minimum = 0});
}

void RegionCycleParameters::declare(base::Parameters& p) {
  p.real("regions", regions, {.help = "bipolar regions a cycle; 0 = off", .minimum = 0, .maximum = 1e6});
  p.real("start", start, {.help = "beginning of the first cycle", .unit = "h"});
  p.real("period", period,
         {.help = "from the beginning of one cycle to that of the next",
          .unit = "h",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("northern_leading", northern_leading,
         {.help = "sign of the leading polarity in the north in the first cycle; the next has the other",
          .unit = "1",
          .minimum = -1,
          .maximum = 1});
  p.real("rise", rise,
         {.help = "b of the cycle's shape, for a period of 11 years; the maximum comes about b months after "
                  "the beginning",
          .unit = "1",
          .minimum = 10,
          .maximum = 80});
  p.real("latitude_factor", latitude_factor,
         {.help = "factor of the mean latitude of emergence",
          .unit = "1",
          .minimum = 0,
          .maximum = 2,
          .exclusive_minimum = true});
  p.real("flux_median", flux_median,
         {.help = "median flux of one polarity (log-normal)",
          .unit = "Mx",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("flux_spread", flux_spread,
         {.help = "standard deviation of the flux's natural logarithm", .unit = "1", .minimum = 0});
  p.real("flux_minimum", flux_minimum,
         {.help = "least flux; what is drawn below is drawn again", .unit = "Mx", .minimum = 0});
  p.real("flux_maximum", flux_maximum,
         {.help = "largest flux; what is drawn above is drawn again",
          .unit = "Mx",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("joy", joy,
         {.help = "Joy's law: sine of the mean tilt over the sine of the latitude",
          .unit = "1",
          .minimum = -1,
          .maximum = 1});
  p.real("tilt_scatter", tilt_scatter,
         {.help = "standard deviation of the tilt", .unit = "deg", .minimum = 0, .maximum = 90});
  p.integer("seed", seed,
            {.help = "of the regions; none = of the run and the member, so that every member draws its own",
             .minimum = 0});
}

void EmergenceParameters::declare(base::Parameters& p) {
  p.file(
      "catalogue", catalogue,
      {.help = "CSV with the columns time [h], latitude [deg], longitude [deg], flux [Mx] of one polarity, "
               "and if known tilt [deg], leading [1]"});
  p.real("peak_field", peak_field,
         {.help = "largest field of a polarity; with the flux it gives the size",
          .unit = "G",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("growth", growth,
         {.help = "time over which a region emerges, beginning at its time; 0 = at once",
          .unit = "h",
          .minimum = 0});
  p.real("northern_leading", northern_leading,
         {.help = "sign of the leading polarity in the north where the catalogue gives none",
          .unit = "1",
          .minimum = -1,
          .maximum = 1});
  p.group("cycle", "synthetic solar cycle of bipolar regions",
          [this](base::Parameters& q) { cycle.declare(q); });
}

void SourceParameters::declare(base::Parameters& p) {
  p.file("map", map, {.help = "static source: map file in gauss an hour, on any grid"});
  p.real("map_factor", map_factor, {.help = "factor of the static source", .unit = "1"});
  p.real("decay_time", decay_time,
         {.help = "the field decays as exp(-t / decay_time); none = it does not",
          .unit = "h",
          .minimum = 0,
          .exclusive_minimum = true});
  p.group("random", "random emergence of small-scale flux",
          [this](base::Parameters& q) { random.declare(q); });
  p.group("regions", "emergence of bipolar active regions",
          [this](base::Parameters& q) { regions.declare(q); });
}

void KalmanParameters::declare(base::Parameters& p) {
  p.real("radius", radius,
         {.help = "distance at which data count nothing any more (localisation; Gaspari and Cohn's taper)",
          .unit = "deg",
          .minimum = 0,
          .maximum = 180,
          .exclusive_minimum = true});
  p.real("inflation", inflation,
         {.help = "factor of the forecast's covariance where there are data", .unit = "1", .minimum = 1});
  p.real("error", error,
         {.help = "standard deviation of the data's errors in the middle of the disc",
          .unit = "G",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("error_power", error_power,
         {.help = "it grows with this power of 1 / cosine of the viewing angle", .unit = "1", .minimum = 0});
}

void AssimilationParameters::validate(const base::Parameters& p) const {
  if (method == "insertion") return;
  if (maps.empty()) base::refuse(p, "assimilation.method", "ensemble_kalman needs assimilation.maps");
  if (mode == "add")
    base::refuse(p, "assimilation.mode", "add goes with method insertion alone; replace is allowed");
}

void AssimilationParameters::declare(base::Parameters& p) {
  p.file("maps", maps,
         {.help = "CSV with the columns time [h], file, and if known longitude [deg], latitude [deg] of the "
                  "point below the observer; empty = no assimilation"});
  p.choice("method", method,
           {{"insertion", "B becomes B + W (data - B), each run for itself"},
            {"ensemble_kalman",
             "local ensemble transform Kalman filter over the members of an ensemble; weight and power are "
             "not used"}},
           {.help = "how data and field come together"});
  p.choice("weight", weight,
           {{"viewing_angle",
             "power of the cosine of the viewing angle, from the file's third layer if it "
             "has one, else from the place of the observer"},
            {"file", "the second layer of the file"},
            {"uniform", "1 everywhere"}},
           {.help = "weight W of the data: B becomes B + W (data - B)"});
  p.real("power", power, {.help = "of the cosine of the viewing angle", .unit = "1", .minimum = 0});
  p.real("limit", limit,
         {.help = "cosine of the viewing angle up to which data count nothing",
          .unit = "1",
          .minimum = -1,
          .maximum = 1});
  p.real("latitude_limit", latitude_limit,
         {.help = "data farther from the equator count nothing", .unit = "deg", .minimum = 0, .maximum = 90});
  p.real("factor", factor, {.help = "of the data", .unit = "1"});
  p.choice("mode", mode, {{"replace", "B + W (data - B)"}, {"add", "B + W data"}},
           {.help = "what the data do"});
  p.boolean("balance_flux", balance_flux, {.help = "the change of the field has no net flux"});
  p.choice("fill", fill, fill_options(), {.help = "of points without data (NaN)"});
  p.real("observer_longitude", observer_longitude,
         {.help = "Carrington longitude below the observer at time 0, where the list gives none",
          .unit = "deg"});
  p.real("observer_latitude", observer_latitude,
         {.help = "latitude below the observer, where the list gives none",
          .unit = "deg",
          .minimum = -90,
          .maximum = 90});
  p.real("synodic_rotation", synodic_rotation,
         {.help = "time in which the longitude below the observer falls by one turn",
          .unit = "h",
          .minimum = 0,
          .exclusive_minimum = true});
  p.group("kalman", "the ensemble Kalman filter", [this](base::Parameters& q) { kalman.declare(q); });
}

}  // namespace sluice::solvers::flux_transport
