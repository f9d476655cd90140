#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/log.hpp"
#include "base/timer.hpp"
#include "run/report.hpp"
#include "run/run_impl.hpp"
#include "run/snapshot.hpp"

namespace sluice::run {

namespace {

/// Path of the first node at or below `node` that was given on the command line; empty if there is none.
std::string override_in(const base::ConfigNode* node, const std::string& path) {
  if (node == nullptr) return {};
  if (node->origin.file.starts_with("--set")) return path;
  std::string found;
  for (std::size_t i = 0; i < node->items.size() && found.empty(); ++i)
    found = override_in(&node->items[i], fmt::format("{}.{}", path, i));
  for (std::size_t i = 0; i < node->entries.size() && found.empty(); ++i)
    found = override_in(&node->entries[i].second, path + "." + node->entries[i].first);
  return found;
}

bool run_key_is_override(const Case& the_case, const std::string& key) {
  const base::ConfigNode* group = the_case.tree.find("run");
  return group != nullptr && !override_in(group->find(key), key).empty();
}

/// The first key of the command line that makes another problem of the case: everything that solvers declare,
/// and where and from which random numbers the run begins.
std::string key_of_another_problem(const Case& the_case) {
  constexpr std::array machine = {"run", "hooks", "expected", "title", "description", "plugins", "petsc"};
  for (const auto& [key, node] : the_case.tree.entries)
    if (std::find(machine.begin(), machine.end(), key) == machine.end())
      if (std::string found = override_in(&node, key); !found.empty()) return found;
  for (const char* key : {"t_start", "seed"})
    if (run_key_is_override(the_case, key)) return std::string("run.") + key;
  return {};
}

}  // namespace

void Run::Impl::run_state(State& state) {
  state.reals("initial_invariants", initial_invariants);
  state.within("expected", [this](State& inner) { expected.state(inner); });
}

/// What a step changes.
void Run::Impl::evolving_state(State& state) {
  solver->state(state);
  if (emulator) state.within("emulator", [this](State& inner) { emulator->state(inner); });
}

State Run::Impl::whole_state(const std::vector<bool>* hooks_of_checkpoint) {
  State state;
  evolving_state(state);
  state.within("surrogates", [this](State& inner) { surrogates->state(inner); });
  state.within("clock", [this](State& inner) { clock.state(inner); });
  state.within("run", [this](State& inner) { run_state(inner); });
  hooks.state(state, hooks_of_checkpoint);
  return state;
}

/// StateError if a field that evolves holds NaN or Inf: such a state never replaces a good checkpoint, and no
/// other member meets it. Collective.
void Run::Impl::refuse_not_finite(const State& state) const {
  std::int64_t bad = -1;
  const auto& items = state.items();
  for (std::size_t n = 0; n < items.size() && bad < 0; ++n) {
    const State::Item& item = items[n];
    if (item.kind != State::Item::Kind::field) continue;
    const grid::Layout& layout = *item.layout;
    double product = 0;  // stays 0 as long as every value is finite
    for (grid::Index i = 0; i < layout.count()[0]; ++i)
      for (grid::Index j = 0; j < layout.count()[1]; ++j) {
        const double* row = item.data + layout.position(i, j) * item.components;
        for (grid::Index k = 0; k < layout.count()[2] * item.components; ++k) product += 0 * row[k];
      }
    if (!(product == 0)) bad = static_cast<std::int64_t>(n);
  }
  bad = communicator.max(bad);
  if (bad >= 0)
    throw StateError(fmt::format("'{}' holds NaN or Inf: not a state to go on from",
                                 items[static_cast<std::size_t>(bad)].name));
}

/// False if it could not be written; the earlier ones are as they were. Collective.
bool Run::Impl::write_checkpoint(bool finished) {
  const double begin = base::wall_seconds();
  const base::ScopedTimer timer("checkpoint");
  hooks.flush();
  const State state = whole_state();
  refuse_not_finite(state);
  CheckpointHeader header;
  header.solver = the_case.solver_name;
  header.time = clock.time();
  header.step = clock.step();
  header.ranks = communicator.size();
  header.finished = finished;
  header.meetings = meetings;
  header.waiting = waiting;
  header.resolved = resolved;
  header.fingerprint = solver->fingerprint();
  header.machine = machine;
  header.provenance = provenance;
  try {
    run::write_checkpoint(communicator, folder.path(), header, state,
                          options.meets ? std::max(keep, 2) : keep);  // one behind and one before a meeting
    checkpoints_missing = 0;
    checkpoint_step = clock.step();
  } catch (const OutputError& error) {
    ++checkpoints_missing;
    base::log::error("checkpoint of step {}: {} (the earlier ones are kept)", clock.step(), error.what());
  }
  control->measured_checkpoint(base::wall_seconds() - begin);
  return checkpoints_missing == 0;
}

/// What the state looked like when the run failed, for the eye only.
void Run::Impl::post_mortem() {
  const std::filesystem::path file =
      folder.path() / "snapshots" / fmt::format("post_mortem_{:09d}.h5", clock.step());
  try {
    std::vector<grid::FieldView> fields;
    for (const Output& output : outputs->list()) fields.push_back(outputs->get(output.info.name));
    output_on_root(communicator, [&] { std::filesystem::create_directories(file.parent_path()); });
    const SnapshotHeader header{.time = clock.time(),
                                .step = clock.step(),
                                .time_unit = solver->time_unit(),
                                .provenance = provenance,
                                .resolved = resolved};
    write_snapshot(communicator, file, solver->grid(), fields, header, Storage{});
    base::log::info("the state as it is now: {}", file.string());
  } catch (const base::AgreedError& error) {
    base::log::error("no snapshot of the failed state: {}", error.what());
  }
}

/// Values that the case file expects "at the end" belong to the end that the file names, not to one of the
/// command line.
bool Run::Impl::end_is_of_the_case() const {
  if (!override_in(the_case.tree.find("expected"), "expected").empty()) return true;
  const bool by_time = stationary || clock.time() >= end_time;
  if (!by_time) return !run_key_is_override(the_case, "max_steps");
  const bool other_end = options.until && *options.until != the_case.run.t_end;
  return !other_end && !run_key_is_override(the_case, "t_end");
}

bool Run::Impl::expectations_met() {
  if (expected.empty()) return true;
  const bool ended = at_end() && failure.empty();
  const bool of_the_case = ended && end_is_of_the_case();
  if (of_the_case) expected.take_end([this](const std::string& name) { return column(name); });
  const ExpectedTable::Verdict verdict = expected.verdict(of_the_case);
  if (verdict.met + verdict.unmet == 0) {
    base::log::info("{} expected values are not checked: the run did not reach the end that the case names",
                    verdict.unchecked);
    return true;
  }
  base::log::info("{}", expected.table());
  const bool of_the_file = override_in(the_case.tree.find("expected"), "expected").empty();
  if (const std::string key = key_of_another_problem(the_case); of_the_file && !key.empty()) {
    base::log::info("the expected values are of the case as its file has it, without --set {}: not counted",
                    key);
    return true;
  }
  if (verdict.unmet > 0)
    base::log::error("{} of {} expected values are not met", verdict.unmet,
                     verdict.met + verdict.unmet + verdict.unchecked);
  return verdict.unmet == 0;
}

void Run::Impl::report() {
  if (failure.empty())
    for (const std::string& line : conservation_lines(solver->invariants(), initial_invariants))
      base::log::info("{}", line);
  for (const std::string& line : solver->summary()) base::log::info("{}", line);
  for (const std::string& line : surrogates->summary()) base::log::info("{}", line);
  report_cost(communicator, folder.path(),
              {.steps = steps_here,
               .step_seconds = step_seconds,
               .total_seconds = control->elapsed(),
               .cells = solver->grid().size()});
}

Status Run::Impl::finish() {
  if (finished_before) return Status::finished;
  progress->end(control->elapsed(), clock.time(), clock.step(), last_dt);
  if (failure.empty()) {
    try {
      hooks.finish(
          look_at({.time = clock.time(), .step = clock.step(), .end = at_end(), .wall = control->wall()}));
      write_checkpoint(at_end());
    } catch (const base::AgreedError& error) {
      fail(error.what());
    }
  }
  if (!failure.empty()) hooks.flush();
  const bool met = expectations_met();
  report();
  const int missing = hooks.missing() + (checkpoints_missing > 0 ? 1 : 0);
  if (missing > 0) base::log::error("{} output{} could not be written", missing, missing == 1 ? "" : "s");
  if (!failure.empty() || missing > 0 || !met) {
    if (failure.empty())
      failure = missing > 0 ? "outputs could not be written" : "expected values are not met";
    base::log::error("failed at step {}, t = {:.10g}: {}", clock.step(), clock.time(), failure);
    return Status::failed;
  }
  base::log::info("{} at step {}, t = {:.10g} after {}", at_end() ? "finished" : "stopped", clock.step(),
                  clock.time(), format_seconds(control->elapsed()));
  return at_end() ? Status::finished : Status::stopped;
}

}  // namespace sluice::run
