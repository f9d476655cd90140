// Inside of run/hdf5: handles of the library, return codes, agreement. Included by run/hdf5*.cpp only.
#pragma once
#include <hdf5.h>

#include <functional>
#include <string>
#include <vector>

#include "run/hdf5.hpp"

namespace sluice::run {

namespace hdf5 {

/// Throws base::Error with the call's name and the innermost message of HDF5's error stack.
[[noreturn]] void fail(const char* call);
inline void require(herr_t code, const char* call) {
  if (code < 0) fail(call);
}

/// An identifier of the library, closed with its own function.
class Handle {
 public:
  Handle(hid_t id, herr_t (*closes)(hid_t), const char* call) : id_(id), close_(closes) {
    if (id < 0) fail(call);
  }
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(Handle&& other) noexcept : id_(other.id_), close_(other.close_) { other.id_ = -1; }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  Handle& operator=(Handle&&) = delete;
  [[nodiscard]] hid_t id() const { return id_; }
  /// For objects in the file: closing may write, so its return code counts.
  void close() {
    const hid_t id = id_;
    id_ = -1;
    if (close_(id) < 0) fail("close");
  }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

[[nodiscard]] Handle simple_space(const std::vector<hsize_t>& shape);
[[nodiscard]] Handle open_dataset(hid_t file, const std::string& path);
[[nodiscard]] Handle open_object(hid_t file, const std::string& path);
/// Variable-length UTF-8 text.
[[nodiscard]] Handle text_type();
[[nodiscard]] std::vector<hsize_t> shape_of(hid_t dataset);
[[nodiscard]] bool is_numeric(hid_t type);
[[nodiscard]] std::string shape_text(const std::vector<hsize_t>& shape);

/// Same bytes on every rank, of any length. Collective.
void broadcast_bytes(const base::Communicator& communicator, void* data, std::size_t bytes);

/// What a new dataset is like.
struct DatasetSpec {
  hid_t type = H5T_NATIVE_DOUBLE;
  std::vector<hsize_t> shape;
  std::vector<hsize_t> chunk{};    ///< Empty: contiguous.
  std::vector<hsize_t> largest{};  ///< Empty: as shape.
  int deflate = 0;
  bool shuffle = false;
};
[[nodiscard]] Handle create_dataset(hid_t file, const std::string& path, const DatasetSpec& spec);

}  // namespace hdf5

struct Hdf5File::Impl {
  base::Communicator communicator;
  std::filesystem::path file;
  bool writing = false;
  hid_t id = -1;
  bool failed = false;  ///< A call failed, on every rank known: the file is given up.
  bool diverged =
      false;  ///< It failed on some ranks inside the library: a collective close could wait for ever.
  std::uint64_t expected =
      0;  ///< Bytes that the file may have by what was written so far, metadata included.
  std::uint64_t reserved = 0;  ///< Bytes of disk space claimed so far.
  int exceptions = 0;          ///< Being handled when the file was opened.

  /// Whether a failing block leaves the library in the same state on every rank.
  enum class Scope { metadata, data };

  Impl(base::Communicator the_communicator, std::filesystem::path the_file, bool write);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// Runs `work` on every rank; if it threw anywhere, throws OutputError or AgreedError on all, with the
  /// message of the lowest failing rank. Collective.
  void together(const std::string& what, const std::function<void()>& work, Scope scope = Scope::metadata);
  /// Counts an object or attribute of so many bytes. Not collective.
  void expect(std::uint64_t bytes);
  /// Claims disk space for all that is expected, so that no write inside MPI-IO can meet a full disk.
  /// Collective.
  void reserve();
  void write_replicated(const std::string& path, const hdf5::DatasetSpec& spec, hid_t memory_type,
                        const void* data);
  /// Reads the whole dataset on rank 0 and gives it to all. `make` is told the number of values and returns
  /// the memory.
  void read_replicated(const std::string& path, hid_t memory_type, std::size_t value_bytes,
                       const std::function<void*(std::size_t)>& make);
};

}  // namespace sluice::run
