#include "numerics/petsc/interpolation.hpp"

#include <algorithm>
#include <limits>

namespace sluice::numerics::petsc {

using grid::Index;

double LevelAxis::centre(Index i) const {
  return 0.5 * (faces[static_cast<std::size_t>(i)] + faces[static_cast<std::size_t>(i) + 1]);
}

double LevelAxis::mean_width() const { return (faces.back() - faces.front()) / static_cast<double>(size()); }

LevelAxis LevelAxis::coarsened() const {
  LevelAxis coarse{.faces = {}, .periodic = periodic, .ends = ends};
  for (std::size_t i = 0; i < faces.size(); i += 2) coarse.faces.push_back(faces[i]);
  if (faces.size() % 2 == 0) coarse.faces.push_back(faces.back());
  return coarse;
}

LinearWeights linear_weights(const LevelAxis& fine, const LevelAxis& coarse, Index fine_cell) {
  if (fine.size() == coarse.size()) return {{fine_cell, fine_cell}, {1.0, 0.0}};
  const double x = fine.centre(fine_cell);
  const Index parent = fine_cell / 2, last = coarse.size() - 1;
  const double at_parent = coarse.centre(parent);
  if (x == at_parent) return {{parent, parent}, {1.0, 0.0}};
  const Index other = x < at_parent ? parent - 1 : parent + 1;
  if (other >= 0 && other <= last) {
    const double weight = (x - at_parent) / (coarse.centre(other) - at_parent);
    return {{parent, other}, {1 - weight, weight}};
  }
  if (coarse.periodic) {
    const double length = coarse.faces.back() - coarse.faces.front();
    const Index wrapped = other < 0 ? last : 0;
    const double at_other = coarse.centre(wrapped) + (other < 0 ? -length : length);
    const double weight = (x - at_parent) / (at_other - at_parent);
    return {{parent, wrapped}, {1 - weight, weight}};
  }
  const std::size_t side = other < 0 ? 0 : 1;
  const double wall = side == 0 ? coarse.faces.front() : coarse.faces.back();
  return {{parent, parent}, {coarse.ends[side] == End::fixed ? (x - wall) / (at_parent - wall) : 1.0, 0.0}};
}

std::array<bool, 3> axes_to_halve(const std::array<LevelAxis, 3>& axes, Index coarsest_cells) {
  constexpr Index fewest = 3;    // an axis of two cells stays
  constexpr double equal = 1.5;  // widths within this factor are halved together
  double narrowest = std::numeric_limits<double>::infinity();
  Index cells = 1;
  for (const auto& axis : axes) {
    cells *= axis.size();
    if (axis.size() >= fewest) narrowest = std::min(narrowest, axis.mean_width());
  }
  std::array<bool, 3> chosen{false, false, false};
  if (cells <= coarsest_cells) return chosen;
  for (std::size_t d = 0; d < 3; ++d)
    chosen[d] = axes[d].size() >= fewest && axes[d].mean_width() <= equal * narrowest;
  return chosen;
}

}  // namespace sluice::numerics::petsc
