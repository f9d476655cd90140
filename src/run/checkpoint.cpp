#include "run/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "base/error.hpp"
#include "base/log.hpp"
#include "run/checkpoint_content.hpp"
#include "run/checkpoint_seal.hpp"
#include "run/disk.hpp"
#include "run/hook.hpp"

namespace sluice::run {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "checkpoint_", suffix = ".h5", temporary_suffix = ".h5.tmp";

/// Step in the name "checkpoint_<step><ending>".
std::optional<std::int64_t> step_in_name(const fs::path& file, std::string_view ending) {
  const std::string name = file.filename().string();
  if (!name.starts_with(prefix) || !name.ends_with(ending) || name.size() <= prefix.size() + ending.size())
    return {};
  const char* end = name.data() + name.size() - ending.size();
  std::int64_t step = 0;
  const auto [stop, failure] = std::from_chars(name.data() + prefix.size(), end, step);
  return failure == std::errc() && stop == end ? std::optional(step) : std::nullopt;
}

/// Files "checkpoint_<step><ending>" of a folder, the newest (largest step) first. Rank 0.
std::vector<fs::path> files_of(const fs::path& folder, std::string_view ending) {
  std::vector<std::pair<std::int64_t, fs::path>> found;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code))
    if (const auto step = step_in_name(entry.path(), ending)) found.emplace_back(*step, entry.path());
  std::sort(found.begin(), found.end(), std::greater<>());
  std::vector<fs::path> files;
  for (auto& [step, file] : found) files.push_back(std::move(file));
  return files;
}

/// Wrong content is an AgreedError that names the file; the library's own errors name it already.
[[noreturn]] void refuse(const fs::path& file, const std::string& why) {
  throw base::AgreedError(
      why.find(file.string()) == std::string::npos ? fmt::format("{}: {}", file.string(), why) : why);
}

/// Content of a file; closes it also when that is not as it should be. Collective.
Content content_of(const base::Communicator& communicator, const fs::path& file) {
  Hdf5File in = Hdf5File::open(communicator, file);
  try {
    Content content = read_content(in, communicator);
    in.close();
    return content;
  } catch (const base::AgreedError&) {
    in.give_up();
    throw;
  }
}

/// Writes the temporary file and reads all of it back. Collective.
void write_and_verify(const base::Communicator& communicator, const fs::path& file,
                      const CheckpointHeader& header, const State& state) {
  Hdf5File out =
      Hdf5File::create(communicator, file, {.checksummed_metadata = true, .user_block = seal_bytes});
  const std::string manifest = write_content(out, header, state);
  out.close();
  write_seal(communicator, file, header.schema);
  const Content content = content_of(communicator, file);
  if (const std::string wrong = difference(content.found, manifest); !wrong.empty())
    refuse(file, "what was read back is not what was written: " + wrong);
}

/// Gives the file its name and makes that last, then removes what is not kept. Rank 0.
void commit(const fs::path& temporary, const fs::path& file, int keep) {
  fs::rename(temporary, file);
  sync_folder(file.parent_path());
  const std::vector<fs::path> all = files_of(file.parent_path(), suffix);
  for (std::size_t i = static_cast<std::size_t>(std::max(keep, 1)); i < all.size(); ++i)
    if (all[i] != file) remove_quietly(all[i]);
}

}  // namespace

void write_checkpoint(const base::Communicator& communicator, const fs::path& folder,
                      const CheckpointHeader& header, const State& state, int keep) {
  const fs::path file = folder / "checkpoints" / fmt::format("{}{:09d}{}", prefix, header.step, suffix);
  const fs::path temporary = file.string() + ".tmp";
  output_on_root(communicator, [&] {
    fs::create_directories(file.parent_path());
    for (const fs::path& stale : files_of(file.parent_path(), temporary_suffix)) remove_quietly(stale);
  });
  try {
    write_and_verify(communicator, temporary, header, state);
    output_on_root(communicator, [&] { commit(temporary, file, keep); });
  } catch (const base::AgreedError& error) {
    if (communicator.is_root()) remove_quietly(temporary);
    throw OutputError(error.what());
  }
}

CheckpointHeader verify_checkpoint(const base::Communicator& communicator, const fs::path& file) {
  check_seal(communicator, file, checkpoint_schema);
  try {
    const Content content = content_of(communicator, file);
    if (const std::string wrong = difference(content.found, content.recorded); !wrong.empty())
      refuse(file, "its content is not what was written: " + wrong);
    return content.header;
  } catch (const base::AgreedError& error) {
    refuse(file, error.what());
  }
}

void read_checkpoint(const base::Communicator& communicator, const fs::path& file, State& state) {
  Hdf5File in = Hdf5File::open(communicator, file);
  try {
    read_state(in, state);
    in.close();
  } catch (const base::AgreedError& error) {
    in.give_up();
    refuse(file, error.what());
  }
}

namespace {

/// Visits the checkpoints of a folder that can be verified, the newest first, until `visit` returns false.
/// Collective.
void visit_good(const base::Communicator& communicator, const fs::path& folder,
                const std::function<bool(const GoodCheckpoint&)>& visit) {
  std::string names;
  if (communicator.is_root())
    for (const fs::path& file : files_of(folder / "checkpoints", suffix))
      names += file.filename().string() + "\n";
  communicator.broadcast(names);
  bool passed_over = false;
  for (std::size_t begin = 0, end = 0; (end = names.find('\n', begin)) != std::string::npos;
       begin = end + 1) {
    GoodCheckpoint good{.file = folder / "checkpoints" / names.substr(begin, end - begin), .header = {}};
    try {
      good.header = verify_checkpoint(communicator, good.file);
    } catch (const base::AgreedError& error) {
      base::log::warn("a checkpoint is passed over: {}", error.what());
      passed_over = true;
      continue;
    }
    if (passed_over)
      base::log::warn("using the earlier checkpoint {} (step {})", good.file.string(), good.header.step);
    passed_over = false;
    if (!visit(good)) return;
  }
}

}  // namespace

std::optional<fs::path> newest_good_checkpoint(const base::Communicator& communicator,
                                               const fs::path& folder) {
  std::optional<fs::path> found;
  visit_good(communicator, folder, [&](const GoodCheckpoint& good) {
    found = good.file;
    return false;
  });
  return found;
}

std::vector<GoodCheckpoint> good_checkpoints(const base::Communicator& communicator, const fs::path& folder) {
  std::vector<GoodCheckpoint> all;
  visit_good(communicator, folder, [&](const GoodCheckpoint& good) {
    all.push_back(good);
    return true;
  });
  return all;
}

}  // namespace sluice::run
