#include "run/case.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "run/ensemble_values.hpp"
#include "run/folder.hpp"

namespace sluice::run {

namespace {

using base::ConfigNode;
using base::InputError;

/// The scalar at a top-level key; empty if the key is absent. InputError if it is no scalar.
std::string top_level_text(const ConfigNode& tree, const std::string& key) {
  const ConfigNode* node = tree.find(key);
  if (node == nullptr || node->kind == ConfigNode::Kind::null) return {};
  if (node->kind != ConfigNode::Kind::scalar)
    throw InputError(node->origin.text() + ": " + key + ": is not a single value");
  return node->scalar;
}

/// Refuses files of a later version of Sluice before anything else in them is looked at.
void check_schema(const ConfigNode& tree) {
  const ConfigNode* node = tree.find("schema");
  if (node == nullptr) return;
  std::int64_t schema = 1;
  base::Parameters parameters;
  parameters.integer("schema", schema, {.help = "version of the format of case files", .minimum = 1});
  ConfigNode only;
  only.kind = ConfigNode::Kind::map;
  only.entries.emplace_back("schema", *node);
  only.key_origins.push_back(node->origin);
  parameters.read(only);
  if (schema > case_schema)
    throw InputError(
        fmt::format("{}: schema: the case is written in version {}, this program reads up to version {}; use "
                    "a newer Sluice",
                    node->origin.text(), schema, case_schema));
}

/// Plug-ins are looked for beside the case file, then in the working folder.
void load_plugins(Registry& registry, const ConfigNode& tree, const std::filesystem::path& file) {
  const ConfigNode* node = tree.find("plugins");
  if (node == nullptr) return;
  std::vector<std::string> names;
  base::Parameters parameters;
  parameters.texts("plugins", names, {.help = "shared libraries with solvers"});
  ConfigNode only;
  only.kind = ConfigNode::Kind::map;
  only.entries.emplace_back("plugins", *node);
  only.key_origins.push_back(node->origin);
  parameters.read(only);
  for (const std::string& name : names) {
    std::error_code code;
    const std::filesystem::path beside = file.parent_path() / name;
    try {
      registry.load_plugin(std::filesystem::exists(beside, code) ? beside : std::filesystem::path(name));
    } catch (const InputError& error) {
      throw InputError(node->origin.text() + ": plugins: " + error.what());
    }
  }
}

std::string names_of(const std::vector<SolverEntry>& solvers) {
  std::string names;
  for (const SolverEntry& entry : solvers) names += (names.empty() ? "" : ", ") + entry.name;
  return names;
}

std::vector<base::Option> options_of(const auto& entries) {
  std::vector<base::Option> options;
  for (const auto& entry : entries) options.push_back({entry.name, entry.summary});
  return options;
}

std::string what_is_missing(const HookEntry& entry) {
  return entry.unavailable == nullptr ? std::string() : entry.unavailable();
}

}  // namespace

void RunParameters::declare(base::Parameters& p, const std::string& time_unit) {
  p.real("t_start", t_start, {.help = "simulated time at which a fresh run begins", .unit = time_unit});
  p.real("t_end", t_end,
         {.help = "simulated time at which the run ends", .unit = time_unit, .may_differ_at_restart = true});
  p.integer("max_steps", max_steps,
            {.help = "the run is finished after so many steps, if t_end has not come first",
             .minimum = 1,
             .may_differ_at_restart = true});
  p.reals("land_on", land_on,
          {.help = "times that the clock lands on exactly, beside t_end",
           .unit = time_unit,
           .may_differ_at_restart = true});
  p.duration("wall_limit", wall_limit,
             {.help = "wall-clock time after which the run stops with a checkpoint; inside a Slurm job also "
                      "the job's own end",
              .minimum = 0.0,
              .exclusive_minimum = true,
              .may_differ_at_restart = true});
  p.real(
      "wall_margin", wall_margin,
      {.help = "least time kept free before the wall-clock limit; the time that a checkpoint took is added",
       .unit = "s",
       .minimum = 0.0,
       .may_differ_at_restart = true});
  p.real("progress_interval", progress_interval,
         {.help = "time between two lines of progress in a log",
          .unit = "s",
          .minimum = 0.0,
          .may_differ_at_restart = true});
  p.integer("seed", seed, {.help = "seed of all random numbers", .minimum = 0});
  p.text("output", output,
         {.help = "run folder; empty: runs/ and the name of the case file", .may_differ_at_restart = true});
}

void ExpectedValue::declare(base::Parameters& p) {
  p.text("quantity", quantity,
         {.help = "a column of the history", .required = true, .may_differ_at_restart = true});
  p.real("value", value,
         {.help = "the value that it must have", .required = true, .may_differ_at_restart = true});
  p.real("absolute", absolute, {.help = "absolute tolerance", .minimum = 0.0, .may_differ_at_restart = true});
  p.real("relative", relative, {.help = "relative tolerance", .minimum = 0.0, .may_differ_at_restart = true});
  p.integer("at_step", at_step,
            {.help = "step after which it is looked at; none: at the end",
             .minimum = 0,
             .may_differ_at_restart = true});
  p.text(
      "source", source,
      {.help = "where the number comes from: paper, theory, specification", .may_differ_at_restart = true});
}

void EnsembleParameters::declare(base::Parameters& p) {
  p.integer(
      "members", members,
      {.help = "number of members; each gets the seed run.seed + its number", .minimum = 1, .maximum = 1e6});
  p.integer("groups", groups,
            {.help = "groups that the ranks are split into; 0: as many as ranks and members allow",
             .minimum = 0,
             .may_differ_at_restart = true});
  p.choice("on_failure", on_failure,
           {{"continue", "the other members go on"}, {"stop", "all members stop with a checkpoint"}},
           {.help = "what to do when a member fails", .may_differ_at_restart = true});
  p.node("vary", vary, {.help = "map of key paths, each with a list of one value a member"});
  p.node("cross", cross,
         {.help = "map of key paths, each with a list of values: the members are all combinations, the first "
                  "key changing slowest"});
  p.node("draw", draw,
         {.help = "map of key paths, each with a distribution: {distribution: uniform or log_uniform, low, "
                  "high}, {distribution: normal, mean, deviation}, {distribution: log_normal, median, "
                  "deviation}; with minimum, maximum"});
  p.text("realizations", realizations,
         {.help = "name of the members' hook `map` (HDF5): of each time that all of them have, one file "
                  "NAME_realizations/ with the realization as third dimension; empty = none",
          .may_differ_at_restart = true});
  p.group("statistics", "mean, spread and quantiles over the members",
          [this](base::Parameters& q) { statistics.declare(q); });
}

void Case::declare(const Registry& registry) {
  auto& p = parameters;
  p.integer("schema", schema,
            {.help = "version of the format of this file",
             .minimum = 1,
             .maximum = static_cast<double>(case_schema),
             .may_differ_at_restart = true});
  p.text("title", title, {.help = "one line for people", .may_differ_at_restart = true});
  p.text("description", description, {.help = "more for people", .may_differ_at_restart = true});
  p.choice("solver", solver_name, options_of(registry.solvers),
           {.help = "which equation is solved", .required = true});
  p.texts("plugins", plugins,
          {.help = "shared libraries with solvers from outside", .may_differ_at_restart = true});
  solver->declare(p);
  const std::string time_unit = solver->time_unit();
  p.group("run", "clock, limits and where the results go",
          [&](base::Parameters& g) { run.declare(g, time_unit); });
  p.named("surrogates", surrogates, {.help = "learned models by name, used by the solver and by hooks"});
  p.group("emulator", "a surrogate in place of the solver's steps",
          [&](base::Parameters& g) { emulator.declare(g, time_unit); });
  p.list_by_type(
      "hooks", options_of(registry.hooks),
      {.help = "what acts between steps, in this order", .may_differ_at_restart = true},
      [this, &registry, time_unit](const std::string& type, base::Parameters& item) {
        const HookEntry& entry = registry.hook(type);
        if (const std::string missing = what_is_missing(entry); !missing.empty())
          throw InputError("the hook '" + type + "' cannot be used in this build: " + missing);
        hooks.push_back({.type = type, .hook = entry.make()});
        hooks.back().hook->time_unit = time_unit;
        hooks.back().hook->declare(item);
      },
      [this, &registry, time_unit](const std::string& type, base::Parameters& item) {
        examples_.push_back(registry.hook(type).make());
        examples_.back()->time_unit = time_unit;
        examples_.back()->declare(item);
      });
  p.list("expected", expected,
         {.help = "numbers that the finished run must meet", .may_differ_at_restart = true});
  p.group("ensemble", "several members in one run", [&](base::Parameters& g) { ensemble.declare(g); });
  p.pairs("petsc", petsc,
          {.help = "options of PETSc, without the leading dash", .may_differ_at_restart = true});
}

void Case::validate() const {
  const auto& p = parameters;
  if (run.t_end < run.t_start)
    base::refuse(p, "run.t_end", fmt::format("{} lies before run.t_start = {}", run.t_end, run.t_start));
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (expected[i].absolute.has_value() == expected[i].relative.has_value())
      base::refuse(p, fmt::format("expected.{}", i), "needs a tolerance: either 'absolute' or 'relative'");
  solver->validate(p);
  if (p.where("run.t_end") == "run.t_end" && !solver->stationary())
    base::refuse(p, "solver",
                 "needs run.t_end: the run ends there, or after run.max_steps if that comes first");
}

std::unique_ptr<Case> Case::load(const base::Communicator& communicator, Registry& registry,
                                 const std::filesystem::path& file,
                                 const std::vector<std::string>& overrides) {
  ConfigNode tree = base::read_yaml(communicator, file);
  int number = 0;
  for (const std::string& text : overrides) base::apply_override(tree, text, ++number);
  std::unique_ptr<Case> made;
  // Files and plug-ins may be there for one rank and not for another.
  base::agree(communicator, [&] { made = from_tree(registry, tree, file); });
  return made;
}

std::unique_ptr<Case> Case::from_tree(Registry& registry, const ConfigNode& tree,
                                      const std::filesystem::path& file) {
  if (tree.kind == ConfigNode::Kind::scalar || tree.kind == ConfigNode::Kind::list)
    throw InputError(tree.origin.text() + ": a case file is a map of keys, this is not");
  check_schema(tree);
  load_plugins(registry, tree, file);
  const std::string solver_name = top_level_text(tree, "solver");
  if (solver_name.empty())
    throw InputError(file.string() + ": solver: is required; allowed: " + names_of(registry.solvers));
  auto made = std::make_unique<Case>();
  made->file = file;
  made->tree = tree;
  try {
    made->solver = registry.solver(solver_name).make();
  } catch (const InputError& error) {
    throw InputError(tree.find("solver")->origin.text() + ": solver: " + error.what());
  }
  made->declare(registry);
  std::error_code code;
  made->parameters.read(tree, std::filesystem::absolute(file, code).parent_path().string());
  made->ensemble.values = ensemble_values(made->ensemble, static_cast<std::uint64_t>(made->run.seed));
  made->validate();
  return made;
}

std::filesystem::path Case::folder() const {
  return run.output.empty() ? default_folder(file) : std::filesystem::path(run.output);
}

std::unique_ptr<Case> declare_case(const Registry& registry, std::unique_ptr<SolverCase> solver) {
  auto made = std::make_unique<Case>();
  made->solver = std::move(solver);
  made->declare(registry);
  return made;
}

}  // namespace sluice::run
