#include "run/case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/error.hpp"
#include "support/decay_solver.hpp"

namespace sluice::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A hook with one key and the schedule.
class CountCase : public HookCase {
 public:
  void declare(base::Parameters& parameters) override {
    parameters.integer("limit", limit, {.help = "a limit", .minimum = 1});
    schedule.declare(parameters, true, time_unit);
  }
  [[nodiscard]] std::unique_ptr<Hook> build(const HookContext&) const override { return nullptr; }
  std::int64_t limit = 3;
  Schedule schedule;
};

Registry test_registry() {
  return {.solvers = {testing::decay_entry()},
          .hooks = {{"count", "counts",
                     []() -> std::unique_ptr<HookCase> { return std::make_unique<CountCase>(); }},
                    {"absent", "needs what is not here",
                     []() -> std::unique_ptr<HookCase> { return std::make_unique<CountCase>(); },
                     [] { return std::string("no such library at configure time"); }}}};
}

std::unique_ptr<Case> read(const std::string& text) {
  static Registry registry = test_registry();
  return Case::from_tree(registry, base::parse_yaml(text, "case.yaml"), "case.yaml");
}

std::string refusal(const std::string& text) {
  try {
    (void)read(text);
  } catch (const base::InputError& error) {
    return error.what();
  }
  return {};
}

TEST(Case, ReadsRunSolverAndHooks) {
  const auto made = read(R"(schema: 1
title: a test
solver: decay
grid: {points: 16}
run: {t_end: 2 min, land_on: [1, 2], seed: 7, wall_limit: 01:00:00}
hooks:
  - {type: count, every_steps: 4, limit: 9}
  - {type: count, every_time: 0.5 min}
expected:
  - {quantity: mean, value: 0.5, relative: 1e-12, at_step: 3, source: theory}
petsc: {ksp_rtol: 1e-9}
)");
  EXPECT_EQ(made->solver_name, "decay");
  EXPECT_EQ(made->run.t_end, 120.0);
  EXPECT_EQ(made->run.wall_limit, 3600.0);
  EXPECT_THAT(made->run.land_on, ElementsAre(1.0, 2.0));
  ASSERT_EQ(made->hooks.size(), 2U);
  EXPECT_EQ(dynamic_cast<CountCase&>(*made->hooks[0].hook).limit, 9);
  EXPECT_EQ(dynamic_cast<CountCase&>(*made->hooks[1].hook).schedule.every_time, 30.0)
      << "in the solver's unit of time";
  EXPECT_EQ(dynamic_cast<testing::DecayCase&>(*made->solver).values.points, 16);
  EXPECT_EQ(made->expected[0].at_step, 3);
  EXPECT_EQ(made->petsc.at("ksp_rtol"), "1e-9");
  EXPECT_EQ(made->folder().filename(), "case");
}

TEST(Case, ResolvedCopyIsACaseThatResolvesToItself) {
  const auto made = read(
      "solver: decay\nrun: {t_end: 1}\nhooks: [{type: count, times: [0.1, 0.3]}]\nexpected: [{quantity: "
      "mean, value: 1, absolute: 0.1}]\n");
  const std::string resolved = made->parameters.resolved_yaml();
  EXPECT_EQ(read(resolved)->parameters.resolved_yaml(), resolved);
}

TEST(Case, NamesTheSolverFirst) {
  EXPECT_EQ(refusal(""), "case.yaml: solver: is required; allowed: decay");
  EXPECT_THAT(refusal("grid: {nonsense: 1}\n"), HasSubstr("solver: is required"));
  EXPECT_THAT(refusal("# a comment\nsolver: decya\n"),
              StartsWith("case.yaml:2: solver: unknown solver 'decya'; did you mean 'decay'?"));
  EXPECT_THAT(refusal("solver: [decay]\n"), StartsWith("case.yaml:1: solver: is not a single value"));
  EXPECT_THAT(refusal("- solver\n"), HasSubstr("a case file is a map of keys"));
}

TEST(Case, RefusesALaterFormatBeforeAnythingElse) {
  EXPECT_THAT(refusal("schema: 99\nsolver: of_the_future\nbelow: [1\n]\n"),
              HasSubstr("case.yaml:1: schema: the case is written in version 99"));
  EXPECT_THAT(refusal("schema: new\nsolver: decay\n"),
              StartsWith("case.yaml:1: schema: 'new' is not an integer"));
  EXPECT_THAT(refusal("schema: 0\nsolver: decay\n"), HasSubstr("out of range"));
}

