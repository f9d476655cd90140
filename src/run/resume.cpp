#include "run/resume.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "base/error.hpp"
#include "base/log.hpp"
#include "run/hook.hpp"

namespace sluice::run {

namespace {

/// N of "<prefix>_N.h5"; empty if the name is of another form.
std::optional<std::int64_t> step_of(const std::filesystem::path& file, const std::string& prefix) {
  const std::string stem = file.stem().string();
  if (file.extension() != ".h5" || !stem.starts_with(prefix + "_")) return {};
  std::int64_t step = 0;
  const char* begin = stem.data() + prefix.size() + 1;
  const char* end = stem.data() + stem.size();
  const auto [stop, failure] = std::from_chars(begin, end, step);
  return failure == std::errc() && stop == end ? std::optional(step) : std::nullopt;
}

std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// Types of the hooks in a resolved case.
std::vector<std::string> hook_types(const std::string& resolved) {
  std::vector<std::string> types;
  const base::ConfigNode tree = base::parse_yaml(resolved, "checkpoint");
  if (const base::ConfigNode* hooks = tree.find("hooks"))
    for (const base::ConfigNode& hook : hooks->items)
      if (const base::ConfigNode* type = hook.find("type")) types.push_back(type->scalar);
  return types;
}

}  // namespace

std::optional<ResumePoint> find_resume_point(const base::Communicator& communicator,
                                             const std::filesystem::path& folder,
                                             const std::string& restart) {
  if (restart.empty() || restart == "fresh") return {};
  std::filesystem::path file = restart;
  if (restart == "auto") {
    const auto newest = newest_good_checkpoint(communicator, folder);
    if (!newest) return {};
    file = *newest;
  }
  return ResumePoint{file, verify_checkpoint(communicator, file)};
}

bool holds_results(const std::filesystem::path& folder) {
  for (const auto& file : files_in(folder / "checkpoints"))
    if (step_of(file, "checkpoint")) return true;
  for (const auto& file : files_in(folder / "snapshots"))
    if (const auto step = step_of(file, "snapshot"); step && *step > 0) return true;
  std::ifstream history(folder / "history.csv");
  for (std::string line; std::getline(history, line);)
    if (!line.empty() && line[0] >= '1' && line[0] <= '9') return true;
  return false;
}

std::vector<bool> check_against_case(const ResumePoint& point, const Case& the_case) {
  if (point.header.solver != the_case.solver_name)
    throw base::InputError(fmt::format("checkpoint {} is of the solver '{}', the case asks for '{}'",
                                       point.file.string(), point.header.solver, the_case.solver_name));
  const std::vector<std::string> types = hook_types(point.header.resolved);
  std::vector<bool> known;
  for (std::size_t i = 0; i < the_case.hooks.size(); ++i)
    known.push_back(i < types.size() && types[i] == the_case.hooks[i].type);

  std::vector<std::string> differences =
      forbidden_differences(point.header.resolved, the_case.parameters.resolved());
  std::erase_if(differences, [&](const std::string& difference) {
    // Hooks may be added, taken away and exchanged: they begin anew and are no part of the solution.
    if (!difference.starts_with("hooks")) return false;
    for (std::size_t i = 0; i < known.size(); ++i)
      if (known[i] && difference.starts_with(fmt::format("hooks.{}.", i))) return false;
    return true;
  });
  if (!differences.empty())
    throw base::InputError(
        fmt::format("checkpoint {} is of another case; what may not differ at a restart: {}",
                    point.file.string(), fmt::join(differences, "; ")));
  return known;
}

std::filesystem::path checkpoint_of_step(const std::filesystem::path& folder, std::int64_t step) {
  for (const auto& file : files_in(folder / "checkpoints"))
    if (step_of(file, "checkpoint") == step) return file;
  return {};
}

void set_aside_later_checkpoints(const base::Communicator& communicator, const std::filesystem::path& folder,
                                 std::int64_t step) {
  output_on_root(communicator, [&] {
    for (const auto& file : files_in(folder / "checkpoints")) {
      const auto own = step_of(file, "checkpoint");
      if (!own || *own <= step) continue;
      std::filesystem::path aside = file;
      aside += ".set-aside";
      std::filesystem::rename(file, aside);
      base::log::info("{} lies beyond step {} and is set aside as {}", file.filename().string(), step,
                      aside.filename().string());
    }
  });
}

}  // namespace sluice::run
