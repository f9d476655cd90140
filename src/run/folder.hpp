// The run folder: made once everything is validated, locked while a run is in it.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "base/parallel.hpp"

namespace sluice::run {

/// Holds the lock of a run folder: two runs never share one. The lock is the kernel's (fcntl) on `run.lock`,
/// so that a killed run leaves none behind.
class RunFolder {
 public:
  /// Makes the folder and takes the lock; AgreedError that names who holds it otherwise. Collective.
  RunFolder(const base::Communicator& communicator, const std::filesystem::path& path);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// Takes away what a run that was refused at its start has put here, if this object made the folder. Rank 0
  /// acts.
  void abandon() noexcept;
  /// True once if a file of this name (`stop`, `checkpoint`) lies in the folder; removes it. Rank 0 only.
  [[nodiscard]] bool take_request(const std::string& name) const;

 private:
  std::filesystem::path path_;
  std::filesystem::path
      made_;  ///< The topmost folder that had to be made; empty if all were there. Rank 0 only.
  int lock_ = -1;
};

/// Writes text whole or not at all: temporary name, sync, rename, sync of the folder. OutputError. Not
/// collective.
void write_file_atomically(const std::filesystem::path& file, const std::string& text);

/// The folder's name by default: "runs/" + the case file's stem.
[[nodiscard]] std::filesystem::path default_folder(const std::filesystem::path& case_file);

}  // namespace sluice::run
