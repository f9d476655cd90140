#include "csv_table.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "base/units.hpp"

namespace sluice::solvers::flux_transport {

namespace {

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r\"");
  return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\"") - first + 1);
}

std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields;
  std::stringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(trimmed(field));
  if (!line.empty() && line.back() == ',') fields.emplace_back();
  return fields;
}

std::string read_text(const base::Communicator& communicator, const std::filesystem::path& file) {
  std::string text;
  base::agree_on_root(communicator, [&] {
    std::ifstream stream(file);
    if (!stream) throw base::InputError(file.string() + ": cannot be read");
    text.assign(std::istreambuf_iterator<char>(stream), {});
  });
  communicator.broadcast(text);
  return text;
}

}  // namespace

CsvTable::CsvTable(const base::Communicator& communicator, const std::filesystem::path& file,
                   const std::vector<CsvColumn>& columns)
    : file_(file.string()) {
  std::stringstream stream(read_text(communicator, file));
  std::vector<std::string> header;
  std::size_t line_number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++line_number;
    const std::string content = trimmed(line);
    if (content.empty() || content.front() == '#') continue;
    const auto fields = fields_of(line);
    if (header.empty()) {
      header = fields;
      continue;
    }
    if (fields.size() != header.size())
      throw base::InputError(fmt::format("{}:{}: has {} fields; the first line names {} columns", file_,
                                         line_number, fields.size(), header.size()));
    rows_.push_back(fields);
    lines_.push_back(line_number);
  }
  for (const CsvColumn& wanted : columns) {
    bool found = false;
    for (std::size_t i = 0; i < header.size() && !found; ++i) {
      const auto bracket = header[i].find('[');
      if (trimmed(header[i].substr(0, bracket)) != wanted.name) continue;
      found = true;
      const std::string unit = bracket == std::string::npos
                                   ? wanted.unit
                                   : header[i].substr(bracket + 1, header[i].find(']') - bracket - 1);
      const auto factor = unit == wanted.unit ? 1.0 : base::unit_factor(unit, wanted.unit);
      if (!factor)
        throw base::InputError(fmt::format("{}: column '{}': unit '{}' is unknown; {} are allowed", file_,
                                           wanted.name, unit, base::units_like(wanted.unit)));
      found_.push_back({wanted.name, i, *factor});
    }
    if (!found && wanted.required)
      throw base::InputError(
          fmt::format("{}: has no column '{}'; it has: {}", file_, wanted.name, fmt::join(header, ", ")));
  }
}

const CsvTable::Found* CsvTable::find(const std::string& column) const {
  for (const Found& found : found_)
    if (found.name == column) return &found;
  return nullptr;
}

bool CsvTable::has(const std::string& column) const { return find(column) != nullptr; }

const std::string& CsvTable::text(std::size_t row, const std::string& column) const {
  return rows_[row][find(column)->field];
}

std::optional<double> CsvTable::number(std::size_t row, const std::string& column) const {
  const Found* found = find(column);
  if (found == nullptr || rows_[row][found->field].empty()) return {};
  const std::string& field = rows_[row][found->field];
  double value = 0;
  const char* begin = field.data() + (field.front() == '+' ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size() || !std::isfinite(value))
    refuse(row, column, fmt::format("'{}'; a finite number is allowed", field));
  return found->factor * value;
}

void CsvTable::refuse(std::size_t row, const std::string& column, const std::string& message) const {
  throw base::InputError(fmt::format("{}:{}: {}: {}", file_, lines_[row], column, message));
}

}  // namespace sluice::solvers::flux_transport