TEST(Case, FaultsOfEveryGroupNameTheirLine) {
  const std::string start = "solver: decay\n";
  EXPECT_THAT(refusal(start + "grid:\n  pionts: 3\n"),
              StartsWith("case.yaml:3: unknown key 'pionts' in grid; did you mean 'points'?"));
  EXPECT_THAT(refusal(start + "run: {t_end: soon}\n"),
              StartsWith("case.yaml:2: run.t_end: 'soon' is not a number"));
  EXPECT_THAT(refusal(start + "run: {t_end: -1}\n"),
              StartsWith("case.yaml:2: run.t_end: -1 lies before run.t_start = 0"));
  EXPECT_THAT(refusal(start + "run: {max_steps: 5}\n"), StartsWith("case.yaml:1: solver: needs run.t_end"));
  EXPECT_THAT(refusal(start + "hooks: [{type: cuont}]\n"),
              HasSubstr("hooks.0.type: 'cuont' is unknown; did you mean 'count'?"));
  EXPECT_THAT(refusal(start + "hooks:\n  - type: absent\n"),
              StartsWith("case.yaml:3: hooks.0: the hook 'absent' cannot be used in this build: no such "
                         "library at configure time"));
  EXPECT_THAT(refusal(start + "expected: [{quantity: mean, value: 1}]\n"),
              HasSubstr("expected.0: needs a tolerance"));
  EXPECT_THAT(refusal(start + "expected: [{value: 1, absolute: 1}]\n"),
              HasSubstr("expected.0.quantity: is required"));
  EXPECT_THAT(refusal(start + "ensemble: {members: 2, vary: {decay.rate: [1]}}\n"),
              HasSubstr("ensemble.vary.decay.rate: needs a list of 2 values"));
  EXPECT_THAT(refusal(start + "decay: {blow_up_index: 99}\n"),
              StartsWith("case.yaml:2: decay.blow_up_index: is beyond the last cell"));
  EXPECT_THAT(refusal(start + "plugins: [libnone.so]\n"),
              StartsWith("case.yaml:2: plugins: plug-in libnone.so: no such file"));
  EXPECT_THAT(refusal(start + "resolution: 5\n"),
              HasSubstr("unknown key 'resolution'; known keys: schema, title"));
}

TEST(Case, LoadAppliesOverridesOnEveryRank) {
  const auto world = base::Communicator::world();
  Registry registry = test_registry();
  std::string name =
      (std::filesystem::temp_directory_path() / ("sluice_case_" + std::to_string(::getpid()) + ".yaml"))
          .string();
  world.broadcast(name);
  if (world.is_root()) std::ofstream(name) << "solver: decay\nrun: {t_end: 1}\n";
  const auto made = Case::load(world, registry, name,
                               {"grid.points=5", "hooks.+={type: count, limit: 2}", "run.output=elsewhere"});
  EXPECT_EQ(dynamic_cast<testing::DecayCase&>(*made->solver).values.points, 5);
  EXPECT_EQ(made->hooks.size(), 1U);
  EXPECT_EQ(made->folder(), "elsewhere");
  try {
    (void)Case::load(world, registry, name, {"grid.points=5", "decay.rate=fast"});
    ADD_FAILURE() << "accepted";
  } catch (const base::InputError& error) {
    EXPECT_STREQ(error.what(),
                 "--set 2: decay.rate=fast: decay.rate: 'fast' is not a number; allowed: number >= 0 [s^-1]");
  }
  world.barrier();
  if (world.is_root()) std::filesystem::remove(name);
}

TEST(Case, DeclaredCaseShowsEverything) {
  const Registry registry = test_registry();
  const auto declared = declare_case(registry, registry.solver("decay").make());
  const std::string help = declared->parameters.help_text(), schema = declared->parameters.json_schema();
  for (const char* text : {"rate = 0.5", "t_end = 0", "count: counts", "members = 1"})
    EXPECT_THAT(help, HasSubstr(text));
  EXPECT_THAT(schema, HasSubstr("\"every_steps\""));
}

}  // namespace
}  // namespace sluice::run
