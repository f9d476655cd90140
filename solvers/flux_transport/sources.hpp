// What emerges and decays: static map, random small-scale flux, bipolar regions, linear decay.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "emergence.hpp"
#include "random_source.hpp"
#include "run/solver.hpp"
#include "run/state.hpp"

namespace sluice::solvers::flux_transport {

class Sources {
 public:
  /// Collective.
  Sources(const numerics::SphereBlock& block, const SourceParameters& parameters,
          const run::Context& context);

  [[nodiscard]] bool active() const { return active_; }
  /// Where the sources have been added up to, so that no region is left out or comes twice.
  void state(run::State& state);
  /// Adds what comes up to the time t1 (the first call: from t0 on), exactly integrated. Collective.
  void advance(grid::RealField& field, double t0, double t1);
  [[nodiscard]] std::vector<std::string> summary() const;

 private:
  /// dB/dt = map - B / decay_time, exactly.
  void decay(grid::RealField& field, double dt) const;
  void emerge(grid::RealField& field, double t0, double t1);

  const numerics::SphereBlock& block_;
  SourceParameters parameters_;
  bool active_;
  std::vector<double> map_;  ///< [G h^-1], owned points; empty if there is none.
  std::optional<RandomSource> random_;
  std::optional<Emergence> emergence_;
  std::int64_t begun_ = 0;
  double until_ = 0;          ///< [h]
  std::int64_t emerged_ = 0;  ///< Regions, so far begun.
  double emerged_flux_ = 0;   ///< Of one polarity [Mx].
};

/// Adds `share` times the regions to the field: each polarity has its flux on this grid to round-off, and no
/// region is smaller than the grid can carry (at least 1.2 spacings wide). Collective.
void add_regions(const std::vector<Emergence::Share>& shares, double peak_field,
                 const numerics::SphereBlock& block, grid::RealField& field);

}  // namespace sluice::solvers::flux_transport
