// How far a run is from a reference: distances of distributions and of spectra, correlation of fields.
#pragma once
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "run/curve.hpp"

namespace sluice::run {

struct Histogram {
  std::vector<double> edges, density;
};

/// Wasserstein-1 distance: the integral of the difference of both quantile functions' sizes, in the values'
/// unit. Samples may differ in number; histograms are taken with total 1, even inside a bin.
[[nodiscard]] double wasserstein(std::vector<double> a, std::vector<double> b);
[[nodiscard]] double wasserstein(const Histogram& a, const Histogram& b);

struct CurveError {
  double rms = 0;       ///< Root mean square of the difference.
  double relative = 0;  ///< The same over the root mean square of the reference.
  double decades = 0;   ///< Root mean square of log10(value/reference) where both are positive.
};
/// Over the abscissas that both have, not beyond `last`; the curves may end at different places. InputError
/// if they have none in common.
[[nodiscard]] CurveError curve_error(const Curve& curve, const Curve& reference, double last);

/// Pearson's; 0 if one of them is constant.
[[nodiscard]] double correlation(std::span<const double> a, std::span<const double> b);

/// The time that lies before moments of a correlation above `least`: of equal intervals, their number times
/// the interval.
[[nodiscard]] double duration_above(std::span<const double> times, std::span<const double> correlations,
                                    double least);

struct FieldValues {
  std::vector<std::int64_t> shape;
  std::vector<double> values;
};
/// A periodic field on fewer points: its modes of the coarse grid. InputError if an axis would get finer.
[[nodiscard]] FieldValues coarsened(const FieldValues& field, const std::vector<std::int64_t>& shape);

/// What a run folder holds, or an ensemble's (then of all members, in the order of their names). For one
/// process.
class RunFiles {
 public:
  /// InputError if there is no such folder.
  explicit RunFiles(const std::filesystem::path& folder);
  [[nodiscard]] std::size_t members() const { return members_.size(); }
  /// Means over time of the hook `curves`, by name, averaged over the members.
  [[nodiscard]] std::map<std::string, Curve> curves() const;
  /// PDFs of the hook `statistics`, by the field's name, averaged over the members.
  [[nodiscard]] std::map<std::string, Histogram> histograms() const;
  /// Times of a member's snapshots, with their files.
  [[nodiscard]] std::map<double, std::filesystem::path> snapshots(std::size_t member) const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  std::vector<std::filesystem::path> members_;
};

/// Real fields of a snapshot, by name.
[[nodiscard]] std::vector<std::string> field_names(const std::filesystem::path& snapshot);
[[nodiscard]] FieldValues read_values(const std::filesystem::path& snapshot, const std::string& field);

}  // namespace sluice::run
