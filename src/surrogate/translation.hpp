// Fields on a periodic grid, moved by whole points.
#pragma once
#include <span>

#include "grid/layout.hpp"

namespace sluice::surrogate {

/// Whole fields one after the other, axis 0 slowest: what was at i is at i + by, around the axes.
/// 0 <= by < points.
void translate(std::span<double> fields, const grid::Index3& points, const grid::Index3& by);

}  // namespace sluice::surrogate
