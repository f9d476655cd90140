#include "hooks/catalyst_mesh.hpp"

#include <cmath>

namespace sluice::hooks::catalyst {
namespace {

using grid::Index;
using grid::Index3;
using Point = std::array<double, 3>;

Point cartesian_point(const grid::Grid& grid, const Index3& node) {
  Point point{0, 0, 0};
  for (std::size_t d = 0; d < grid.axes.size(); ++d)
    point[d] = grid.axes[d].faces[static_cast<std::size_t>(node[d])];
  return point;
}

/// Colatitude from +z, longitude from +x towards +y.
Point sphere_point(const grid::Grid& grid, const Index3& node) {
  const Index rows = grid.axes[0].size(), columns = grid.axes[1].size();
  const double theta = grid.axes[0].faces[static_cast<std::size_t>(node[0])];
  const double phi = grid.axes[1].faces[static_cast<std::size_t>(node[1] == columns ? 0 : node[1])];  // seam
  if (node[0] == 0) return {0, 0, grid.radius};
  if (node[0] == rows) return {0, 0, -grid.radius};
  return {grid.radius * std::sin(theta) * std::cos(phi), grid.radius * std::sin(theta) * std::sin(phi),
          grid.radius * std::cos(theta)};
}

}  // namespace

BlockMesh::BlockMesh(const grid::Grid& grid, const grid::LayoutPtr& layout) : layout_(layout) {
  mesh_.dimensions = grid.dimensions();
  for (int axis = 0; axis < 3; ++axis) {
    const int d = mesh_.dimensions - 1 - axis;  // dimension of the grid along this axis of the mesh
    const auto at = static_cast<std::size_t>(d);
    mesh_.whole[axis] = d >= 0 ? layout->global()[at] : 1;
    mesh_.origin[axis] = d >= 0 ? layout->offset()[at] : 0;
    mesh_.cells[axis] = d >= 0 ? layout->count()[at] : 1;
  }
  if (layout->owned_size() == 0) {
    for (std::int64_t& cells : mesh_.cells) cells = 0;
    return;
  }
  coordinates_ = nodes(grid);
  mesh_.x = coordinates_.data();
  mesh_.y = mesh_.x + 1;
  mesh_.z = mesh_.x + 2;
  mesh_.stride = 3;
}

std::vector<double> BlockMesh::nodes(const grid::Grid& grid) const {
  const Index3& offset = layout_->offset();
  Index3 count{1, 1, 1};
  for (std::size_t d = 0; d < grid.axes.size(); ++d) count[d] = layout_->count()[d] + 1;
  std::vector<double> coordinates;
  coordinates.reserve(static_cast<std::size_t>(3 * count[0] * count[1] * count[2]));
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j)
      for (Index k = 0; k < count[2]; ++k) {
        const Index3 node{offset[0] + i, offset[1] + j, offset[2] + k};
        const Point point =
            grid.geometry == grid::Geometry::sphere ? sphere_point(grid, node) : cartesian_point(grid, node);
        coordinates.insert(coordinates.end(), point.begin(), point.end());
      }
  return coordinates;
}

Field BlockMesh::describe(const grid::FieldView& view) const {
  static constexpr std::array<const char*, 2> complex_parts{"real", "imag"};
  const grid::Layout& layout = *view.layout;
  const Index first = layout.position(0, 0, 0);
  Field field{};
  field.name = view.info.name.c_str();
  field.unit = view.info.unit.c_str();
  field.components = view.components;
  if (view.components == 2) field.component_names = complex_parts.data();
  field.values = view.data + first * view.components;
  const Index3 step{layout.position(1, 0, 0) - first, layout.position(0, 1, 0) - first,
                    layout.position(0, 0, 1) - first};
  for (int axis = 0; axis < mesh_.dimensions; ++axis)
    field.stride[axis] = step[static_cast<std::size_t>(mesh_.dimensions - 1 - axis)] * view.components;
  return field;
}

}  // namespace sluice::hooks::catalyst
