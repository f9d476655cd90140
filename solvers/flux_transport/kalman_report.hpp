// What an analysis did: maps of mean and spread before and after, and how the data differed from them.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"
#include "run/meeting.hpp"

namespace sluice::solvers::flux_transport {

/// One rank's rows of one analysis.
struct KalmanAnalysis {
  grid::Range rows{};
  std::size_t members = 0;
  std::vector<double> before{}, after{};  ///< [member][row][column] [G]
  std::vector<double> data;               ///< [row][column] [G]
  std::vector<double>
      share;  ///< Area of the points that were observed, over a cell's at the equator; else 0.
  std::vector<double> variance;  ///< Of the data's error [G^2].
};

class KalmanReport {
 public:
  KalmanReport(const grid::Grid& grid, const run::MeetingContext& context);
  /// assimilation/analysis_NNNN.h5 and a row of assimilation.csv. OutputError. Collective over the world.
  void write(const run::Gathering& gathering, const KalmanAnalysis& analysis) const;

 private:
  void write_maps(const run::Gathering& gathering, const KalmanAnalysis& analysis) const;
  void write_row(const run::Gathering& gathering, const KalmanAnalysis& analysis) const;
  const grid::Grid& grid_;
  run::MeetingContext context_;
};

}  // namespace sluice::solvers::flux_transport
