// Mean, variance and PDF of one output over time.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "hooks/hooks.hpp"
#include "run/snapshot.hpp"

namespace sluice::hooks {

namespace {

struct StatisticsParameters {
  std::string field;
  std::int64_t bins = 0;
  std::vector<double> range;
  std::string name = "statistics";
  std::optional<double> start{};
};

class Statistics : public run::Observer {
 public:
  Statistics(const StatisticsParameters& parameters, const run::HookContext& context,
             const run::Output& output)
      : parameters_(parameters),
        communicator_(context.communicator),
        folder_(context.folder),
        time_unit_(context.solver->time_unit()),
        grid_(&context.solver->grid()),
        provenance_(context.provenance),
        resolved_(context.resolved),
        info_(output.info),
        counts_(static_cast<std::size_t>(parameters.bins) + 2, 0),
        new_counts_(counts_.size(), 0) {
    allocate(output.compute().layout->with_halo({0, 0, 0}));
  }

  void observe(const run::Look& look) override {
    if (parameters_.start && look.moment.time < *parameters_.start) return;
    const grid::FieldView field = look.outputs->get(parameters_.field);
    if (samples_ == 0) first_time_ = look.moment.time;
    last_time_ = look.moment.time;
    ++samples_;
    update_moments(field);
    if (parameters_.bins > 0) {
      if (samples_ == 1) centre_ = grid::sum(field) / static_cast<double>(field.layout->global_size());
      update_counts(field);
    }
  }

  void state(run::State& state) override {
    Observer::state(state);
    state.field(mean_);
    state.field(squares_);
    state.integer("samples", samples_);
    state.real("first_time", first_time_);
    state.real("last_time", last_time_);
    state.reals("counts", counts_);
    state.reals("powers", powers_);
    state.real("centre", centre_);
  }

  /// Counts of this rank join those of all (whole numbers, exact up to 2^53). Before a checkpoint: they are
  /// its state.
  void flush() override {
    if (parameters_.bins == 0) return;
    communicator_.sum(std::span<double>(new_counts_));
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += new_counts_[i];
    std::fill(new_counts_.begin(), new_counts_.end(), 0.0);
  }

  void finish(const run::Look& look) override {
    flush();
    if (samples_ > 0) write(look.moment);
  }

  [[nodiscard]] bool makes_up() const override { return true; }

 private:
  void allocate(const grid::LayoutPtr& layout) {
    mean_ = grid::RealField({info_.name + "_mean", info_.unit, "mean of " + info_.long_name}, layout);
    const std::string square = info_.unit == "1" ? "1" : "(" + info_.unit + ")^2";
    squares_ = grid::RealField({info_.name + "_squares", square, "sum of squared deviations"}, layout);
    variance_ = grid::RealField({info_.name + "_variance", square, "variance of " + info_.long_name}, layout);
  }

  // B. P. Welford, Technometrics 4 (1962) 419: no cancellation, however small the variance.
  void update_moments(const grid::FieldView& field) {
    const grid::View<const double> value(field.data, *field.layout);
    const auto mean = mean_.view(), squares = squares_.view();
    const grid::Index3& count = mean_.layout().count();
    const auto n = static_cast<double>(samples_);
    for (grid::Index i = 0; i < count[0]; ++i)
      for (grid::Index j = 0; j < count[1]; ++j)
        for (grid::Index k = 0; k < count[2]; ++k) {
          const double deviation = value(i, j, k) - mean(i, j, k);
          mean(i, j, k) += deviation / n;
          squares(i, j, k) += deviation * (value(i, j, k) - mean(i, j, k));
        }
  }

