// From the command line to a command.
#include <CLI/CLI.hpp>

#include "base/config.hpp"
#include "base/error.hpp"
#include "main/commands.hpp"

namespace sluice::main {

namespace {

constexpr const char* short_usage = R"(sluice: partial differential equations on many processors

  sluice run CASE.yaml        runs a case; mpirun -n 8 sluice run CASE.yaml runs it on 8 ranks
  sluice help SOLVER          every parameter of a solver; sluice list names the solvers

Commands: run, check, list, help, schema, info, score, train, surrogate (sluice COMMAND --help says more), sluice --version
)";

void add_case_options(CLI::App& command, CaseArguments& arguments) {
  command.add_option("case", arguments.file, "case file (YAML)")->required()->type_name("CASE");
  command
      .add_option("--set", arguments.overrides,
                  "replaces one value of the case, for example --set grid.points=64; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--plugin", arguments.plugins, "shared library with more solvers; may be repeated")
      ->type_name("LIBRARY")
      ->allow_extra_args(false);
  command.add_option("--output", arguments.output, "run folder, instead of runs/NAME_OF_THE_CASE")
      ->type_name("FOLDER");
}

/// The command line as CLI11 knows it, bound to the arguments of the commands.
struct CommandLine {
  CLI::App app{"Sluice: partial differential equations on many processors", "sluice"};
  RunArguments run_arguments{};
  CaseArguments check_arguments{};
  HelpArguments help_arguments{};
  EvaluateArguments evaluate_arguments{};
  ScoreArguments score_arguments{};
  std::string schema_solver{}, info_file{}, weights_file{};
  bool version = false;
  CLI::App *run = nullptr, *check = nullptr, *list = nullptr, *help = nullptr, *schema = nullptr,
           *info = nullptr, *score = nullptr, *train = nullptr, *surrogate = nullptr,
           *surrogate_info = nullptr, *evaluate = nullptr;

  CommandLine() {
    app.require_subcommand(0, 1);
    app.add_flag("--version", version, "version, commit and libraries");
    run = app.add_subcommand("run", "runs a case");
    train = app.add_subcommand("train",
                               "trains a surrogate: runs a case of the solver `training`, from files, or one "
                               "whose members calibrate theirs or train it as a policy, from how they run");
    for (CLI::App* command : {run, train}) {
      add_case_options(*command, run_arguments.the_case);
      command
          ->add_option("--restart", run_arguments.restart,
                       "auto: the newest good checkpoint if there is one; or a checkpoint file")
          ->type_name("auto|FILE");
      command
          ->add_option("--until", run_arguments.until, "simulated time at which to end, instead of run.t_end")
          ->type_name("TIME");
    }
    check = app.add_subcommand("check", "validates a case; prints its values, the decomposition, the memory");
    add_case_options(*check, check_arguments);
    list = app.add_subcommand("list", "names the solvers and hooks");
    help = app.add_subcommand("help",
                              "explains a solver, a hook, a command, or run (the keys that every case has)");
    help->add_option("topic", help_arguments.topic, "solver, hook or command")->type_name("TOPIC");
    help->add_flag("--markdown", help_arguments.markdown, "parameter table for a README");
    help->add_option("--update", help_arguments.update, "puts the table between the markers of this file")
        ->type_name("FILE");
    schema = app.add_subcommand("schema", "prints the JSON schema of case files, for editors");
    schema->add_option("solver", schema_solver, "for this solver only")->type_name("SOLVER");
    info = app.add_subcommand("info", "says what a snapshot or checkpoint holds and whether it is whole");
    info->add_option("file", info_file, "HDF5 file")->required()->type_name("FILE");
    add_score();
    surrogate = app.add_subcommand("surrogate", "learned models: what a weights file holds, what it gives");
    surrogate->require_subcommand(1);
    surrogate_info =
        surrogate->add_subcommand("info", "says what a weights file holds and whether it is whole");
    surrogate_info->add_option("file", weights_file, "weights file")->required()->type_name("FILE");
    evaluate =
        surrogate->add_subcommand("evaluate", "applies a network to fields of a file on a periodic grid");
    evaluate->add_option("weights", evaluate_arguments.weights, "weights file")
        ->required()
        ->type_name("WEIGHTS");
    evaluate
        ->add_option("input", evaluate_arguments.input,
                     "HDF5 file with a dataset for each input, by its name")
        ->required()
        ->type_name("FIELDS");
    evaluate->add_option("output", evaluate_arguments.output, "HDF5 file that is written")
        ->required()
        ->type_name("OUTPUT");
    evaluate->add_option("--precision", evaluate_arguments.precision, "of the network's arithmetic")
        ->check(CLI::IsMember({"single", "double"}))
        ->type_name("single|double");
  }

