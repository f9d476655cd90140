// A row for every vortex (or whatever a solver finds in its state) at every moment: one CSV file that grows.
#include "run/points.hpp"
#include "hooks/history_file.hpp"
#include "hooks/hooks.hpp"

namespace sluice::hooks {

namespace {

/// Rows are kept until the disk has taken them.
class Points : public run::Observer {
 public:
  Points(const run::HookContext& context, run::PointSource& source, const std::string& name)
      : communicator_(context.communicator),
        file_name_(context.folder / (name + ".csv")),
        time_unit_(context.solver->time_unit()),
        source_(&source),
        resumed_(context.resumed),
        resume_step_(context.resume_step) {}

  void observe(const run::Look& look) override {
    const run::PointTable table = source_->points();
    set_columns(table);
    const std::size_t width = table.columns.size();
    for (std::size_t row = 0; row * width < table.values.size(); ++row) {
      rows_.insert(rows_.end(), {static_cast<double>(look.moment.step), look.moment.time});
      for (std::size_t i = 0; i < width; ++i) rows_.push_back(table.values[row * width + i]);
    }
    write();
  }

  /// Rows that the disk did not take before the checkpoint are part of it.
  void state(run::State& state) override {
    Observer::state(state);
    state.reals("pending_rows", rows_);
  }
  /// Cuts the file at once, so that what lies beyond the checkpoint is never taken for a part of this run.
  void restored() override {
    set_columns(source_->points());
    run::output_on_root(communicator_, [this] { open(); });
  }
  void flush() override {
    if (columns_.empty()) return;
    write();
    run::output_on_root(communicator_, [this] { file_->sync(); });
  }
  void finish(const run::Look&) override {
    if (columns_.empty()) set_columns(source_->points());
    write();
  }
  [[nodiscard]] bool makes_up() const override { return true; }

 private:
  void set_columns(const run::PointTable& table) {
    columns_ = {{"step", ""}, {"time", time_unit_}};
    for (const auto& [name, unit] : table.columns) columns_.push_back({name, unit});
  }

  /// Every rank has the same rows. Collective.
  void write() {
    run::output_on_root(communicator_, [this] {
      open();
      file_->append(rows_);
    });
    rows_.clear();
  }

  void open() {
    if (file_) return;
    HistoryFile file(file_name_, columns_);
    if (resumed_)
      file.resume(rows_.empty() ? resume_step_ : static_cast<std::int64_t>(rows_.front()) - 1);
    else
      file.begin();
    file_ = std::make_unique<HistoryFile>(std::move(file));
  }

  base::Communicator communicator_;
  std::filesystem::path file_name_;
  std::string time_unit_;
  run::PointSource* source_;
  bool resumed_;
  std::int64_t resume_step_;
  std::vector<HistoryColumn> columns_;
  std::vector<double> rows_;           // not on the disk yet
  std::unique_ptr<HistoryFile> file_;  // on the root rank
};

class PointsCase : public run::HookCase {
 public:
  void declare(base::Parameters& parameters) override {
    schedule_.declare(parameters, true, time_unit);
    parameters.text("name", name_, {.help = "of the file NAME.csv", .may_differ_at_restart = true});
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {name_ + ".csv"}; }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    auto* source = dynamic_cast<run::PointSource*>(context.solver);
    if (source == nullptr) throw base::InputError("points: this solver finds no points in its state");
    if (const std::string reason = source->no_points(); !reason.empty())
      throw base::InputError("points: " + reason);
    auto hook = std::make_unique<Points>(context, *source, name_);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  std::string name_ = "points";
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_points() { return std::make_unique<PointsCase>(); }

}  // namespace sluice::hooks
