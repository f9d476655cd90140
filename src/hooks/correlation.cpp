// How long a run stays with another one: correlation of a field, point by point, with the snapshots of a
// reference run (the high-correlation duration of Kochkov et al., PNAS 118 (2021) e2101784118).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/log.hpp"
#include "hooks/hooks.hpp"
#include "run/hdf5.hpp"
#include "run/score.hpp"
#include "run/whole_field.hpp"

namespace sluice::hooks {

namespace {

struct CorrelationParameters {
  std::string field, reference, name = "correlation";
  double threshold = 0.8;
};

/// The snapshots of a run, or of one member of an ensemble; read on rank 0.
class Trajectory {
 public:
  /// Collective. `own` is the folder of the run that compares itself: member_NNNN has member NNNN of an
  /// ensemble.
  Trajectory(const base::Communicator& communicator, const std::filesystem::path& folder,
             const std::filesystem::path& own)
      : communicator_(communicator) {
    base::agree_on_root(communicator_, [&] {
      const run::RunFiles files(folder);
      for (const auto& [time, path] : files.snapshots(member_of(files, own))) {
        times_.push_back(time);
        paths_.push_back(path);
      }
      if (times_.empty())
        throw base::InputError(
            fmt::format("correlation: reference: {} has no snapshots (hook snapshot)", folder.string()));
    });
    times_.resize(static_cast<std::size_t>(communicator_.broadcast(std::ssize(times_))));
    communicator_.broadcast(std::span<double>(times_));
  }
  [[nodiscard]] const std::vector<double>& times() const { return times_; }
  /// Which snapshot is of this time; -1 if none is.
  [[nodiscard]] std::int64_t at(double time) const {
    const double tolerance = 1e-6 * std::max(1.0, std::abs(time));
    const auto found = std::lower_bound(times_.begin(), times_.end(), time - tolerance);
    return found == times_.end() || *found > time + tolerance ? -1 : found - times_.begin();
  }
  /// On rank 0.
  [[nodiscard]] run::FieldValues values(std::int64_t snapshot, const std::string& field) const {
    return run::read_values(paths_.at(static_cast<std::size_t>(snapshot)), field);
  }

 private:
  static std::size_t member_of(const run::RunFiles& files, const std::filesystem::path& own) {
    if (files.members() == 1) return 0;
    const std::string name = own.filename().string(), prefix = "member_";
    std::size_t member = 0;
    if (name.starts_with(prefix))
      std::from_chars(name.data() + prefix.size(), name.data() + name.size(), member);
    if (member >= files.members())
      throw base::InputError(fmt::format("correlation: reference: {} has {} members, and none for {}",
                                         files.folder().string(), files.members(), own.string()));
    return member;
  }
  base::Communicator communicator_;
  std::vector<double> times_;
  std::vector<std::filesystem::path> paths_;
};

class Correlation : public run::Observer {
 public:
  Correlation(CorrelationParameters parameters, const run::HookContext& context, Trajectory reference)
      : parameters_(std::move(parameters)),
        communicator_(context.communicator),
        folder_(context.folder),
        time_unit_(context.solver->time_unit()),
        provenance_(context.provenance),
        reference_(std::move(reference)) {}

  void observe(const run::Look& look) override {
    const std::int64_t snapshot = reference_.at(look.moment.time);
    if (snapshot < 0) return;
    const grid::FieldView field = look.outputs->get(parameters_.field);
    run::FieldValues own{.shape = {}, .values = run::whole_values(field)};
    for (const auto& axis : look.solver->grid().axes) own.shape.push_back(axis.size());
    double numbers[2] = {0, 0};
    base::agree_on_root(communicator_, [&] {
      run::FieldValues other = reference_.values(snapshot, parameters_.field);
      // The finer one on the coarser grid.
      if (own.shape.at(0) > other.shape.at(0))
        own = run::coarsened(own, other.shape);
      else
        other = run::coarsened(other, own.shape);
      numbers[0] = run::correlation(own.values, other.values);
      numbers[1] = relative_error(own.values, other.values);
    });
    communicator_.broadcast(std::span<double>(numbers));
    times_.push_back(look.moment.time);
    correlations_.push_back(numbers[0]);
    errors_.push_back(numbers[1]);
  }