  /// Every point counts once; the first entry is what lies below the range, the last what lies above it (or
  /// is NaN).
  void update_counts(const grid::FieldView& field) {
    const grid::View<const double> value(field.data, *field.layout);
    const grid::Index3& count = field.layout->count();
    const double lower = parameters_.range[0];
    const double per_width = static_cast<double>(parameters_.bins) / (parameters_.range[1] - lower);
    const std::size_t above = new_counts_.size() - 1;
    std::array<base::CompensatedSum, 4> sums;
    for (grid::Index i = 0; i < count[0]; ++i)
      for (grid::Index j = 0; j < count[1]; ++j)
        for (grid::Index k = 0; k < count[2]; ++k) {
          const double bin = std::floor((value(i, j, k) - lower) * per_width);
          const bool inside = bin >= 0 && bin < static_cast<double>(parameters_.bins);
          new_counts_[inside ? static_cast<std::size_t>(bin) + 1 : bin < 0 ? 0 : above] += 1;
          const double x = value(i, j, k) - centre_;
          sums[0].add(x);
          sums[1].add(x * x);
          sums[2].add(x * x * x);
          sums[3].add(x * x * x * x);
        }
    std::array<double, 4> powers{};
    for (std::size_t p = 0; p < 4; ++p) powers[p] = sums[p].value();
    communicator_.sum(powers);
    for (std::size_t p = 0; p < 4; ++p) powers_[p] += powers[p];
  }

  void write(const run::Moment& moment) {
    const auto squares = squares_.view(), variance = variance_.view();
    const grid::Index3& count = mean_.layout().count();
    for (grid::Index i = 0; i < count[0]; ++i)
      for (grid::Index j = 0; j < count[1]; ++j)
        for (grid::Index k = 0; k < count[2]; ++k)
          variance(i, j, k) = samples_ > 1 ? squares(i, j, k) / static_cast<double>(samples_ - 1) : 0.0;
    const std::vector<grid::FieldView> fields{mean_.erased(), variance_.erased()};
    const run::SnapshotHeader header{.time = moment.time,
                                     .step = moment.step,
                                     .time_unit = time_unit_,
                                     .provenance = provenance_,
                                     .resolved = resolved_};
    const std::filesystem::path file = folder_ / (parameters_.name + ".h5");
    std::filesystem::path temporary = file;
    temporary += ".new";
    run::write_snapshot(communicator_, temporary, *grid_, fields, header, run::Storage{});
    add_numbers(temporary);
    run::output_on_root(communicator_, [&] { std::filesystem::rename(temporary, file); });
  }

  void add_numbers(const std::filesystem::path& file) {
    run::Hdf5File out = run::Hdf5File::open_to_append(communicator_, file);
    out.write_attribute("/", "samples", samples_);
    out.write_attribute("/", "first_time", first_time_);
    out.write_attribute("/", "last_time", last_time_);
    if (parameters_.bins > 0) write_pdf(out);
    out.close();
  }

  void write_pdf(run::Hdf5File& out) {
    const auto bins = static_cast<std::size_t>(parameters_.bins);
    const double lower = parameters_.range[0],
                 width = (parameters_.range[1] - lower) / static_cast<double>(bins);
    double total = 0;
    for (const double count : counts_) total += count;
    std::vector<double> edges(bins + 1), density(bins);
    for (std::size_t i = 0; i <= bins; ++i) edges[i] = lower + width * static_cast<double>(i);
    for (std::size_t i = 0; i < bins; ++i) density[i] = counts_[i + 1] / (total * width);
    out.make_group("/pdf");
    out.write_reals("/pdf/edges", edges);
    out.write_attribute("/pdf/edges", "units", info_.unit);
    out.write_reals("/pdf/density", density);
    out.write_attribute("/pdf/density", "units",
                        info_.unit == "1" ? std::string("1") : "(" + info_.unit + ")^-1");
    out.write_attribute("/pdf", "below", counts_.front());
    out.write_attribute("/pdf", "above", counts_.back());
    out.write_attribute("/pdf", "values", total);
    write_moments(out, total);
  }

