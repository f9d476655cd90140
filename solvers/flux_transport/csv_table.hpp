// Tables of text with named columns, as catalogues and lists of files come.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/parallel.hpp"

namespace sluice::solvers::flux_transport {

/// One column that is looked for.
struct CsvColumn {
  std::string name;
  std::string unit;  ///< What numbers are converted to; empty for text.
  bool required = true;
};

/// First line: names, each with its unit in brackets where it has another than the one wanted ("time [d]").
/// Commas between fields, '#' lines and empty ones skipped. Replicated.
class CsvTable {
 public:
  /// InputError that names file, line and column. Collective.
  CsvTable(const base::Communicator& communicator, const std::filesystem::path& file,
           const std::vector<CsvColumn>& columns);

  [[nodiscard]] std::size_t rows() const { return rows_.size(); }
  [[nodiscard]] bool has(const std::string& column) const;
  [[nodiscard]] const std::string& text(std::size_t row, const std::string& column) const;
  /// In the unit asked for. InputError if it is no finite number; empty if the field is (or has no column).
  [[nodiscard]] std::optional<double> number(std::size_t row, const std::string& column) const;
  /// InputError "file:line: column: ..." .
  [[noreturn]] void refuse(std::size_t row, const std::string& column, const std::string& message) const;

 private:
  struct Found {
    std::string name;
    std::size_t field = 0;
    double factor = 1;
  };
  [[nodiscard]] const Found* find(const std::string& column) const;
  std::string file_;
  std::vector<Found> found_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> lines_;
};

}  // namespace sluice::solvers::flux_transport
