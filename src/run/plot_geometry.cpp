#include "run/plot_geometry.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "run/disk.hpp"
#include "run/hdf5.hpp"
#include "run/hook.hpp"

namespace sluice::run {

namespace {

using Point = std::array<double, 3>;

/// The point of position numbers (i, j, k) on one of the grid's pictures.
Point place(const PlotGeometry& geometry, const std::string& picture, double radius, const grid::Index3& at) {
  Point x{0, 0, 0};
  for (std::size_t d = 0; d < geometry.positions.size(); ++d)
    x[d] = geometry.positions[d][static_cast<std::size_t>(at[d])];
  const double degree = std::numbers::pi / 180;
  const double theta = x[0], phi = x[1];
  if (picture == "map") return {phi / degree, 90 - theta / degree, 0};
  if (picture == "sphere")
    return {radius * std::sin(theta) * std::cos(phi), radius * std::sin(theta) * std::sin(phi),
            radius * std::cos(theta)};
  return x;
}

void write_points(Hdf5File& out, const base::Communicator& communicator, const PlotGeometry& geometry,
                  const PlotPoints& picture, double radius) {
  grid::LayoutSpec spec;
  spec.dimensions = static_cast<int>(geometry.positions.size());
  for (std::size_t d = 0; d < geometry.positions.size(); ++d)
    spec.global[d] = static_cast<grid::Index>(geometry.positions[d].size());
  const grid::LayoutPtr layout = grid::Layout::block(communicator, spec);
  std::vector<Point> points;
  points.reserve(static_cast<std::size_t>(layout->owned_size()));
  const grid::Index3 &n = layout->count(), &first = layout->offset();
  for (grid::Index i = 0; i < n[0]; ++i)
    for (grid::Index j = 0; j < n[1]; ++j)
      for (grid::Index k = 0; k < n[2]; ++k)
        points.push_back(place(geometry, picture.grid, radius, {first[0] + i, first[1] + j, first[2] + k}));
  const grid::FieldView view{{}, layout, reinterpret_cast<const double*>(points.data()), 3};
  // The points of a box repeat themselves and shrink to little; single precision is enough to draw three
  // dimensions.
  out.write_field(picture.dataset, view, {.single = spec.dimensions == 3, .deflate = 4, .shuffle = true});
}

/// What tells whether a folder's geometry is this grid's.
std::vector<double> signature(const PlotGeometry& geometry, const grid::Grid& grid) {
  std::vector<double> values{grid.geometry == grid::Geometry::sphere ? grid.radius : 0.0,
                             geometry.cells ? 1.0 : 0.0};
  for (const auto& positions : geometry.positions) {
    values.push_back(static_cast<double>(positions.size()));
    values.insert(values.end(), positions.begin(), positions.end());
  }
  return values;
}

/// Rank 0.
bool is_written(const std::filesystem::path& file, const std::vector<double>& wanted) {
  if (!std::filesystem::exists(file)) return false;
  try {
    Hdf5File in = Hdf5File::open(base::Communicator::self(), file);
    const bool same = in.has("/signature") && in.read_reals("/signature") == wanted;
    in.close();
    return same;
  } catch (const base::Error&) {
    return false;  // of another program, or torn: it is replaced
  }
}

}  // namespace

PlotGeometry plot_geometry(const grid::Grid& grid) {
  PlotGeometry geometry;
  const bool sphere = grid.geometry == grid::Geometry::sphere;
  const bool all_periodic =
      std::all_of(grid.axes.begin(), grid.axes.end(), [](const grid::Axis& axis) { return axis.periodic; });
  geometry.cells =
      sphere || !(grid.centring == grid::Centring::node || all_periodic || grid.axes.size() == 1);
  for (const grid::Axis& axis : grid.axes)
    geometry.positions.push_back(geometry.cells ? axis.faces : axis.points);
  if (sphere)
    geometry.points = {{"sphere", "/sphere"}, {"map", "/map"}};
  else
    geometry.points = {{"box", "/box"}};
  return geometry;
}

void write_plot_geometry(const base::Communicator& communicator, const std::filesystem::path& folder,
                         const grid::Grid& grid) {
  const PlotGeometry geometry = plot_geometry(grid);
  const std::filesystem::path file = folder / plot_geometry_file, temporary = file.string() + ".tmp";
  const std::vector<double> wanted = signature(geometry, grid);
  if (communicator.broadcast(std::int64_t{communicator.is_root() && is_written(file, wanted)}) != 0) return;
  try {
    Hdf5File out = Hdf5File::create(communicator, temporary);
    out.write_attribute("/", "format", std::string("sluice geometry"));
    for (const PlotPoints& picture : geometry.points)
      write_points(out, communicator, geometry, picture, grid.radius);
    out.write_reals("/signature", wanted);
    out.close();
    output_on_root(communicator, [&] {
      std::filesystem::rename(temporary, file);
      sync_folder(folder);
    });
  } catch (const base::AgreedError& error) {
    if (communicator.is_root()) remove_quietly(temporary);
    throw OutputError(error.what());
  }
}

}  // namespace sluice::run
