// Parameters of the flows, in the field's units.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/parameters.hpp"

namespace sluice::solvers::flux_transport {

/// Changes of the zonal flows with the solar cycle.
struct CycleParameters {
  double period = 11;                ///< [yr]
  double minimum = 0;                ///< Time of a minimum [h].
  double meridional_amplitude = 0;   ///< [1]
  double torsional_amplitude = 0;    ///< [m s^-1]
  double torsional_wavelength = 45;  ///< [deg]
  void declare(base::Parameters& p);
};

/// Converging flows towards active regions.
struct InflowParameters {
  double strength = 0;   ///< [m^2 s^-1 G^-1]
  double width = 15;     ///< [deg]
  double interval = 24;  ///< [h]
  void declare(base::Parameters& p);
};

/// Random convective flows.
struct SupergranuleParameters {
  double speed = 0;                    ///< Root mean square [m s^-1].
  double degree = 110, lifetime = 38;  ///< [h]
  double swirl = 0.1;
  std::optional<std::int64_t> seed;
  void declare(base::Parameters& p);
};

/// Flows from a series of files.
struct FlowFileParameters {
  std::string list;
  std::string time = "hours", interpolation = "linear";
  std::optional<double> origin;
  bool repeat = false;
  std::optional<double> period;  ///< [h]
  double factor = 1;
  void declare(base::Parameters& p);
};

struct FlowParameters {
  std::vector<double> differential_rotation{46, -262, -379};  ///< p0, p2, p4 [m s^-1]
  std::vector<double> meridional{22, 11, -28};                ///< p1, p3, p5 [m s^-1]
  double southward = 0;                                       ///< [m s^-1]
  std::optional<double> rotation_period;                      ///< [h]
  double axis_colatitude = 0, axis_longitude = 0;             ///< [deg]
  std::optional<double> attenuation;                          ///< [G]
  CycleParameters cycle;
  InflowParameters inflow;
  SupergranuleParameters supergranules;
  FlowFileParameters files;
  bool output = false;
  void declare(base::Parameters& p);
};

}  // namespace sluice::solvers::flux_transport
