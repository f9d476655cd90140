// Parameters of what is added to the field beside flows and diffusion, and of the diagnostics.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/parameters.hpp"

namespace sluice::solvers::flux_transport {

/// Methods of gaps.hpp.
[[nodiscard]] std::vector<base::Option> fill_options();

struct DiagnosticsParameters {
  std::int64_t harmonics = 0;   ///< Degree of g_lm, h_lm; 0: none.
  std::int64_t open_flux = 0;   ///< Degree of the potential field; 0: none.
  double source_surface = 2.5;  ///< [R_sun]
  void declare(base::Parameters& p);
};

struct RandomSourceParameters {
  double flux = 0;        ///< Unsigned flux that emerges a time [Mx h^-1].
  double lifetime = 0.3;  ///< [h]
  std::string distribution = "cells";
  bool balance_flux = true;
  std::optional<std::int64_t> seed;
  void declare(base::Parameters& p);
};

/// Regions of one solar cycle after the other.
struct RegionCycleParameters {
  double regions = 0;                               ///< A cycle.
  double start = 0, period = 96426;                 ///< [h]
  double northern_leading = 1;                      ///< Sign in the first cycle.
  double rise = 45;                                 ///< b of the cycle's shape [months].
  double latitude_factor = 1;                       ///< Of the mean latitude.
  double flux_median = 5e21, flux_spread = 0.8;     ///< Of one polarity [Mx]; of its logarithm.
  double flux_minimum = 5e20, flux_maximum = 5e22;  ///< [Mx]
  double joy = 0.5, tilt_scatter = 15;              ///< sin(tilt) over sin(latitude); [deg]
  std::optional<std::int64_t> seed;
  void declare(base::Parameters& p);
};

struct EmergenceParameters {
  std::string catalogue;
  double peak_field = 250;      ///< [G]
  double growth = 0;            ///< [h]
  double northern_leading = 1;  ///< Sign, where the catalogue says nothing.
  RegionCycleParameters cycle;
  void declare(base::Parameters& p);
};

struct SourceParameters {
  std::string map;
  double map_factor = 1;
  std::optional<double> decay_time;  ///< [h]
  RandomSourceParameters random;
  EmergenceParameters regions;
  void declare(base::Parameters& p);
};

struct KalmanParameters {
  double radius = 20;                  ///< Data beyond it do not count [deg].
  double inflation = 1.05;             ///< Of the prior covariance.
  double error = 10, error_power = 1;  ///< [G] at the middle of the disc; of 1 / cosine.
  void declare(base::Parameters& p);
};

struct AssimilationParameters {
  std::string maps;
  std::string method = "insertion";
  std::string weight = "viewing_angle";
  double power = 4, limit = 0.1;  ///< Of the cosine of the viewing angle.
  double latitude_limit = 90;     ///< [deg]
  double factor = 1;
  std::string mode = "replace";
  bool balance_flux = false;
  std::string fill = "none";
  double observer_longitude = 0;           ///< At time 0 [deg].
  double observer_latitude = 0;            ///< [deg]
  double synodic_rotation = 27.2753 * 24;  ///< [h]
  KalmanParameters kalman;
  /// The members of an ensemble meet at the maps' times.
  [[nodiscard]] bool by_meetings() const { return method == "ensemble_kalman" && !maps.empty(); }
  void declare(base::Parameters& p);
  /// InputError through base::refuse.
  void validate(const base::Parameters& p) const;
};

}  // namespace sluice::solvers::flux_transport