  void state(run::State& state) override {
    Observer::state(state);
    state.reals("times", times_);
    state.reals("correlations", correlations_);
    state.reals("errors", errors_);
  }

  void finish(const run::Look&) override {
    if (times_.empty()) {
      base::log::warn("correlation: no moment was one of the reference's (t = {:.6g} to {:.6g})",
                      reference_.times().front(), reference_.times().back());
      return;
    }
    write();
  }
  [[nodiscard]] bool makes_up() const override { return true; }

 private:
  static double relative_error(const std::vector<double>& a, const std::vector<double>& b) {
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
      difference += (a[i] - b[i]) * (a[i] - b[i]), size += b[i] * b[i];
    return size > 0 ? std::sqrt(difference / size) : 0.0;
  }

  void write() {
    run::write_whole(communicator_, folder_ / (parameters_.name + ".h5"),
                     [this](run::Hdf5File& out) { fill(out); });
  }

  void fill(run::Hdf5File& out) {
    out.write_attribute("/", "field", parameters_.field);
    out.write_attribute("/", "reference", parameters_.reference);
    out.write_attribute("/", "threshold", parameters_.threshold);
    out.write_attribute("/", "duration", run::duration_above(times_, correlations_, parameters_.threshold));
    out.write_text("/provenance", provenance_);
    out.write_reals("time", times_);
    out.write_attribute("time", "units", time_unit_);
    out.write_reals("correlation", correlations_);
    out.write_attribute("correlation", "long_name",
                        std::string("Pearson's, of the points of the coarser grid"));
    out.write_attribute("correlation", "units", std::string("1"));
    out.write_reals("error", errors_);
    out.write_attribute("error", "long_name", std::string("norm of the difference over the reference's"));
    out.write_attribute("error", "units", std::string("1"));
  }

  CorrelationParameters parameters_;
  base::Communicator communicator_;
  std::filesystem::path folder_;
  std::string time_unit_, provenance_;
  Trajectory reference_;
  std::vector<double> times_, correlations_, errors_;
};

class CorrelationCase : public run::HookCase {
 public:
  CorrelationCase() { schedule_.exact = true; }

  void declare(base::Parameters& parameters) override {
    schedule_.declare(parameters, false, time_unit);
    parameters.text("field", values_.field,
                    {.help = "output that is compared; its whole must fit on one rank", .required = true});
    parameters.text("reference", values_.reference,
                    {.help = "folder of the run with the snapshots, on a grid as fine or finer; of an "
                             "ensemble each member takes the one of its number. Moments that it has no "
                             "snapshot of do not count; no trigger named: at all of its times",
                     .required = true});
    parameters.real("threshold", values_.threshold,
                    {.help = "above which correlation is high", .unit = "1", .minimum = 0, .maximum = 1});
    parameters.text("name", values_.name, {.help = "of the file NAME.h5", .may_differ_at_restart = true});
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {values_.name + ".h5"}; }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    std::vector<std::string> names;
    bool real = false;
    for (const run::Output& output : context.solver->outputs()) {
      names.push_back(output.info.name);
      if (output.info.name == values_.field) real = output.components == 1;
    }
    if (std::ranges::find(names, values_.field) == names.end())
      run::refuse_output("correlation: field", values_.field, names);
    if (!real)
      throw base::InputError(
          fmt::format("correlation: field: '{}' is complex; a real output is needed", values_.field));
    Trajectory reference(context.communicator, values_.reference, context.folder);
    run::Schedule schedule = schedule_;
    if (schedule.never()) schedule.times = reference.times();
    auto hook = std::make_unique<Correlation>(values_, context, std::move(reference));
    hook->schedule = schedule;
    return hook;
  }

 private:
  CorrelationParameters values_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_correlation() { return std::make_unique<CorrelationCase>(); }

}  // namespace sluice::hooks
