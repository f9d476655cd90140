// Diffusion over one step: super time stepping, explicit or implicit steps, sub-cycled.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "numerics/spectral/polar_filter.hpp"
#include "numerics/sphere_diffusion.hpp"
#include "numerics/super_time_stepping.hpp"
#include "parameters.hpp"

namespace sluice::numerics::petsc {
class SphereImplicit;
}

namespace sluice::solvers::flux_transport {

/// Three work fields with a halo, lent to the operators of a step.
struct Scratch {
  grid::RealField a, b, rate;
};

class Diffuser {
 public:
  /// `block` and `filter` (of the explicit schemes; none: null) must outlive this. Collective.
  Diffuser(const numerics::SphereBlock& block, const DiffusionParameters& parameters, double safety,
           const std::map<std::string, std::string>& petsc_options = {},
           const numerics::PolarFilter* filter = nullptr);
  ~Diffuser();

  /// Advances `field` by dt. Collective.
  void advance(grid::RealField& field, double dt, Scratch& scratch, grid::HaloExchange& exchange);

  [[nodiscard]] double explicit_limit() const { return explicit_limit_; }  ///< [h]
  [[nodiscard]] std::int64_t super_steps() const { return super_steps_; }  ///< Taken so far.
  [[nodiscard]] std::int64_t stages() const { return stages_; }  ///< Or iterations of the implicit solves.

 private:
  /// The practical time-step limit at the state whose rate of change is `rate`: no step may turn the
  /// difference of the fastest changing points from their neighbours round. Infinite if nothing limits.
  /// Collective.
  double practical_limit(const grid::RealField& field, grid::RealField& rate, grid::HaloExchange& exchange);
  void euler_steps(grid::RealField& field, double dt, Scratch& scratch, grid::HaloExchange& exchange);
  /// The field is solved for, its rate of change is what is added: fluxes in the end, conserved to round-off
  /// whatever the solver's tolerance.
  void implicit_step(grid::RealField& field, double dt, Scratch& scratch, grid::HaloExchange& exchange);
  void add_rate(grid::RealField& field, double dt, const grid::RealField& rate) const;
  void apply_filter(grid::RealField& field) const;
  void super_step(grid::RealField& field, double dt, Scratch& scratch, grid::HaloExchange& exchange);

  const numerics::SphereBlock& block_;
  numerics::SphereDiffusion operator_;
  numerics::SuperTable table_;
  std::string scheme_;
  const numerics::PolarFilter* filter_;
  std::unique_ptr<numerics::petsc::SphereImplicit> implicit_;
  double safety_;
  double explicit_limit_;
  std::int64_t subcycles_;
  std::vector<double> row_fastest_;  ///< Work array, by owned row.
  std::int64_t super_steps_ = 0, stages_ = 0;
};

}  // namespace sluice::solvers::flux_transport
