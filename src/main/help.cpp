#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/error.hpp"
#include "main/commands.hpp"
#include "run/folder.hpp"

namespace sluice::main {

namespace {

constexpr std::string_view begin_marker = "<!-- parameters:begin -->";
constexpr std::string_view end_marker = "<!-- parameters:end -->";

/// Parameters of one topic with what owns their variables.
struct Topic {
  std::string summary;
  std::unique_ptr<run::SolverCase> solver{};
  std::unique_ptr<run::HookCase> hook{};
  std::unique_ptr<run::Case> machine{};
  base::Parameters parameters{};
};

bool has(const auto& entries, const std::string& name) {
  return std::ranges::any_of(entries, [&](const auto& entry) { return entry.name == name; });
}

Topic solver_topic(const run::SolverEntry& entry) {
  Topic topic{.summary = entry.summary, .solver = entry.make()};
  topic.solver->declare(topic.parameters);
  return topic;
}

Topic hook_topic(const run::HookEntry& entry) {
  Topic topic{.summary = entry.summary, .hook = entry.make()};
  topic.hook->time_unit = "time";
  topic.hook->declare(topic.parameters);
  return topic;
}

/// The keys of every case: a case of a solver that has no keys.
Topic machine_topic(const run::Registry& registry) {
  struct NoSolver : run::SolverCase {
    [[nodiscard]] std::string time_unit() const override { return "time"; }
    void declare(base::Parameters&) override {}
    void validate(const base::Parameters&) const override {}
    [[nodiscard]] run::Plan plan(const base::Communicator&) const override {
      throw base::Error("a solver for help only");
    }
    [[nodiscard]] std::unique_ptr<run::Solver> build(const run::Context&) const override {
      throw base::Error("a solver for help only");
    }
  };
  Topic topic{.summary = "the keys that every case has"};
  topic.machine = run::declare_case(registry, std::make_unique<NoSolver>());
  topic.parameters = std::move(topic.machine->parameters);
  return topic;
}

Topic find_topic(const Program& program, const std::string& name, const std::string& usage) {
  const run::Registry& registry = program.registry;
  if (has(registry.solvers, name)) return solver_topic(registry.solver(name));
  if (has(registry.hooks, name)) return hook_topic(registry.hook(name));
  if (name == "run") return machine_topic(registry);
  if (!usage.empty()) return {.summary = ""};
  std::vector<std::string> names{"run", "check", "list", "help", "schema", "info"};
  for (const auto& entry : registry.solvers) names.push_back(entry.name);
  for (const auto& entry : registry.hooks) names.push_back(entry.name);
  std::string list;
  for (const std::string& one : names) list += (list.empty() ? "" : ", ") + one;
  const std::string near = base::nearest_name(name, names);
  throw base::InputError("no help on '" + name + "'" +
                         (near.empty() ? "" : "; did you mean '" + near + "'?") + "; topics: " + list);
}

/// Puts the table between the markers; the file is written only if that changes it. Rank 0.
void update_file(const std::string& file, const std::string& table) {
  std::ifstream stream(file);
  if (!stream) throw base::InputError(file + ": cannot be read");
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  const auto begin = text.find(begin_marker), end = text.find(end_marker);
  if (begin == std::string::npos || end == std::string::npos || end < begin)
    throw base::InputError(file + ": needs the lines " + std::string(begin_marker) + " and " +
                           std::string(end_marker));
  const std::string changed =
      text.substr(0, begin) + std::string(begin_marker) + "\n" + table + text.substr(end);
  if (changed != text) run::write_file_atomically(file, changed);
}

}  // namespace

int help(Program& program, const HelpArguments& arguments, const std::string& usage_of_command) {
  if (arguments.topic.empty()) {
    if (arguments.markdown || !arguments.update.empty())
      throw base::InputError("sluice help --markdown needs a solver, a hook, or run");
    print(
        program,
        "sluice help TOPIC, where TOPIC is a solver, a hook, a command, or run (the keys of every case)\n\n");
    return list(program);
  }
  const Topic topic = find_topic(program, arguments.topic, usage_of_command);
  if (!arguments.update.empty() && !arguments.markdown)
    throw base::InputError("--update goes with --markdown");
  if (arguments.markdown) {
    if (!arguments.update.empty())
      base::agree_on_root(program.world, [&] { update_file(arguments.update, topic.parameters.markdown()); });
    else
      print(program, topic.parameters.markdown());
    return 0;
  }
  std::string text = usage_of_command;
  if (!topic.summary.empty())
    text += (text.empty() ? "" : "\n") + arguments.topic + ": " + topic.summary + "\n\n" +
            topic.parameters.help_text();
  print(program, text);
  return 0;
}

}  // namespace sluice::main
