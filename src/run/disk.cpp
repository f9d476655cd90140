#include "run/disk.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.hpp"

namespace sluice::run {

namespace {

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& file, int flags)
      : number_(::open(file.c_str(), flags | O_CLOEXEC)) {
    if (number_ < 0)
      throw base::Error(fmt::format("cannot open {}: {}", file.string(), system_error_text(errno)));
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

struct stat status_of(const Descriptor& descriptor, const std::filesystem::path& file) {
  struct stat status {};
  if (::fstat(descriptor.number(), &status) != 0)
    throw base::Error(fmt::format("cannot look at {}: {}", file.string(), system_error_text(errno)));
  return status;
}

/// For file systems without fallocate: a look at the free space, which another program may still take.
void check_free_space(const Descriptor& descriptor, const std::filesystem::path& file, std::uint64_t to) {
  struct statvfs system {};
  if (::fstatvfs(descriptor.number(), &system) != 0) return;
  const auto held = static_cast<std::uint64_t>(status_of(descriptor, file).st_blocks) * 512;
  const std::uint64_t free = system.f_bavail * system.f_frsize;
  if (to > held && to - held > free)
    throw base::Error(fmt::format("{} needs {} bytes more and {} are free: {}", file.string(), to - held,
                                  free, system_error_text(ENOSPC)));
}

void sync(const std::filesystem::path& path, int flags) {
  const Descriptor descriptor(path, flags);
  // Some file systems cannot sync a folder and say EINVAL: they have nothing to sync.
  if (::fsync(descriptor.number()) != 0 && errno != EINVAL)
    throw base::Error(fmt::format("cannot sync {} to the disk: {}", path.string(), system_error_text(errno)));
}

}  // namespace

std::string system_error_text(int code) { return std::generic_category().message(code); }

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

void check_size_limit(const std::filesystem::path& file, std::uint64_t bytes) {
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  if (bytes > limit.rlim_cur)
    throw base::Error(fmt::format("{} needs {} bytes and this process may write {} (ulimit -f): {}",
                                  file.string(), bytes, limit.rlim_cur, system_error_text(EFBIG)));
}

void reserve_space(const std::filesystem::path& file, std::uint64_t from, std::uint64_t to) {
  if (to <= from) return;
  const Descriptor descriptor(file, O_WRONLY);
  int code = 0;
  do {
    code = ::fallocate(descriptor.number(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(from),
                       static_cast<off_t>(to - from)) == 0
               ? 0
               : errno;
  } while (code == EINTR);
  if (code == 0) return;
  if (code != ENOSPC && code != EDQUOT && code != EFBIG) return check_free_space(descriptor, file, to);
  throw base::Error(
      fmt::format("{} cannot grow to {} bytes: {}", file.string(), to, system_error_text(code)));
}

void release_reserve(const std::filesystem::path& file) {
  const Descriptor descriptor(file, O_WRONLY);
  const struct stat status = status_of(descriptor, file);
  if (static_cast<std::uint64_t>(status.st_blocks) * 512 <= static_cast<std::uint64_t>(status.st_size))
    return;
  if (::ftruncate(descriptor.number(), status.st_size) != 0)
    throw base::Error(
        fmt::format("cannot give back reserved space of {}: {}", file.string(), system_error_text(errno)));
}

void sync_file(const std::filesystem::path& file) { sync(file, O_RDONLY); }
void sync_folder(const std::filesystem::path& folder) { sync(folder, O_RDONLY | O_DIRECTORY); }

void discard_content(const std::filesystem::path& file) noexcept {
  if (::truncate(file.c_str(), 0) != 0) errno = 0;
}

void remove_quietly(const std::filesystem::path& file) noexcept {
  std::error_code code;
  std::filesystem::remove(file, code);
}

}  // namespace sluice::run
