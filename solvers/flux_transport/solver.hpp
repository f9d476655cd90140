// B_t = -div_s(u B) + div_s(eta grad_s B) on the unit sphere; time in hours, lengths in solar radii.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "advector.hpp"
#include "analytic.hpp"
#include "assimilation.hpp"
#include "diffuser.hpp"
#include "numerics/spectral/polar_filter.hpp"
#include "numerics/sphere_block.hpp"
#include "numerics/stepping.hpp"
#include "parameters.hpp"
#include "run/solver.hpp"
#include "sources.hpp"
#include "spectrum.hpp"
#include "surface_map.hpp"

namespace sluice::solvers::flux_transport {

/// The grid of the case: the map's or the snapshot's if it begins from one, else uniform. Collective.
[[nodiscard]] grid::Grid make_grid(const base::Communicator& communicator,
                                   const FluxTransportParameters& parameters);
/// The decomposition asked for. Collective.
[[nodiscard]] grid::LayoutPtr make_layout(const base::Communicator& communicator,
                                          const FluxTransportParameters& parameters, const grid::Grid& grid);

class FluxTransport final : public run::Solver {
 public:
  /// Collective.
  FluxTransport(const FluxTransportParameters& parameters, const run::Context& context);

  [[nodiscard]] const grid::Grid& grid() const override { return grid_; }
  [[nodiscard]] std::string time_unit() const override { return "h"; }
  void initialize() override;
  void state(run::State& state) override;
  run::StepResult advance(double t, double dt_max) override;
  [[nodiscard]] std::vector<run::Output> outputs() override;
  [[nodiscard]] std::vector<run::Quantity> invariants() override;
  [[nodiscard]] std::vector<run::Quantity> diagnostics() override;
  void apply(std::span<const run::Increment> increments) override;
  [[nodiscard]] std::vector<std::string> summary() const override;

  [[nodiscard]] const numerics::SphereBlock& block() const { return block_; }
  [[nodiscard]] const grid::RealField& field() const { return field_; }
  [[nodiscard]] double advective_limit() const { return advector_.limit(); }  ///< Longest stable step [h].

 private:
  [[nodiscard]] run::Output velocity(grid::RealField& component);
  void fill(const PointFunction& formula);
  void fill(const SurfaceMap& map);
  void balance_flux();
  void emerge(double t0, double t1);
  void assimilate(double t);
  void diffuse(double dt);

  FluxTransportParameters parameters_;
  std::uint64_t seed_;
  grid::Grid grid_;
  numerics::SphereBlock block_;
  grid::RealField field_;  ///< B_r [G]; theta, phi; block layout with the operators' halo; a pole's value
                           ///< along its whole row.
  grid::RealField u_theta_, u_phi_;  ///< Velocities [m s^-1] where they are outputs; else empty.
  Scratch scratch_;
  grid::HaloExchange exchange_;
  std::optional<numerics::PolarFilter> filter_;  ///< None if off.
  Advector advector_;
  std::optional<Diffuser> diffuser_;  ///< None without diffusion.
  ExactSolution exact_;
  Sources sources_;
  Assimilation assimilation_;
  Spectrum spectrum_;
  numerics::EqualSteps steps_;
  std::int64_t started_ = 0;          ///< 1 once start_time_ is known.
  double start_time_ = 0, time_ = 0;  ///< Of the first step, and now [h].
};

}  // namespace sluice::solvers::flux_transport
