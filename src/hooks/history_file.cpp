#include "hooks/history_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/error.hpp"
#include "base/log.hpp"
#include "run/hdf5.hpp"

namespace sluice::hooks {

namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& file) {
  throw base::Error(fmt::format("cannot {} {}: {}", what, file.string(), std::strerror(errno)));
}

/// An open file descriptor.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& file, int flags)
      : fd_(::open(file.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ < 0) fail("open", file);
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

/// The numbers of a row; empty if it has not exactly `columns` of them.
std::optional<std::vector<double>> parse_row(const std::string& line, std::size_t columns) {
  std::vector<double> row;
  const char* at = line.data();
  const char* const end = at + line.size();
  while (row.size() < columns) {
    double value = 0;
    const auto [stop, failure] = std::from_chars(at, end, value);
    if (failure != std::errc()) return {};
    row.push_back(value);
    at = stop;
    if (at == end) break;
    if (*at++ != ',') return {};
  }
  return at == end && row.size() == columns ? std::optional(row) : std::nullopt;
}

}  // namespace

std::string csv_header(const std::vector<HistoryColumn>& columns) {
  std::string text;
  for (const HistoryColumn& column : columns)
    text += (text.empty() ? "" : ",") + column.name + (column.unit.empty() ? "" : " [" + column.unit + "]");
  return text;
}

HistoryFile::HistoryFile(std::filesystem::path file, std::vector<HistoryColumn> columns)
    : file_(std::move(file)), columns_(std::move(columns)) {}

void HistoryFile::begin() {
  const Descriptor out(file_, O_WRONLY | O_CREAT | O_TRUNC);
  const std::string header = csv_header(columns_) + "\n";
  if (!write_all(out.get(), header)) fail("write", file_);
  size_ = header.size();
}

void HistoryFile::resume(std::int64_t step) {
  std::ifstream in(file_, std::ios::binary);
  std::string line;
  const std::string header = csv_header(columns_);
  if (!std::getline(in, line) || line != header) {
    if (in) {
      std::filesystem::path aside = file_;
      aside += ".set-aside";
      std::filesystem::rename(file_, aside);
      base::log::warn("{} has other columns: it is set aside as {}, a new one begins", file_.string(),
                      aside.string());
    }
    return begin();
  }
  std::uintmax_t good = header.size() + 1;
  while (std::getline(in, line) && !in.eof()) {  // a last line without its end is torn
    const auto row = parse_row(line, columns_.size());
    if (!row || row->front() > static_cast<double>(step)) break;
    good += line.size() + 1;
  }
  in.close();
  std::filesystem::resize_file(file_, good);
  size_ = good;
}

void HistoryFile::append(const std::vector<double>& rows) {
  fmt::memory_buffer text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % columns_.size() == 0)  // the step
      fmt::format_to(std::back_inserter(text), "{}", static_cast<std::int64_t>(rows[i]));
    else
      fmt::format_to(std::back_inserter(text), ",{}",
                     rows[i]);  // shortest text that reads back to the same bits
    if ((i + 1) % columns_.size() == 0) text.push_back('\n');
  }
  const Descriptor out(file_, O_WRONLY | O_APPEND);
  if (!write_all(out.get(), fmt::to_string(text))) {
    const int reason = errno;
    if (::ftruncate(out.get(), static_cast<off_t>(size_)) != 0) size_ = 0;
    errno = reason;
    fail("append to", file_);
  }
  size_ += text.size();
}

void HistoryFile::sync() const {
  const Descriptor out(file_, O_WRONLY);
  if (::fsync(out.get()) != 0) fail("sync", file_);
}

void HistoryFile::write_hdf5(const std::filesystem::path& file) const {
  std::filesystem::path temporary = file;
  temporary += ".tmp";
  run::Hdf5File out = run::Hdf5File::create(base::Communicator::self(), temporary);
  std::ifstream in(file_, std::ios::binary);
  std::string line;
  std::getline(in, line);
  std::vector<double> rows;
  constexpr std::size_t rows_at_once = 65536;
  const auto push = [&] {
    out.append_rows("/history", rows, columns_.size());
    rows.clear();
  };
  while (std::getline(in, line)) {
    const auto row = parse_row(line, columns_.size());
    if (!row)
      throw base::Error(fmt::format("{} has a line that is no row of {} numbers: '{}'", file_.string(),
                                    columns_.size(), line));
    rows.insert(rows.end(), row->begin(), row->end());
    if (rows.size() >= rows_at_once * columns_.size()) push();
  }
  push();
  std::string names, units;
  for (const HistoryColumn& column : columns_) {
    names += (names.empty() ? "" : "\n") + column.name;
    units += (&column == columns_.data() ? "" : "\n") + column.unit;
  }
  out.write_attribute("/history", "columns", names);  // one a line, in the order of the columns
  out.write_attribute("/history", "units", units);
  out.close();
  std::filesystem::rename(temporary, file);
}

}  // namespace sluice::hooks
