// What the field of one row of cells adds up to: one pass for all the scalars of the history.
#pragma once
#include "grid/layout.hpp"

namespace sluice::solvers::flux_transport {

/// Weighted with the widths of the cells along longitude [G rad]; least and largest value [G].
struct RowSums {
  double positive, negative, net;  ///< `negative` is NaN if a value is.
  double cosine, sine;             ///< Times cos(phi), sin(phi).
  double least, most;
};

/// Tables of the columns from the first owned one.
struct ColumnTables {
  const double *width, *cosine, *sine;
};

[[nodiscard]] RowSums sums_of_row(const double* b, const ColumnTables& columns, grid::Index n);

/// Only these two.
struct RowFlux {
  double net, size;  ///< sum of b, of |b|
};
[[nodiscard]] RowFlux flux_of_row(const double* b, const double* width, grid::Index n);

}  // namespace sluice::solvers::flux_transport
