// A map of the whole Sun from a file of any known form, and its values on the run's grid.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "map_file.hpp"
#include "numerics/sphere_remap.hpp"

namespace sluice::solvers::flux_transport {

struct SurfaceMap {
  numerics::SphereCells cells;
  std::vector<double> values;  ///< [row][column] from the north
  std::optional<Axes> axes;    ///< Of files with points on the poles; none for cells (FITS).
};

[[nodiscard]] bool is_fits(const std::filesystem::path& file);
/// FITS by its ending, a snapshot of Sluice by its dataset B_r, else the form of HipFT. InputError,
/// AgreedError. Collective.
[[nodiscard]] SurfaceMap read_surface_map(const base::Communicator& communicator,
                                          const std::filesystem::path& file, const MapOptions& options = {});
[[nodiscard]] SurfaceMap make_surface_map(Map map);

/// The whole field on the run's grid [row][column], the poles single-valued: as it is if the grids are the
/// same, else remapped conservatively. Not collective.
[[nodiscard]] std::vector<double> on_grid(const SurfaceMap& map, const numerics::SphereBlock& block);

}  // namespace sluice::solvers::flux_transport
