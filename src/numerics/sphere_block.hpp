// One rank's block of a grid in colatitude and longitude: metric terms, areas, and the closure of the poles.
//
// Points and areas (both poles are points, n_phi distinct longitudes; faces at midpoints):
//
//   theta_0 = 0  o-----------------------o  row 0: one cell, a cap of half a spacing, stored once a longitude
//                 - - - - face 1 - - - -
//   theta_1      |  o  |  o  |  o  |  o  |  row 1: area sin(theta_1) d_theta_1 d_phi
//                 - - - - face 2 - - - -
//
// Face j lies between the rows j - 1 and j. Beyond the poles the mesh is mirrored: face 0 at -face 1.
#pragma once
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"

namespace sluice::numerics {

using grid::Index;

class SphereBlock {
 public:
  /// Ghost layers that the sphere's operators need in both directions: three for a stage, five for the
  /// velocities of its Lax-Friedrichs splitting.
  static constexpr Index halo = 5;

  /// `layout` has this grid's extents and a halo of at least `halo`. Collective.
  SphereBlock(const grid::Grid& grid, grid::LayoutPtr layout);

  /// A layout for sphere operators: cut along theta first when that sends no more data (no reduction over the
  /// ranks of a pole row, whole rows in one message). `ranks` {0, 0} = choose. Collective as Layout::block.
  static grid::LayoutPtr make_layout(const base::Communicator& communicator, const grid::Grid& grid,
                                     const std::array<int, 2>& ranks = {0, 0});

  [[nodiscard]] const grid::LayoutPtr& layout() const { return layout_; }
  [[nodiscard]] Index rows_global() const { return rows_global_; }
  [[nodiscard]] Index columns_global() const { return columns_global_; }
  [[nodiscard]] Index first_row() const { return first_row_; }        ///< Global index.
  [[nodiscard]] Index rows() const { return rows_; }                  ///< Owned.
  [[nodiscard]] Index first_column() const { return first_column_; }  ///< Global index.
  [[nodiscard]] Index columns() const { return columns_; }            ///< Owned.
  [[nodiscard]] bool owns_north() const { return rows_ > 0 && first_row_ == 0; }
  [[nodiscard]] bool owns_south() const { return rows_ > 0 && first_row_ + rows_ == rows_global_; }
  [[nodiscard]] bool is_pole(Index row) const { return row == 0 || row == rows_global_ - 1; }
  /// Local index of the theta face beyond the south pole if it lies in this rank's rows and ghosts, else 0.
  [[nodiscard]] Index face_beyond_south() const {
    const Index i = rows_global_ - first_row_;
    return rows_ > 0 && i < rows_ + halo ? i : 0;
  }
  /// Owned rows between the poles, global half-open range.
  [[nodiscard]] grid::Range inner_rows() const;

  // By global row; replicated, no ghosts.
  std::vector<double> theta, sin_theta, cos_theta;  ///< At the points [rad].
  std::vector<double> d_theta;         ///< Cell widths of the mirrored mesh [rad]: a pole has a full one.
  std::vector<double> face, sin_face;  ///< rows_global + 1; face[0] < 0, face[rows_global] > pi.
  std::vector<double> spacing_theta;   ///< theta_j - theta_{j-1} across face j; 0 and end mirrored.
  double pole_area[2]{};               ///< North, south cap [radius^2].

  // By global column.
  std::vector<double> phi, d_phi;  ///< Points and widths [rad].
  std::vector<double> sin_phi, cos_phi;
  std::vector<double> face_phi;  ///< columns_global + 1; face k is west of column k.
  bool uniform_phi = true;       ///< All widths equal to round-off; then d_phi is exactly 2 pi / n.

  /// Waves along longitude that a row keeps, by global row: columns / 2 is all of them. A filter makes it so
  /// (spectral/polar_filter.hpp); the operators' stable steps count on it.
  std::vector<Index> waves;
  /// Rows near the poles keep share sin(theta) of the equator's waves. AgreedError if longitudes are not
  /// uniform.
  void keep_waves(double share);
  /// Largest |1 - exp(i m d_phi)| / 2 of the waves m that a row keeps: 1 if it keeps all.
  [[nodiscard]] double wave_share(Index row) const;

  [[nodiscard]] Index wrap(Index column) const {
    return (column % columns_global_ + columns_global_) % columns_global_;
  }
  /// phi_k - phi_{k-1} across face k (any k) [rad].
  [[nodiscard]] double spacing_phi(Index k) const;
  /// Longitude of face k for any k, continued beyond one turn [rad].
  [[nodiscard]] double face_longitude(Index k) const;
  /// Area of a cell between the poles [radius^2]. Global indices.
  [[nodiscard]] double area(Index row, Index column) const {
    return sin_theta[at(row)] * d_theta[at(row)] * d_phi[at(column)];
  }
  /// Area that an owned point stands for in sums over owned points: a pole counts once, on the rank with
  /// column 0.
  [[nodiscard]] double summation_area(Index row, Index column) const;

  /// Sum of one value a column over a whole row, in the order of longitude: the same bits on any number of
  /// ranks. `values` has the owned columns. Collective over the ranks that own part of the row.
  [[nodiscard]] double sum_row(const double* values) const;
  /// The whole row from this rank's part of it. The reference holds until the next call. Collective over the
  /// same ranks.
  [[nodiscard]] const std::vector<double>& gather_row(const double* values) const;
  /// Makes each pole row single-valued: its mean over longitude. A row that already is keeps its bits.
  /// Collective over the ranks of the rows.
  void close_poles(grid::RealField& field) const;

 private:
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  void make_colatitudes(const grid::Grid& grid);
  void make_longitudes(const grid::Grid& grid);
  grid::LayoutPtr layout_;
  base::Communicator row_;  ///< The ranks that share this rank's rows, by longitude.
  Index rows_global_, columns_global_, first_row_, rows_, first_column_, columns_;
  std::vector<int> counts_, offsets_;             ///< Of the row's ranks.
  mutable std::vector<double> gathered_, local_;  ///< Work arrays of one row.
};

}  // namespace sluice::numerics