  /// Moments of the values themselves, whether they lie in a bin or not; tails from the bins.
  void write_moments(run::Hdf5File& out, double total) {
    const double m1 = powers_[0] / total, m2 = powers_[1] / total, m3 = powers_[2] / total,
                 m4 = powers_[3] / total, variance = m2 - m1 * m1;
    const double third = m3 - 3 * m1 * m2 + 2 * m1 * m1 * m1,
                 fourth = m4 - 4 * m1 * m3 + 6 * m1 * m1 * m2 - 3 * m1 * m1 * m1 * m1;
    const double mean = centre_ + m1, deviation = std::sqrt(std::max(variance, 0.0));
    out.write_attribute("/pdf", "mean", mean);
    out.write_attribute("/pdf", "deviation", deviation);
    if (!(deviation > 0)) return;
    out.write_attribute("/pdf", "skewness", third / (variance * deviation));
    out.write_attribute("/pdf", "kurtosis", fourth / (variance * variance));
    for (const int times : {3, 4, 5})
      out.write_attribute("/pdf", fmt::format("beyond_{}_deviations", times),
                          1 - (below(mean + times * deviation) - below(mean - times * deviation)) / total);
  }

  /// How many values lie below a limit; inside a bin they are taken as even.
  [[nodiscard]] double below(double limit) const {
    const double place = (limit - parameters_.range[0]) * static_cast<double>(parameters_.bins) /
                         (parameters_.range[1] - parameters_.range[0]);
    double sum = counts_.front();
    for (std::size_t i = 1; i + 1 < counts_.size(); ++i)
      sum += counts_[i] * std::clamp(place - static_cast<double>(i - 1), 0.0, 1.0);
    return sum;
  }

  StatisticsParameters parameters_;
  base::Communicator communicator_;
  std::filesystem::path folder_;
  std::string time_unit_;
  const grid::Grid* grid_;
  std::string provenance_, resolved_;
  grid::FieldInfo info_;
  grid::RealField mean_, squares_, variance_;
  std::vector<double> counts_,
      new_counts_;  // below, bins, above: of all ranks until the last flush; of this rank since
  std::vector<double> powers_ =
      std::vector<double>(4, 0.0);  // sums of (value - centre)^1 to ^4, of all ranks
  double centre_ = 0;               // mean of the first sample
  std::int64_t samples_ = 0;
  double first_time_ = 0, last_time_ = 0;
};

class StatisticsCase : public run::HookCase {
 public:
  StatisticsCase() { schedule_.otherwise_every_steps = 1; }

  void declare(base::Parameters& parameters) override {
    schedule_.declare(parameters, true, time_unit);
    parameters.text("field", values_.field,
                    {.help = "output (real) that is averaged over time", .required = true});
    parameters.integer(
        "bins", values_.bins,
        {.help = "of the PDF of all values at all sampled times, every point counting once; 0 for none",
         .minimum = 0,
         .maximum = 1000000});
    parameters.reals("range", values_.range, {.help = "lower and upper end of the PDF", .maximum_size = 2});
    parameters.text("name", values_.name, {.help = "of the file NAME.h5", .may_differ_at_restart = true});
    parameters.real("start", values_.start, {.help = "earlier moments do not count", .unit = time_unit});
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {values_.name + ".h5"}; }

  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    if (values_.bins > 0 && (values_.range.size() != 2 || !(values_.range[0] < values_.range[1])))
      throw base::InputError("statistics: range: two ascending numbers are needed for a PDF (bins > 0)");
    std::vector<std::string> names;
    for (const run::Output& output : context.solver->outputs()) {
      names.push_back(output.info.name);
      if (output.info.name != values_.field) continue;
      if (output.components != 1)
        throw base::InputError(
            fmt::format("statistics: field: '{}' is complex; a real output is needed", values_.field));
      auto hook = std::make_unique<Statistics>(values_, context, output);
      hook->schedule = schedule_;
      return hook;
    }
    run::refuse_output("statistics: field", values_.field, names);
  }

 private:
  StatisticsParameters values_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_statistics() { return std::make_unique<StatisticsCase>(); }

}  // namespace sluice::hooks