  [[nodiscard]] std::vector<CLI::App*> commands() const {
    return {run, check, list, help, schema, info, score, train, surrogate};
  }
  void add_score() {
    score = app.add_subcommand("score",
                               "compares a run with a reference: distributions, curves, correlation in time");
    score->add_option("run", score_arguments.run, "run folder, or an ensemble's")
        ->required()
        ->type_name("RUN");
    score
        ->add_option("reference", score_arguments.reference,
                     "run folder, or an ensemble's; its grid may be finer")
        ->required()
        ->type_name("REFERENCE");
    score
        ->add_option(
            "--baseline", score_arguments.baseline,
            "a third run; adds similarities 1 - distance(RUN)/distance(BASELINE): 1 is perfect, 0 no better")
        ->type_name("FOLDER");
    score
        ->add_option(
            "--field", score_arguments.field,
            "whose correlation with the reference in time counts; the first of the snapshots if not given")
        ->type_name("NAME");
    score->add_option("--correlation", score_arguments.correlation, "above which two trajectories are alike")
        ->check(CLI::Range(-1.0, 1.0))
        ->type_name("NUMBER");
    score
        ->add_option("--cut", score_arguments.cut,
                     "part of the shorter range of wavenumbers over which curves are compared")
        ->check(CLI::Range(0.0, 1.0))
        ->type_name("NUMBER");
    score
        ->add_option("--last", score_arguments.last,
                     "how many of the last snapshots of each member make its distributions")
        ->check(CLI::Range(1, 1000000))
        ->type_name("NUMBER");
    score->add_option("--only", score_arguments.only, "quantities of the table that count; all if not given")
        ->type_name("NAME");
  }
  [[nodiscard]] std::string usage_of(const std::string& name) const {
    for (CLI::App* command : commands())
      if (command->get_name() == name) return command->help("sluice");
    return {};
  }
};

/// CLI11 takes an unknown command for a stray word; this says what was meant.
void refuse_unknown_command(const CommandLine& line, int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return;
  std::vector<std::string> names;
  std::string list;
  for (const CLI::App* command : line.commands()) {
    names.push_back(command->get_name());
    list += (list.empty() ? "" : ", ") + names.back();
  }
  const std::string given = argv[1];
  if (std::ranges::find(names, given) != names.end()) return;
  const std::string near = base::nearest_name(given, names);
  const bool file = given.find('.') != std::string::npos;
  throw base::InputError("unknown command '" + given + "'" +
                         (near.empty() ? "" : "; did you mean '" + near + "'?") +
                         (file ? "; a case is run with: sluice run " + given : "") + "; commands: " + list);
}

std::string advice(const CommandLine& line, int argc, const char* const* argv) {
  const CLI::App* used = &line.app;
  for (const CLI::App* command : line.commands())
    if (command->parsed()) used = command;
  std::vector<std::string> options;
  for (const CLI::Option* option : used->get_options())
    for (const std::string& name : option->get_lnames()) options.push_back("--" + name);
  for (int i = 1; i < argc; ++i) {
    const std::string given = std::string(argv[i]).substr(0, std::string(argv[i]).find('='));
    if (!given.starts_with("--") || std::ranges::find(options, given) != options.end()) continue;
    if (const std::string near = base::nearest_name(given, options); !near.empty())
      return "; did you mean '" + near + "'?";
  }
  return "; see sluice " + (used == &line.app ? std::string() : used->get_name() + " ") + "--help";
}

}  // namespace

int execute(Program& program, int argc, const char* const* argv) {
  CommandLine line;
  refuse_unknown_command(line, argc, argv);
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    for (const CLI::App* command : line.commands())
      if (command->parsed()) return print(program, line.usage_of(command->get_name())), 0;
    return print(program, line.app.help()), 0;
  } catch (const CLI::ParseError& error) {
    throw base::InputError("command line: " + std::string(error.what()) + advice(line, argc, argv));
  }
  if (line.version) return version(program);
  if (line.run->parsed()) return run(program, line.run_arguments);
  line.run_arguments.solver = "training";
  if (line.train->parsed()) return run(program, line.run_arguments);
  if (line.check->parsed()) return check(program, line.check_arguments);
  if (line.list->parsed()) return list(program);
  if (line.help->parsed())
    return help(program, line.help_arguments, line.usage_of(line.help_arguments.topic));
  if (line.schema->parsed()) return schema(program, line.schema_solver);
  if (line.info->parsed()) return info(program, line.info_file);
  if (line.score->parsed()) return score(program, line.score_arguments);
  if (line.evaluate->parsed()) return surrogate_evaluate(program, line.evaluate_arguments);
  if (line.surrogate->parsed()) return surrogate_info(program, line.weights_file);
  print(program, short_usage);
  return 0;
}

}  // namespace sluice::main
