#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/timer.hpp"
#include "run/provenance.hpp"
#include "run/run_impl.hpp"

namespace sluice::run {

Run::Impl::Impl(const base::Communicator& communicator_, Libraries libraries_, Case& case_in,
                RunFolder& folder_, RunOptions options_)
    : communicator(communicator_),
      the_case(case_in),
      folder(folder_),
      options(std::move(options_)),
      libraries(std::move(libraries_)),
      stationary(case_in.solver->stationary()),
      end_time(options.until.value_or(case_in.run.t_end)),
      land_on(case_in.run.land_on),
      expected(case_in.expected) {
  std::sort(land_on.begin(), land_on.end());
}

bool Run::Impl::is_finished(const CheckpointHeader& header) const {
  if (header.waiting) return false;
  const bool by_steps = the_case.run.max_steps && header.step >= *the_case.run.max_steps;
  return by_steps || (header.time >= end_time && (header.finished || header.step > 0));
}

void Run::Impl::start() {
  const auto point = find_resume_point(communicator, folder.path(), options.restart);
  fresh = !point;
  resolved = the_case.parameters.resolved_yaml();
  std::vector<bool> own_hooks;
  if (point) {
    own_hooks = check_against_case(*point, the_case);
    clock.start(point->header.time, point->header.step);
    meetings = point->header.meetings;
    if (is_finished(point->header)) {
      finished_before = true;
      resumed_from = point->file.string();
      base::log::info("{} is of a finished run (step {}, t = {:.10g}): nothing to do", point->file.string(),
                      point->header.step, point->header.time);
      return;
    }
  }
  if (end_time < the_case.run.t_start)
    throw base::InputError(
        fmt::format("the end t = {:.10g} lies before run.t_start = {:.10g}", end_time, the_case.run.t_start));
  base::agree_on_root(communicator, [&] {
    if (options.restart.empty() && holds_results(folder.path()))
      throw base::InputError(
          fmt::format("{} already holds results: go on from its newest checkpoint with --restart auto, "
                      "or choose another folder with --output",
                      folder.path().string()));
  });
  begin_outputs(!fresh);
  tell_plan();
  build_solver(point);
  build_hooks(point);
  if (point) {
    resume_from(*point);
  } else {
    begin_fresh();
  }
  check_expected();
}

/// What is going to be run, in one line. Collective.
void Run::Impl::tell_plan() const {
  const Plan plan = the_case.solver->plan(communicator);
  std::string points, blocks;
  for (const grid::Axis& axis : plan.grid.axes)
    points += (points.empty() ? "" : " x ") + std::to_string(axis.size());
  for (int d = 0; d < plan.layout->dimensions(); ++d)
    blocks += (d > 0 ? " x " : "") + std::to_string(plan.layout->processes()[static_cast<std::size_t>(d)]);
  base::log::info("{} on {} points, {} rank{} ({}), about {:.1f} MiB of fields on the fullest",
                  the_case.solver_name, points, communicator.size(), communicator.size() == 1 ? "" : "s",
                  blocks, static_cast<double>(plan.bytes_per_rank) / (1024.0 * 1024.0));
}

/// Files that say what this run is.
void Run::Impl::begin_outputs(bool resumed) {
  provenance = provenance_json(communicator, options.command, libraries);
  machine = machine_fingerprint(communicator, libraries);
  set_aside_later_checkpoints(communicator, folder.path(), resumed ? clock.step() : -1);
  output_on_root(communicator, [&] {
    write_file_atomically(folder.path() / "resolved.yaml", resolved);
    write_file_atomically(folder.path() / "provenance.json", provenance + "\n");
  });
}

void Run::Impl::build_solver(const std::optional<ResumePoint>& point) {
  const base::ScopedTimer timer("start");
  surrogates = std::make_unique<Surrogates>(communicator, the_case.surrogates,
                                            the_case.solver->plan(communicator).grid.dimensions());
  solver = the_case.solver->build({.communicator = communicator,
                                   .seed = static_cast<std::uint64_t>(the_case.run.seed),
                                   .member = options.member,
                                   .fingerprint = point ? point->header.fingerprint : std::string(),
                                   .folder = folder.path(),
                                   .petsc_options = the_case.petsc,
                                   .surrogates = surrogates.get()});
  if (!the_case.emulator.use.empty()) emulator.emplace(the_case.emulator, *solver, *surrogates);
  outputs.emplace(*solver);
  quantities.emplace(*solver, surrogates.get());
}

void Run::Impl::build_hooks(const std::optional<ResumePoint>& point) {
  HookContext context{.communicator = communicator, .folder = folder.path(), .solver = solver.get()};
  context.resumed = point.has_value();
  context.resume_time = point ? point->header.time : the_case.run.t_start;
  context.resume_step = point ? point->header.step : 0;
  context.surrogates = surrogates.get();
  context.provenance = provenance;
  context.resolved = resolved;
  context.write_checkpoint = [this](int asked_keep) {
    keep = asked_keep;
    checkpoint_wanted = true;
  };
  hooks.build(the_case, context);
  hooks.start(point ? point->header.time : the_case.run.t_start);
  redo_possible = hooks.may_redo();
  control.emplace(
      communicator, folder, options.ensemble_folder,
      WallLimit{.end = options.wall_end, .margin = the_case.run.wall_margin, .together = options.together});
  progress.emplace(ProgressGoal{.end_time = end_time,
                                .max_steps = the_case.run.max_steps,
                                .time_unit = solver->time_unit(),
                                .interval = the_case.run.progress_interval,
                                .may_redraw = options.ensemble_folder.empty()},
                   communicator.is_root());
}

void Run::Impl::begin_fresh() {
  clock.start(the_case.run.t_start);
  {
    const base::ScopedTimer timer("start");
    solver->initialize();
  }
  for (const Quantity& invariant : solver->invariants()) initial_invariants.push_back(invariant.value);
  progress->start(control->elapsed(), clock.time(), clock.step());
}

void Run::Impl::resume_from(const ResumePoint& point) {
  const base::ScopedTimer timer("start");
  const std::vector<bool> own_hooks = check_against_case(point, the_case);
  State state = whole_state(&own_hooks);
  read_checkpoint(communicator, point.file, state);
  surrogates->restored();
  solver->restored();
  hooks.restored(own_hooks);
  expected.restored();
  resumed_from = point.file.string();
  base::log::info("resumed from {}: step {}, t = {:.10g}", point.file.string(), clock.step(), clock.time());
  compare_machine(point.header);
  progress->start(control->elapsed(), clock.time(), clock.step());
}

void Run::Impl::compare_machine(const CheckpointHeader& header) const {
  std::string differences;
  if (header.machine != machine)
    differences = fmt::format("it was written by: {}; this is: {}", header.machine, machine);
  if (header.fingerprint != solver->fingerprint())
    differences += std::string(differences.empty() ? "" : "; ") +
                   "the solver's own fingerprint differs (transform plans)";
  if (differences.empty()) return;
  base::log::warn(
      "going on from this checkpoint is not promised to be bit for bit: {}. Expect relative differences of "
      "about {:.1g}",
      differences, solver->rank_tolerance());
}

void Run::Impl::check_expected() {
  if (expected.empty()) return;
  std::vector<std::string> names{"time", "step", "dt"};
  for (const Quantity& quantity : quantities->get()) names.push_back(quantity.name);
  expected.check_names(names);
}

}  // namespace sluice::run
