// Reads what the hooks curves, statistics and snapshot left, for scores.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "run/hdf5.hpp"
#include "run/score.hpp"

namespace sluice::run {

namespace {

namespace files = std::filesystem;

std::vector<files::path> files_of(const files::path& folder) {
  std::vector<files::path> result;
  for (const auto& entry : files::directory_iterator(folder))
    if (entry.path().extension() == ".h5") result.push_back(entry.path());
  std::sort(result.begin(), result.end());
  return result;
}

Hdf5File open(const files::path& file) { return Hdf5File::open(base::Communicator::self(), file); }

/// The curve of a group NAME with NAME/mean and its abscissa; empty if it is none.
Curve read_curve(Hdf5File& file, const std::string& name) {
  Curve curve{.name = name,
              .unit = "1",
              .long_name = {},
              .abscissa = {},
              .abscissa_unit = {},
              .at = {},
              .values = {}};
  // A curve's group has a long name; a dataset with one has units as well.
  const auto attributes = file.attributes("/" + name);
  const auto has = [&](const char* attribute) {
    return std::ranges::find(attributes, attribute) != attributes.end();
  };
  if (!has("long_name") || has("units") || !file.has("/" + name + "/mean")) return curve;
  for (const std::string& child : file.children("/" + name))
    if (child != "mean" && child != "deviation") curve.abscissa = child;
  if (curve.abscissa.empty()) return curve;
  curve.unit = file.text_attribute("/" + name + "/mean", "units").value_or("1");
  curve.at = file.read_reals("/" + name + "/" + curve.abscissa);
  curve.values = file.read_reals("/" + name + "/mean");
  return curve;
}

/// Adds values / number to sum, which they begin.
void add_share(std::vector<double>& sum, const std::vector<double>& values, std::size_t number,
               const std::string& what) {
  sum.resize(sum.empty() ? values.size() : sum.size(), 0.0);
  if (sum.size() != values.size())
    throw base::InputError(fmt::format("{}: the members' differ in size", what));
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += values[i] / static_cast<double>(number);
}

}  // namespace

RunFiles::RunFiles(const files::path& folder) : folder_(folder) {
  if (!files::is_directory(folder))
    throw base::InputError(fmt::format("{}: no such run folder", folder.string()));
  for (const auto& entry : files::directory_iterator(folder))
    if (entry.is_directory() && entry.path().filename().string().starts_with("member_"))
      members_.push_back(entry.path());
  std::sort(members_.begin(), members_.end());
  if (members_.empty()) members_.push_back(folder);
}

std::map<std::string, Curve> RunFiles::curves() const {
  std::map<std::string, Curve> result;
  for (const auto& member : members_)
    for (const auto& path : files_of(member)) {
      Hdf5File file = open(path);
      for (const std::string& name : file.children("/")) {
        Curve curve = read_curve(file, name);
        if (curve.values.empty()) continue;
        const std::string stem = path.stem().string();
        const std::string key = stem == "curves" ? name : stem + "." + name;
        Curve& mean = result.try_emplace(key, curve).first->second;
        if (&member == &members_.front()) mean.values.clear();
        add_share(mean.values, curve.values, members_.size(), path.string() + ": " + name);
      }
      file.close();
    }
  return result;
}

std::map<std::string, Histogram> RunFiles::histograms() const {
  std::map<std::string, Histogram> result;
  for (const auto& member : members_)
    for (const auto& path : files_of(member)) {
      Hdf5File file = open(path);
      if (file.has("/pdf/density")) {
        std::string name = path.stem().string();
        for (const std::string& child : file.children("/"))
          if (child.ends_with("_mean")) name = child.substr(0, child.size() - 5);
        Histogram& mean = result[name];
        mean.edges = file.read_reals("/pdf/edges");
        add_share(mean.density, file.read_reals("/pdf/density"), members_.size(), path.string());
      }
      file.close();
    }
  return result;
}

std::map<double, files::path> RunFiles::snapshots(std::size_t member) const {
  std::map<double, files::path> times;
  const files::path folder = members_.at(member) / "snapshots";
  if (!files::is_directory(folder)) return times;
  for (const auto& path : files_of(folder)) {
    if (!path.filename().string().starts_with("snapshot_")) continue;
    Hdf5File file = open(path);
    if (file.has("time")) times[file.read_reals("time").at(0)] = path;
    file.close();
  }
  return times;
}

std::vector<std::string> field_names(const files::path& snapshot) {
  std::vector<std::string> names;
  Hdf5File file = open(snapshot);
  for (const std::string& name : file.children("/")) {
    // Coordinates are the scales that fields are attached to.
    const auto attributes = file.attributes("/" + name);
    if (std::find(attributes.begin(), attributes.end(), "DIMENSION_LIST") != attributes.end())
      names.push_back(name);
  }
  file.close();
  return names;
}

FieldValues read_values(const files::path& snapshot, const std::string& field) {
  Hdf5File file = open(snapshot);
  if (!file.has("/" + field))
    throw base::InputError(fmt::format("{} has no field {}", snapshot.string(), field));
  FieldValues result;
  for (const auto extent : file.shape("/" + field)) result.shape.push_back(static_cast<std::int64_t>(extent));
  result.values = file.read_reals("/" + field);
  file.close();
  return result;
}

}  // namespace sluice::run
