// A grid's block on this rank in the words of the Catalyst plug-in.
#pragma once
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"
#include "hooks/catalyst/plugin.hpp"

namespace sluice::hooks::catalyst {

/// Every point of the grid becomes the cell bounded by its faces, so that the ranks' blocks meet without a
/// gap, the sphere is closed at its poles and its seam, and a probed value is the field's own. The mesh's
/// axis 0 is the grid's last (the fastest in memory): so the fields need no copy; in two and three dimensions
/// the mesh is left-handed.
class BlockMesh {
 public:
  BlockMesh(const grid::Grid& grid, const grid::LayoutPtr& layout);
  [[nodiscard]] const Mesh& mesh() const { return mesh_; }
  /// The field's values on this mesh. The view must outlive the description.
  [[nodiscard]] Field describe(const grid::FieldView& view) const;
  [[nodiscard]] bool matches(const grid::Layout& layout) const { return layout.same_decomposition(*layout_); }

 private:
  [[nodiscard]] std::vector<double> nodes(const grid::Grid& grid) const;
  grid::LayoutPtr layout_;
  std::vector<double>
      coordinates_;  ///< [grid's unit] x, y, z of every node, interleaved, mesh axis 0 fastest.
  Mesh mesh_{};
};

}  // namespace sluice::hooks::catalyst
