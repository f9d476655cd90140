// FITS images: the only place that knows cfitsio.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/parallel.hpp"

namespace sluice::run {

/// One keyword of a header.
struct FitsCard {
  std::string key;
  std::variant<std::string, double, std::int64_t> value;
  std::string comment = "";
};

/// A two-dimensional image. Replicated.
struct FitsImage {
  std::size_t rows = 0, columns = 0;  ///< NAXIS2, NAXIS1
  std::vector<double> values;         ///< [row][column], the first row of the file first; blanks are NaN.
  std::vector<FitsCard> cards;

  /// Not collective.
  [[nodiscard]] std::optional<std::string> text(const std::string& key) const;
  [[nodiscard]] std::optional<double> number(const std::string& key) const;
};

/// The first image of a file that is not empty, compressed or not. AgreedError. Collective.
[[nodiscard]] FitsImage read_fits(const base::Communicator& communicator, const std::filesystem::path& file);

/// Writes float64 or float32, replacing the file as a whole. base::Error. Not collective.
void write_fits(const std::filesystem::path& file, const FitsImage& image, bool single);

}  // namespace sluice::run
