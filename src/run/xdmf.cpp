// XDMF 2: light XML that tells ParaView where the arrays of a series lie.
#include <fmt/format.h>

#include "run/plot_geometry.hpp"
#include "run/snapshot.hpp"

namespace sluice::run {

namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  return out;
}

std::string dimensions_text(const std::vector<std::size_t>& sizes) {
  std::string text;
  for (const std::size_t size : sizes) text += (text.empty() ? "" : " ") + std::to_string(size);
  return text;
}

std::string data_item(const std::vector<std::size_t>& sizes, bool single, const std::string& where) {
  return fmt::format(
      "<DataItem Dimensions=\"{}\" NumberType=\"Float\" Precision=\"{}\" Format=\"HDF\">{}</DataItem>",
      dimensions_text(sizes), single ? 4 : 8, escaped(where));
}

/// A line is told as a surface of no width: XDMF has no one-dimensional structured grid.
std::vector<std::size_t> sizes_of(const PlotGeometry& geometry, bool of_data) {
  std::vector<std::size_t> sizes(geometry.positions.size() == 1 ? 1 : 0, 1);
  for (const auto& positions : geometry.positions)
    sizes.push_back(positions.size() - (of_data && geometry.cells ? 1 : 0));
  return sizes;
}

std::string shape_text(const PlotGeometry& geometry, const PlotPoints& picture, const std::string& folder) {
  const std::vector<std::size_t> sizes = sizes_of(geometry, false);
  const bool volume = sizes.size() == 3;
  std::vector<std::size_t> with_components = sizes;
  with_components.push_back(3);
  return fmt::format(
      "<Topology TopologyType=\"{}\" Dimensions=\"{}\"/>\n"
      "        <Geometry GeometryType=\"XYZ\">{}</Geometry>\n",
      volume ? "3DSMesh" : "2DSMesh", dimensions_text(sizes),
      data_item(with_components, volume, folder + plot_geometry_file + ":" + picture.dataset));
}

std::string attribute_text(const PlotGeometry& geometry, const std::string& name, bool single,
                           const std::string& file) {
  return fmt::format("        <Attribute Name=\"{}\" AttributeType=\"Scalar\" Center=\"{}\">{}</Attribute>\n",
                     escaped(name), geometry.cells ? "Cell" : "Node",
                     data_item(sizes_of(geometry, true), single, file + ":/" + name));
}

/// "snapshots/" of "snapshots/snapshot_000000010.h5".
std::string folder_in(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string::npos ? "" : file.substr(0, slash + 1);
}

}  // namespace

std::string xdmf_series(const grid::Grid& grid, std::span<const std::pair<grid::FieldInfo, int>> fields,
                        std::span<const SeriesEntry> series, const Storage& storage) {
  const PlotGeometry geometry = plot_geometry(grid);
  std::string text = "<?xml version=\"1.0\"?>\n<Xdmf Version=\"2.0\">\n  <Domain>\n";
  for (const PlotPoints& picture : geometry.points) {
    text += fmt::format("    <Grid Name=\"{}\" GridType=\"Collection\" CollectionType=\"Temporal\">\n",
                        picture.grid);
    for (const SeriesEntry& entry : series) {
      text +=
          fmt::format("      <Grid Name=\"{}\" GridType=\"Uniform\">\n        <Time Value=\"{}\"/>\n        ",
                      picture.grid, entry.time);
      text += shape_text(geometry, picture, folder_in(entry.file));
      for (const auto& [info, components] : fields)
        for (const PlotComponent& part : plot_components(info, components))
          text += attribute_text(geometry, part.name, storage.single, entry.file);
      text += "      </Grid>\n";
    }
    text += "    </Grid>\n";
  }
  return text + "  </Domain>\n</Xdmf>\n";
}

}  // namespace sluice::run
