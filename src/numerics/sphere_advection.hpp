// Advection of a scalar on the sphere in flux form: finite volumes, donor cell, WENO3 or WENO5,
// closed at the poles.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "numerics/flux_weno.hpp"
#include "numerics/runge_kutta.hpp"
#include "numerics/sphere_advection_rows.hpp"
#include "numerics/sphere_block.hpp"
#include "numerics/sphere_splitting.hpp"

namespace sluice::numerics {

/// max over this and all other ranks' cells of |v_theta| / d_theta + |v_phi| / (sin(theta) d_phi), from the
/// north and west faces with current ghosts. Collective.
[[nodiscard]] double fastest_rate(const SphereBlock& block, const grid::RealField& north,
                                  const grid::RealField& west);

enum class AdvectionScheme { upwind, weno3, weno3_lax_friedrichs, weno5 };

/// L(u) = -div(v u). Angular velocities on faces [rad per time]: v_theta(j, k) on face j between the rows j -
/// 1 and j, v_phi(j, k) on face k between the columns k - 1 and k; linear speed over the radius, that is,
/// v_phi is not yet divided by sin(theta).
class SphereAdvection {
 public:
  /// Value on a face by global row or face j and column or face k (any k; j of v_theta in [0, rows], of v_phi
  /// a row).
  using FaceFunction = std::function<double(Index j, Index k)>;

  /// `upwinding` 1 is the donor cell, 0 the (unstable alone) central average; of the upwind scheme only.
  /// weno5 needs equal spacing in both directions (AgreedError).
  SphereAdvection(const SphereBlock& block, AdvectionScheme scheme, double upwinding = 1.0);

  /// Velocities that depend on colatitude alone, stored once a row: v_theta has rows_global + 1 faces (the
  /// first and last beyond the poles), v_phi rows_global rows.
  void set_zonal(std::span<const double> v_theta, std::span<const double> v_phi);
  /// Velocities that differ along the row, stored once a cell. Collective.
  void set_general(const FaceFunction& v_theta, const FaceFunction& v_phi);

  /// Velocities that change in time: of the north and the west face of each owned cell. Write them
  /// (`make_faces` once before), then call `faces_changed`, which fills the ghosts. The west faces of a
  /// pole's row are not used.
  void make_faces();
  [[nodiscard]] grid::RealField& north_faces() { return north_; }
  [[nodiscard]] grid::RealField& west_faces() { return west_; }
  void faces_changed(grid::HaloExchange& exchange);  ///< Collective.

  /// Multiplies the velocity of each face by the smaller `factor` (0 to 1) of the two cells that share it,
  /// from now on; factors on ghosts must be current in each stage, and the field must stay. `fastest_rate`
  /// stays that of the whole velocity.
  void attenuate(const grid::RealField& factor) { factor_ = &factor; }

  /// max over cells of |v_theta| / d_theta + |v_phi| / (sin(theta) d_phi): half its inverse is a stable
  /// forward-Euler step of either direction alone. Zero if nothing moves.
  [[nodiscard]] double fastest_rate() const { return fastest_rate_; }

  /// Velocity in the middle of each owned cell, the mean of its faces' as they are attenuated; 0 in the rows
  /// of the poles. Ghosts are not set.
  void cell_velocities(grid::RealField& v_theta, grid::RealField& v_phi) const;

  /// out = start u0 + previous u + rate dt L(u) on owned cells; u's ghosts must be current; out is not u (u0
  /// may be). Collective over the ranks of a pole row.
  void stage(const ShuOsherStage& s, double dt, const grid::RealField& u0, const grid::RealField& u,
             grid::RealField& out);

 private:
  struct Combination {  ///< Row update: start u0 + previous u - south f_{j+1} + north f_j - west_east
                        ///< (f_{k+1} - f_k)
    double start, previous, south, north, west_east;
  };
  using Rows = grid::View<const double>;
  void flux_theta(Index face, const Rows& u, double* flux);
  void flux_theta_split(Index face, const FaceStencil& cells, double* flux);
  void flux_phi(Index row, const Rows& u, double* flux);
  void update_row(const Combination& c, const double* u0, const double* u, double* out) const;
  void close_pole(const ShuOsherStage& s, double dt, bool north, const Rows& u0, const Rows& u, double* out);
  [[nodiscard]] double zonal_rate() const;

  const SphereBlock& block_;
  AdvectionScheme scheme_;
  double upwinding_;
  bool zonal_ = true;
  double fastest_rate_ = 0;
  std::vector<Weno3Face> weights_theta_;      ///< By global theta face.
  std::vector<Weno3Face> weights_phi_;        ///< One if longitudes are uniform, else by owned phi face.
  std::vector<double> v_theta_, v_phi_;       ///< Zonal: by global face, row.
  std::vector<SplitFace> zonal_faces_;        ///< By global theta face.
  std::vector<FaceVelocity> zonal_weno5_;     ///< By global theta face.
  const grid::RealField* factor_ = nullptr;   ///< Of cells, if velocities are attenuated.
  grid::RealField north_, west_;              ///< General: velocity of a cell's north and west face.
  std::optional<SphereSplitting> splitting_;  ///< Of weno3_lax_friedrichs.
  std::vector<double> flux_north_, flux_south_, flux_west_, flux_pole_;  ///< Work rows.
};

}  // namespace sluice::numerics
