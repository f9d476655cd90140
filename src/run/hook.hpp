// Something on a schedule between steps. A *corrector* returns increments, an *observer* only looks.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "run/schedule.hpp"
#include "run/solver.hpp"

namespace sluice::run {

/// The outputs of a solver at one state, each computed at most once however many hooks look.
class OutputSet {
 public:
  explicit OutputSet(Solver& solver) : solver_(&solver) {}
  /// Names, units and components, without computing.
  [[nodiscard]] std::vector<Output> list() { return solver_->outputs(); }
  /// Collective. InputError if there is no such output, with the names that there are.
  [[nodiscard]] grid::FieldView get(const std::string& name);
  void new_state() { computed_.clear(); }  ///< The run calls it after every change of the state.

 private:
  Solver* solver_;
  std::vector<std::pair<std::string, grid::FieldView>> computed_;
};

/// InputError "where: output 'x' is unknown (did you mean 'y'?); this solver has: ...".
[[noreturn]] void refuse_output(const std::string& where, const std::string& name,
                                const std::vector<std::string>& known);

/// Invariants then diagnostics of a solver, computed at most once a state, and only when somebody asks.
class QuantitySet {
 public:
  /// Those of the surrogates, where there are any, come last.
  explicit QuantitySet(Solver& solver, const Surrogates* surrogates = nullptr)
      : solver_(&solver), surrogates_(surrogates) {}
  [[nodiscard]] const std::vector<Quantity>& get();  ///< Collective.
  void new_state() { known_ = false; }

 private:
  Solver* solver_;
  const Surrogates* surrogates_;
  bool known_ = false;
  std::vector<Quantity> values_;
};

/// What a hook is shown.
struct Look {
  Moment moment;
  const Solver* solver = nullptr;  ///< Grid, units.
  OutputSet* outputs = nullptr;
  QuantitySet* quantities = nullptr;
  double dt = 0;  ///< Last step taken.
  double steps_per_second = 0;
  bool emulated = false;  ///< The last step was a surrogate's, not the solver's.
};

/// What a hook is built with.
struct HookContext {
  base::Communicator communicator;
  std::filesystem::path folder;  ///< Of the run; hooks write below it.
  Solver* solver = nullptr;
  Surrogates* surrogates = nullptr;
  bool resumed = false;    ///< A restart: append, do not begin anew.
  double resume_time = 0;  ///< Simulated time and step at which this process begins.
  std::int64_t resume_step = 0;
  std::string provenance{};  ///< JSON text, for files.
  std::string resolved{};    ///< The resolved case (YAML), for files.
  /// Asks the run for a checkpoint of this moment, written once every hook has seen it; the newest `keep`
  /// stay.
  std::function<void(int keep)> write_checkpoint{};
};

class Hook {
 public:
  virtual ~Hook() = default;
  virtual void state(State& state) { schedule.state(state); }
  virtual void restored() {}
  /// Writes what is buffered; called before every checkpoint and when a run fails. Collective.
  virtual void flush() {}
  /// At the end of the run (also after a stop), before the last checkpoint. Collective.
  virtual void finish(const Look&) {}
  /// True: a later success makes up for an output that could not be written (a history that kept its rows);
  /// false: what could not be written is missing for good (a snapshot).
  [[nodiscard]] virtual bool makes_up() const { return false; }
  /// True: the run keeps the state before each step, and asks `redo` after it.
  [[nodiscard]] virtual bool may_redo() const { return false; }
  /// A longest step with which the step just taken is to be done again from the kept state; empty: it stands.
  /// The same on every rank. Collective.
  [[nodiscard]] virtual std::optional<double> redo(const Look&) { return {}; }
  Schedule schedule;
};

class Observer : public Hook {
 public:
  /// Collective. May throw; failures of output are thrown as OutputError and do not end the run.
  virtual void observe(const Look& look) = 0;
};

class Corrector : public Hook {
 public:
  /// Collective. Increments stay valid until the next call.
  virtual std::vector<Increment> correct(const Look& look) = 0;
};

/// A file could not be written (full disk). The run goes on, tries again at the next occasion, reports at the
/// end.
class OutputError : public base::AgreedError {
 public:
  using AgreedError::AgreedError;
};

/// Runs `work` on rank 0 only; whatever it throws there is thrown on every rank as OutputError. `work` must
/// not communicate. Collective.
void output_on_root(const base::Communicator& communicator, const std::function<void()>& work);

/// The state is no longer a solution (NaN, Inf): the member ends, without a checkpoint. Exit code 1.
class StateError : public base::AgreedError {
 public:
  using AgreedError::AgreedError;
};

/// The parameters of a hook, before it exists.
class HookCase {
 public:
  virtual ~HookCase() = default;
  /// Declares the hook's keys (schedule among them, if the hook has one).
  virtual void declare(base::Parameters& parameters) = 0;
  /// Files or folders below the run folder that belong to this hook alone; two hooks with the same one are
  /// refused.
  [[nodiscard]] virtual std::vector<std::string> files() const { return {}; }
  /// The key of this hook by which the members of an ensemble meet (run/meeting.hpp); empty: they do not.
  [[nodiscard]] virtual std::string meeting_key() const { return {}; }
  /// What they do there. Collective over the communicator.
  [[nodiscard]] virtual std::unique_ptr<Meeting> meeting(const MeetingContext& context) const;
  /// Checks against the solver that will be looked at (names of outputs). Collective.
  [[nodiscard]] virtual std::unique_ptr<Hook> build(const HookContext& context) const = 0;

  std::string time_unit = "1";  ///< Of the solver's time, for schedules; set before `declare`.
};

struct HookEntry {
  std::string name;
  std::string summary;
  std::unique_ptr<HookCase> (*make)();
  std::string (*unavailable)() =
      nullptr;  ///< Says what is missing in this build; empty text or null if usable.
};

}  // namespace sluice::run
