#include "run/ensemble_files.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "run/hdf5.hpp"
#include "run/hook.hpp"

namespace sluice::run {

namespace {

/// A snapshot's time is a dataset, a map's an attribute.
std::map<double, std::string> times_of(const std::filesystem::path& folder, const std::string& prefix) {
  std::map<double, std::string> times;
  if (!std::filesystem::exists(folder)) return times;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".h5" || !entry.path().filename().string().starts_with(prefix)) continue;
    auto file = Hdf5File::open(base::Communicator::self(), entry.path());
    if (file.has("time"))
      times[file.read_reals("time").at(0)] = entry.path().string();
    else if (const auto time = file.real_attribute("/", "time"))
      times[*time] = entry.path().string();
    file.close();
  }
  return times;
}

/// Rank 0 only.
std::vector<MemberFiles> common_times(const std::vector<std::filesystem::path>& members,
                                      const std::string& series, const std::string& prefix) {
  std::vector<std::map<double, std::string>> all;
  for (const auto& member : members) all.push_back(times_of(member / series, prefix));
  std::vector<MemberFiles> common;
  for (const auto& [time, file] : all.front()) {
    const double tolerance = 1e-9 * std::max(1.0, std::abs(time));
    MemberFiles entry{.time = time, .files = {}};
    for (const auto& times : all) {
      const auto found = times.lower_bound(time - tolerance);
      if (found != times.end() && found->first <= time + tolerance) entry.files.push_back(found->second);
    }
    if (entry.files.size() == all.size()) common.push_back(std::move(entry));
  }
  return common;
}

}  // namespace

std::vector<MemberFiles> files_at_common_times(const base::Communicator& communicator,
                                               const std::vector<std::filesystem::path>& members,
                                               const std::string& series, const std::string& prefix) {
  std::string text;
  output_on_root(communicator, [&] {
    nlohmann::json list = nlohmann::json::array();
    for (const MemberFiles& entry : common_times(members, series, prefix))
      list.push_back({entry.time, entry.files});
    text = list.dump();
  });
  communicator.broadcast(text);
  std::vector<MemberFiles> common;
  for (const auto& entry : nlohmann::json::parse(text)) common.push_back({entry.at(0), entry.at(1)});
  return common;
}

}  // namespace sluice::run
