// The commands of the program `sluice`; one file each. Each returns the exit code, throws what `main` prints.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "run/case.hpp"
#include "run/registry.hpp"

namespace sluice::main {

/// What every command has.
struct Program {
  base::Communicator world;
  run::Registry registry;
  std::string command_line;  ///< As typed, for provenance.
};

/// A case file with what the command line adds to it.
struct CaseArguments {
  std::string file;
  std::vector<std::string> overrides{};  ///< --set
  std::vector<std::string> plugins{};    ///< --plugin
  std::string output{};                  ///< --output; empty: as the case says
};

struct RunArguments {
  CaseArguments the_case;
  std::string restart{};
  std::string until{};
  std::string solver{};  ///< The only one that is allowed; empty: any.
};

struct HelpArguments {
  std::string topic{};
  bool markdown = false;
  std::string update{};  ///< A file whose parameter table is replaced; empty: print.
};

struct EvaluateArguments {
  std::string weights, input, output;
  std::string precision = "single";
};

struct ScoreArguments {
  std::string run, reference;
  std::string baseline{};    ///< A run that similarities are relative to; empty: no similarities.
  std::string field{};       ///< Whose correlation in time counts; empty: the first one in the snapshots.
  double correlation = 0.8;  ///< Above it two trajectories are alike.
  double cut = 2.0 / 3;      ///< Part of the shorter abscissa over which curves are compared.
  int last = 1;              ///< How many of the last snapshots of each member are one sample.
  std::vector<std::string> only{};  ///< Quantities of the table; none: all.
};

/// Reads the command line and does what it asks. Collective.
int execute(Program& program, int argc, const char* const* argv);

int run(Program& program, const RunArguments& arguments);     ///< Collective.
int check(Program& program, const CaseArguments& arguments);  ///< Collective.
int list(Program& program);
int help(Program& program, const HelpArguments& arguments, const std::string& usage_of_command);
int schema(Program& program, const std::string& solver);
int info(Program& program, const std::string& file);  ///< Collective.
int score(Program& program, const ScoreArguments& arguments);
int version(Program& program);
int surrogate_evaluate(Program& program, const EvaluateArguments& arguments);  ///< Collective.
int surrogate_info(Program& program, const std::string& file);                 ///< Collective.

/// The case of these arguments, read and validated; plug-ins of the command line loaded. InputError.
/// Collective.
[[nodiscard]] std::unique_ptr<run::Case> load_case(Program& program, const CaseArguments& arguments);
/// Prints on rank 0 (standard output).
void print(const Program& program, const std::string& text);

}  // namespace sluice::main
