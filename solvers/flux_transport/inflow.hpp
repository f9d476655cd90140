// Inflows towards active regions, from the gradient of the smoothed unsigned field: R. H. Cameron & M.
// Schuessler, Astron. Astrophys. 548 (2012) A57, eq. (3).
#pragma once
#include "diffuser.hpp"
#include "flow_part.hpp"

namespace sluice::solvers::flux_transport {

class Inflow final : public FlowPart {
 public:
  /// `block` must outlive this. Collective.
  Inflow(const numerics::SphereBlock& block, const InflowParameters& parameters);

  void begin(double t, const grid::RealField& field) override;
  void add(double t, grid::RealField& north, grid::RealField& west) const override;
  [[nodiscard]] double fastest_rate() const override { return fastest_rate_; }
  [[nodiscard]] double next_change() const override { return next_look_; }
  void state(run::State& state) override;

 private:
  [[nodiscard]] double north_velocity(grid::Index i, grid::Index k) const;
  [[nodiscard]] double west_velocity(grid::Index i, grid::Index k) const;

  const numerics::SphereBlock& block_;
  InflowParameters parameters_;
  Diffuser smoother_;
  Scratch scratch_;
  grid::HaloExchange exchange_;
  grid::RealField smooth_;  ///< |B| smoothed [G].
  double next_look_ = -std::numeric_limits<double>::max();
  double fastest_rate_ = 0;
  bool current_ = false;  ///< Ghosts and rate belong to `smooth_`.
};

}  // namespace sluice::solvers::flux_transport
