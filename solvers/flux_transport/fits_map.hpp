// Synoptic maps in FITS: Carrington longitude against latitude, plate carree (CAR) or cylindrical equal area
// (CEA), as the products of HMI, MDI and GONG. Coordinates: W. T. Thompson, Astron. Astrophys. 449 (2006)
// 791; M. R. Calabretta, E. W. Greisen, Astron. Astrophys. 395 (2002) 1077.
#pragma once
#include <string>

#include "gaps.hpp"
#include "numerics/sphere_remap.hpp"
#include "run/fits.hpp"

namespace sluice::solvers::flux_transport {

/// What the header says of the cells; the raster begins in the north, its longitudes ascend.
struct FitsMap {
  numerics::SphereCells cells;
  Raster raster;  ///< [G], with NaN where the file has no data.
};

/// InputError that names file, keyword, value and what is allowed. Not collective.
[[nodiscard]] FitsMap make_fits_map(const run::FitsImage& image, const std::string& file);

}  // namespace sluice::solvers::flux_transport
