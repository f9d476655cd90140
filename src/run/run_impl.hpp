// The inside of Run, shared by run.cpp (the loop), run_start.cpp (begin, resume) and run_finish.cpp (save,
// end).
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "run/checkpoint.hpp"
#include "run/control.hpp"
#include "run/emulator.hpp"
#include "run/expected.hpp"
#include "run/hook_list.hpp"
#include "run/progress.hpp"
#include "run/resume.hpp"
#include "run/run.hpp"
#include "run/surrogates.hpp"

namespace sluice::run {

struct Run::Impl {
  Impl(const base::Communicator& communicator_, Libraries libraries_, Case& case_in, RunFolder& folder_,
       RunOptions options_);

  // run_start.cpp
  void start();
  void begin_outputs(bool resumed);
  void tell_plan() const;
  void build_solver(const std::optional<ResumePoint>& point);
  void build_hooks(const std::optional<ResumePoint>& point);
  void begin_fresh();
  void resume_from(const ResumePoint& point);
  void check_expected();
  void compare_machine(const CheckpointHeader& header) const;
  [[nodiscard]] bool is_finished(const CheckpointHeader& header) const;

  // run.cpp
  [[nodiscard]] bool advance_to(double until);
  [[nodiscard]] bool arrive_at(double meeting);
  void depart();
  void first_moment();
  void step(double until);
  [[nodiscard]] StepResult advance(double dt_max);
  [[nodiscard]] StepResult accepted_step(double dt_max);
  [[nodiscard]] StepResult step_that_stands(double required);
  void check_step(const StepResult& result, double dt_max) const;
  void take_moment(const Moment& moment);
  void obey(const Decision& decision);
  void new_state();
  [[nodiscard]] double required_time(double until) const;
  [[nodiscard]] bool at_end() const;
  [[nodiscard]] Look look_at(const Moment& moment);
  [[nodiscard]] double column(const std::string& name);
  void fail(const std::string& reason);

  // run_finish.cpp
  [[nodiscard]] State whole_state(const std::vector<bool>* hooks_of_checkpoint = nullptr);
  void evolving_state(State& state);
  void run_state(State& state);
  void refuse_not_finite(const State& state) const;
  bool write_checkpoint(bool finished);
  void post_mortem();
  Status finish();
  void report();
  [[nodiscard]] bool expectations_met();
  [[nodiscard]] bool end_is_of_the_case() const;

  base::Communicator communicator;
  Case& the_case;
  RunFolder& folder;
  RunOptions options;
  Libraries libraries;
  bool stationary = false;
  double end_time = 0;
  std::vector<double> land_on;  // sorted

  std::string provenance, machine, resolved;
  std::unique_ptr<Surrogates> surrogates;  // outlive the solver and the hooks that call them
  std::unique_ptr<Solver> solver;
  std::optional<Emulator> emulator;
  std::optional<OutputSet> outputs;
  std::optional<QuantitySet> quantities;
  HookList hooks;  // destroyed before the solver that they look at
  std::optional<Control> control;
  std::optional<Progress> progress;
  ExpectedTable expected;

  Clock clock;
  std::vector<double> initial_invariants;
  double last_dt = 0;
  std::int64_t steps_here = 0;  // of this process
  double step_seconds = 0;
  bool redo_possible = false;
  bool fresh = true, begun = false;
  std::int64_t meetings = 0;           // behind us
  std::optional<double> meeting_time;  // of the one that is being gone to
  bool waiting = false;                // there: its moment has not been taken
  bool finished_before = false;        // the checkpoint was of a finished run: nothing to do
  bool stopped = false;
  std::string failure;
  std::int64_t checkpoint_step = -1;  // of the last one written here
  std::string resumed_from;
  int keep = 2;
  bool checkpoint_wanted = false;
  int checkpoints_missing = 0;
};

}  // namespace sluice::run
