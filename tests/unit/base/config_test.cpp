#include "base/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"

namespace sluice::base {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

/// The message with which `work` refuses; empty if it does not.
std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

std::string parse_refusal(const std::string& text) {
  return refusal([&] { (void)parse_yaml(text, "case.yaml"); });
}

TEST(Config, KeepsKindsOrderAndLines) {
  const ConfigNode root = parse_yaml("b: 1\na:\n  - x\n  - 'y'\n  -\nc: {d: ~, e: [1, 2]}\n", "case.yaml");
  ASSERT_EQ(root.kind, ConfigNode::Kind::map);
  EXPECT_EQ(root.entries[0].first, "b");
  EXPECT_EQ(root.entries[1].first, "a");
  const ConfigNode* list = root.find("a");
  ASSERT_EQ(list->items.size(), 3U);
  EXPECT_EQ(list->items[1].origin.text(), "case.yaml:4");
  EXPECT_FALSE(list->items[0].quoted);
  EXPECT_TRUE(list->items[1].quoted);
  EXPECT_EQ(list->items[2].kind, ConfigNode::Kind::null);
  EXPECT_EQ(root.find("c")->find("d")->kind, ConfigNode::Kind::null);
  EXPECT_EQ(root.find("c")->find("e")->items.size(), 2U);
  EXPECT_EQ(root.key_origins[2].text(), "case.yaml:6");
  EXPECT_EQ(root.find("absent"), nullptr);
}

TEST(Config, EmptyTextIsNothing) {
  EXPECT_EQ(parse_yaml("", "case.yaml").kind, ConfigNode::Kind::null);
  EXPECT_EQ(parse_yaml("# only a comment\n", "case.yaml").kind, ConfigNode::Kind::null);
}

TEST(Config, DuplicateKeyNamesBothLines) {
  const std::string message = parse_refusal("grid:\n  points: 3\n  lower: 0\n  points: 4\n");
  EXPECT_THAT(message, HasSubstr("case.yaml:4: duplicate key 'points'"));
  EXPECT_THAT(message, HasSubstr("line 2"));
}

TEST(Config, SyntaxErrorsNameTheLine) {
  EXPECT_THAT(parse_refusal("a: 1\nb: [1, 2\nc: 3\n"), HasSubstr("case.yaml:"));
  EXPECT_THAT(parse_refusal("a: 1\n  b: 2\n"), HasSubstr("case.yaml:2: YAML syntax"));
  EXPECT_THAT(parse_refusal("a: *nowhere\n"), HasSubstr("case.yaml:1"));
  EXPECT_THAT(parse_refusal("a: 1\n---\nb: 1\n"), HasSubstr("more than one YAML document"));
  EXPECT_THAT(parse_refusal("[1, 2]: x\n"), HasSubstr("a key must be a name"));
  EXPECT_THAT(parse_refusal("a: !!binary xx\n"), HasSubstr("tags are not used"));
}

TEST(Config, AliasesAreCopiesAndCyclesAreRefused) {
  const ConfigNode root = parse_yaml("a: &x {k: 1}\nb: *x\n", "case.yaml");
  EXPECT_EQ(root.find("b")->find("k")->scalar, "1");
  EXPECT_THAT(parse_refusal("a: &x [1, *x]\n"), HasSubstr("inside itself"));
  std::string bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1), key = "a" + std::to_string(i);
    bomb += key + ": &" + key + " [";
    for (int j = 0; j < 10; ++j) bomb += (j ? ", " : "") + before;
    bomb += "]\n";
  }
  EXPECT_THAT(parse_refusal(bomb), HasSubstr("a million values"));
  EXPECT_THAT(parse_refusal("a: " + std::string(300, '[') + std::string(300, ']')), HasSubstr("case.yaml:1"));
}

