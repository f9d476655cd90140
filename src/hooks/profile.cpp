// Averages of one output along an axis against time, in one file that grows: on the sphere, over longitude, a
// butterfly diagram.
#include <fmt/format.h>

#include <algorithm>

#include "base/log.hpp"
#include "base/timer.hpp"
#include "hooks/hooks.hpp"
#include "run/disk.hpp"
#include "run/hdf5.hpp"

namespace sluice::hooks {

namespace {

constexpr double seconds_between_writes = 30.0;

struct ProfileParameters {
  std::string field, over, name = "profile";
};

/// Average over one axis of a grid of two, weighted with the cells' widths along it.
class Average {
 public:
  Average(const grid::Grid& grid, std::size_t over) : over_(over), kept_(1 - over), grid_(&grid) {}
  [[nodiscard]] const grid::Axis& kept() const { return grid_->axes[kept_]; }

  /// Collective.
  [[nodiscard]] std::vector<double> operator()(const grid::FieldView& field) const {
    const grid::View<const double> value(field.data, *field.layout);
    const grid::Index3 &count = field.layout->count(), &offset = field.layout->offset();
    std::vector<base::CompensatedSum> sums(static_cast<std::size_t>(kept().size()));
    for (grid::Index i = 0; i < count[0]; ++i)
      for (grid::Index j = 0; j < count[1]; ++j) {
        const grid::Index3 place{offset[0] + i, offset[1] + j, 0};
        sums[static_cast<std::size_t>(place[kept_])].add(grid_->axes[over_].width(place[over_]) *
                                                         value(i, j));
      }
    std::vector<double> means;
    for (const auto& sum : sums) means.push_back(sum.value() / grid_->axes[over_].length());
    field.layout->communicator().sum(std::span<double>(means));
    return means;
  }

 private:
  std::size_t over_, kept_;
  const grid::Grid* grid_;
};

/// The file is only ever replaced as a whole: a copy grows and takes its place, so that whatever ends the run
/// leaves a file that can be read.
class Profile : public run::Observer {
 public:
  Profile(ProfileParameters parameters, const run::HookContext& context, std::size_t over,
          grid::FieldInfo info)
      : parameters_(std::move(parameters)),
        communicator_(context.communicator),
        file_(context.folder / (parameters_.name + ".h5")),
        time_unit_(context.solver->time_unit()),
        provenance_(context.provenance),
        info_(std::move(info)),
        average_(context.solver->grid(), over),
        over_(context.solver->grid().axes[over].name) {}

  void observe(const run::Look& look) override {
    const auto row = average_(look.outputs->get(parameters_.field));
    pending_.insert(pending_.end(), {look.moment.time, static_cast<double>(look.moment.step)});
    pending_.insert(pending_.end(), row.begin(), row.end());
    // The ranks' clocks differ: rank 0 decides.
    const double now = base::wall_seconds();
    if (communicator_.broadcast(std::int64_t{now - last_write_ >= seconds_between_writes ? 1 : 0}) != 0)
      write();
  }

  /// Rows that are not yet in the file, and how many are.
  void state(run::State& state) override {
    Observer::state(state);
    state.integer("rows_written", written_);
    state.reals("pending_rows", pending_);
  }

  void restored() override {
    run::output_on_root(communicator_, [this] { cut(); });
    written_ = communicator_.broadcast(written_);
  }

  void flush() override { write(); }
  void finish(const run::Look&) override { write(); }
  [[nodiscard]] bool makes_up() const override { return true; }

 private:
  [[nodiscard]] std::size_t columns() const { return static_cast<std::size_t>(average_.kept().size()) + 2; }

  /// Collective.
  void write() {
    last_write_ = base::wall_seconds();
    if (pending_.empty()) return;
    run::output_on_root(communicator_, [this] { replace([this](run::Hdf5File& out) { append(out); }); });
    written_ += static_cast<std::int64_t>(pending_.size() / columns());
    pending_.clear();
  }

  /// Rank 0 only, as all that follows.
  void replace(const std::function<void(run::Hdf5File&)>& change) const {
    std::filesystem::path copy = file_;
    copy += ".new";
    std::filesystem::remove(copy);
    const bool grows = written_ > 0 && std::filesystem::exists(file_);
    if (grows) std::filesystem::copy_file(file_, copy);
    {
      auto out = grows ? run::Hdf5File::open_to_append(base::Communicator::self(), copy)
                       : run::Hdf5File::create(base::Communicator::self(), copy);
      if (!grows) begin(out);
      change(out);
      out.close();
    }
    std::filesystem::rename(copy, file_);
    run::sync_folder(run::folder_of(file_));
  }

