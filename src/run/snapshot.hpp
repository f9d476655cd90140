// Self-describing snapshots, and the XDMF series by which ParaView opens them as a time series.
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"
#include "run/hdf5.hpp"

namespace sluice::run {

struct SnapshotHeader {
  double time = 0;
  std::int64_t step = 0;
  std::string time_unit;
  std::string provenance;  ///< JSON
  std::string resolved;    ///< YAML
};

/// A real array that a field is written as.
struct PlotComponent {
  std::string name, long_name;
  int component = 0;
};
/// The field itself if it has one component, name_real and name_imag if it is complex.
[[nodiscard]] std::vector<PlotComponent> plot_components(const grid::FieldInfo& info, int components);

/// Writes one file (temporary name, then renamed): each field under its name (complex ones as name_real,
/// name_imag) with unit and long_name, coordinates as dimension scales, time and step, provenance. Opens in
/// xarray as it is. The points that ParaView draws it on (a sphere as a sphere) are written once into the
/// same folder (plot_geometry.hpp). OutputError. Collective.
void write_snapshot(const base::Communicator& communicator, const std::filesystem::path& file,
                    const grid::Grid& grid, std::span<const grid::FieldView> fields,
                    const SnapshotHeader& header, const Storage& storage);

/// One line of an XDMF series.
struct SeriesEntry {
  std::string file;  ///< Relative to the series file.
  double time = 0;
};

/// XDMF text of a series: geometry as the grid has it, for the sphere one collection on the sphere and one
/// flat map.
[[nodiscard]] std::string xdmf_series(const grid::Grid& grid,
                                      std::span<const std::pair<grid::FieldInfo, int>> fields,
                                      std::span<const SeriesEntry> series, const Storage& storage);

}  // namespace sluice::run
