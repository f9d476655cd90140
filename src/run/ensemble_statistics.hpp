// Mean, spread and quantiles over the members of an ensemble, from the snapshots that they wrote.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "base/parameters.hpp"
#include "grid/grid.hpp"

namespace sluice::run {

struct EnsembleStatistics {
  std::vector<std::string> fields;  ///< Empty: no statistics.
  std::vector<double> quantiles{0.05, 0.5, 0.95};
  std::string series = "snapshots";
  void declare(base::Parameters& parameters);
};

/// Quantile of sorted values, linear between order statistics (R. J. Hyndman, Y. Fan, Am. Stat. 50 (1996)
/// 361, definition 7).
[[nodiscard]] double quantile(const std::vector<double>& sorted, double probability);

/// One file SERIES_statistics/statistics_NNNN.h5 in `folder` for every time that the series of all `members`
/// (folders) share: FIELD_mean, FIELD_spread (standard deviation of the sample), FIELD_q05 ... Values do not
/// depend on the number of ranks. Returns the number of files. Collective.
std::int64_t write_ensemble_statistics(const base::Communicator& communicator, const grid::Grid& grid,
                                       const EnsembleStatistics& statistics,
                                       const std::filesystem::path& folder,
                                       const std::vector<std::filesystem::path>& members,
                                       const std::string& time_unit);

}  // namespace sluice::run
