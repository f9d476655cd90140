// Points without data (NaN), as the polar gaps of synoptic maps.
#pragma once
#include <string>
#include <vector>

namespace sluice::solvers::flux_transport {

/// Values in rows of colatitude `theta` [rad] from the north and columns over one turn.
struct Raster {
  std::vector<double> theta;  ///< At the rows' middles.
  std::size_t columns = 0;
  std::vector<double> values;  ///< [row][column]
};

/// Fills what is not finite: `zero`; `zonal_mean`, the mean of the row's other points or, where it has none,
/// of the nearest row that has; `laplace`, the harmonic continuation of the points around. `none` throws
/// InputError that says where the first gap is, how many there are, and from where to where. Returns the
/// number of points filled. Not collective.
std::size_t fill_gaps(Raster& raster, const std::string& method, const std::string& where);

}  // namespace sluice::solvers::flux_transport
