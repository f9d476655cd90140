#include "run/snapshot.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "run/disk.hpp"
#include "run/hook.hpp"
#include "run/plot_geometry.hpp"

namespace sluice::run {

namespace {

constexpr std::int64_t snapshot_schema = 1;

void check_names(const grid::Grid& grid, std::span<const grid::FieldView> fields) {
  for (const grid::FieldView& field : fields) {
    bool taken = field.info.name == "time";
    for (const grid::Axis& axis : grid.axes) taken = taken || axis.name == field.info.name;
    if (taken)
      throw base::InputError(
          fmt::format("snapshot: a field may not be named '{}' like a coordinate", field.info.name));
  }
}

void write_header(Hdf5File& out, const grid::Grid& grid, const SnapshotHeader& header) {
  out.write_attribute("/", "format", std::string("sluice snapshot"));
  out.write_attribute("/", "schema", snapshot_schema);
  out.write_attribute("/", "time", header.time);
  out.write_attribute("/", "time_unit", header.time_unit);
  out.write_attribute("/", "step", header.step);
  out.write_attribute("/", "provenance", header.provenance);
  out.write_attribute("/", "resolved", header.resolved);
  const bool sphere = grid.geometry == grid::Geometry::sphere;
  out.write_attribute("/", "geometry", std::string(sphere ? "sphere" : "cartesian"));
  if (sphere) {
    out.write_attribute("/", "radius", grid.radius);
    out.write_attribute("/", "radius_unit", grid.radius_unit);
  }
}

void describe(Hdf5File& out, const std::string& path, const std::string& unit, const std::string& long_name) {
  out.write_attribute(path, "units", unit);
  out.write_attribute(path, "long_name", long_name);
}

void write_coordinates(Hdf5File& out, const grid::Grid& grid, const SnapshotHeader& header) {
  for (const grid::Axis& axis : grid.axes) {
    const std::string path = "/" + axis.name;
    out.write_reals(path, axis.points);
    describe(out, path, axis.unit, axis.long_name);
    out.make_scale(path, axis.name);
  }
  out.write_scalar("/time", header.time);
  describe(out, "/time", header.time_unit, "time");
}

void write_one(Hdf5File& out, const grid::Grid& grid, const grid::FieldView& field, const Storage& storage) {
  for (const PlotComponent& part : plot_components(field.info, field.components)) {
    const std::string path = "/" + part.name;
    out.write_field(path, field, storage, field.components == 1 ? -1 : part.component);
    describe(out, path, field.info.unit, part.long_name);
    for (std::size_t d = 0; d < grid.axes.size(); ++d)
      out.attach_scale(path, "/" + grid.axes[d].name, static_cast<unsigned>(d));
  }
}

}  // namespace

std::vector<PlotComponent> plot_components(const grid::FieldInfo& info, int components) {
  if (components == 1) return {{info.name, info.long_name, 0}};
  if (components == 2)
    return {{info.name + "_real", info.long_name + ", real part", 0},
            {info.name + "_imag", info.long_name + ", imaginary part", 1}};
  std::vector<PlotComponent> parts;
  for (int c = 0; c < components; ++c)
    parts.push_back(
        {fmt::format("{}_{}", info.name, c), fmt::format("{}, component {}", info.long_name, c), c});
  return parts;
}

void write_snapshot(const base::Communicator& communicator, const std::filesystem::path& file,
                    const grid::Grid& grid, std::span<const grid::FieldView> fields,
                    const SnapshotHeader& header, const Storage& storage) {
  check_names(grid, fields);
  const std::filesystem::path temporary = file.string() + ".tmp";
  output_on_root(communicator, [&] { std::filesystem::create_directories(folder_of(file)); });
  try {
    write_plot_geometry(communicator, folder_of(file), grid);
    Hdf5File out = Hdf5File::create(communicator, temporary);
    write_header(out, grid, header);
    write_coordinates(out, grid, header);
    for (const grid::FieldView& field : fields) write_one(out, grid, field, storage);
    out.close();
    output_on_root(communicator, [&] {
      std::filesystem::rename(temporary, file);
      sync_folder(folder_of(file));
    });
  } catch (const base::AgreedError& error) {
    if (communicator.is_root()) remove_quietly(temporary);
    throw OutputError(error.what());
  }
}

}  // namespace sluice::run
