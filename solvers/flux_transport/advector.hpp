// Advection over one step: the flows of the case, and the scheme that carries the field with them.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "diffuser.hpp"
#include "flow.hpp"
#include "flow_part.hpp"
#include "numerics/runge_kutta.hpp"
#include "numerics/spectral/polar_filter.hpp"
#include "numerics/sphere_advection.hpp"
#include "parameters.hpp"
#include "run/state.hpp"

namespace sluice::solvers::flux_transport {

/// factor = 1 - tanh(|b| / scale) of each element of two fields' memory (scale and b in G): the share of the
/// flow that the field lets pass.
void attenuation(std::span<const double> b, double scale, std::span<double> factor);

class Advector {
 public:
  /// `block`, `parameters` and `filter` (none: null) must outlive this. Collective.
  Advector(const numerics::SphereBlock& block, const FluxTransportParameters& parameters,
           const numerics::PolarFilter* filter);

  /// A flow beside those of `parameters.flow`; before the first `begin`.
  void add(std::unique_ptr<FlowPart> part);
  /// True if nothing moves.
  [[nodiscard]] bool still() const { return still_ && parts_.empty(); }

  /// Looks at the flows from time t on; `field`'s ghosts need not be current. Collective.
  void begin(double t, const grid::RealField& field);
  /// Longest stable step from the time of the last `begin` [h]; infinite if nothing moves.
  [[nodiscard]] double limit() const;
  /// The next time at which a flow changes its course: steps should end there [h].
  [[nodiscard]] double next_change() const { return next_change_; }
  /// Sets the velocities of the step from t to t + dt: those in its middle, attenuated by the field as it is
  /// at t. Collective.
  void prepare(double t, double dt, grid::RealField& field, grid::HaloExchange& exchange);
  /// Carries `field` over dt with the velocities of the last `prepare`. Collective.
  void advance(grid::RealField& field, double dt, Scratch& scratch, grid::HaloExchange& exchange);

  /// Velocities of the last `prepare` in the middle of the cells [m s^-1]; 0 before the first.
  void velocities(grid::RealField& u_theta, grid::RealField& u_phi) const;

  void state(run::State& state);  ///< Of the flows.
  [[nodiscard]] std::int64_t stages() const { return stages_; }

 private:
  void set_velocities(double t, grid::HaloExchange& exchange);
  void mix(grid::RealField& start, grid::RealField& newest) const;

  const numerics::SphereBlock& block_;
  const FluxTransportParameters& parameters_;
  const numerics::PolarFilter* filter_;
  numerics::ShuOsherScheme integrator_;
  numerics::SphereAdvection advection_;
  std::vector<std::unique_ptr<FlowPart>> parts_;
  bool still_, steady_;
  double zonal_rate_ = 0;  ///< Bound of the rate of the flows of the parameters [h^-1].
  double rate_ = 0, next_change_ = 0;
  bool first_ = true;
  ZonalVelocities zonal_;
  grid::RealField tilted_north_,
      tilted_west_;         ///< Rotation over the poles, where other parts are added to it.
  grid::RealField factor_;  ///< Attenuation of cells.
  std::int64_t stages_ = 0;
};

}  // namespace sluice::solvers::flux_transport
