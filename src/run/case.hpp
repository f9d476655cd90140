// One case: the case file with its overrides, read into the parameters of the run, the solver and the hooks.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/parameters.hpp"
#include "run/emulator.hpp"
#include "run/ensemble_statistics.hpp"
#include "run/hook.hpp"
#include "run/registry.hpp"
#include "run/solver.hpp"
#include "surrogate/declaration.hpp"

namespace sluice::run {

inline constexpr std::int64_t case_schema = 1;

/// The `run:` group.
struct RunParameters {
  double t_start = 0;
  double t_end = 0;
  std::optional<std::int64_t> max_steps;  ///< Ends the run (finished) after so many steps.
  std::vector<double> land_on;            ///< Times that the clock lands on exactly, beside t_end.
  std::optional<double> wall_limit;       ///< [s]; Slurm's own end time is used inside a job.
  double wall_margin = 30;        ///< [s] least margin before the limit; a measured checkpoint is added.
  double progress_interval = 10;  ///< [s] between progress lines in a log.
  std::int64_t seed = 0;
  std::string output;  ///< Run folder; empty: runs/<stem of the case file>.
  void declare(base::Parameters& parameters, const std::string& time_unit);
};

/// One entry of `expected:`: a number that the finished run must meet, with its source beside it.
struct ExpectedValue {
  std::string quantity;  ///< A column of the history.
  double value = 0;
  std::optional<double> absolute, relative;  ///< Tolerance; one of them.
  std::optional<std::int64_t> at_step;  ///< Checked after this step; default: at the end of the finished run.
  std::string source;                   ///< Paper, theory or specification.
  void declare(base::Parameters& parameters);
};

/// The `ensemble:` group. Members get a value each of the keys in `vary`, `cross` and `draw`, seeds seed +
/// member.
struct EnsembleParameters {
  std::int64_t members = 1;
  std::int64_t groups = 0;              ///< Groups of ranks; 0 = as many as ranks and members allow.
  std::string on_failure = "continue";  ///< or "stop"
  base::ConfigNode vary;                ///< map: key path -> list with one value a member (any YAML)
  base::ConfigNode cross;               ///< map: key path -> list; the members are all combinations
  base::ConfigNode draw;                ///< map: key path -> distribution (ensemble_values.hpp)
  base::ConfigNode values;              ///< What these make: map: key path -> list with one value a member.
  EnsembleStatistics statistics;
  std::string realizations;  ///< Name of the members' map hook; empty: no files of all members' maps.
  void declare(base::Parameters& parameters);
};

/// A hook of the case, not yet built.
struct HookItem {
  std::string type;
  std::unique_ptr<HookCase> hook;
};

/// Everything that a case file says, checked. Top level: schema, title, solver, plugins, run,
/// surrogates, emulator, hooks, expected, ensemble, petsc, and the solver's own groups. Nothing on disk has
/// been touched.
class Case {
 public:
  /// Reads `file`, applies the --set texts, declares, reads, validates. InputError. Collective.
  static std::unique_ptr<Case> load(const base::Communicator& communicator, Registry& registry,
                                    const std::filesystem::path& file,
                                    const std::vector<std::string>& overrides);
  /// From an already parsed tree (an ensemble member's variation). Not collective.
  static std::unique_ptr<Case> from_tree(Registry& registry, const base::ConfigNode& tree,
                                         const std::filesystem::path& file);

  std::filesystem::path file;
  base::ConfigNode tree;  ///< As written, overrides applied.
  std::int64_t schema = case_schema;
  std::string title, description, solver_name;
  RunParameters run;
  EnsembleParameters ensemble;
  std::vector<std::pair<std::string, surrogate::Declaration>> surrogates;
  EmulatorParameters emulator;
  std::vector<HookItem> hooks;
  std::vector<ExpectedValue> expected;
  std::map<std::string, std::string> petsc;
  std::vector<std::string> plugins;
  std::unique_ptr<SolverCase> solver;
  base::Parameters parameters;  ///< All declarations, bound to the members above and to solver and hooks.

  [[nodiscard]] std::filesystem::path folder() const;  ///< run.output or the default.

 private:
  friend std::unique_ptr<Case> declare_case(const Registry& registry, std::unique_ptr<SolverCase> solver);
  void declare(const Registry& registry);
  void validate() const;
  std::vector<std::unique_ptr<HookCase>> examples_;  ///< Whose parameters help and schema show.
};

/// Parameters of a solver with the machine's own, for `help`, `schema` and manuals: declared, nothing read.
[[nodiscard]] std::unique_ptr<Case> declare_case(const Registry& registry,
                                                 std::unique_ptr<SolverCase> solver);

}  // namespace sluice::run
