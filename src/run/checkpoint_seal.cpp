#include "run/checkpoint_seal.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <vector>

#include "base/error.hpp"
#include "run/disk.hpp"
#include "run/hdf5.hpp"
#include "run/hook.hpp"

namespace sluice::run {

namespace {

constexpr std::string_view magic = "Sluice checkpoint\n";
constexpr std::string_view hdf5_signature = "\x89HDF\r\n\x1a\n";

struct Seal {
  std::int64_t schema = 0;
  std::uint64_t bytes = 0;     ///< Of the whole file.
  std::uint64_t checksum = 0;  ///< Of everything behind the seal.
};

/// The 512 bytes, readable with `head`.
std::string block_of(const Seal& seal) {
  std::string block =
      fmt::format("{}schema {}\nbytes {}\nchecksum {:016x}\n", magic, seal.schema, seal.bytes, seal.checksum);
  const auto own = checksum(std::as_bytes(std::span(block)));
  block += fmt::format("seal {:016x}\nHDF5 from byte {}\n", own, seal_bytes);
  block.resize(seal_bytes, '\n');
  return block;
}

class Descriptor {
 public:
  Descriptor(const std::filesystem::path& file, int flags)
      : file_(file), number_(::open(file.c_str(), flags | O_CLOEXEC)) {
    if (number_ < 0) fail("open");
  }
  ~Descriptor() { ::close(number_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[noreturn]] void fail(const char* what) const {
    throw base::Error(fmt::format("cannot {} {}: {}", what, file_.string(), system_error_text(errno)));
  }
  /// Bytes read: fewer than asked for at the end of the file.
  std::size_t read(std::uint64_t offset, std::span<std::byte> into) const {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got =
          ::pread(number_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("read");
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }
  void write(const std::string& text) const {
    if (::pwrite(number_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) fail("write");
    if (::fsync(number_) != 0) fail("sync");
  }

 private:
  std::filesystem::path file_;
  int number_;
};

/// Checksum of the words of bytes [begin, end) of the file; begin is a multiple of 8 from the seal's end.
std::uint64_t checksum_of_range(const Descriptor& descriptor, std::uint64_t begin, std::uint64_t end) {
  constexpr std::size_t piece = 1024 * 1024;
  std::vector<std::byte> buffer(piece);
  std::uint64_t sum = 0;
  for (std::uint64_t at = begin; at < end; at += piece) {
    const std::span<std::byte> part = std::span(buffer).first(std::min<std::uint64_t>(piece, end - at));
    if (descriptor.read(at, part) < part.size())
      throw base::Error("the file has become shorter while it was read");
    sum += checksum(part, (at - seal_bytes) / sizeof(std::uint64_t));
  }
  return sum;
}

/// Each rank reads its share of the file. Throws base::AgreedError. Collective.
std::uint64_t checksum_of_file(const base::Communicator& communicator, const std::filesystem::path& file,
                               std::uint64_t bytes) {
  const std::uint64_t words = (bytes - seal_bytes + 7) / 8;
  const auto ranks = static_cast<std::uint64_t>(communicator.size()),
             rank = static_cast<std::uint64_t>(communicator.rank());
  const auto place = [&](std::uint64_t share) {
    return std::min(bytes, seal_bytes + 8 * (words / ranks * share + std::min(share, words % ranks)));
  };
  std::uint64_t sum = 0;
  base::agree(communicator, [&] {
    const Descriptor descriptor(file, O_RDONLY);
    sum = checksum_of_range(descriptor, place(rank), place(rank + 1));
  });
  return communicator.sum_modular(sum);
}

template <class T>
T number_after(const std::string& block, std::string_view word, int base) {
  T value = 0;
  const std::size_t at = block.find(fmt::format("\n{} ", word));
  if (at == std::string::npos) return value;
  const char* begin = block.data() + at + word.size() + 2;
  std::from_chars(begin, block.data() + block.size(), value, base);
  return value;
}

/// What the seal says; base::Error if it is none. Rank 0.
Seal read_seal(const std::filesystem::path& file, std::int64_t schema) {
  const Descriptor descriptor(file, O_RDONLY);
  std::string block(seal_bytes, '\0');
  block.resize(descriptor.read(0, std::as_writable_bytes(std::span(block))));
  const auto refuse = [&](const std::string& why) {
    throw base::Error(fmt::format("{} {}", file.string(), why));
  };
  if (block.empty()) refuse("is empty");
  if (!block.starts_with(magic))
    refuse(block.starts_with(hdf5_signature) ? "is an HDF5 file, but no checkpoint of Sluice"
                                             : "is no checkpoint of Sluice, or its first bytes are damaged");
  if (block.size() < seal_bytes) refuse("is cut short");
  const Seal seal{number_after<std::int64_t>(block, "schema", 10),
                  number_after<std::uint64_t>(block, "bytes", 10),
                  number_after<std::uint64_t>(block, "checksum", 16)};
  if (block_of(seal) != block) refuse("is damaged: its seal does not agree with itself");
  if (seal.schema != schema)
    refuse(fmt::format("has checkpoint schema {}; this program reads schema {}{}", seal.schema, schema,
                       seal.schema > schema ? ": it was written by a newer one" : ""));
  const std::uint64_t bytes = std::filesystem::file_size(file);
  if (bytes != seal.bytes)
    refuse(fmt::format("is {}: it has {} bytes, {} were written",
                       bytes < seal.bytes ? "cut short" : "damaged", bytes, seal.bytes));
  return seal;
}

}  // namespace

void write_seal(const base::Communicator& communicator, const std::filesystem::path& file,
                std::int64_t schema) {
  try {
    std::int64_t bytes = 0;
    base::agree_on_root(communicator,
                        [&] { bytes = static_cast<std::int64_t>(std::filesystem::file_size(file)); });
    Seal seal{.schema = schema, .bytes = static_cast<std::uint64_t>(communicator.broadcast(bytes))};
    seal.checksum = checksum_of_file(communicator, file, seal.bytes);
    base::agree_on_root(communicator, [&] { Descriptor(file, O_WRONLY).write(block_of(seal)); });
  } catch (const base::AgreedError& error) {
    throw OutputError(error.what());
  }
}

void check_seal(const base::Communicator& communicator, const std::filesystem::path& file,
                std::int64_t schema) {
  Seal seal;
  base::agree_on_root(communicator, [&] { seal = read_seal(file, schema); });
  const auto bytes =
      static_cast<std::uint64_t>(communicator.broadcast(static_cast<std::int64_t>(seal.bytes)));
  const std::uint64_t found = checksum_of_file(communicator, file, bytes);
  base::agree_on_root(communicator, [&] {
    if (found != seal.checksum)
      throw base::Error(fmt::format("{} is damaged: its checksum is {:016x}, {:016x} was written",
                                    file.string(), found, seal.checksum));
  });
}

}  // namespace sluice::run
