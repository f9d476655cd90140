// The interface of a solver: one model on one grid. It owns its fields and its scheme, neither clock nor
// files.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "base/parameters.hpp"
#include "grid/field.hpp"
#include "grid/grid.hpp"
#include "run/state.hpp"

namespace sluice::run {

/// What one call of `advance` did.
struct StepResult {
  bool accepted = true;  ///< False: the solver has put its state back; call again with at most `dt_next`.
  double dt_taken = 0;   ///< 0 if not accepted. Never above the dt_max asked for.
  double dt_next =
      0;  ///< The step it would like next (for the progress line and as limit after a rejection).
};

struct Quantity {
  std::string name;
  std::string unit;
  double value = 0;
  double scale = 0;  ///< What a change of it is judged against; 0: its initial value.
};

/// A field that hooks may see, in physical space, computed when asked for. `compute` is collective; the view
/// stays valid until the state changes or another output is computed twice. The run calls it at most once a
/// state.
struct Output {
  grid::FieldInfo info;
  int components = 1;  ///< 2 for complex.
  std::function<grid::FieldView()> compute;
  bool conserved = false;  ///< The equation keeps its integral over the grid.
};

/// A corrector's change of one output field, to be added: the output's owned cells and components (two for a
/// complex one); its halo is not used.
struct Increment {
  std::string output;
  grid::FieldView change;
};

class Surrogates;  // run/surrogates.hpp
class Meeting;     // run/meeting.hpp
struct MeetingContext;

class Solver {
 public:
  virtual ~Solver() = default;

  [[nodiscard]] virtual const grid::Grid& grid() const = 0;
  /// Unit of the solver's time ("s", "h", "1").
  [[nodiscard]] virtual std::string time_unit() const { return "1"; }
  /// Fresh start only; a restart restores `state()` instead. Collective.
  virtual void initialize() = 0;
  /// Declares everything that evolves: enough to go on bit for bit.
  virtual void state(State& state) = 0;
  /// Called after the state was restored (rebuild what derives from it). Collective.
  virtual void restored() {}
  /// One whole step from time t, at most dt_max long (> 0). dt_max is the way to the next required time; a
  /// fixed-step scheme divides it into equal steps (numerics/stepping.hpp). Collective.
  virtual StepResult advance(double t, double dt_max) = 0;
  [[nodiscard]] virtual std::vector<Output> outputs() = 0;
  /// Conserved quantities, and other scalars for the history. Collective.
  [[nodiscard]] virtual std::vector<Quantity> invariants() = 0;
  [[nodiscard]] virtual std::vector<Quantity> diagnostics() { return {}; }
  /// Adds increments to the state; what nobody touched keeps its bits. Collective.
  virtual void apply(std::span<const Increment> increments);
  /// Relative difference that a restart on another rank count may make (stated to the user).
  [[nodiscard]] virtual double rank_tolerance() const { return 1e-12; }
  /// What else bit-for-bit equality hangs on (transform plans): stored in the checkpoint, given back before
  /// `initialize`/`restored` through Context::fingerprint.
  [[nodiscard]] virtual std::string fingerprint() const { return {}; }
  /// Lines for the end of the run (steps rejected, iterations, ...).
  [[nodiscard]] virtual std::vector<std::string> summary() const { return {}; }
};

/// What a solver is built with.
struct Context {
  base::Communicator communicator;
  std::uint64_t seed = 0;
  std::uint32_t member = 0;
  std::string fingerprint;         ///< Of the checkpoint that is being resumed; empty on a fresh start.
  std::filesystem::path folder{};  ///< Of the run, for extra files; empty if there is none.
  std::map<std::string, std::string> petsc_options{};  ///< The case's `petsc:` block.
  Surrogates* surrogates = nullptr;                    ///< The case's `surrogates:`; outlive the solver.
};

/// What `sluice check` prints before anything is allocated.
struct Plan {
  grid::Grid grid;
  grid::LayoutPtr layout;           ///< The decomposition on this many ranks.
  std::int64_t bytes_per_rank = 0;  ///< Estimated memory of the fields of the fullest rank.
  std::vector<std::string>
      notes{};  ///< "time step 1e-3, 20000 steps", "transforms: slabs, at most 512 ranks"
};

/// The parameters of one run of a solver, before the solver exists.
class SolverCase {
 public:
  virtual ~SolverCase() = default;
  /// The key of the case by which the members of an ensemble meet (run/meeting.hpp), the same for all of
  /// them; empty: they never do.
  [[nodiscard]] virtual std::string meeting_key() const { return {}; }
  /// What they do there. Collective over the communicator.
  [[nodiscard]] virtual std::unique_ptr<Meeting> meeting(const MeetingContext& context) const;
  /// Unit of the run's times in the case file ("s", "h", "1"); asked before anything is read.
  [[nodiscard]] virtual std::string time_unit() const { return "1"; }
  /// A stationary problem: the run calls `advance` once and is finished. Asked once the case has been read.
  [[nodiscard]] virtual bool stationary() const { return false; }
  /// Declares the solver's groups at the top level of the case (grid, initial, ...).
  virtual void declare(base::Parameters& parameters) = 0;
  /// Checks what no single bound can. InputError through base::refuse. Not collective.
  virtual void validate(const base::Parameters& parameters) const = 0;
  /// May read headers of input files. Collective.
  [[nodiscard]] virtual Plan plan(const base::Communicator& communicator) const = 0;
  /// Collective.
  [[nodiscard]] virtual std::unique_ptr<Solver> build(const Context& context) const = 0;
};

struct SolverEntry {
  std::string name;
  std::string summary;  ///< One line: the equation.
  std::unique_ptr<SolverCase> (*make)();
};

/// Version of this interface; a solver built outside this tree is loaded only if its own equals it.
inline constexpr int solver_interface_version = 2;

}  // namespace sluice::run

/// A plug-in with solvers defines these two:
///   extern "C" int sluice_interface_version() { return sluice::run::solver_interface_version; }
///   extern "C" const sluice::run::SolverEntry* sluice_solvers(int* count);
