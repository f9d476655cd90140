// Full-Sun maps in the form of HipFT and MAS: HDF5 with Data[theta, phi], dim1 = phi, dim2 = theta [rad], the
// last longitude repeating the first, both poles present. Real maps have float32 axes, seams and poles that
// disagree.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "grid/grid.hpp"

namespace sluice::solvers::flux_transport {

/// How far the ends of an axis may be from 0, pi, 2 pi, and [rad]
inline constexpr double end_tolerance = 1e-5;
/// how far points may be from equal spacing to be taken as equally spaced (float32 rounds 2 pi by 2e-7)
/// [rad].
inline constexpr double uniform_tolerance = 1e-6;

struct Axes {
  std::vector<double> theta;  ///< 0 ... pi
  std::vector<double> phi;    ///< Distinct longitudes, from 0.
};

struct Map {
  Axes axes;
  std::vector<double> values;  ///< [theta][phi], the repeated longitude taken out, pole rows single-valued.
  double seam = 0;   ///< Largest difference between first and last longitude that was averaged away.
  double poles = 0;  ///< Largest deviation of a pole's row from its mean.
};

/// What to read of a file, and how.
struct MapOptions {
  std::int64_t layer = 0;     ///< Of files with a third dimension (realizations; data, weights, cosines).
  std::string fill = "none";  ///< Of points without data (gaps.hpp).
};

/// Checks and snaps an axis that must run from 0 to `end`. InputError that names file, dataset and index. Not
/// collective.
[[nodiscard]] std::vector<double> snap_axis(std::vector<double> points, double end, const std::string& where);
/// From the arrays of a file, as read. InputError. Not collective.
[[nodiscard]] Map make_map(const Axes& axes, std::vector<double> data, const std::string& file,
                           const std::string& fill = "none");

/// Reads the axes alone. InputError. Collective.
[[nodiscard]] Axes read_map_axes(const base::Communicator& communicator, const std::filesystem::path& file);
/// Reads a map; every rank gets the whole of it. Warns of a seam or poles that disagree beyond round-off.
/// Collective.
[[nodiscard]] Map read_map(const base::Communicator& communicator, const std::filesystem::path& file,
                           const MapOptions& options = {});
/// How many layers `Data` has; 1 if it has no third dimension. Collective.
[[nodiscard]] std::int64_t map_layers(const base::Communicator& communicator,
                                      const std::filesystem::path& file);

/// Axes and B_r of a snapshot of Sluice. AgreedError. Collective.
[[nodiscard]] Axes read_snapshot_axes(const base::Communicator& communicator,
                                      const std::filesystem::path& file);
[[nodiscard]] Map read_snapshot(const base::Communicator& communicator, const std::filesystem::path& file);

}  // namespace sluice::solvers::flux_transport
