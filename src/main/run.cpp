#include "run/run.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "main/commands.hpp"
#include "run/calibration.hpp"
#include "run/job_time.hpp"
#include "run/reinforcement.hpp"

namespace sluice::main {

namespace {

/// --until: a time in the solver's unit, or with a unit of its own.
std::optional<double> parse_until(const std::string& text, const run::Case& the_case) {
  if (text.empty()) return std::nullopt;
  double until = 0;
  base::Parameters parameters;
  parameters.real("--until", until,
                  {.help = "end of simulated time",
                   .unit = the_case.solver->time_unit(),
                   .minimum = the_case.run.t_start});
  base::ConfigNode node, value;
  value.kind = base::ConfigNode::Kind::scalar;
  value.scalar = text;
  base::set_value(node, "--until", value, {.file = "command line", .line = 0});
  parameters.read(node);
  return until;
}

/// A checkpoint that is not there is said before the run folder is made. Collective.
void require_file(const base::Communicator& world, const std::string& restart) {
  if (restart.empty() || restart == "auto") return;
  base::agree_on_root(world, [&] {
    std::error_code code;
    if (!std::filesystem::is_regular_file(restart, code))
      throw base::InputError("command line: --restart: no file '" + restart +
                             "'; allowed: auto, or the name of a checkpoint file");
  });
}

}  // namespace

int run(Program& program, const RunArguments& arguments) {
  std::unique_ptr<run::Case> the_case = load_case(program, arguments.the_case);
  const std::string meets_by = the_case->solver->meeting_key();
  if (!arguments.solver.empty() && the_case->solver_name != arguments.solver &&
      meets_by != run::calibration_key && meets_by != run::reinforcement_key)
    throw base::InputError(fmt::format(
        "{}: solver: is {} and trains nothing; this command runs cases of the solver training, and cases "
        "whose ensemble calibrates a surrogate or trains a policy (calibration.method, reinforcement.method)",
        arguments.the_case.file, the_case->solver_name));
  require_file(program.world, arguments.restart);
  const run::RunOptions options{.restart = arguments.restart,
                                .until = parse_until(arguments.until, *the_case),
                                .command = program.command_line,
                                .wall_end = run::job_end(program.world)};
  return static_cast<int>(run::run_case(program.world, program.registry, std::move(the_case), options));
}

}  // namespace sluice::main
