// The mesh that Catalyst is shown: geometry of grid and block, and where each cell's value lies in memory.
#include "hooks/catalyst_mesh.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "hooks/catalyst_plugin.hpp"

namespace sluice::hooks::catalyst {
namespace {

using grid::Index;
using Vector = std::array<double, 3>;

Vector node(const Mesh& mesh, std::int64_t i, std::int64_t j = 0, std::int64_t k = 0) {
  const std::int64_t row = mesh.cells[0] + 1, plane = mesh.dimensions > 1 ? row * (mesh.cells[1] + 1) : row;
  const std::int64_t at = (i + j * row + k * plane) * mesh.stride;
  return {mesh.x[at], mesh.y[at], mesh.z[at]};
}

double value(const Field& field, std::int64_t i, std::int64_t j = 0, std::int64_t k = 0, int component = 0) {
  return field.values[i * field.stride[0] + j * field.stride[1] + k * field.stride[2] + component];
}

Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

Vector minus(const Vector& a, const Vector& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

double norm(const Vector& a) { return std::sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]); }

double global_number(const grid::Layout& layout, Index i, Index j, Index k) {
  return static_cast<double>(((layout.offset()[0] + i) * layout.global()[1] + layout.offset()[1] + j) *
                                 layout.global()[2] +
                             layout.offset()[2] + k);
}

TEST(CatalystMesh, BoxHasItsCellsBoundedByFacesAndItsValuesInPlace) {
  const auto grid = grid::Grid::cartesian(
      {.points = {7, 5, 6}, .lower = {0, -1, 2}, .upper = {7, 4, 14}, .periodic = {false, false, false}});
  for (const Index halo : {0, 2}) {
    const auto layout = grid::Layout::block(base::Communicator::world(), grid.layout_spec(halo));
    grid::RealField field({"f", "1", "number of the cell"}, layout);
    const auto view = field.view();
    for (Index i = 0; i < layout->count()[0]; ++i)
      for (Index j = 0; j < layout->count()[1]; ++j)
        for (Index k = 0; k < layout->count()[2]; ++k) view(i, j, k) = global_number(*layout, i, j, k);
    const BlockMesh block(grid, layout);
    const Mesh& mesh = block.mesh();
    const grid::FieldView erased = field.erased();
    const Field described = block.describe(erased);
    ASSERT_EQ(mesh.dimensions, 3);
    EXPECT_EQ(mesh.whole[0], 6);
    EXPECT_EQ(mesh.whole[2], 7);
    EXPECT_EQ(described.stride[1] == mesh.cells[0], halo == 0);
    for (std::int64_t i = 0; i < mesh.cells[0]; ++i)
      for (std::int64_t j = 0; j < mesh.cells[1]; ++j)
        for (std::int64_t k = 0; k < mesh.cells[2]; ++k) {
          EXPECT_EQ(value(described, i, j, k), global_number(*layout, k, j, i));
          const Vector low = node(mesh, i, j, k), high = node(mesh, i + 1, j + 1, k + 1);
          const std::array<std::int64_t, 3> global{mesh.origin[2] + k, mesh.origin[1] + j,
                                                   mesh.origin[0] + i};
          for (std::size_t d = 0; d < 3; ++d) {
            EXPECT_EQ(low[d], grid.axes[d].faces[static_cast<std::size_t>(global[d])]);
            EXPECT_EQ(high[d], grid.axes[d].faces[static_cast<std::size_t>(global[d] + 1)]);
          }
        }
  }
}

TEST(CatalystMesh, SphereIsClosed) {
  constexpr double radius = 2.5;
  const auto world = base::Communicator::world();
  const auto grid = grid::Grid::uniform_sphere(61, 120, radius, "1");
  const auto layout = grid::Layout::block(world, grid.layout_spec());
  const BlockMesh block(grid, layout);
  const Mesh& mesh = block.mesh();
  Vector closed{0, 0, 0};
  double area = 0;
  for (std::int64_t i = 0; i < mesh.cells[0]; ++i)
    for (std::int64_t j = 0; j < mesh.cells[1]; ++j) {
      const Vector normal = cross(minus(node(mesh, i + 1, j + 1), node(mesh, i, j)),
                                  minus(node(mesh, i, j + 1), node(mesh, i + 1, j)));
      for (std::size_t d = 0; d < 3; ++d) closed[d] += 0.5 * normal[d];
      area += 0.5 * norm(normal);
    }
  world.sum(closed);  // the area vectors of a closed surface add up to nothing
  EXPECT_LT(norm(closed), 1e-12 * radius * radius);
  const double sphere = 4 * std::numbers::pi * radius * radius;
  EXPECT_NEAR(world.sum(area), sphere, 2e-3 * sphere);
}

TEST(CatalystMesh, ComplexFieldsKeepTheirInterleavedParts) {
  const auto grid =
      grid::Grid::cartesian({.points = {9, 4}, .lower = {0, 0}, .upper = {1, 1}, .periodic = {true, true}});
  auto spec = grid.layout_spec();
  spec.padding = 3;
  const auto layout = grid::Layout::block(base::Communicator::world(), spec);
  grid::ComplexField field({"psi", "1", "wave function"}, layout);
  for (Index i = 0; i < layout->count()[0]; ++i)
    for (Index j = 0; j < layout->count()[1]; ++j)
      field.view()(i, j) = {global_number(*layout, i, j, 0), -0.5 * global_number(*layout, i, j, 0)};
  const BlockMesh block(grid, layout);
  const grid::FieldView erased = field.erased();
  const Field described = block.describe(erased);
  EXPECT_EQ(described.components, 2);
  EXPECT_STREQ(described.component_names[1], "imag");
  for (std::int64_t i = 0; i < block.mesh().cells[0]; ++i)
    for (std::int64_t j = 0; j < block.mesh().cells[1]; ++j) {
      EXPECT_EQ(value(described, i, j, 0, 0), global_number(*layout, j, i, 0));
      EXPECT_EQ(value(described, i, j, 0, 1), -0.5 * global_number(*layout, j, i, 0));
    }
}

TEST(CatalystMesh, RanksThatOwnNothingHaveNoCells) {
  const auto world = base::Communicator::world();
  const auto grid = grid::Grid::cartesian({.points = {2}, .lower = {0}, .upper = {1}, .periodic = {false}});
  const auto layout = grid::Layout::block(world, grid.layout_spec());
  const BlockMesh block(grid, layout);
  const double cells = static_cast<double>(block.mesh().cells[0]);
  EXPECT_EQ(cells == 0, layout->owned_size() == 0);
  EXPECT_EQ(world.sum(cells), 2.0);
}

TEST(CatalystPlugin, TellsWhereItLooked) {
  setenv("SLUICE_PLUGIN_PATH", "/no/such/folder:/another", 1);
  const auto folders = plugin_folders();
  ASSERT_EQ(folders.size(), 3U);
  EXPECT_EQ(folders[1], "/another");
  EXPECT_TRUE(std::filesystem::exists(folders[2]));
  if (!find_plugin()) {
    EXPECT_NE(why_unavailable().find("/no/such/folder"), std::string::npos);
  }
  unsetenv("SLUICE_PLUGIN_PATH");
}

}  // namespace
}  // namespace sluice::hooks::catalyst
