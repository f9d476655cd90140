// Parallel HDF5: the only place that knows the library. RAII handles, collective writes and reads of fields,
// attributes.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "grid/field.hpp"

namespace sluice::run {

/// How a dataset is stored.
struct Storage {
  bool single = false;  ///< float32
  int deflate = 0;      ///< 0-9; chunked if not 0
  bool shuffle = false;
};

/// How a file is made.
struct FileOptions {
  bool checksummed_metadata =
      false;  ///< The newest metadata format, with checksums; older programs cannot read it.
  std::uint64_t user_block = 0;  ///< Bytes in front that are not HDF5's: 0 or 512, 1024, 2048 ...
};

/// One HDF5 file, open for reading or writing by all ranks of a communicator. Every method is collective
/// unless it says otherwise, and throws OutputError/AgreedError alike on all ranks when any rank's call
/// failed: every return code of the library is looked at.
class Hdf5File {
 public:
  static Hdf5File create(const base::Communicator& communicator, const std::filesystem::path& file,
                         const FileOptions& options = {});
  static Hdf5File open(const base::Communicator& communicator,
                       const std::filesystem::path& file);  ///< read-only
  static Hdf5File open_to_append(const base::Communicator& communicator, const std::filesystem::path& file);
  ~Hdf5File();
  Hdf5File(Hdf5File&&) noexcept;
  Hdf5File& operator=(Hdf5File&&) noexcept;

  void make_group(const std::string& path);
  [[nodiscard]] bool has(const std::string& path);
  [[nodiscard]] std::vector<std::string> children(const std::string& path);

  // Distributed fields. `component` < 0 writes all of them (a trailing dimension when there is more than
  // one).
  void write_field(const std::string& path, const grid::FieldView& field, const Storage& storage,
                   int component = -1);
  /// Reads this rank's owned part of a global dataset (any writer layout). AgreedError if shapes differ.
  void read_field(const std::string& path, const grid::LayoutPtr& layout, double* data, int components);

  // Replicated arrays: written by rank 0, read by all.
  void write_reals(const std::string& path, std::span<const double> values,
                   const std::vector<std::uint64_t>& shape = {});
  void write_integers(const std::string& path, std::span<const std::int64_t> values);
  void write_scalar(const std::string& path, double value);  ///< Without dimensions, as netCDF has them.
  void write_text(const std::string& path, const std::string& text);
  [[nodiscard]] std::string read_text(const std::string& path);
  [[nodiscard]] std::vector<double> read_reals(
      const std::string& path);  ///< Any numeric type and rank, flattened.
  [[nodiscard]] std::vector<std::int64_t> read_integers(const std::string& path);
  [[nodiscard]] std::vector<std::uint64_t> shape(const std::string& path);
  [[nodiscard]] std::string type_name(
      const std::string& path);  ///< "float64", "float32", "int64", "text", ...
  /// Appends rows to a chunked table (created when missing) of `columns` doubles.
  void append_rows(const std::string& path, std::span<const double> rows, std::size_t columns);
  void truncate_rows(const std::string& path, std::uint64_t rows);

  // Attributes of a group or dataset ("/" for the file).
  void write_attribute(const std::string& path, const std::string& name, const std::string& value);
  void write_attribute(const std::string& path, const std::string& name, double value);
  void write_attribute(const std::string& path, const std::string& name, std::int64_t value);
  void write_attribute(const std::string& path, const std::string& name, std::span<const double> values);
  [[nodiscard]] std::optional<std::string> text_attribute(const std::string& path, const std::string& name);
  [[nodiscard]] std::optional<double> real_attribute(const std::string& path, const std::string& name);
  [[nodiscard]] std::optional<std::int64_t> integer_attribute(const std::string& path,
                                                              const std::string& name);
  [[nodiscard]] std::vector<std::string> attributes(const std::string& path);

  /// Makes `scale` (a 1-D dataset) the dimension scale `dimension` of `dataset`, as netCDF-4 and xarray read
  /// it.
  void make_scale(const std::string& scale, const std::string& name);
  void attach_scale(const std::string& dataset, const std::string& scale, unsigned dimension);

  /// Flushes, closes, looks at every return code, and syncs the file to disk. (Its folder is synced by who
  /// gives it its final name.)
  void close();
  /// After an agreed error of the caller's own: closes whatever the state of the file, never throws.
  void give_up() noexcept;

 private:
  struct Impl;
  explicit Hdf5File(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A file that appears whole or not at all: `write` fills it under another name, then it is closed, synced
/// and renamed. OutputError. Collective.
void write_whole(const base::Communicator& communicator, const std::filesystem::path& file,
                 const std::function<void(Hdf5File&)>& write);

/// A dataset of an ordinary (not Sluice's) HDF5 file read whole on rank 0 and broadcast: maps, masks.
/// Collective.
struct Hdf5Array {
  std::vector<std::uint64_t> shape;
  std::vector<double> values;
};
[[nodiscard]] Hdf5Array read_array(const base::Communicator& communicator, const std::filesystem::path& file,
                                   const std::string& path);

/// Order-independent 64-bit checksum of a field's owned values by global index, the same on any
/// decomposition: the sum modulo 2^64 of a mix of (global index, component, bits). Collective.
[[nodiscard]] std::uint64_t checksum(const grid::FieldView& field);
[[nodiscard]] std::uint64_t checksum(
    std::span<const std::byte> bytes);  ///< Of replicated data. Not collective.
/// Of a piece of a longer run of bytes that begins at its 64-bit word `first_word`: pieces add up modulo
/// 2^64. Not collective.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t first_word);

[[nodiscard]] std::string hdf5_version();

}  // namespace sluice::run
