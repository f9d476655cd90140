// The owned points of a layout as rows along its last dimension, and where they are.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"

namespace sluice::solvers::nlse {

using Components = std::vector<grid::ComplexField>;
using Point = std::array<double, 3>;

inline double* as_doubles(grid::Complex* data) { return reinterpret_cast<double*>(data); }
inline const double* as_doubles(const grid::Complex* data) { return reinterpret_cast<const double*>(data); }

/// Rows of contiguous points. Row r has index r / second along dimension 0 and r % second along dimension 1
/// (three dimensions), or r along dimension 0 (two).
struct Rows {
  explicit Rows(const grid::Layout& layout)
      : dimension(layout.dimensions() - 1),
        second(layout.count()[1]),
        count(dimension == 0   ? std::min<grid::Index>(layout.count()[0], 1)
              : dimension == 1 ? layout.count()[0]
                               : layout.count()[0] * layout.count()[1]),
        points(layout.count()[static_cast<std::size_t>(dimension)]) {}
  int dimension;  ///< Along which rows run.
  grid::Index second, count, points;

  /// Local index of row r along dimension d < dimension.
  [[nodiscard]] std::size_t outer(grid::Index row, int d) const {
    if (dimension < 2) return static_cast<std::size_t>(row);
    return static_cast<std::size_t>(d == 0 ? row / second : row % second);
  }
};

/// Coordinates of the owned points.
class Coordinates {
 public:
  Coordinates(const grid::Grid& grid, const grid::Layout& layout) : rows_(layout) {
    for (std::size_t d = 0; d < grid.axes.size(); ++d)
      axis_[d].assign(grid.axes[d].points.begin() + layout.offset()[d],
                      grid.axes[d].points.begin() + layout.offset()[d] + layout.count()[d]);
  }
  [[nodiscard]] Point at(grid::Index row, grid::Index k) const {
    Point x{};
    for (int d = 0; d < rows_.dimension; ++d)
      x[static_cast<std::size_t>(d)] = axis_[static_cast<std::size_t>(d)][rows_.outer(row, d)];
    x[static_cast<std::size_t>(rows_.dimension)] =
        axis_[static_cast<std::size_t>(rows_.dimension)][static_cast<std::size_t>(k)];
    return x;
  }
  [[nodiscard]] const Rows& rows() const { return rows_; }
  [[nodiscard]] const std::vector<double>& axis(int d) const { return axis_[static_cast<std::size_t>(d)]; }

  /// function(x, place in memory) for every owned point.
  template <class Function>
  void for_each(Function function) const {
    for (grid::Index row = 0; row < rows_.count; ++row)
      for (grid::Index k = 0; k < rows_.points; ++k) function(at(row, k), row * rows_.points + k);
  }

 private:
  Rows rows_;
  std::array<std::vector<double>, 3> axis_;  ///< Owned part.
};

}  // namespace sluice::solvers::nlse
