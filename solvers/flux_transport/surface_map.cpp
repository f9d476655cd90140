#include "surface_map.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "fits_map.hpp"
#include "run/hdf5.hpp"

namespace sluice::solvers::flux_transport {

namespace {

/// Each pole row becomes its mean, weighted with the columns' widths.
void close_pole_rows(std::vector<double>& values, const std::vector<double>& width, std::size_t rows) {
  const std::size_t n = width.size();
  for (const std::size_t row : {std::size_t{0}, rows - 1}) {
    double sum = 0, total = 0;
    for (std::size_t k = 0; k < n; ++k) {
      sum += values[row * n + k] * width[k];
      total += width[k];
    }
    std::fill_n(&values[row * n], n, sum / total);
  }
}

bool holds_snapshot(const base::Communicator& communicator, const std::filesystem::path& file) {
  std::int64_t found = 0;
  base::agree_on_root(communicator, [&] {
    auto stream = run::Hdf5File::open(base::Communicator::self(), file);
    found = stream.has("B_r") ? 1 : 0;
    stream.close();
  });
  return communicator.broadcast(found) != 0;
}

SurfaceMap read_fits_map(const base::Communicator& communicator, const std::filesystem::path& file,
                         const MapOptions& options) {
  if (options.layer > 0)
    throw base::InputError(file.string() +
                           ": a FITS map has one layer; HDF5 maps can have weights beside the data");
  auto map = make_fits_map(run::read_fits(communicator, file), file.string());
  const std::size_t filled = fill_gaps(map.raster, options.fill, file.string() + ": row, column ");
  if (filled > 0)
    base::log::warn_once("{}: {} points without data filled ({})", file.string(), filled, options.fill);
  return {.cells = std::move(map.cells), .values = std::move(map.raster.values), .axes = {}};
}

}  // namespace

bool is_fits(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  for (const char* ending : {".fits", ".fit", ".fts", ".fits.gz", ".fits.fz", ".FITS"})
    if (name.ends_with(ending)) return true;
  return false;
}

SurfaceMap make_surface_map(Map map) {
  SurfaceMap surface{.cells = numerics::sphere_cells(map.axes.theta, map.axes.phi),
                     .values = std::move(map.values),
                     .axes = {}};
  surface.axes = std::move(map.axes);
  return surface;
}

SurfaceMap read_surface_map(const base::Communicator& communicator, const std::filesystem::path& file,
                            const MapOptions& options) {
  if (is_fits(file)) return read_fits_map(communicator, file, options);
  if (options.layer == 0 && holds_snapshot(communicator, file))
    return make_surface_map(read_snapshot(communicator, file));
  return make_surface_map(read_map(communicator, file, options));
}

std::vector<double> on_grid(const SurfaceMap& map, const numerics::SphereBlock& block) {
  if (map.axes && map.axes->theta == block.theta && map.axes->phi == block.phi) return map.values;
  auto values = numerics::remap(map.cells, map.values, numerics::sphere_cells(block));
  close_pole_rows(values, block.d_phi, static_cast<std::size_t>(block.rows_global()));
  return values;
}

}  // namespace sluice::solvers::flux_transport
