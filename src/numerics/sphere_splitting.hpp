// The local Lax-Friedrichs splitting of SphereAdvection where velocities differ along the row: made row by
// row as a stage goes over the sphere, since multipliers stored a cell would cost more memory traffic than
// they save work.
#pragma once
#include <vector>

#include "numerics/sphere_advection_rows.hpp"
#include "numerics/sphere_block.hpp"

namespace sluice::numerics {

/// Velocities on faces, of colatitude alone (`zonal`) or of each cell's north and west face, multiplied by
/// the smaller `factor` (null: 1) of the two cells that share the face.
struct SplitVelocities {
  bool zonal;
  const std::vector<double>&v_theta, &v_phi;  ///< By global face, row.
  const grid::RealField &north, &west;        ///< Ghosts current.
  const grid::RealField* factor;              ///< Ghosts current.
};

/// alpha_i = the largest |v| on the six faces i-5/2 ... i+5/2; right-going multiplier (v_{i-1/2} + alpha_i) /
/// 2, left-going (v_{i+1/2} - alpha_i) / 2.
class SphereSplitting {
 public:
  explicit SphereSplitting(const SphereBlock& block);

  /// Before the first face of a stage.
  void begin(const SplitVelocities& velocities);
  /// Multipliers around the theta face north of a local row. Faces of one stage come in order.
  [[nodiscard]] SplitRow theta(Index row);
  /// Multipliers around the phi faces of a local row, from the face west of the first column on.
  [[nodiscard]] SplitRow phi(Index row);

 private:
  struct alignas(64) Pack {  ///< A whole vector register.
    double values[8];
  };
  static constexpr Index faces_kept = 6, cells_kept = 4;
  enum Rows : Index {
    faces = 0,
    right = faces_kept,
    left = right + cells_kept,
    phi_rows = left + cells_kept
  };
  [[nodiscard]] double* row_of(Index number) { return rows_.data()->values + number * stride_; }
  [[nodiscard]] double* ring(Index first, Index kept, Index row) {
    return row_of(first + (row + 6 * kept) % kept);
  }
  [[nodiscard]] double* face(Index row) { return ring(faces, faces_kept, row); }
  void theta_velocities(Index row);
  void theta_parts(Index row);

  const SphereBlock& block_;
  const SplitVelocities* velocities_ = nullptr;
  bool begun_ = false;
  Index next_ = 0;          ///< Local row of cells whose theta parts are made next.
  Index stride_;            ///< From one row of `rows_` to the next.
  std::vector<Pack> rows_;  ///< Along theta, rings of faces and of right- and left-going parts; three of phi.
};

}  // namespace sluice::numerics
