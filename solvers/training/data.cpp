#include "training/data.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "run/hdf5.hpp"

namespace sluice::solvers::training {
namespace {

constexpr const char* trajectory_name = "trajectory";

/// One file of the data: whether its datasets have an axis of samples in front, and where it comes from.
struct Source {
  std::string file;
  bool many = true;
  std::int64_t place = 0;  ///< Among the entries of `files`.
};

/// Files in the order of the case; of a run folder its snapshots in the order of time. Collective.
std::vector<Source> sources_of(const base::Communicator& communicator, const Data& data) {
  std::string list;
  base::agree_on_root(communicator, [&] {
    for (std::size_t place = 0; place < data.entries.size(); ++place) {
      const DataEntry& given = data.entries[place];
      if (given.path.empty() == given.run.empty())
        throw base::InputError(fmt::format("training.data[{}]: one of 'path' and 'run' is needed", place));
      const std::filesystem::path entry = given.run.empty() ? given.path : given.run;
      std::error_code code;
      if (!std::filesystem::exists(entry, code))
        throw base::AgreedError(fmt::format("training.data: there is no '{}'", entry.string()));
      std::vector<std::string> names;
      const bool snapshots = std::filesystem::is_directory(entry / "snapshots", code);
      if (std::filesystem::is_directory(entry, code)) {
        for (const auto& item :
             std::filesystem::directory_iterator(snapshots ? entry / "snapshots" : entry, code))
          if (item.path().extension() == ".h5" && !item.path().stem().string().starts_with("post_mortem"))
            names.push_back(item.path().string());
        if (names.empty())
          throw base::AgreedError(
              fmt::format("training.data: {} has neither snapshots nor HDF5 files", entry.string()));
        std::ranges::sort(names);
      } else {
        names.push_back(entry.string());
      }
      for (const std::string& name : names) list += fmt::format("{} {} {}\n", snapshots ? 0 : 1, place, name);
    }
  });
  communicator.broadcast(list);
  std::vector<Source> sources;
  for (std::size_t at = 0; at < list.size();) {
    const std::size_t end = list.find('\n', at), first = list.find(' ', at),
                      second = list.find(' ', first + 1);
    sources.push_back({.file = list.substr(second + 1, end - second - 1),
                       .many = list[at] == '1',
                       .place = std::stoll(list.substr(first + 1, second - first - 1))});
    at = end + 1;
  }
  return sources;
}

/// Numbers of the trajectories of a file's samples, from `first` on: a dataset, an attribute of the file
/// (hook `subgrid_pairs`), else one trajectory. Collective.
std::vector<std::int64_t> trajectories_of(run::Hdf5File& file, std::size_t samples, std::int64_t first) {
  std::vector<std::int64_t> numbers(samples, file.integer_attribute("/", trajectory_name).value_or(0));
  if (file.has(std::string("/") + trajectory_name))
    numbers = file.read_integers(std::string("/") + trajectory_name);
  if (numbers.size() != samples)
    throw base::AgreedError(
        fmt::format("'{}' has {} numbers for {} samples", trajectory_name, numbers.size(), samples));
  for (std::int64_t& number : numbers) number += first;
  return numbers;
}

}  // namespace

void DataEntry::declare(base::Parameters& p) {
  p.file("path", path,
         {.help = "HDF5 file with a dataset [samples, points...] for every channel and, if it holds several, "
                  "`trajectory` [samples]"});
  p.text(
      "run", run,
      {.help = "or a run folder, whose snapshots are one trajectory; or a folder of such files, as the hook "
               "`subgrid_pairs` leaves it"});
}

std::vector<grid::Index> points_of(const base::Communicator& communicator, const Data& data) {
  const Source first = sources_of(communicator, data).front();
  auto file = run::Hdf5File::open(communicator, first.file);
  for (const std::string& name : file.children("/")) {
    if (name == trajectory_name || file.type_name("/" + name) == "text") continue;
    std::vector<std::uint64_t> shape = file.shape("/" + name);
    if (first.many && !shape.empty()) shape.erase(shape.begin());
    const bool coordinate = !first.many && shape.size() < 2;
    if (shape.empty() || shape.size() > 2 || coordinate) continue;
    return {shape.begin(), shape.end()};
  }
  throw base::AgreedError(
      fmt::format("training.data: {} has no dataset of samples on 1 or 2 axes", first.file));
}

surrogate::Samples read_samples(const grid::LayoutPtr& layout, const Data& data,
                                const std::vector<surrogate::Channel>& inputs,
                                const std::vector<surrogate::Channel>& outputs) {
  std::vector<std::string> names;
  for (const auto& channel : inputs) names.push_back("/" + channel.field);
  for (std::size_t n = 0; n < outputs.size(); ++n)
    names.push_back("/" + (data.targets.empty() ? outputs[n].field : data.targets.at(n)));
  const std::vector<Source> sources = sources_of(layout->communicator(), data);
  const auto open = [&](const Source& source) {
    auto file = run::Hdf5File::open(layout->communicator(), source.file);
    for (const std::string& name : names) {
      if (!file.has(name))
        throw base::AgreedError(fmt::format("{}: has no dataset '{}'; it has: {}", source.file,
                                            name.substr(1), fmt::join(file.children("/"), ", ")));
      const std::size_t axes = file.shape(name).size() - (source.many ? 1 : 0);
      if (axes != static_cast<std::size_t>(layout->dimensions()))
        throw base::AgreedError(fmt::format("{}: '{}' has {} axes a sample; {} are needed", source.file,
                                            name.substr(1), axes, layout->dimensions()));
    }
    return file;
  };
  std::vector<std::size_t> counts;
  std::size_t total = 0;
  for (const Source& source : sources) {
    auto file = open(source);
    counts.push_back(source.many ? file.shape(names.front()).front() : 1);
    total += counts.back();
    file.close();
  }
  surrogate::Samples samples(layout, inputs, outputs, static_cast<std::int64_t>(total));
  std::int64_t first = 0, last = -1,
               place = 0;  // trajectories of an entry begin after those of the one before
  for (std::size_t s = 0; s < sources.size(); ++s) {
    if (counts[s] == 0) continue;
    auto file = open(sources[s]);
    if (sources[s].place != place) place = sources[s].place, first = last + 1;
    const auto numbers = trajectories_of(file, counts[s], first);
    surrogate::Samples part(layout, inputs, outputs, static_cast<std::int64_t>(counts[s]));
    for (std::size_t c = 0; c < names.size(); ++c)
      file.read_field(names[c], sources[s].many ? part.fields[c].layout_pointer() : layout,
                      part.fields[c].data(), 1);
    file.close();
    samples.append(part, numbers);
    last = std::max(last, *std::ranges::max_element(numbers));
  }
  return samples;
}

}  // namespace sluice::solvers::training
