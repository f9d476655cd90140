// What the disk must promise before and after HDF5 writes: space, size limits, sync. All of it is local to
// the rank.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace sluice::run {

/// Throws base::Error if this process may not write a file of so many bytes (ulimit -f).
void check_size_limit(const std::filesystem::path& file, std::uint64_t bytes);

/// Claims the disk space of bytes [from, to) of an existing file without changing its size; base::Error if
/// there is not so much (disk full, quota). On file systems that cannot claim space, looks at how much is
/// free.
void reserve_space(const std::filesystem::path& file, std::uint64_t from, std::uint64_t to);

/// Gives back what was reserved beyond the end of the file.
void release_reserve(const std::filesystem::path& file);

/// Writes a file's or folder's dirty pages to the disk; base::Error if that fails.
void sync_file(const std::filesystem::path& file);
void sync_folder(const std::filesystem::path& folder);

/// Empties a file that is given up, so that its space is free at once. Errors are ignored.
void discard_content(const std::filesystem::path& file) noexcept;
void remove_quietly(const std::filesystem::path& file) noexcept;

/// "No space left on device"
[[nodiscard]] std::string system_error_text(int code);
/// The folder that `file` lies in ("." if it is named without one).
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& file);

}  // namespace sluice::run
