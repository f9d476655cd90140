#include "run/checkpoint_content.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "base/error.hpp"

namespace sluice::run {

namespace {

using Kind = State::Item::Kind;

constexpr const char* format_name = "sluice checkpoint";

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::field:
      return "field";
    case Kind::reals:
      return "reals";
    case Kind::integers:
      return "integers";
    case Kind::real:
      return "real";
    case Kind::integer:
      return "integer";
    case Kind::text:
      return "text";
  }
  return "";
}

std::string path_of(const std::string& name) { return "/state/" + name; }

template <class T>
std::uint64_t sum_of(std::span<const T> values) {
  return checksum(std::as_bytes(values));
}

/// One line of the manifest: what an item is, and its checksum.
std::string line_of(const std::string& name, const std::string& kind, const std::string& shape,
                    std::uint64_t sum) {
  return fmt::format("{} {} {} {:016x}\n", name, kind, shape, sum);
}

std::string shape_of(std::span<const std::uint64_t> shape) {
  return fmt::format("{}", fmt::join(shape, "x"));
}

std::string header_line(const CheckpointHeader& header) {
  std::string text = fmt::format("{}\n{}\n{:a}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", header.schema, header.solver,
                                 header.time, header.step, header.ranks, header.finished, header.resolved,
                                 header.fingerprint, header.machine, header.provenance);
  if (header.meetings > 0 || header.waiting) text += fmt::format("\n{}\n{}", header.meetings, header.waiting);
  return line_of("header", "text", std::to_string(text.size()), sum_of(std::span<const char>(text)));
}

void write_header(Hdf5File& file, const CheckpointHeader& header) {
  file.write_attribute("/", "format", std::string(format_name));
  file.write_attribute("/", "schema", header.schema);
  file.write_attribute("/", "solver", header.solver);
  file.write_attribute("/", "time", header.time);
  file.write_attribute("/", "step", header.step);
  file.write_attribute("/", "ranks", header.ranks);
  file.write_attribute("/", "finished", std::int64_t{header.finished});
  file.write_attribute("/", "meetings", header.meetings);
  file.write_attribute("/", "waiting", std::int64_t{header.waiting});
  file.write_attribute("/", "machine", header.machine);
  file.write_text("/resolved", header.resolved);
  file.write_text("/fingerprint", header.fingerprint);
  file.write_text("/provenance", header.provenance);
}

template <class T>
T required(const std::optional<T>& value, const char* name) {
  if (!value) throw base::AgreedError(fmt::format("the header has no {}", name));
  return *value;
}

CheckpointHeader read_header(Hdf5File& file) {
  if (file.text_attribute("/", "format") != format_name)
    throw base::AgreedError("an HDF5 file, but no checkpoint of Sluice");
  CheckpointHeader header;
  header.schema = required(file.integer_attribute("/", "schema"), "schema");
  header.solver = required(file.text_attribute("/", "solver"), "solver");
  header.time = required(file.real_attribute("/", "time"), "time");
  header.step = required(file.integer_attribute("/", "step"), "step");
  header.ranks = required(file.integer_attribute("/", "ranks"), "ranks");
  header.finished = required(file.integer_attribute("/", "finished"), "finished") != 0;
  header.meetings = file.integer_attribute("/", "meetings").value_or(0);
  header.waiting = file.integer_attribute("/", "waiting").value_or(0) != 0;
  header.machine = required(file.text_attribute("/", "machine"), "machine");
  header.resolved = file.read_text("/resolved");
  header.fingerprint = file.read_text("/fingerprint");
  header.provenance = file.read_text("/provenance");
  return header;
}

/// Writes one item, returns its line of the manifest. Collective.
std::string write_item(Hdf5File& file, const State::Item& item) {
  const std::string path = path_of(item.name);
  std::uint64_t sum = 0;
  switch (item.kind) {
    case Kind::field: {
      const grid::FieldView view{item.info, item.layout, item.data, item.components};
      file.write_field(path, view, {});
      file.write_attribute(path, "units", item.info.unit);
      file.write_attribute(path, "long_name", item.info.long_name);
      sum = checksum(view);
      break;
    }
    case Kind::reals:
      file.write_reals(path, *item.reals);
      sum = sum_of(std::span<const double>(*item.reals));
      break;
    case Kind::integers:
      file.write_integers(path, *item.integers);
      sum = sum_of(std::span<const std::int64_t>(*item.integers));
      break;
    case Kind::real:
      file.write_reals(path, std::span<const double>(item.data, 1));
      sum = sum_of(std::span<const double>(item.data, 1));
      break;
    case Kind::integer:
      file.write_integers(path, std::span<const std::int64_t>(item.integer, 1));
      sum = sum_of(std::span<const std::int64_t>(item.integer, 1));
      break;
    case Kind::text:
      file.write_text(path, *item.text);
      sum = sum_of(std::span<const char>(*item.text));
      break;
  }
  file.write_attribute(path, "kind", std::string(name_of(item.kind)));
  file.write_attribute(path, "checksum", fmt::format("{:016x}", sum));
  return line_of(item.name, name_of(item.kind), shape_of(file.shape(path)), sum);
}

