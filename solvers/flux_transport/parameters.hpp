// Parameters of the flux-transport solver, in the field's units: m s^-1, km^2 s^-1, G, Mx, degrees, hours.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "flow_parameters.hpp"
#include "forcing_parameters.hpp"

namespace sluice::solvers::flux_transport {

// Constants of the yardstick HipFT, so that numbers agree.
inline constexpr double solar_radius_cm = 6.96e10;                      ///< [cm]
inline constexpr double speed_unit = 3600.0 / 6.96e8;                   ///< 1 m s^-1 in R_sun h^-1
inline constexpr double diffusivity_unit = 3600.0 / (6.96e5 * 6.96e5);  ///< 1 km^2 s^-1 in R_sun^2 h^-1
inline constexpr double flux_unit = solar_radius_cm * solar_radius_cm;  ///< 1 G R_sun^2 in Mx
inline constexpr double hours_per_year = 8766;                          ///< Of 365.25 d.
inline constexpr double degree = 0.017453292519943295;                  ///< [rad]

struct GridParameters {
  std::int64_t n_theta = 181, n_phi = 360;
  std::vector<std::int64_t> ranks{0, 0};
  bool of_map = true;
  double polar_filter = 0;
  void declare(base::Parameters& p);
};

struct Harmonic {
  std::int64_t l = 1, m = 0;
  double amplitude = 1;  ///< [G]
  void declare(base::Parameters& p);
};

struct Spot {
  double colatitude = 90, longitude = 180;  ///< [deg]
  double radius = 10;                       ///< [deg]
  double peak = 1;                          ///< [G]
  void declare(base::Parameters& p);
};

struct Region {
  double latitude = 15, longitude = 180;  ///< [deg]
  double flux = 1e22;                     ///< of one polarity [Mx]
  std::optional<double> tilt;             ///< [deg]
  std::optional<double> leading;          ///< sign of the leading (western) polarity
  void declare(base::Parameters& p);
};

struct RegionParameters {
  std::int64_t count = 12;
  std::optional<std::int64_t> seed;
  double latitude_mean = 16, latitude_spread = 6;   ///< [deg]
  double flux_minimum = 2e21, flux_maximum = 2e22;  ///< [Mx]
  double peak_field = 250;                          ///< [G]
  std::vector<Region> list;
  void declare(base::Parameters& p);
};

struct InitialParameters {
  std::string type = "auto";
  std::string map, snapshot;
  std::int64_t realization = 0;  ///< Layer of a map with a third dimension.
  std::string fill = "none";
  double dipole = 1.5;  ///< [G]
  RegionParameters regions;
  std::vector<Harmonic> harmonics;
  double gaussian_width = 0.03;  ///< [rad^2]
  std::vector<Spot> spots;
  bool balance_flux = false;
  void declare(base::Parameters& p);
  /// `type` with "auto" resolved.
  [[nodiscard]] std::string kind() const;
};

struct AdvectionParameters {
  std::string scheme = "weno3", integrator = "ssprk43";
  double upwinding = 1;
  void declare(base::Parameters& p);
};

struct DiffusionParameters {
  double coefficient = 300;  ///< [km^2 s^-1]
  std::string file;
  double grid_coefficient = 0;  ///< [h^-1]
  std::string scheme = "rkg2", multigrid = "algebraic";
  std::int64_t subcycles = 0;
  double tolerance = 1e-10;
  [[nodiscard]] bool off() const { return coefficient == 0 && file.empty() && grid_coefficient == 0; }
  [[nodiscard]] bool implicit() const { return scheme == "crank_nicolson" || scheme == "implicit_euler"; }
  void declare(base::Parameters& p);
};

struct StepParameters {
  std::optional<double> maximum;  ///< [h]
  double safety = 0.95;
  std::string splitting = "strang";
  void declare(base::Parameters& p);
};

struct FluxTransportParameters {
  GridParameters grid;
  InitialParameters initial;
  FlowParameters flow;
  AdvectionParameters advection;
  DiffusionParameters diffusion;
  StepParameters step;
  SourceParameters sources;
  AssimilationParameters assimilation;
  DiagnosticsParameters diagnostics;
  void declare(base::Parameters& p);
  /// InputError for combinations that no single bound can refuse.
  void validate(const base::Parameters& p) const;
};

}  // namespace sluice::solvers::flux_transport
