// The local ensemble transform at the points of a map: what lies within the radius of a point moves it.
#pragma once
#include <vector>

#include "forcing_parameters.hpp"
#include "numerics/ensemble_transform.hpp"
#include "numerics/sphere_block.hpp"

namespace sluice::solvers::flux_transport {

/// Of the whole grid [row][column].
struct Observations {
  std::vector<double> data;      ///< [G]
  std::vector<double> variance;  ///< Of the data's error [G^2]; 0: not observed.
  /// 1 / variance times the cell's area over that of a cell at the equator: the small cells near the poles
  /// are no more data for being more.
  std::vector<double> weight;
};

/// The members' maps [member][row][column] of the rows `near`.
struct Forecast {
  std::size_t members = 0;
  grid::Range near;
  std::vector<double> values;  ///< [G]
};

class LocalAnalysis {
 public:
  LocalAnalysis(const numerics::SphereBlock& block, const KalmanParameters& kalman,
                const Observations& observations, const Forecast& forecast);
  /// The members' analysis at one point; the rows within the radius of it are near. Global indices.
  [[nodiscard]] const std::vector<double>& at_point(grid::Index row, grid::Index column);

 private:
  [[nodiscard]] double gather(grid::Index row, grid::Index column);
  [[nodiscard]] double gather_row(grid::Index row, grid::Index column, grid::Index from);
  [[nodiscard]] grid::Range columns_within(grid::Index row, grid::Index column, grid::Index from) const;

  const numerics::SphereBlock& block_;
  const KalmanParameters& kalman_;
  const Observations& observations_;
  const Forecast& forecast_;
  double radius_, cos_radius_, narrowest_;  ///< Of the taper; narrowest column [rad].
  std::vector<double> deviations_;          ///< [point][member], from the members' mean.
  std::vector<double> innovations_;         ///< [point], data less mean.
  std::vector<double> values_;              ///< [member], of the last point.
  numerics::EnsembleTransform transform_;
};

}  // namespace sluice::solvers::flux_transport
