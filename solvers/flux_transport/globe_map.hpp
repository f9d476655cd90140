// A smooth quantity given on any grid of colatitudes and longitudes, interpolated bilinearly: velocities,
// coefficients.
#pragma once
#include <filesystem>
#include <vector>

#include "base/parallel.hpp"

namespace sluice::solvers::flux_transport {

struct GlobeMap {
  std::vector<double> theta, phi;  ///< Ascending [rad].
  std::vector<double> values;      ///< [theta][phi]
  /// Periodic in longitude (whether or not the last one repeats the first), held beyond the first and last
  /// colatitude.
  [[nodiscard]] double at(double colatitude, double longitude) const;
};

/// Reads HDF5 in the form of HipFT: Data[theta, phi], dim1 = phi, dim2 = theta. InputError that names file,
/// dataset and index. Collective.
[[nodiscard]] GlobeMap read_globe_map(const base::Communicator& communicator,
                                      const std::filesystem::path& file);

}  // namespace sluice::solvers::flux_transport
