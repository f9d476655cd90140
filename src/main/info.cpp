#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "base/error.hpp"
#include "main/commands.hpp"
#include "run/checkpoint.hpp"
#include "run/hdf5.hpp"

namespace sluice::main {

namespace {

struct Range {
  double least = 0, most = 0;
};

/// "512 x 1024", "single value"
std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text;
  for (const std::uint64_t extent : shape) text += (text.empty() ? "" : " x ") + std::to_string(extent);
  return text.empty() ? "single value" : text;
}

/// Smallest and largest value of a numeric dataset; the ranks share the reading. Collective.
Range range_of(run::Hdf5File& file, const base::Communicator& world, const std::string& path,
               const std::vector<std::uint64_t>& shape) {
  if (shape.empty() || shape.size() > 4) {
    const std::vector<double> values = file.read_reals(path);
    const auto [least, most] = std::ranges::minmax(values);
    return {least, most};
  }
  const int components = shape.size() == 4 ? static_cast<int>(shape[3]) : 1;
  grid::LayoutSpec spec{.dimensions = static_cast<int>(std::min<std::size_t>(shape.size(), 3))};
  for (int d = 0; d < spec.dimensions; ++d)
    spec.global[static_cast<std::size_t>(d)] = static_cast<grid::Index>(shape[static_cast<std::size_t>(d)]);
  const grid::LayoutPtr layout = grid::Layout::block(world, spec);
  std::vector<double> values(static_cast<std::size_t>(layout->allocated_size()) *
                             static_cast<std::size_t>(components));
  file.read_field(path, layout, values.data(), components);
  const grid::FieldView view{.info = {}, .layout = layout, .data = values.data(), .components = components};
  Range range{grid::minimum(view, 0), grid::maximum(view, 0)};
  for (int c = 1; c < components; ++c)
    range = {std::min(range.least, grid::minimum(view, c)), std::max(range.most, grid::maximum(view, c))};
  return range;
}

std::string dataset_line(run::Hdf5File& file, const base::Communicator& world, const std::string& path) {
  const std::string type = file.type_name(path);
  const std::vector<std::uint64_t> shape = file.shape(path);
  std::string unit = file.text_attribute(path, "units").value_or("");
  if (unit.empty()) unit = file.text_attribute(path, "unit").value_or("");
  const std::string long_name = file.text_attribute(path, "long_name").value_or("");
  const bool numeric = type.starts_with("float") || type.starts_with("int") || type.starts_with("uint");
  const bool empty = std::ranges::find(shape, 0U) != shape.end();
  std::string line = fmt::format("  {}  {}  {}", path, type, shape_text(shape));
  if (numeric && !empty) {
    const Range range = range_of(file, world, path, shape);
    line += shape.empty() ? fmt::format("  {:.10g}", range.least)
                          : fmt::format("  {:.10g} to {:.10g}", range.least, range.most);
  }
  if (!unit.empty() && unit != "1") line += "  [" + unit + "]";
  if (!long_name.empty()) line += "  " + long_name;
  return line + "\n";
}

/// Everything below a group, in the order of the names. Collective.
std::string content(run::Hdf5File& file, const base::Communicator& world, const std::string& group) {
  std::string text;
  for (const std::string& name : file.children(group)) {
    const std::string path = (group == "/" ? "" : group) + "/" + name;
    bool is_group = true;
    try {
      (void)file.children(path);
    } catch (const base::AgreedError&) {
      is_group = false;
    }
    text += is_group ? content(file, world, path) : dataset_line(file, world, path);
  }
  return text;
}

std::string attribute_text(run::Hdf5File& file, const std::string& name) {
  if (const auto text = file.text_attribute("/", name)) {
    const bool short_one = text->size() <= 100 && text->find('\n') == std::string::npos;
    return short_one ? *text : fmt::format("text of {} characters", text->size());
  }
  // The library converts between numbers: the integer is the value only where the real one says the same.
  const auto integer = file.integer_attribute("/", name);
  const auto real = file.real_attribute("/", name);
  if (integer && (!real || static_cast<double>(*integer) == *real)) return std::to_string(*integer);
  if (real) return fmt::format("{:.17g}", *real);
  return "several values";
}

/// True if the file begins as Sluice's checkpoints do. Rank 0 looks.
bool is_checkpoint(const base::Communicator& world, const std::string& file) {
  constexpr std::string_view beginning = "Sluice checkpoint";
  bool found = false;
  base::agree_on_root(world, [&] {
    std::error_code code;
    if (!std::filesystem::exists(file, code)) throw base::InputError(file + ": no such file");
    if (std::filesystem::is_directory(file, code)) throw base::InputError(file + ": is a folder");
    std::ifstream stream(file, std::ios::binary);
    if (!stream) throw base::InputError(file + ": cannot be read");
    std::array<char, beginning.size()> bytes{};
    stream.read(bytes.data(), bytes.size());
    found = std::string_view(bytes.data(), static_cast<std::size_t>(stream.gcount())) == beginning;
  });
  return world.any(found);
}

}  // namespace

int info(Program& program, const std::string& name) {
  const bool checkpoint = is_checkpoint(program.world, name);
  std::string text = name + ": ";
  if (checkpoint) {
    const run::CheckpointHeader header = run::verify_checkpoint(program.world, name);
    text +=
        fmt::format("checkpoint of {} at step {}, t = {:.17g}{}, from {} rank{}; every checksum is good\n",
                    header.solver, header.step, header.time, header.finished ? " (the end of the run)" : "",
                    header.ranks, header.ranks == 1 ? "" : "s");
  } else {
    text += "HDF5 file without checksums\n";
  }
  run::Hdf5File file = run::Hdf5File::open(program.world, name);
  text += "attributes:\n";
  for (const std::string& attribute : file.attributes("/"))
    text += "  " + attribute + ": " + attribute_text(file, attribute) + "\n";
  text +=
      "datasets (path, type, shape, smallest to largest value [unit]):\n" + content(file, program.world, "/");
  file.close();
  print(program, text);
  return 0;
}

}  // namespace sluice::main
