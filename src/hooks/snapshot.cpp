// Fields on disk, one self-describing file a time, and the XDMF series by which ParaView opens them.
#include "run/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hooks/hooks.hpp"
#include "run/folder.hpp"

namespace sluice::hooks {

namespace {

struct SnapshotParameters {
  std::vector<std::string> fields;
  run::Storage storage;
  std::int64_t deflate = 0;
  std::string name = "snapshots";
};

class Snapshot : public run::Observer {
 public:
  Snapshot(const SnapshotParameters& parameters, const run::HookContext& context)
      : parameters_(parameters),
        communicator_(context.communicator),
        folder_(context.folder),
        provenance_(context.provenance),
        resolved_(context.resolved) {
    parameters_.storage.deflate = static_cast<int>(parameters.deflate);
    choose_fields(context.solver->outputs());
    run::output_on_root(communicator_,
                        [this] { std::filesystem::create_directories(folder_ / parameters_.name); });
  }

  void observe(const run::Look& look) override {
    std::vector<grid::FieldView> fields;
    for (const auto& [info, components] : described_) fields.push_back(look.outputs->get(info.name));
    const std::string file = fmt::format("{}/snapshot_{:09d}.h5", parameters_.name, look.moment.step);
    const run::SnapshotHeader header{.time = look.moment.time,
                                     .step = look.moment.step,
                                     .time_unit = look.solver->time_unit(),
                                     .provenance = provenance_,
                                     .resolved = resolved_};
    run::write_snapshot(communicator_, folder_ / file, look.solver->grid(), fields, header,
                        parameters_.storage);
    times_.push_back(look.moment.time);
    steps_.push_back(look.moment.step);
    write_series(look.solver->grid());
  }

  /// The series is state: a restart goes on with what had been written up to the checkpoint, no more, no
  /// less.
  void state(run::State& state) override {
    Observer::state(state);
    state.reals("times", times_);
    state.integers("steps", steps_);
  }

 private:
  void choose_fields(const std::vector<run::Output>& outputs) {
    std::vector<std::string> names;
    for (const run::Output& output : outputs) names.push_back(output.info.name);
    for (const std::string& wanted : parameters_.fields.empty() ? names : parameters_.fields) {
      const auto found = std::find(names.begin(), names.end(), wanted);
      if (found == names.end()) run::refuse_output("snapshot: fields", wanted, names);
      const run::Output& output = outputs[static_cast<std::size_t>(found - names.begin())];
      described_.emplace_back(output.info, output.components);
    }
  }

  void write_series(const grid::Grid& grid) {
    run::output_on_root(communicator_, [&] {
      std::vector<run::SeriesEntry> series;
      for (std::size_t i = 0; i < times_.size(); ++i)
        series.push_back({fmt::format("{}/snapshot_{:09d}.h5", parameters_.name, steps_[i]), times_[i]});
      run::write_file_atomically(folder_ / (parameters_.name + ".xdmf"),
                                 run::xdmf_series(grid, described_, series, parameters_.storage));
    });
  }

  SnapshotParameters parameters_;
  base::Communicator communicator_;
  std::filesystem::path folder_;
  std::string provenance_, resolved_;
  std::vector<std::pair<grid::FieldInfo, int>> described_;
  std::vector<double> times_;
  std::vector<std::int64_t> steps_;
};

class SnapshotCase : public run::HookCase {
 public:
  SnapshotCase() { schedule_.at_start = schedule_.at_end = true; }

  void declare(base::Parameters& parameters) override {
    schedule_.declare(parameters, true, time_unit);
    parameters.texts("fields", values_.fields,
                     {.help = "outputs to write; none named: all", .may_differ_at_restart = true});
    parameters.boolean("single", values_.storage.single,
                       {.help = "in single precision (float32)", .may_differ_at_restart = true});
    parameters.integer(
        "deflate", values_.deflate,
        {.help = "compression, 0 for none", .minimum = 0, .maximum = 9, .may_differ_at_restart = true});
    parameters.boolean("shuffle", values_.storage.shuffle,
                       {.help = "sort bytes before compression", .may_differ_at_restart = true});
    parameters.text(
        "name", values_.name,
        {.help = "folder of the files and name of the series (NAME.xdmf)", .may_differ_at_restart = true});
  }
  [[nodiscard]] std::vector<std::string> files() const override { return {values_.name}; }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    auto hook = std::make_unique<Snapshot>(values_, context);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  SnapshotParameters values_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_snapshot() { return std::make_unique<SnapshotCase>(); }

}  // namespace sluice::hooks
