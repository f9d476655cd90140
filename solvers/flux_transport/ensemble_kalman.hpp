// Local ensemble Kalman assimilation: at the time of each map all members meet, and at every point the maps
// near it move and narrow them by what the members' spread says of the forecast's error. The local ensemble
// transform Kalman filter: B. R. Hunt, E. J. Kostelich, I. Szunyogh, Physica D 230 (2007) 112; on solar maps:
// K. S. Hickmann et al., Solar Phys. 290 (2015) 1105.
#pragma once
#include <memory>
#include <vector>

#include "forcing_parameters.hpp"
#include "kalman_report.hpp"
#include "local_analysis.hpp"
#include "numerics/sphere_block.hpp"
#include "observed_maps.hpp"
#include "run/meeting.hpp"
#include "run/member_exchange.hpp"

namespace sluice::solvers::flux_transport {

class EnsembleKalman final : public run::Meeting {
 public:
  /// `grid`: of all members. InputError. Collective over the world.
  EnsembleKalman(const grid::Grid& grid, const AssimilationParameters& parameters,
                 const run::MeetingContext& context);

  [[nodiscard]] std::vector<double> times(double begin, double end) const override;
  void hold(const run::Gathering& gathering) override;

 private:
  [[nodiscard]] grid::Range reach(grid::Range rows) const;
  [[nodiscard]] Observations observe(const ObservedMaps::Entry& entry) const;
  /// The analysis [member][row][column] of this rank's rows.
  [[nodiscard]] std::vector<double> analyse(const Observations& observations, const Forecast& forecast) const;
  [[nodiscard]] KalmanAnalysis before(const Observations& observations, const Forecast& forecast) const;
  void balance(grid::RealField& change, const grid::RealField& variance) const;
  void change(const run::Gathering& gathering, const run::MemberExchange& exchange,
              const KalmanAnalysis& result) const;

  grid::Grid grid_;
  AssimilationParameters parameters_;
  numerics::SphereBlock block_;
  ObservedMaps maps_;
  grid::Range rows_;  ///< That this rank analyses.
  KalmanReport report_;
};

}  // namespace sluice::solvers::flux_transport
