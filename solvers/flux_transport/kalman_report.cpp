#include "kalman_report.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <fstream>
#include <sstream>

#include "run/folder.hpp"
#include "run/snapshot.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using grid::Index;

/// Mean and spread (standard deviation of the sample) over members of [member][point].
std::pair<std::vector<double>, std::vector<double>> moments(const std::vector<double>& values,
                                                            std::size_t members) {
  const std::size_t points = values.size() / members;
  std::vector<double> mean(points, 0.0), spread(points, 0.0);
  for (std::size_t i = 0; i < points; ++i) {
    base::CompensatedSum sum, squares;
    for (std::size_t m = 0; m < members; ++m) sum.add(values[m * points + i]);
    mean[i] = sum.value() / static_cast<double>(members);
    for (std::size_t m = 0; m < members; ++m)
      squares.add((values[m * points + i] - mean[i]) * (values[m * points + i] - mean[i]));
    spread[i] = std::sqrt(squares.value() / static_cast<double>(members - 1));
  }
  return {mean, spread};
}

/// The rows of `text` before `time`, headline and all.
std::string rows_before(std::istream& text, double time) {
  std::string kept;
  for (std::string line; std::getline(text, line);)
    if (kept.empty() || std::strtod(line.c_str(), nullptr) < time) kept += line + "\n";
  return kept;
}

}  // namespace

KalmanReport::KalmanReport(const grid::Grid& grid, const run::MeetingContext& context)
    : grid_(grid), context_(context) {}

void KalmanReport::write(const run::Gathering& gathering, const KalmanAnalysis& analysis) const {
  run::output_on_root(context_.world,
                      [this] { std::filesystem::create_directories(context_.folder / "assimilation"); });
  write_maps(gathering, analysis);
  write_row(gathering, analysis);
}

void KalmanReport::write_maps(const run::Gathering& gathering, const KalmanAnalysis& analysis) const {
  std::vector<Index> splits{0};
  for (const Index end : context_.world.gather_all(analysis.rows.end)) splits.push_back(end);
  const auto layout = grid::Layout::from_splits(context_.world, grid_.layout_spec(), {splits, {}, {}});
  std::vector<grid::RealField> fields;
  const auto take = [&](const std::string& name, const std::string& long_name,
                        const std::vector<double>& values) {
    grid::RealField& field = fields.emplace_back(grid::FieldInfo{name, "G", long_name}, layout);
    std::copy(values.begin(), values.end(), field.data());
  };
  for (const auto& [name, text, values] : {std::tuple{"forecast", "before the analysis", &analysis.before},
                                           std::tuple{"analysis", "after the analysis", &analysis.after}}) {
    const auto [mean, spread] = moments(*values, analysis.members);
    take(fmt::format("{}_mean", name), fmt::format("mean of the members {}", text), mean);
    take(fmt::format("{}_spread", name), fmt::format("standard deviation of the members {}", text), spread);
  }
  std::vector<grid::FieldView> views;
  for (const auto& field : fields) views.push_back(field.erased());
  const run::SnapshotHeader header{.time = gathering.time,
                                   .step = gathering.number,
                                   .time_unit = context_.time_unit,
                                   .provenance = context_.provenance,
                                   .resolved = {}};
  run::write_snapshot(context_.world,
                      context_.folder / "assimilation" / fmt::format("analysis_{:04d}.h5", gathering.number),
                      grid_, views, header, {});
}

/// Means over the area observed, each row of points added up by one rank, the rows in order: the same on any
/// number of ranks.
void KalmanReport::write_row(const run::Gathering& gathering, const KalmanAnalysis& analysis) const {
  constexpr std::size_t kinds = 6;
  const auto rows = static_cast<std::size_t>(grid_.axes[0].size()),
             columns = static_cast<std::size_t>(grid_.axes[1].size());
  const auto [mean, spread] = moments(analysis.before, analysis.members);
  const auto [new_mean, new_spread] = moments(analysis.after, analysis.members);
  std::vector<double> sums(kinds * rows, 0.0);
  for (std::size_t i = 0; i < mean.size(); ++i) {
    const double area = analysis.share[i];
    if (!(area > 0)) continue;
    double* row = sums.data() + kinds * (static_cast<std::size_t>(analysis.rows.begin) + i / columns);
    const double before = analysis.data[i] - mean[i], after = analysis.data[i] - new_mean[i];
    const std::array<double, kinds> terms{1,
                                          before * before,
                                          spread[i] * spread[i],
                                          analysis.variance[i],
                                          after * after,
                                          new_spread[i] * new_spread[i]};
    for (std::size_t n = 0; n < kinds; ++n) row[n] += area * terms[n];
  }
  context_.world.sum(std::span<double>(sums));
  std::array<base::CompensatedSum, kinds> totals;
  for (std::size_t j = 0; j < rows; ++j)
    for (std::size_t n = 0; n < kinds; ++n) totals[n].add(sums[kinds * j + n]);
  std::string line = fmt::format("{},{},{:.10g}", gathering.time, analysis.members, totals[0].value());
  for (std::size_t n = 1; n < kinds; ++n)
    line += fmt::format(",{:.10g}", std::sqrt(totals[n].value() / std::max(totals[0].value(), 1e-300)));
  run::output_on_root(context_.world, [&] {
    const auto file = context_.folder / "assimilation.csv";
    std::ifstream old(file);
    std::string text = rows_before(old, gathering.time);
    if (text.empty())
      text = fmt::format(
          "time [{}],members,observations,innovation [G],forecast_spread [G],data_error [G],"
          "residual [G],analysis_spread [G]\n",
          context_.time_unit);
    run::write_file_atomically(file, text + line + "\n");
  });
}

}  // namespace sluice::solvers::flux_transport
