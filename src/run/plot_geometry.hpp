// How ParaView sees a grid. XDMF takes the last index of an array for its x axis, ours is the first: two- and
// three-dimensional boxes are told by their points (one file for all snapshots of a folder), so that x is x.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "grid/grid.hpp"

namespace sluice::run {

inline constexpr const char* plot_geometry_file = "geometry.h5";

/// A dataset of points [positions of axis 0] ... [3], and the name of the grid that it makes.
struct PlotPoints {
  std::string grid;     ///< "sphere", "map", "box"
  std::string dataset;  ///< "/sphere"
};

struct PlotGeometry {
  bool cells = true;  ///< Data belong to cells between the positions, or to the positions.
  std::vector<std::vector<double>> positions;  ///< Along each axis: cell faces or points.
  std::vector<PlotPoints> points;
};

/// Cell data between faces for finite volumes (the sphere closes, its poles are the caps of the first and
/// last row); point data for nodes, and where every axis is periodic (values of a spectral solver sit at
/// points).
[[nodiscard]] PlotGeometry plot_geometry(const grid::Grid& grid);

/// Writes geometry.h5 unless the folder has the same already. OutputError. Collective.
void write_plot_geometry(const base::Communicator& communicator, const std::filesystem::path& folder,
                         const grid::Grid& grid);

}  // namespace sluice::run
