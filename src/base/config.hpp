// Case files as a tree that remembers where every value came from. yaml-cpp stays inside config.cpp.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/parallel.hpp"

namespace sluice::base {

/// Where a value was written: "case.yaml:12" or "--set 2" (the second --set of the command line).
struct Origin {
  std::string file;
  int line = 0;  ///< 1-based; 0 if there is none.
  [[nodiscard]] std::string text() const;
};

/// One node of a case file: nothing, a scalar, a list or a map (keys in the order of the file).
class ConfigNode {
 public:
  enum class Kind { null, scalar, list, map };

  // In config.cpp, because a node holds pairs of nodes.
  ConfigNode();
  ~ConfigNode();
  ConfigNode(const ConfigNode&);
  ConfigNode(ConfigNode&&) noexcept;
  ConfigNode& operator=(const ConfigNode&);
  ConfigNode& operator=(ConfigNode&&) noexcept;

  Kind kind = Kind::null;
  Origin origin;
  std::string scalar;
  bool quoted = false;  ///< A quoted scalar is a text, never a number.
  std::vector<ConfigNode> items;
  std::vector<std::pair<std::string, ConfigNode>> entries;  ///< Map entries, in order.
  std::vector<Origin> key_origins;                          ///< Of each map entry's key.

  [[nodiscard]] const ConfigNode* find(std::string_view key) const;
  [[nodiscard]] ConfigNode* find(std::string_view key);
};

/// Parses YAML text. InputError with file and line on a syntax error, a duplicate key, an anchor cycle.
[[nodiscard]] ConfigNode parse_yaml(const std::string& text, const std::string& file);

/// Reads `file` on rank 0, parses the same text on every rank. InputError if it cannot be read. Collective.
[[nodiscard]] ConfigNode read_yaml(const Communicator& communicator, const std::filesystem::path& file);

/// Applies "a.b.c=value" (list items by number: "hooks.0.every_steps=5", "hooks.+={type: snapshot}" appends).
/// The value is YAML. InputError if the text has no "=" or runs through a scalar. `number` tells which --set
/// it was.
void apply_override(ConfigNode& root, const std::string& assignment, int number);

/// Puts `value` at a dotted path (list items by number, "+" appends), making the maps on the way; all of it
/// is marked with `origin`. InputError if the path runs through a scalar or beyond a list.
void set_value(ConfigNode& root, const std::string& path, ConfigNode value, const Origin& origin);

/// The tree as YAML on one line.
[[nodiscard]] std::string flow_text(const ConfigNode& node);
/// Text as a YAML (and JSON) double-quoted scalar.
[[nodiscard]] std::string quoted_text(std::string_view text);
/// Leaves by dotted path, each with its flow text. A list without maps in it is one leaf, so is an empty map.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> flatten(const ConfigNode& root);

/// The known name nearest to `name` (edit distance, at most a third of its length); empty if none is near.
[[nodiscard]] std::string nearest_name(std::string_view name, const std::vector<std::string>& known);

}  // namespace sluice::base
