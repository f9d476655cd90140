// What a restart may not change.
#include <fmt/format.h>

#include <map>
#include <regex>
#include <set>

#include "base/config.hpp"
#include "run/checkpoint.hpp"

namespace sluice::run {

namespace {

using Leaves = std::map<std::string, std::string>;

/// Leaves below `path`; a scalar's quotes do not count.
void add_leaves(const base::ConfigNode& node, const std::string& path, Leaves& leaves) {
  if (node.kind == base::ConfigNode::Kind::scalar) {
    leaves[path] = node.scalar;
    return;
  }
  const auto below = base::flatten(node);
  if (below.empty()) leaves[path] = base::flow_text(node);
  for (const auto& [name, text] : below) {
    const std::string whole = name.empty() ? path : path.empty() ? name : path + "." + name;
    const base::ConfigNode leaf = base::parse_yaml(text, whole);
    leaves[whole] = leaf.kind == base::ConfigNode::Kind::scalar ? leaf.scalar : text;
  }
}

/// "hooks.2.every_steps" -> "hooks.*.every_steps": items of a list follow one declaration.
std::string pattern_of(const std::string& path) {
  static const std::regex number("(^|\\.)[0-9]+(?=\\.|$)");
  return std::regex_replace(path, number, "$1*");
}

/// True if `known` holds the path or one of the groups around it.
bool has_prefix(std::string path, const std::set<std::string>& known) {
  while (!known.contains(path)) {
    const std::size_t dot = path.rfind('.');
    if (dot == std::string::npos) return false;
    path.resize(dot);
  }
  return true;
}

}  // namespace

std::vector<std::string> forbidden_differences(const std::string& resolved_of_checkpoint,
                                               const std::vector<base::ResolvedValue>& now) {
  Leaves before, after;
  const base::ConfigNode tree = base::parse_yaml(resolved_of_checkpoint, "resolved case of the checkpoint");
  if (tree.kind == base::ConfigNode::Kind::map) add_leaves(tree, "", before);
  before.erase("");
  std::set<std::string> free, free_patterns, defaults;
  for (const base::ResolvedValue& value : now) {
    Leaves own;
    add_leaves(base::parse_yaml(value.value, value.path), value.path, own);
    for (const auto& leaf : own)
      if (value.is_default) defaults.insert(leaf.first);
    after.merge(own);
    if (!value.may_differ_at_restart) continue;
    free.insert(value.path);
    free_patterns.insert(pattern_of(value.path));
  }
  // A key is free if it, or the map or list that it is part of, was declared so. Of a key that is gone only
  // its likes in other items of the list can tell.
  const auto is_free = [&](const std::string& path, bool gone) {
    const std::string pattern = pattern_of(path);
    return has_prefix(path, free) || (gone && has_prefix(pattern, free_patterns));
  };
  std::vector<std::string> differences;
  for (const auto& [path, was] : before) {
    const auto is = after.find(path);
    if ((is != after.end() && is->second == was) || is_free(path, is == after.end())) continue;
    differences.push_back(is == after.end() ? fmt::format("{}: was {}, is not there any more", path, was)
                                            : fmt::format("{}: was {}, is {}", path, was, is->second));
  }
  // What nobody has asked for may be new in the program: checkpoints outlive its versions.
  for (const auto& [path, is] : after)
    if (!before.contains(path) && !defaults.contains(path) && !is_free(path, false))
      differences.push_back(fmt::format("{}: was not there, is {}", path, is));
  return differences;
}

}  // namespace sluice::run
