// Parameters of the turbulence solver. Everything is dimensionless.
#pragma once
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "grid/grid.hpp"
#include "turbulence/calibration.hpp"
#include "turbulence/lorenz96.hpp"
#include "turbulence/models/barotropic.hpp"
#include "turbulence/models/isotropic.hpp"
#include "turbulence/models/kuramoto_sivashinsky.hpp"
#include "turbulence/models/navier_stokes.hpp"
#include "turbulence/models/two_layer.hpp"
#include "turbulence/reinforcement.hpp"

namespace sluice::solvers::turbulence {

struct LyapunovParameters {
  std::int64_t every = 0;
  double separation = 1e-7, start = 0;
};

struct TurbulenceParameters {
  std::string model = "navier_stokes";
  std::vector<std::int64_t> points{128, 128};
  std::vector<double> length{6.283185307179586477};
  NavierStokes::Parts navier_stokes;
  KuramotoSivashinskyParameters kuramoto_sivashinsky;
  TwoLayerParameters two_layer;
  BarotropicParameters barotropic;
  IsotropicParameters isotropic;
  Lorenz96Parameters lorenz96;
  std::string integrator = "etdrk4", dealiasing = "two_thirds", planning = "measured";
  double dt = 1e-3;
  double cfl = 0;
  double blow_up_cfl = 20;
  double filter_strength = 23.6;
  LyapunovParameters lyapunov;
  std::int64_t mean_every = 0;
  double mean_start = 0;
  CalibrationTargets calibration;
  ReinforcementTargets reinforcement;

  void declare(base::Parameters& parameters);
  void validate(const base::Parameters& parameters) const;

  [[nodiscard]] grid::Grid make_grid() const;
  [[nodiscard]] numerics::FourierSpec fourier_spec() const;
  [[nodiscard]] Dealiasing dealiasing_kind() const;
  [[nodiscard]] Lorenz96Run lorenz96_run() const;
  /// Collective.
  [[nodiscard]] std::unique_ptr<Model> make_model(Space& space, const run::Context& context) const;
};

}  // namespace sluice::solvers::turbulence