  void begin(run::Hdf5File& out) const {
    const grid::Axis& kept = average_.kept();
    out.write_attribute("/", "format", std::string("sluice profile"));
    out.write_attribute("/", "provenance", provenance_);
    out.write_attribute("/", "averaged_over", over_);
    out.write_reals(kept.name, kept.points);
    out.write_attribute(kept.name, "units", kept.unit);
    out.write_attribute(kept.name, "long_name", kept.long_name);
    out.make_scale(kept.name, kept.name);
    for (const auto& [name, width, unit, long_name] :
         {std::tuple{std::string("time"), std::size_t{1}, time_unit_, std::string("time")},
          {std::string("step"), std::size_t{1}, std::string("1"), std::string("step")},
          {info_.name, columns() - 2, info_.unit, "mean " + info_.long_name}}) {
      out.append_rows(name, {}, width);
      out.write_attribute(name, "units", unit);
      out.write_attribute(name, "long_name", long_name);
    }
    out.attach_scale(info_.name, kept.name, 1);
  }

  void append(run::Hdf5File& out) const {
    std::vector<double> times, steps, values;
    for (auto row = pending_.begin(); row != pending_.end(); row += static_cast<std::ptrdiff_t>(columns())) {
      times.push_back(row[0]);
      steps.push_back(row[1]);
      values.insert(values.end(), row + 2, row + static_cast<std::ptrdiff_t>(columns()));
    }
    out.append_rows("time", times, 1);
    out.append_rows("step", steps, 1);
    out.append_rows(info_.name, values, columns() - 2);
  }

  /// Takes off what was written after the checkpoint. A file that has gone or is shorter is begun anew.
  void cut() {
    if (written_ == 0) return;
    const auto rows = static_cast<std::uint64_t>(written_);
    std::uint64_t there = 0;
    if (std::filesystem::exists(file_)) {
      auto in = run::Hdf5File::open(base::Communicator::self(), file_);
      there = in.has("time") ? in.shape("time").at(0) : 0;
      in.close();
    }
    if (there < rows) {
      base::log::warn("{}: has {} rows, {} were written; begun anew", file_.string(), there, rows);
      written_ = 0;
    } else if (there > rows) {
      replace([&](run::Hdf5File& out) {
        for (const std::string& name : {std::string("time"), std::string("step"), info_.name})
          out.truncate_rows(name, rows);
      });
    }
  }

  ProfileParameters parameters_;
  base::Communicator communicator_;
  std::filesystem::path file_;
  std::string time_unit_, provenance_;
  grid::FieldInfo info_;
  Average average_;
  std::string over_;
  std::vector<double> pending_;  // rows of time, step, averages; the same on every rank
  std::int64_t written_ = 0;
  double last_write_ = base::wall_seconds();
};

class ProfileCase : public run::HookCase {
 public:
  ProfileCase() { schedule_.at_start = true; }

  void declare(base::Parameters& parameters) override {
    schedule_.declare(parameters, true, time_unit);
    parameters.text("field", values_.field, {.help = "output to average", .required = true});
    parameters.text("over", values_.over,
                    {.help = "axis that is averaged over (phi: a butterfly diagram)", .required = true});
    parameters.text("name", values_.name, {.help = "of the file NAME.h5"});
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {values_.name + ".h5"}; }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    std::vector<std::string> names;
    const run::Output* output = nullptr;
    const auto outputs = context.solver->outputs();
    for (const run::Output& candidate : outputs) {
      names.push_back(candidate.info.name);
      if (candidate.info.name == values_.field) output = &candidate;
    }
    if (output == nullptr) run::refuse_output("profile: field", values_.field, names);
    const grid::Grid& grid = context.solver->grid();
    if (grid.axes.size() != 2 || output->components != 1)
      throw base::InputError("profile: real fields on grids of two axes are allowed");
    const auto over = std::find_if(grid.axes.begin(), grid.axes.end(),
                                   [this](const grid::Axis& axis) { return axis.name == values_.over; });
    if (over == grid.axes.end())
      throw base::InputError(fmt::format("profile: over: '{}' is no axis; {} and {} are allowed",
                                         values_.over, grid.axes[0].name, grid.axes[1].name));
    auto hook = std::make_unique<Profile>(values_, context,
                                          static_cast<std::size_t>(over - grid.axes.begin()), output->info);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  ProfileParameters values_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_profile() { return std::make_unique<ProfileCase>(); }

}  // namespace sluice::hooks
