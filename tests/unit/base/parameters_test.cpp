#include "base/parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "base/error.hpp"
#include "base/random.hpp"

namespace sluice::base {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Bump {
  double amplitude = 1.0;
  std::vector<double> centre{0.0, 0.0};
  void declare(Parameters& p) {
    p.real("amplitude", amplitude,
           {.help = "height", .unit = "G", .minimum = 0.0, .exclusive_minimum = true});
    p.reals("centre", centre, {.help = "place", .unit = "rad", .minimum_size = 2, .maximum_size = 2});
  }
};

/// One of every kind of declaration.
struct Everything {
  double rate = 0.25;
  std::optional<double> limit;
  std::int64_t points = 8;
  std::optional<std::int64_t> steps;
  bool dealias = true;
  std::string title, input, scheme = "strang";
  std::optional<double> wall;
  std::vector<double> lower{0.0};
  std::vector<std::int64_t> shape{4};
  std::vector<bool> periodic{true};
  std::vector<std::string> names;
  std::map<std::string, std::string> petsc;
  ConfigNode vary;
  std::vector<Bump> bumps;
  std::vector<std::unique_ptr<Bump>> things;
  std::vector<std::string> types;
  Parameters parameters;

  Everything() {
    auto& p = parameters;
    p.text("title", title, {.help = "a title"});
    p.group("grid", "where the points are", [this](Parameters& g) {
      g.integer("points", points, {.help = "number of cells", .minimum = 1, .maximum = 1e15});
      g.reals("lower", lower, {.help = "lower ends", .unit = "m", .minimum_size = 1, .maximum_size = 3});
      g.integers("shape", shape, {.help = "shape", .minimum = 1});
      g.booleans("periodic", periodic, {.help = "periodic"});
    });
    p.real("rate", rate,
           {.help = "decay rate", .unit = "s^-1", .minimum = 0.0, .may_differ_at_restart = true});
    p.real("limit", limit, {.help = "a limit", .unit = "s", .minimum = -5.0, .maximum = 1e6});
    p.integer("steps", steps, {.help = "steps", .minimum = 0});
    p.boolean("dealias", dealias, {.help = "dealias"});
    p.file("input", input, {.help = "a file"});
    p.choice("scheme", scheme, {{"strang", "second order"}, {"yoshida", "fourth order"}},
             {.help = "splitting"});
    p.duration("wall", wall, {.help = "wall-clock limit", .minimum = 0.0});
    p.texts("names", names, {.help = "names"});
    p.pairs("petsc", petsc, {.help = "options"});
    p.node("vary", vary, {.help = "anything"});
    p.list("bumps", bumps, {.help = "bumps", .maximum_size = 3});
    const auto make = [this](const std::string& type, Parameters& q) {
      if (type == "broken") throw InputError("broken cannot be used here");
      types.push_back(type);
      things.push_back(std::make_unique<Bump>());
      things.back()->declare(q);
    };
    const auto example = [](const std::string&, Parameters& q) {
      static Bump bump;
      bump.declare(q);
    };
    p.list_by_type("things", {{"small", "a small thing"}, {"large", "a large thing"}, {"broken", "never"}},
                   {.help = "things"}, make, example);
  }
  void read(const std::string& text) { parameters.read(parse_yaml(text, "case.yaml")); }
};

std::string refusal(const std::string& text) {
  Everything all;
  try {
    all.read(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

struct Zoo {
  std::vector<std::pair<std::string, Bump>> animals;
  Parameters parameters;
  Zoo() { parameters.named("animals", animals, {.help = "bumps by name"}); }
};

TEST(Parameters, NamedGroups) {
  Zoo zoo;
  zoo.parameters.read(
      parse_yaml("animals:\n  cat: {amplitude: 2}\n  big-dog:\n    amplitude: 3\n", "case.yaml"));
  ASSERT_EQ(zoo.animals.size(), 2U);
  EXPECT_EQ(zoo.animals[0].first, "cat");
  EXPECT_EQ(zoo.animals[1].second.amplitude, 3);
  EXPECT_EQ(zoo.parameters.where("animals.big-dog.amplitude"), "case.yaml:4: animals.big-dog.amplitude");
  const std::string text = zoo.parameters.resolved_yaml();
  Zoo again;
  again.parameters.read(parse_yaml(text, "resolved.yaml"));
  EXPECT_EQ(again.parameters.resolved_yaml(), text);
  const auto leaves = flatten(parse_yaml(text, "resolved.yaml"));
  const auto values = zoo.parameters.resolved();
  ASSERT_EQ(values.size(), leaves.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) EXPECT_EQ(values[i].path, leaves[i].first);
  EXPECT_THAT(zoo.parameters.help_text(), HasSubstr("each entry:"));
  EXPECT_THAT(zoo.parameters.markdown(), HasSubstr("| `animals.NAME.amplitude` |"));
  EXPECT_THAT(zoo.parameters.json_schema(), HasSubstr("additionalProperties"));
}

TEST(Parameters, NamedGroupsRefuse) {
  const auto told = [](const std::string& text) {
    Zoo zoo;
    try {
      zoo.parameters.read(parse_yaml(text, "case.yaml"));
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(told("animals: [1, 2]"),
              HasSubstr("animals: is not a map; allowed: map of names to maps of keys"));
  EXPECT_THAT(told("animals: {cat: {amplitud: 2}}"),
              HasSubstr("unknown key 'amplitud' in animals.cat; did you mean 'amplitude'?"));
  EXPECT_THAT(told("animals: {1cat: {amplitude: 2}}"), HasSubstr("the name '1cat' is not made of letters"));
  EXPECT_EQ(told("animals:"), "");
}

TEST(Parameters, ReadEveryKind) {
  Everything all;
  all.read(R"(title: a run
grid: {points: 1e3, lower: 2 km, shape: [3, 4], periodic: [no, true]}
rate: "86400 d^-1"
limit: 1 d
steps: 12
dealias: false
scheme: yoshida
wall: 01:30:00
names: [x, "y z"]
petsc: {ksp_type: cg, flag: , n: 3}
vary: {rate: [1, 2]}
bumps:
  - amplitude: 1 mT
  - {centre: [90 deg, 0]}
things:
  - type: large
    amplitude: 4
  - {type: small}
)");
  EXPECT_EQ(all.title, "a run");
  EXPECT_EQ(all.points, 1000);
  EXPECT_THAT(all.lower, ElementsAre(2000.0));
  EXPECT_THAT(all.shape, ElementsAre(3, 4));
  EXPECT_THAT(all.periodic, ElementsAre(false, true));
  EXPECT_DOUBLE_EQ(all.rate, 1.0);
  EXPECT_EQ(all.limit, 86400.0);
  EXPECT_EQ(all.steps, 12);
  EXPECT_FALSE(all.dealias);
  EXPECT_EQ(all.scheme, "yoshida");
  EXPECT_EQ(all.wall, 5400.0);
  EXPECT_THAT(all.names, ElementsAre("x", "y z"));
  EXPECT_EQ(all.petsc, (std::map<std::string, std::string>{{"ksp_type", "cg"}, {"flag", ""}, {"n", "3"}}));
  EXPECT_EQ(all.vary.find("rate")->items.size(), 2U);
  ASSERT_EQ(all.bumps.size(), 2U);
  EXPECT_DOUBLE_EQ(all.bumps[0].amplitude, 10.0);
  EXPECT_DOUBLE_EQ(all.bumps[1].centre[0], std::acos(0.0));
  EXPECT_THAT(all.types, ElementsAre("large", "small"));
  EXPECT_EQ(all.things[0]->amplitude, 4.0);
}

TEST(Parameters, DefaultsStayWhereNothingIsGiven) {
  Everything all;
  all.read("");
  EXPECT_EQ(all.points, 8);
  EXPECT_EQ(all.rate, 0.25);
  EXPECT_FALSE(all.limit);
  EXPECT_TRUE(all.bumps.empty());
  Everything more;
  more.read("grid:\nlimit: none\nsteps: null\nbumps:\npetsc:\n");
  EXPECT_EQ(more.points, 8);
  EXPECT_FALSE(more.limit);
}

TEST(Parameters, FaultsNameFileLineKeyValueAndWhatIsAllowed) {
  EXPECT_EQ(refusal("grid:\n  points: abc\n"),
            "case.yaml:2: grid.points: 'abc' is not an integer; allowed: integer >= 1 and <= 1e+15");
  EXPECT_EQ(refusal("rate: -1\n"), "case.yaml:1: rate: '-1' is out of range; allowed: number >= 0 [s^-1]");
  EXPECT_THAT(refusal("scheme: strnag\n"), HasSubstr("did you mean 'strang'?; allowed: strang, yoshida"));
  EXPECT_THAT(refusal("dealias: maybe\n"), HasSubstr("allowed: true or false"));
}

TEST(Parameters, WrongValuesAreRefused) {
  for (const char* text : {"rate: .nan", "rate: nan", "rate: .inf", "rate: -inf", "rate: 1e999", "rate: abc",
                           "rate: 1 m", "rate: [1]", "rate: {a: 1}", "rate: '1'", "rate: \"0.5\"", "rate:",
                           "rate: null", "rate: 1,5", "rate: 0x10", "rate: 1e308 us^-1", "rate: 1_000"})
    EXPECT_THAT(refusal(text), StartsWith("case.yaml:1: rate: ")) << text;
  for (const char* text : {"steps: 1.5", "steps: -1", "steps: 99999999999999999999", "steps: 1e30",
                           "steps: '3'", "steps: true", "steps: 3 s", "steps: 0x1f"})
    EXPECT_THAT(refusal(text), StartsWith("case.yaml:1: steps: ")) << text;
  for (const char* text :
       {"dealias: 1", "dealias: 'true'", "dealias:", "title: [a]", "title:", "scheme: 3", "scheme: [strang]",
        "wall: soon", "wall: -3", "limit: 2e6", "limit: 1 yr", "names: {a: b}", "petsc: 3", "petsc: {a: [1]}",
        "grid: 5", "grid: [1]", "things: 3", "bumps: {a: 1}", "input: /nonexistent/file"})
    EXPECT_THAT(refusal(text), StartsWith("case.yaml:1: ")) << text;
}

TEST(Parameters, ListLengthsAreChecked) {
  EXPECT_THAT(refusal("grid:\n  lower: [1, 2, 3, 4]\n"),
              HasSubstr("case.yaml:2: grid.lower: has 4 items; allowed: list of 1 to 3 numbers [m]"));
  EXPECT_THAT(refusal("bumps:\n  - centre: [1]\n"),
              HasSubstr("bumps.0.centre: has 1 item; allowed: list of 2 numbers"));
  EXPECT_THAT(refusal("bumps: [{}, {}, {}, {}]"),
              HasSubstr("bumps: has 4 items; allowed: list of 0 to 3 maps"));
  EXPECT_THAT(refusal("grid:\n  lower:\n    - 1\n    - x\n"),
              HasSubstr("case.yaml:4: grid.lower: 'x' is not a number"));
}

TEST(Parameters, UnknownKeysNameTheNearest) {
  EXPECT_THAT(refusal("bumps:\n  - {centre: [0, 0]}\n  - amplitdue: 3\n"),
              StartsWith("case.yaml:3: unknown key 'amplitdue' in bumps.1; did you mean 'amplitude'? known "
                         "keys: amplitude, centre"));
  EXPECT_THAT(refusal("volume: 3\n"),
              StartsWith("case.yaml:1: unknown key 'volume'; known keys: title, grid"));
  EXPECT_THAT(refusal("things:\n  - {type: smal}\n"),
              HasSubstr("things.0.type: 'smal' is unknown; did you mean 'small'?; allowed: small, large"));
  EXPECT_THAT(refusal("things:\n  - {amplitude: 1}\n"), HasSubstr("needs a map with the key 'type'"));
  EXPECT_THAT(refusal("things:\n  - {type: broken}\n"),
              HasSubstr("case.yaml:2: things.0: broken cannot be used here"));
  EXPECT_THAT(refusal("things:\n  - {type: small, tpye: 3}\n"), HasSubstr("did you mean 'type'?"));
}

TEST(Parameters, AllFaultsAreReportedTogether) {
  const std::string message = refusal("grid:\n  points: 0\n  colour: red\nrate: x\nscheme: euler\n");
  EXPECT_THAT(message, HasSubstr("case.yaml:2: grid.points"));
  EXPECT_THAT(message, HasSubstr("\ncase.yaml:3: unknown key 'colour' in grid"));
  EXPECT_THAT(message, HasSubstr("\ncase.yaml:4: rate"));
  EXPECT_THAT(message, HasSubstr("\ncase.yaml:5: scheme"));
}

TEST(Parameters, RequiredOnesMustBeGivenEvenIfTheirGroupIsNot) {
  double value = 0;
  const auto declare = [&value](Parameters& p) {
    p.group("inner", "a group",
            [&value](Parameters& g) { g.real("value", value, {.help = "needed", .required = true}); });
  };
  for (const char* text : {"", "inner:\n", "{}", "inner: {}"}) {
    Parameters parameters;
    declare(parameters);
    EXPECT_THROW(parameters.read(parse_yaml(text, "case.yaml")), InputError) << text;
  }
  Parameters parameters;
  declare(parameters);
  parameters.read(parse_yaml("inner: {value: 2}", "case.yaml"));
  EXPECT_EQ(value, 2.0);
}

TEST(Parameters, FilesAreTakenFromTheCaseFolderAndMadeAbsolute) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::temp_directory_path() / ("sluice_parameters_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "map.h5") << "x";
  Everything all;
  all.parameters.read(parse_yaml("input: map.h5", "case.yaml"), folder.string());
  EXPECT_EQ(all.input, (folder / "map.h5").string());
  fs::remove_all(folder);
}

TEST(Parameters, SayWhereAValueWasWritten) {
  Everything all;
  ConfigNode tree = parse_yaml("rate: 1\nbumps:\n  - {amplitude: 1}\n  - amplitude: 2\n", "case.yaml");
  apply_override(tree, "grid.points=4", 1);
  all.parameters.read(tree);
  EXPECT_EQ(all.parameters.where("rate"), "case.yaml:1: rate");
  EXPECT_EQ(all.parameters.where("bumps.1.amplitude"), "case.yaml:4: bumps.1.amplitude");
  EXPECT_EQ(all.parameters.where("bumps"), "case.yaml:2: bumps");
  EXPECT_EQ(all.parameters.where("grid.points"), "--set 1: grid.points=4: grid.points");
  EXPECT_EQ(all.parameters.where("scheme"), "scheme");
  EXPECT_EQ(all.parameters.where("no.such.thing"), "no.such.thing");
  try {
    refuse(all.parameters, "rate", "does not go with scheme");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "case.yaml:1: rate: does not go with scheme");
  }
}

/// Reading the resolved copy must give the identical values, whatever they are.
TEST(Parameters, ResolvedCopyReadsBackToTheSame) {
  for (std::uint64_t trial = 0; trial < 200; ++trial) {
    const auto uniform = [&](std::uint64_t i) { return random_uniform({.seed = 7}, i, trial); };
    const auto wild = [&](std::uint64_t i) {
      return std::ldexp(uniform(i), static_cast<int>(uniform(i + 1) * 1800) - 900);
    };
    Everything a;
    a.rate = wild(0);
    if (trial % 2 == 0) a.limit = uniform(2) * 1e6 - 5;
    a.points = 1 + static_cast<std::int64_t>(uniform(3) * 1e15);
    if (trial % 3 == 0) a.steps = static_cast<std::int64_t>(uniform(4) * 9.2e18);
    a.dealias = uniform(5) < 0.5;
    for (int i = 0; i < 12; ++i)
      a.title += static_cast<char>(1 + static_cast<int>(uniform(100 + static_cast<std::uint64_t>(i)) * 126));
    a.scheme = uniform(6) < 0.5 ? "strang" : "yoshida";
    a.wall = wild(7);
    a.lower = {-wild(8), wild(10)};
    a.shape = {1 + static_cast<std::int64_t>(uniform(12) * 1e6)};
    a.periodic = {true, false};
    a.names = {"no", "null", "3", "a: b", "", "x,y", "é", "'", a.title};
    a.petsc = {{"ksp_rtol", "1e-8"}, {"flag", ""}, {"odd key", "#1, 2"}};
    a.vary = parse_yaml("{rate: [1, 2e-3], title: [\"1\", 'b, c']}", "x");
    Everything b;
    b.read(a.parameters.resolved_yaml());
    EXPECT_EQ(a.rate, b.rate);
    EXPECT_EQ(a.limit, b.limit);
    EXPECT_EQ(a.points, b.points);
    EXPECT_EQ(a.steps, b.steps);
    EXPECT_EQ(a.dealias, b.dealias);
    EXPECT_EQ(a.title, b.title);
    EXPECT_EQ(a.scheme, b.scheme);
    EXPECT_EQ(a.wall, b.wall);
    EXPECT_EQ(a.lower, b.lower);
    EXPECT_EQ(a.shape, b.shape);
    EXPECT_EQ(a.periodic, b.periodic);
    EXPECT_EQ(a.names, b.names);
    EXPECT_EQ(a.petsc, b.petsc);
    EXPECT_EQ(flow_text(a.vary), flow_text(b.vary));
    EXPECT_EQ(a.parameters.resolved_yaml(), b.parameters.resolved_yaml());
  }
}

TEST(Parameters, ResolvedValuesAreTheLeavesOfTheResolvedCopy) {
  Everything all;
  all.read("bumps: [{amplitude: 2}, {}]\nthings: [{type: large}]\npetsc: {a: 1}\nvary: {x: [1, 2]}\n");
  std::vector<std::pair<std::string, std::string>> resolved;
  for (const ResolvedValue& value : all.parameters.resolved()) {
    resolved.emplace_back(value.path, value.value);
    EXPECT_EQ(value.may_differ_at_restart, value.path == "rate");
    if (value.path.starts_with("bumps.") && value.path.ends_with(".amplitude")) {
      EXPECT_EQ(value.is_default, value.path == "bumps.1.amplitude");
    }
  }
  EXPECT_EQ(flatten(parse_yaml(all.parameters.resolved_yaml(), "resolved.yaml")), resolved);
  EXPECT_THAT(resolved, ::testing::Contains(::testing::Pair("bumps.0.amplitude", "2")));
  EXPECT_THAT(resolved, ::testing::Contains(::testing::Pair("things.0.type", "large")));
}

TEST(Parameters, HelpAndTableNameEveryParameter) {
  const Everything all;
  const std::string help = all.parameters.help_text(), table = all.parameters.markdown();
  for (const char* text :
       {"rate = 0.25", "number >= 0 [s^-1]", "decay rate", "yoshida: fourth order", "limit = null"})
    EXPECT_THAT(help, HasSubstr(text));
  EXPECT_THAT(table, HasSubstr("| `grid.points` | `8` |  | integer >= 1 and <= 1e+15 | number of cells |"));
  EXPECT_THAT(table, HasSubstr("| `rate` | `0.25` | s^-1 | number >= 0 | decay rate |"));
  EXPECT_THAT(table, HasSubstr("| `bumps[].amplitude` | `1` | G |"));
}

TEST(Parameters, ANameIsDeclaredOnce) {
  Parameters parameters;
  double a = 0, b = 0;
  parameters.real("a", a, {});
  EXPECT_THROW(parameters.real("a", b, {}), std::logic_error);
}

TEST(Parameters, SchemaHasBoundsChoicesAndNothingElse) {
  const std::string schema = Everything().parameters.json_schema();
  for (const char* text : {"\"additionalProperties\": false", "\"minimum\": 0.0", "\"strang\"",
                           "\"maxItems\": 3", "decay rate [s^-1]", "\"default\": 0.25"})
    EXPECT_THAT(schema, HasSubstr(text));
}

}  // namespace
}  // namespace sluice::base
