// history.csv: rows of numbers that only ever grow, repaired after a kill, and turned into history.h5. Rank 0
// only.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice::hooks {

struct HistoryColumn {
  std::string name, unit;
};

/// "step,time [h],mass [1]"; no brackets where there is no unit.
[[nodiscard]] std::string csv_header(const std::vector<HistoryColumn>& columns);

class HistoryFile {
 public:
  HistoryFile(std::filesystem::path file, std::vector<HistoryColumn> columns);

  /// Begins anew with the header alone. base::Error if it cannot be written.
  void begin();
  /// Keeps the rows up to `step` and cuts off what comes later, torn lines included. A file that has gone or
  /// has other columns is begun anew (the old one is kept beside as .set-aside).
  void resume(std::int64_t step);
  /// Appends all rows or, if the disk takes them not, none: then base::Error is thrown and the file is as
  /// before.
  void append(const std::vector<double>& rows);
  /// Pushes what was appended to the disk. base::Error.
  void sync() const;
  /// Writes the same table as HDF5 (dataset `history`, columns as attributes), whole or not at all.
  void write_hdf5(const std::filesystem::path& file) const;

 private:
  std::filesystem::path file_;
  std::vector<HistoryColumn> columns_;
  std::uintmax_t size_ = 0;  ///< Bytes of complete rows.
};

}  // namespace sluice::hooks
