// A flow that differs along longitude and changes in time: files, inflows, convection.
#pragma once
#include <limits>

#include "grid/field.hpp"
#include "run/state.hpp"

namespace sluice::solvers::flux_transport {

class FlowPart {
 public:
  virtual ~FlowPart() = default;
  /// Called at the begin of each step, at time t [h] and with the field as it is then (ghosts are not
  /// current): reads what comes next, refreshes what follows from the field. Collective.
  virtual void begin(double t, const grid::RealField& field) = 0;
  /// Adds the velocities at time t, which lies before `next_change`, on the north and the west face of each
  /// owned cell [R_sun h^-1]; v_phi is the linear speed, not divided by sin(theta). Nothing beyond owned
  /// cells. Not collective.
  virtual void add(double t, grid::RealField& north, grid::RealField& west) const = 0;
  /// Bound until `next_change` of max |v_theta| / d_theta + |v_phi| / (sin(theta) d_phi) over all cells
  /// [h^-1]. The same on all ranks.
  [[nodiscard]] virtual double fastest_rate() const = 0;
  /// The next time at which the flow changes its course (a step that ends there sees a smooth flow) [h].
  [[nodiscard]] virtual double next_change() const { return std::numeric_limits<double>::infinity(); }
  /// What a restart needs.
  virtual void state(run::State&) {}
};

}  // namespace sluice::solvers::flux_transport
