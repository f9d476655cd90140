// Scalars over time: a CSV file that grows, and the same table in HDF5 at the end.
#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "base/timer.hpp"
#include "hooks/history_file.hpp"
#include "hooks/hooks.hpp"

namespace sluice::hooks {

namespace {

constexpr double seconds_between_writes = 1.0;
constexpr std::size_t most_buffered = std::size_t{1} << 20;  // numbers, however little time has gone by

std::vector<HistoryColumn> columns_of(run::QuantitySet& quantities, const std::string& time_unit) {
  std::vector<HistoryColumn> columns{{"step", ""}, {"time", time_unit}, {"dt", time_unit}, {"wall", "s"}};
  for (const run::Quantity& quantity : quantities.get()) columns.push_back({quantity.name, quantity.unit});
  return columns;
}

/// Rows are kept until the disk has taken them: a full disk delays the history, it tears no hole into it.
class History : public run::Observer {
 public:
  History(const run::HookContext& context, std::string name)
      : communicator_(context.communicator),
        folder_(context.folder),
        name_(std::move(name)),
        solver_(context.solver),
        surrogates_(context.surrogates),
        resumed_(context.resumed),
        resume_step_(context.resume_step),
        begin_(base::wall_seconds()) {}

  ~History() override {
    if (file_ && communicator_.is_root()) try_to_write();
  }

  void observe(const run::Look& look) override {
    const std::vector<run::Quantity>& quantities = look.quantities->get();
    if (communicator_.is_root()) {
      rows_.insert(rows_.end(), {static_cast<double>(look.moment.step), look.moment.time, look.dt,
                                 base::wall_seconds() - begin_});
      for (const run::Quantity& quantity : quantities) rows_.push_back(quantity.value);
    }
    if (!opened_) open(*look.quantities);
    const double now = base::wall_seconds();
    if (!communicator_.is_root() ||
        (now - last_write_ < seconds_between_writes && rows_.size() < most_buffered))
      return;
    last_write_ = now;
    try_to_write();
  }

  /// Rows that the disk did not take before the checkpoint are part of it.
  void state(run::State& state) override {
    Observer::state(state);
    state.reals("pending_rows", pending_);
  }

  /// Cuts the file at once, so that what lies beyond the checkpoint is never taken for a part of this run.
  void restored() override {
    if (communicator_.is_root()) rows_ = pending_;
    run::QuantitySet quantities(*solver_, surrogates_);
    try {
      open(quantities);
    } catch (const run::OutputError& error) {
      base::log::warn("history: {} (tried again later)", error.what());
    }
  }

  void flush() override {
    share_pending();
    if (!opened_ && pending_.empty()) return;
    run::QuantitySet quantities(*solver_, surrogates_);
    if (!opened_) open(quantities);
    run::output_on_root(communicator_, [this] {
      write();
      file_->sync();
    });
    pending_.clear();
  }

  void finish(const run::Look& look) override {
    if (!opened_) open(*look.quantities);
    flush();
    run::output_on_root(communicator_, [this] { file_->write_hdf5(folder_ / (name_ + ".h5")); });
  }

  [[nodiscard]] bool makes_up() const override { return true; }

 private:
  /// Collective.
  void open(run::QuantitySet& quantities) {
    const std::vector<HistoryColumn> columns = columns_of(quantities, solver_->time_unit());
    run::output_on_root(communicator_, [&] {
      HistoryFile file(folder_ / (name_ + ".csv"), columns);
      const std::int64_t kept = rows_.empty() ? resume_step_ : static_cast<std::int64_t>(rows_.front()) - 1;
      if (resumed_)
        file.resume(std::min(kept, resume_step_));
      else
        file.begin();
      file_ = std::make_unique<HistoryFile>(std::move(file));
    });
    opened_ = true;
  }

  /// State is the same on every rank. Collective.
  void share_pending() {
    pending_.resize(
        static_cast<std::size_t>(communicator_.broadcast(static_cast<std::int64_t>(rows_.size()))));
    if (communicator_.is_root()) pending_ = rows_;
    communicator_.broadcast(std::span<double>(pending_));
  }

  void write() {
    if (rows_.empty()) return;
    file_->append(rows_);
    rows_.clear();
    told_ = false;
  }

  /// Between steps nobody else waits: a failure is told once, and reported by `flush` if it lasts.
  void try_to_write() noexcept {
    try {
      write();
    } catch (const std::exception& error) {
      if (!std::exchange(told_, true)) base::log::warn("history: {} (the rows are kept)", error.what());
    }
  }

  base::Communicator communicator_;
  std::filesystem::path folder_;
  std::string name_;
  run::Solver* solver_;
  const run::Surrogates* surrogates_;
  bool resumed_;
  std::int64_t resume_step_;
  double begin_, last_write_ = 0;
  bool opened_ = false, told_ = false;
  std::unique_ptr<HistoryFile> file_;  // rank 0
  std::vector<double> rows_;           // rank 0: not yet written
  std::vector<double> pending_;        // rows_ as of the last checkpoint, on every rank
};

class HistoryCase : public run::HookCase {
 public:
  HistoryCase() { schedule_.at_start = schedule_.at_end = true; }

  void declare(base::Parameters& parameters) override {
    schedule_.declare(parameters, true, time_unit);
    parameters.text("name", name_,
                    {.help = "of the files NAME.csv and NAME.h5", .may_differ_at_restart = true});
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {name_ + ".csv"}; }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    auto hook = std::make_unique<History>(context, name_);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  std::string name_ = "history";
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_history() { return std::make_unique<HistoryCase>(); }

}  // namespace sluice::hooks