TEST(Config, OverridesReplaceAddAndAppend) {
  ConfigNode root = parse_yaml("grid: {points: 3}\nhooks:\n  - {type: a}\n", "case.yaml");
  apply_override(root, "grid.points=7", 1);
  apply_override(root, "grid.box.length=2.5", 2);
  apply_override(root, "hooks.+={type: b, every_steps: 2}", 3);
  apply_override(root, "hooks.0.type=c", 4);
  apply_override(root, "list.+=x", 5);
  EXPECT_THAT(flatten(root),
              ElementsAre(Pair("grid.points", "7"), Pair("grid.box.length", "2.5"), Pair("hooks.0.type", "c"),
                          Pair("hooks.1.type", "b"), Pair("hooks.1.every_steps", "2"), Pair("list", "[x]")));
  EXPECT_EQ(root.find("grid")->find("points")->origin.text(), "--set 1: grid.points=7");
  EXPECT_EQ(root.key_origins[0].text(), "case.yaml:1") << "the group was written in the file";
}

TEST(Config, OverridesThatMakeNoSenseAreRefused) {
  const auto message = [](const std::string& text) {
    ConfigNode root = parse_yaml("a: 1\nl: [1, 2]\n", "case.yaml");
    return refusal([&] { apply_override(root, text, 3); });
  };
  EXPECT_THAT(message("a"), HasSubstr("--set 3: a: an override is written key=value"));
  EXPECT_THAT(message("=2"), HasSubstr("key=value"));
  EXPECT_THAT(message("a.b=2"), HasSubstr("a is a single value ('1'), it has no key 'b'"));
  EXPECT_THAT(message("l.2=5"), HasSubstr("l has no item 2; it has 2"));
  EXPECT_THAT(message("l.x=5"), HasSubstr("l is a list"));
  EXPECT_THAT(message("a..b=5"), HasSubstr("empty part"));
  EXPECT_THAT(message("a=[1"), HasSubstr("--set 3: a=[1"));
}

TEST(Config, FlowTextReadsBackToTheSame) {
  const std::string text =
      "{a: \"x, y: z\", b: [1, [2, 3], {c: null}], d: \"line\\nbreak \\\"quoted\\\"\", e: 1:30:00, f: \"3\", "
      "\"odd key\": k}";
  const ConfigNode root = parse_yaml(text, "case.yaml");
  const std::string once = flow_text(root);
  EXPECT_EQ(flow_text(parse_yaml(once, "case.yaml")), once);
  EXPECT_EQ(flatten(parse_yaml(once, "case.yaml")), flatten(root));
  EXPECT_EQ(parse_yaml(once, "x").find("d")->scalar, "line\nbreak \"quoted\"");
  EXPECT_TRUE(parse_yaml(once, "x").find("f")->quoted);
}

TEST(Config, NearestNameToleratesATypo) {
  const std::vector<std::string> known{"amplitude", "width", "centre", "rate"};
  EXPECT_EQ(nearest_name("amplitdue", known), "amplitude");
  EXPECT_EQ(nearest_name("Rate", known), "rate");
  EXPECT_EQ(nearest_name("center", known), "centre");
  EXPECT_EQ(nearest_name("temperature", known), "");
  EXPECT_EQ(nearest_name("", known), "");
}

TEST(Config, AMissingFileIsRefusedOnEveryRank) {
  const auto world = Communicator::world();
  EXPECT_THAT(refusal([&] { (void)read_yaml(world, "/nonexistent/case.yaml"); }),
              HasSubstr("/nonexistent/case.yaml: no such file"));
  EXPECT_THAT(refusal([&] { (void)read_yaml(world, "/"); }), HasSubstr("is a folder"));
}

TEST(Config, EveryRankReadsTheSameFile) {
  const auto world = Communicator::world();
  std::string name =
      (std::filesystem::temp_directory_path() / ("sluice_config_" + std::to_string(::getpid()) + ".yaml"))
          .string();
  world.broadcast(name);
  if (world.is_root()) std::ofstream(name) << "a: 1\nb: two\n";
  const ConfigNode root = read_yaml(world, name);
  EXPECT_EQ(root.find("b")->scalar, "two");
  world.barrier();
  if (world.is_root()) std::filesystem::remove(name);
}

}  // namespace
}  // namespace sluice::base
