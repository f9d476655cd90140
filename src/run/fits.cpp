#include "run/fits.hpp"

#include <fitsio.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.hpp"

namespace sluice::run {

namespace {

[[noreturn]] void fail(const std::filesystem::path& file, int status) {
  std::array<char, FLEN_STATUS> text{};
  fits_get_errstatus(status, text.data());
  throw base::Error(fmt::format("{}: FITS: {}", file.string(), text.data()));
}

/// An open file, closed with it.
class File {
 public:
  explicit File(std::filesystem::path name) : name_(std::move(name)) {}
  ~File() {
    int status = 0;
    if (handle_ != nullptr) fits_close_file(handle_, &status);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  fitsfile*& handle() { return handle_; }
  void close() {
    int status = 0;
    fitsfile* const handle = std::exchange(handle_, nullptr);
    fits_close_file(handle, &status);
    require(status);
  }
  void require(int status) const {
    if (status != 0) fail(name_, status);
  }

 private:
  std::filesystem::path name_;
  fitsfile* handle_ = nullptr;
};

/// Text in quotes is text, all else that reads as a number is one.
std::variant<std::string, double, std::int64_t> value_of(const std::string& raw) {
  if (!raw.empty() && raw.front() == '\'') {
    std::string text = raw.substr(1, raw.rfind('\'') - 1);
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
  }
  double number = 0;
  const char* begin = raw.data() + (!raw.empty() && raw.front() == '+' ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, raw.data() + raw.size(), number);
  if (error == std::errc() && end == raw.data() + raw.size()) return number;
  return raw;
}

std::vector<FitsCard> read_cards(File& file) {
  int status = 0, count = 0;
  fits_get_hdrspace(file.handle(), &count, nullptr, &status);
  file.require(status);
  std::vector<FitsCard> cards;
  for (int i = 1; i <= count; ++i) {
    std::array<char, FLEN_KEYWORD> key{};
    std::array<char, FLEN_VALUE> value{};
    std::array<char, FLEN_COMMENT> comment{};
    fits_read_keyn(file.handle(), i, key.data(), value.data(), comment.data(), &status);
    file.require(status);
    if (value[0] != '\0') cards.push_back({key.data(), value_of(value.data()), comment.data()});
  }
  return cards;
}

FitsImage read_image(const std::filesystem::path& name) {
  File file(name);
  int status = 0, dimensions = 0;
  fits_open_image(&file.handle(), name.c_str(), READONLY, &status);
  file.require(status);
  std::array<long, 3> extents{1, 1, 1};
  fits_get_img_dim(file.handle(), &dimensions, &status);
  file.require(status);
  if (dimensions < 2 || dimensions > 3)
    throw base::Error(
        fmt::format("{}: the image has {} dimensions; 2 are allowed", name.string(), dimensions));
  fits_get_img_size(file.handle(), 3, extents.data(), &status);
  file.require(status);
  if (extents[2] != 1)
    throw base::Error(fmt::format("{}: holds {} images in one; 1 is allowed", name.string(), extents[2]));
  FitsImage image{.rows = static_cast<std::size_t>(extents[1]),
                  .columns = static_cast<std::size_t>(extents[0]),
                  .values = {},
                  .cards = read_cards(file)};
  image.values.resize(image.rows * image.columns);
  double blank = std::numeric_limits<double>::quiet_NaN();
  int any = 0;
  fits_read_img(file.handle(), TDOUBLE, 1, static_cast<LONGLONG>(image.values.size()), &blank,
                image.values.data(), &any, &status);
  file.require(status);
  return image;
}

/// Not printable in a header, but faithful: broadcast as one text.
std::string packed(const FitsImage& image) {
  std::string text = fmt::format("{} {} {}\n", image.rows, image.columns, image.cards.size());
  for (const FitsCard& card : image.cards) {
    text += card.key + "\n" + std::to_string(card.value.index()) + "\n";
    std::visit([&](const auto& value) { text += fmt::format("{}", value) + "\n"; }, card.value);
  }
  return text;
}

void unpack(const std::string& text, FitsImage& image) {
  std::size_t at = 0;
  const auto line = [&] {
    const std::size_t end = text.find('\n', at);
    const std::string part = text.substr(at, end - at);
    at = end + 1;
    return part;
  };
  std::size_t count = 0;
  if (std::sscanf(line().c_str(), "%zu %zu %zu", &image.rows, &image.columns, &count) != 3) count = 0;
  for (std::size_t i = 0; i < count; ++i) {
    FitsCard card{.key = line(), .value = std::string()};
    const std::string kind = line(), value = line();
    if (kind == "1")
      card.value = std::stod(value);
    else
      card.value = value;
    image.cards.push_back(std::move(card));
  }
}

}  // namespace

std::optional<std::string> FitsImage::text(const std::string& key) const {
  for (const FitsCard& card : cards)
    if (card.key == key && std::holds_alternative<std::string>(card.value))
      return std::get<std::string>(card.value);
  return {};
}

std::optional<double> FitsImage::number(const std::string& key) const {
  for (const FitsCard& card : cards) {
    if (card.key != key) continue;
    if (std::holds_alternative<double>(card.value)) return std::get<double>(card.value);
    if (std::holds_alternative<std::int64_t>(card.value))
      return static_cast<double>(std::get<std::int64_t>(card.value));
  }
  return {};
}

FitsImage read_fits(const base::Communicator& communicator, const std::filesystem::path& file) {
  FitsImage image;
  std::string header;
  base::agree_on_root(communicator, [&] {
    image = read_image(file);
    header = packed(image);
  });
  communicator.broadcast(header);
  if (!communicator.is_root()) unpack(header, image);
  image.values.resize(image.rows * image.columns);
  communicator.broadcast(std::span<double>(image.values));
  return image;
}

void write_fits(const std::filesystem::path& name, const FitsImage& image, bool single) {
  std::filesystem::path temporary = name;
  temporary += ".new";
  std::filesystem::remove(temporary);
  File file(name);
  int status = 0;
  fits_create_file(&file.handle(), temporary.c_str(), &status);
  std::array<long, 2> extents{static_cast<long>(image.columns), static_cast<long>(image.rows)};
  fits_create_img(file.handle(), single ? FLOAT_IMG : DOUBLE_IMG, 2, extents.data(), &status);
  for (const FitsCard& card : image.cards) {
    const char* key = card.key.c_str();
    const char* comment = card.comment.c_str();
    if (const auto* text = std::get_if<std::string>(&card.value))
      fits_update_key_str(file.handle(), key, text->c_str(), comment, &status);
    else if (const auto* number = std::get_if<double>(&card.value))
      fits_update_key_dbl(file.handle(), key, *number, -15, comment, &status);
    else
      fits_update_key_lng(file.handle(), key, std::get<std::int64_t>(card.value), comment, &status);
  }
  std::vector<double> values = image.values;
  fits_write_img(file.handle(), TDOUBLE, 1, static_cast<LONGLONG>(values.size()), values.data(), &status);
  file.require(status);
  file.close();
  std::filesystem::rename(temporary, name);
}

}  // namespace sluice::run
