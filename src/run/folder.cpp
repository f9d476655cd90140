#include "run/folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>

#include "base/log.hpp"
#include "run/disk.hpp"
#include "run/hook.hpp"

namespace sluice::run {

namespace {

// A lock of the open file description where the system has it: two runs in one process exclude each other
// too.
#ifdef F_OFD_SETLK
constexpr int set_lock = F_OFD_SETLK;
#else
constexpr int set_lock = F_SETLK;
#endif

std::string holder_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line.empty() ? "another run" : line;
}

std::string this_process() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {'?'};
  return fmt::format("process {} on host {}", ::getpid(), host.data());
}

void write_all(int descriptor, const std::string& text, const std::filesystem::path& file) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = ::write(descriptor, text.data() + done, text.size() - done);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      throw OutputError(fmt::format("cannot write {}: {}", file.string(), system_error_text(errno)));
    done += static_cast<std::size_t>(written);
  }
}

/// The topmost folder on the way to `path` that is not there; empty if all are.
std::filesystem::path topmost_missing(const std::filesystem::path& path) {
  std::filesystem::path missing;
  for (std::filesystem::path place = path; !place.empty() && !std::filesystem::exists(place);
       place = place.parent_path())
    missing = place;
  return missing;
}

/// The descriptor that holds the lock, or -1 on a file system without locks (a warning is logged).
int take_lock(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "run.lock";
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0)
    throw base::Error(fmt::format("cannot make {}: {}", file.string(), system_error_text(errno)));
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (::fcntl(descriptor, set_lock, &lock) != 0) {
    const int code = errno;
    ::close(descriptor);
    if (code == EAGAIN || code == EACCES)
      throw base::Error(
          fmt::format("run folder {} is in use by {}; wait for it, or choose another folder (--output)",
                      folder.string(), holder_of(file)));
    base::log::warn("the file system of {} has no locks ({}): nothing keeps a second run out of this folder",
                    folder.string(), system_error_text(code));
    return -1;
  }
  // The content only serves messages: a full disk must not keep a run from resuming.
  const std::string text = this_process() + "\n";
  if (::ftruncate(descriptor, 0) != 0 || ::write(descriptor, text.data(), text.size()) < 0) errno = 0;
  return descriptor;
}

}  // namespace

RunFolder::RunFolder(const base::Communicator& communicator, const std::filesystem::path& path)
    : path_(path) {
  base::agree_on_root(communicator, [&] {
    made_ = topmost_missing(path_);
    std::error_code code;
    std::filesystem::create_directories(path_, code);
    if (!std::filesystem::is_directory(path_))
      throw base::Error(fmt::format("cannot make the run folder {}: {}", path_.string(),
                                    code ? code.message() : "a file of this name is in the way"));
    lock_ = take_lock(path_);
  });
}

void RunFolder::abandon() noexcept {
  if (made_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
  // The folders above it only if nobody else has put something there meanwhile.
  for (std::filesystem::path above = path_; above != made_;) {
    above = above.parent_path();
    if (!std::filesystem::remove(above, ignored)) break;
  }
}

RunFolder::~RunFolder() {
  if (lock_ >= 0) ::close(lock_);
}

bool RunFolder::take_request(const std::string& name) const { return ::unlink((path_ / name).c_str()) == 0; }

void write_file_atomically(const std::filesystem::path& file, const std::string& text) {
  const std::filesystem::path temporary = file.string() + ".tmp";
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0)
    throw OutputError(fmt::format("cannot make {}: {}", temporary.string(), system_error_text(errno)));
  try {
    write_all(descriptor, text, temporary);
    const bool synced = ::fsync(descriptor) == 0;
    const int code = errno;
    if (!synced)
      throw OutputError(fmt::format("cannot sync {}: {}", temporary.string(), system_error_text(code)));
  } catch (...) {
    ::close(descriptor);
    remove_quietly(temporary);
    throw;
  }
  const bool closed = ::close(descriptor) == 0;
  if (!closed || ::rename(temporary.c_str(), file.c_str()) != 0) {
    const int code = errno;
    remove_quietly(temporary);
    throw OutputError(fmt::format("cannot {} {}: {}", closed ? "rename to" : "close", file.string(),
                                  system_error_text(code)));
  }
  try {
    sync_folder(folder_of(file));
  } catch (const base::Error& error) {
    throw OutputError(error.what());
  }
}

std::filesystem::path default_folder(const std::filesystem::path& case_file) {
  return std::filesystem::path("runs") / case_file.stem();
}

}  // namespace sluice::run
