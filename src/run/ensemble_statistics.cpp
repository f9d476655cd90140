#include "run/ensemble_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/log.hpp"
#include "run/ensemble_files.hpp"
#include "run/hook.hpp"
#include "run/snapshot.hpp"

namespace sluice::run {

namespace {

/// Statistics of one field at one time, over the owned points.
class Reduction {
 public:
  Reduction(const base::Communicator& communicator, const grid::Grid& grid, const std::string& name)
      : communicator_(communicator),
        layout_(grid::Layout::block(communicator, grid.layout_spec())),
        name_(name) {}

  void read(const std::vector<std::string>& files) {
    const auto size = static_cast<std::size_t>(layout_->owned_size());
    values_.assign(files.size(), std::vector<double>(size));
    for (std::size_t m = 0; m < files.size(); ++m) {
      auto file = Hdf5File::open(communicator_, files[m]);
      file.read_field(name_, layout_, values_[m].data(), 1);
      if (m == 0) {
        unit_ = file.text_attribute(name_, "units").value_or("1");
        long_name_ = file.text_attribute(name_, "long_name").value_or(name_);
      }
      file.close();
    }
  }

  /// mean, spread, then the quantiles.
  [[nodiscard]] std::vector<grid::RealField> fields(const std::vector<double>& quantiles) const {
    std::vector<grid::RealField> result;
    result.emplace_back(grid::FieldInfo{name_ + "_mean", unit_, "mean of " + long_name_}, layout_);
    result.emplace_back(grid::FieldInfo{name_ + "_spread", unit_, "standard deviation of " + long_name_},
                        layout_);
    for (const double q : quantiles)
      result.emplace_back(grid::FieldInfo{fmt::format("{}_q{:02g}", name_, 100 * q), unit_,
                                          fmt::format("quantile {} of {}", q, long_name_)},
                          layout_);
    std::vector<double> sorted(values_.size());
    for (std::size_t i = 0; i < values_.front().size(); ++i) {
      base::CompensatedSum sum, squares;
      for (std::size_t m = 0; m < sorted.size(); ++m) sum.add(sorted[m] = values_[m][i]);
      const auto n = static_cast<double>(sorted.size());
      const double mean = sum.value() / n;
      for (const double value : sorted) squares.add((value - mean) * (value - mean));
      std::sort(sorted.begin(), sorted.end());
      result[0].data()[i] = mean;
      result[1].data()[i] = n > 1 ? std::sqrt(squares.value() / (n - 1)) : 0;
      for (std::size_t q = 0; q < quantiles.size(); ++q)
        result[q + 2].data()[i] = quantile(sorted, quantiles[q]);
    }
    return result;
  }

 private:
  base::Communicator communicator_;
  grid::LayoutPtr layout_;
  std::string name_, unit_, long_name_;
  std::vector<std::vector<double>> values_;  // [member][owned point]
};

}  // namespace

void EnsembleStatistics::declare(base::Parameters& p) {
  p.texts("fields", fields,
          {.help = "fields of the members' snapshots whose mean, spread and quantiles are written; none: no "
                   "statistics",
           .may_differ_at_restart = true});
  p.reals("quantiles", quantiles,
          {.help = "probabilities", .unit = "1", .minimum = 0, .maximum = 1, .may_differ_at_restart = true});
  p.text("series", series,
         {.help = "name of the members' snapshot hook; times that all of them have are used (`exact: true`)",
          .may_differ_at_restart = true});
}

double quantile(const std::vector<double>& sorted, double probability) {
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[below + 1] - sorted[below]);
}

std::int64_t write_ensemble_statistics(const base::Communicator& communicator, const grid::Grid& grid,
                                       const EnsembleStatistics& statistics,
                                       const std::filesystem::path& folder,
                                       const std::vector<std::filesystem::path>& members,
                                       const std::string& time_unit) {
  if (statistics.fields.empty() || members.empty()) return 0;
  const auto common = files_at_common_times(communicator, members, statistics.series, "snapshot_");
  if (common.empty())
    base::log::warn("ensemble.statistics: the members' {} have no time in common (exact: true makes them)",
                    statistics.series);
  const std::filesystem::path target = folder / (statistics.series + "_statistics");
  output_on_root(communicator, [&] { std::filesystem::create_directories(target); });
  std::int64_t number = 0;
  for (const MemberFiles& entry : common) {
    std::vector<grid::RealField> fields;
    for (const std::string& name : statistics.fields) {
      Reduction reduction(communicator, grid, name);
      reduction.read(entry.files);
      for (auto& field : reduction.fields(statistics.quantiles)) fields.push_back(std::move(field));
    }
    std::vector<grid::FieldView> views;
    for (const auto& field : fields) views.push_back(field.erased());
    SnapshotHeader header;
    header.time = entry.time;
    header.step = number;
    header.time_unit = time_unit;
    write_snapshot(communicator, target / fmt::format("statistics_{:04d}.h5", number++), grid, views, header,
                   {});
  }
  return number;
}

}  // namespace sluice::run
