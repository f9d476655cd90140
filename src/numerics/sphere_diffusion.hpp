// Diffusion of a scalar on the sphere, div(nu grad u): five-point finite volumes, closed at the poles.
#pragma once
#include <functional>
#include <vector>

#include "numerics/sphere_block.hpp"
#include "numerics/super_time_stepping.hpp"

namespace sluice::numerics {

class SphereDiffusion {
 public:
  /// Constant `coefficient` [rad^2 per time]. Coefficients are kept a row and a column, not a cell.
  SphereDiffusion(const SphereBlock& block, double coefficient);
  /// A coefficient that depends on colatitude alone, on the theta faces (rows_global + 1): kept a row.
  SphereDiffusion(const SphereBlock& block, std::vector<double> coefficient_on_faces);
  /// Coefficient on the corners, theta face j and phi face k (any k); a face has the mean of its two corners.
  /// Kept a face. Collective.
  using CornerFunction = std::function<double(Index j, Index k)>;
  SphereDiffusion(const SphereBlock& block, const CornerFunction& coefficient);

  /// Largest sum of the absolute values of one row of the operator's matrix (Gershgorin): 2 / this is the
  /// forward-Euler limit.
  [[nodiscard]] double largest_row_sum() const { return largest_row_sum_; }

  /// Symmetric conductances between a cell, by its local indices, and its neighbours north (a row's index up
  /// to `rows`) and west (a column's up to `columns`): area D(u) = sum of conductance times difference.
  [[nodiscard]] double conductance_north(Index i, Index k) const;
  [[nodiscard]] double conductance_west(Index i, Index k) const;
  [[nodiscard]] const SphereBlock& block() const { return block_; }

  /// out = D(u) on owned cells; u's ghosts (one layer) must be current. Collective over the ranks of a pole
  /// row.
  void apply(const grid::RealField& u, grid::RealField& out);

  /// The fields of one stage of super time stepping: u = Y_{j-1} (ghosts current), before = Y_{j-2}, start =
  /// Y_0, start_rate = D(Y_0); out may be `before` or `start`, not u.
  struct StageFields {
    const grid::RealField &u, &before, &start, &start_rate;
    grid::RealField& out;
  };
  /// Stage 2 and later. Collective over the ranks of a pole row.
  void stage(const SuperStage& s, double dt, const StageFields& fields);

 private:
  struct Row {  ///< Coefficients of the neighbours north and south, and nu / sin^2(theta) of those west and
                ///< east.
    double north, south, west_east;
  };
  void count_row_sums();
  void set_longitudes();
  /// row = D(u) in one inner row where coefficients differ along it.
  void rate_of_row(Index i, const grid::View<const double>& u, double* row) const;
  /// D at a pole from the first row beside it. Collective over the ranks of the row.
  double pole_rate(const grid::View<const double>& u, bool north);

  const SphereBlock& block_;
  std::vector<Row> rows_;  ///< By global row.
  std::vector<double> west_weight_,
      east_weight_;     ///< 1 / (d_phi spacing) by owned column: where longitudes are not uniform.
  double uniform_ = 0;  ///< 1 / d_phi^2 where they are.
  double pole_factor_[2]{};
  double largest_row_sum_ = 0;
  std::vector<double>
      on_faces_;  ///< The coefficient where it depends on colatitude alone, by global theta face.
  /// Else nu sin(face) / spacing on the north face and nu / spacing on the west face of each cell; empty
  /// otherwise.
  grid::RealField north_, west_;
  std::vector<double> work_;  ///< One row.
};

}  // namespace sluice::numerics