/// Checksum of a field's dataset, read on this communicator's own decomposition. Collective.
std::uint64_t checksum_of_field(Hdf5File& file, const base::Communicator& communicator,
                                const std::string& path, const std::vector<std::uint64_t>& shape,
                                int components) {
  grid::LayoutSpec spec;
  spec.dimensions = static_cast<int>(shape.size()) - (components > 1 ? 1 : 0);
  if (spec.dimensions < 1 || spec.dimensions > 3)
    throw base::AgreedError(fmt::format("{} has {} dimensions", path, shape.size()));
  for (int d = 0; d < spec.dimensions; ++d)
    spec.global[static_cast<std::size_t>(d)] = static_cast<grid::Index>(shape[static_cast<std::size_t>(d)]);
  const grid::LayoutPtr layout = grid::Layout::block(communicator, spec);
  std::vector<double> values(static_cast<std::size_t>(layout->owned_size() * components));
  file.read_field(path, layout, values.data(), components);
  return checksum(grid::FieldView{{}, layout, values.data(), components});
}

std::string read_line(Hdf5File& file, const base::Communicator& communicator, const std::string& name) {
  const std::string path = path_of(name);
  const std::string kind = required(file.text_attribute(path, "kind"), "kind of an item");
  const std::vector<std::uint64_t> shape = file.shape(path);
  std::uint64_t sum = 0;
  if (kind == "field") {
    // Complex fields end in a dimension of 2, and say so.
    const auto components = file.integer_attribute(path, "components").value_or(1);
    sum = checksum_of_field(file, communicator, path, shape, static_cast<int>(components));
  } else if (kind == "text") {
    sum = sum_of(std::span<const char>(file.read_text(path)));
  } else if (kind == "reals" || kind == "real") {
    sum = sum_of(std::span<const double>(file.read_reals(path)));
  } else {
    sum = sum_of(std::span<const std::int64_t>(file.read_integers(path)));
  }
  const std::string recorded = required(file.text_attribute(path, "checksum"), "checksum of an item");
  if (recorded != fmt::format("{:016x}", sum))
    throw base::AgreedError(
        fmt::format("the checksum of {} is {:016x}, {} was written", path, sum, recorded));
  return line_of(name, kind, shape_of(shape), sum);
}

/// Names of the manifest's lines but the header's.
std::vector<std::string> names_in(const std::string& manifest) {
  std::vector<std::string> names;
  std::istringstream lines(manifest);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    // "name kind shape checksum": the name itself may hold blanks
    std::size_t end = line.size();
    for (int word = 0; word < 3 && end != std::string::npos; ++word) end = line.rfind(' ', end - 1);
    names.push_back(line.substr(0, end));
  }
  return names;
}

template <class T>
T only(const std::vector<T>& values, const std::string& path) {
  if (values.size() != 1)
    throw base::AgreedError(fmt::format("{} holds {} values, 1 is wanted", path, values.size()));
  return values.front();
}

}  // namespace

std::string write_content(Hdf5File& file, const CheckpointHeader& header, const State& state) {
  write_header(file, header);
  file.make_group("/state");
  std::string manifest = header_line(header);
  for (const State::Item& item : state.items()) {
    manifest += write_item(file, item);
    if (item.kind == Kind::field)
      file.write_attribute(path_of(item.name), "components", std::int64_t{item.components});
  }
  file.write_text("/manifest", manifest);
  return manifest;
}

Content read_content(Hdf5File& file, const base::Communicator& communicator) {
  Content content{.header = read_header(file), .found = {}, .recorded = file.read_text("/manifest")};
  content.found = header_line(content.header);
  for (const std::string& name : names_in(content.recorded)) {
    if (!file.has(path_of(name))) throw base::AgreedError(fmt::format("item '{}' is missing", name));
    content.found += read_line(file, communicator, name);
  }
  return content;
}

std::string difference(const std::string& found, const std::string& recorded) {
  std::istringstream a(found), b(recorded);
  std::string line_a, line_b;
  while (true) {
    const bool more_a = static_cast<bool>(std::getline(a, line_a)),
               more_b = static_cast<bool>(std::getline(b, line_b));
    if (!more_a && !more_b) return found == recorded ? "" : "the manifest's end";
    if (!more_a || !more_b || line_a != line_b)
      return fmt::format("found '{}', written '{}'", more_a ? line_a : "nothing",
                         more_b ? line_b : "nothing");
  }
}

void read_state(Hdf5File& file, State& state) {
  for (const State::Item& item : state.items()) {
    const std::string path = path_of(item.name);
    if (!file.has(path)) throw base::AgreedError(fmt::format("it has no '{}'", item.name));
    const std::string kind = required(file.text_attribute(path, "kind"), "kind of an item");
    if (kind != name_of(item.kind))
      throw base::AgreedError(
          fmt::format("'{}' is of kind {}, {} is wanted", item.name, kind, name_of(item.kind)));
    switch (item.kind) {
      case Kind::field:
        file.read_field(path, item.layout, item.data, item.components);
        break;
      case Kind::reals:
        *item.reals = file.read_reals(path);
        break;
      case Kind::integers:
        *item.integers = file.read_integers(path);
        break;
      case Kind::real:
        *item.data = only(file.read_reals(path), path);
        break;
      case Kind::integer:
        *item.integer = only(file.read_integers(path), path);
        break;
      case Kind::text:
        *item.text = file.read_text(path);
        break;
    }
  }
}

}  // namespace sluice::run
