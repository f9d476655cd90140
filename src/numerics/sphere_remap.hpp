// Conservative remap between grids of cells in colatitude and longitude.
#pragma once
#include <vector>

#include "numerics/sphere_block.hpp"

namespace sluice::numerics {

/// Cells in rows of colatitude (from the north) and columns of longitude. Replicated.
struct SphereCells {
  std::vector<double> rows;     ///< Edges: area north of them over 2 pi, ascending from 0. n_rows + 1.
  std::vector<double> columns;  ///< Edges [rad], ascending over one turn. n_columns + 1.
  [[nodiscard]] std::size_t n_rows() const { return rows.size() - 1; }
  [[nodiscard]] std::size_t n_columns() const { return columns.size() - 1; }
};

/// The cells of a grid with points on the poles, measured by the areas that its operators conserve.
[[nodiscard]] SphereCells sphere_cells(const SphereBlock& block);
/// The same from points alone: theta ascending from 0 to pi, distinct phi within one turn.
[[nodiscard]] SphereCells sphere_cells(const std::vector<double>& theta, const std::vector<double>& phi);

/// Mean of `values` [row][column] over each cell of `to`: linear reconstruction with limited slopes in one
/// direction after the other, so that no new extremes arise. The sum of value times area over `to` is that
/// over `from` to round-off (where the two total areas differ by the grids' errors, by one common factor).
/// Not collective.
[[nodiscard]] std::vector<double> remap(const SphereCells& from, const std::vector<double>& values,
                                        const SphereCells& to);

}  // namespace sluice::numerics
