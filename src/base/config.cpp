#include "base/config.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <sstream>

#include "base/error.hpp"

namespace sluice::base {

namespace {

constexpr std::size_t maximum_nodes = 1'000'000;  // aliases of aliases grow exponentially
constexpr std::size_t maximum_depth = 200;

/// Builds the tree from yaml-cpp's events: unlike its Node, they keep every key (duplicates too) and every
/// line.
class TreeBuilder : public YAML::EventHandler {
 public:
  /// `has_lines`: false for a text that is no file (an override), whose lines say nothing.
  TreeBuilder(std::string file, bool has_lines) : file_(std::move(file)), has_lines_(has_lines) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(node(ConfigNode::Kind::null, mark), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) fail(mark, "an anchor is used inside itself");
    ConfigNode copy = found->second;
    nodes_ += count(copy);
    check_size(mark);
    add(std::move(copy), YAML::NullAnchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    ConfigNode scalar = node(ConfigNode::Kind::scalar, mark);
    scalar.scalar = value;
    scalar.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (!scalar.quoted && tag != "?" && !tag.empty()) fail(mark, "tags are not used in case files: " + tag);
    add(std::move(scalar), anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(node(ConfigNode::Kind::list, mark), anchor, mark);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(node(ConfigNode::Kind::map, mark), anchor, mark);
  }
  void OnMapEnd() override { close(); }

  [[nodiscard]] ConfigNode take() { return std::move(root_); }

 private:
  struct Frame {
    ConfigNode node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::optional<ConfigNode> key{};  // of a map: the key that waits for its value
  };

  [[nodiscard]] Origin origin(const YAML::Mark& mark) const {
    return {.file = file_, .line = has_lines_ ? mark.line + 1 : 0};
  }
  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& message) const {
    throw InputError(origin(mark).text() + ": " + message);
  }
  ConfigNode node(ConfigNode::Kind kind, const YAML::Mark& mark) {
    ++nodes_;
    check_size(mark);
    ConfigNode made;
    made.kind = kind;
    made.origin = origin(mark);
    return made;
  }
  void check_size(const YAML::Mark& mark) const {
    if (nodes_ > maximum_nodes) fail(mark, "the file grows beyond a million values (aliases of aliases?)");
  }
  static std::size_t count(const ConfigNode& tree) {
    std::size_t total = 1;
    for (const ConfigNode& item : tree.items) total += count(item);
    for (const auto& [key, value] : tree.entries) total += count(value);
    return total;
  }
  void open(ConfigNode made, YAML::anchor_t anchor, const YAML::Mark& mark) {
    if (stack_.size() >= maximum_depth) fail(mark, "nested too deeply");
    stack_.push_back({.node = std::move(made), .anchor = anchor});
  }
  void close() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    add(std::move(frame.node), frame.anchor);
  }
  void add(ConfigNode made, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) anchors_[anchor] = made;
    if (stack_.empty()) {
      root_ = std::move(made);
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.kind == ConfigNode::Kind::list) {
      frame.node.items.push_back(std::move(made));
    } else if (!frame.key) {
      add_key(frame, std::move(made));
    } else {
      if (made.kind == ConfigNode::Kind::null)
        made.origin = frame.key->origin;  // yaml-cpp notices it a line later
      frame.node.key_origins.push_back(frame.key->origin);
      frame.node.entries.emplace_back(std::move(frame.key->scalar), std::move(made));
      frame.key.reset();
    }
  }
  static void add_key(Frame& frame, ConfigNode key) {
    if (key.kind != ConfigNode::Kind::scalar) throw InputError(key.origin.text() + ": a key must be a name");
    for (std::size_t i = 0; i < frame.node.entries.size(); ++i)
      if (frame.node.entries[i].first == key.scalar)
        throw InputError(key.origin.text() + ": duplicate key '" + key.scalar +
                         "'; it was given first in line " + std::to_string(frame.node.key_origins[i].line));
    frame.key = std::move(key);
  }

  std::string file_;
  bool has_lines_;
  ConfigNode root_;
  std::vector<Frame> stack_;
  std::map<YAML::anchor_t, ConfigNode> anchors_;
  std::size_t nodes_ = 0;
};

/// Items of a dotted path; a "+" after a list appends.
std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> parts;
  std::istringstream stream(path);
  for (std::string part; std::getline(stream, part, '.');) parts.push_back(part);
  if (path.ends_with('.')) parts.emplace_back();
  return parts;
}

ConfigNode& step_into_list(ConfigNode& list, const std::string& part, const std::string& label,
                           const std::string& walked) {
  if (part == "+") return list.items.emplace_back();
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), index);
  if (error != std::errc{} || end != part.data() + part.size())
    throw InputError(label + ": " + walked +
                     " is a list; give the number of an item (from 0), or + to append, not '" + part + "'");
  if (index >= list.items.size())
    throw InputError(label + ": " + walked + " has no item " + part + "; it has " +
                     std::to_string(list.items.size()) + " (numbered from 0)");
  return list.items[index];
}

ConfigNode& step_into_map(ConfigNode& map, const std::string& part, const Origin& origin, bool last) {
  map.kind = ConfigNode::Kind::map;
  for (std::size_t i = 0; i < map.entries.size(); ++i) {
    if (map.entries[i].first != part) continue;
    if (last) map.key_origins[i] = origin;
    return map.entries[i].second;
  }
  map.key_origins.push_back(origin);
  map.entries.emplace_back(part, ConfigNode{});
  return map.entries.back().second;
}

ConfigNode parse(const std::string& text, const std::string& file, bool has_lines) {
  TreeBuilder builder(file, has_lines);
  std::istringstream stream(text);
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      ConfigNode empty;
      empty.origin = {.file = file, .line = 0};
      return empty;
    }
    TreeBuilder second(file, has_lines);
    if (parser.HandleNextDocument(second))
      throw InputError(file + ": holds more than one YAML document ('---')");
  } catch (const YAML::Exception& error) {
    const Origin origin{.file = file, .line = has_lines ? error.mark.line + 1 : 0};
    throw InputError(origin.text() + ": YAML syntax: " + error.msg);
  }
  return builder.take();
}

}  // namespace

std::string Origin::text() const { return line > 0 ? file + ":" + std::to_string(line) : file; }

ConfigNode::ConfigNode() = default;
ConfigNode::~ConfigNode() = default;
ConfigNode::ConfigNode(const ConfigNode&) = default;
ConfigNode::ConfigNode(ConfigNode&&) noexcept = default;
ConfigNode& ConfigNode::operator=(const ConfigNode&) = default;
ConfigNode& ConfigNode::operator=(ConfigNode&&) noexcept = default;

const ConfigNode* ConfigNode::find(std::string_view key) const {
  for (const auto& [name, value] : entries)
    if (name == key) return &value;
  return nullptr;
}

ConfigNode* ConfigNode::find(std::string_view key) {
  return const_cast<ConfigNode*>(static_cast<const ConfigNode*>(this)->find(key));
}

ConfigNode parse_yaml(const std::string& text, const std::string& file) { return parse(text, file, true); }

ConfigNode read_yaml(const Communicator& communicator, const std::filesystem::path& file) {
  std::string text, fault;
  if (communicator.is_root()) {
    std::error_code code;
    std::ifstream stream(file, std::ios::binary);
    if (std::filesystem::is_directory(file, code))
      fault = file.string() + ": is a folder, not a case file";
    else if (!stream)
      fault =
          file.string() + ": " + (std::filesystem::exists(file, code) ? "cannot be read" : "no such file");
    else
      text.assign(std::istreambuf_iterator<char>(stream), {});
  }
  communicator.broadcast(fault);
  if (!fault.empty()) throw InputError(fault);
  communicator.broadcast(text);
  return parse_yaml(text, file.string());
}

void set_value(ConfigNode& root, const std::string& path, ConfigNode value, const Origin& origin) {
  const std::string label = origin.text();
  const std::vector<std::string> parts = split_path(path);
  ConfigNode* node = &root;
  std::string walked;
  for (const std::string& part : parts) {
    if (part.empty()) throw InputError(label + ": the key has an empty part");
    if (node->kind == ConfigNode::Kind::scalar)
      throw InputError(label + ": " + walked + " is a single value ('" + node->scalar +
                       "'), it has no key '" + part + "'");
    if (node->kind == ConfigNode::Kind::null) {
      node->origin = origin;
      if (part == "+") node->kind = ConfigNode::Kind::list;
    }
    const bool last = &part == &parts.back();
    node = node->kind == ConfigNode::Kind::list ? &step_into_list(*node, part, label, walked)
                                                : &step_into_map(*node, part, origin, last);
    walked += (walked.empty() ? "" : ".") + part;
  }
  const std::function<void(ConfigNode&)> mark = [&](ConfigNode& tree) {
    tree.origin = origin;
    for (Origin& key : tree.key_origins) key = origin;
    for (ConfigNode& item : tree.items) mark(item);
    for (auto& entry : tree.entries) mark(entry.second);
  };
  mark(value);
  *node = std::move(value);
}

void apply_override(ConfigNode& root, const std::string& assignment, int number) {
  const std::string label = "--set " + std::to_string(number) + ": " + assignment;
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0)
    throw InputError(label + ": an override is written key=value, for example run.t_end=10");
  set_value(root, assignment.substr(0, equals), parse(assignment.substr(equals + 1), label, false),
            {.file = label, .line = 0});
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = 0;
  for (const std::string& candidate : known) {
    // Optimal string alignment distance: insertion, deletion, substitution, exchange of two neighbours
    // cost 1.
    const std::size_t rows = name.size() + 1, columns = candidate.size() + 1;
    std::vector<std::size_t> d(rows * columns);
    const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return d[i * columns + j]; };
    for (std::size_t i = 0; i < rows; ++i) at(i, 0) = i;
    for (std::size_t j = 0; j < columns; ++j) at(0, j) = j;
    for (std::size_t i = 1; i < rows; ++i)
      for (std::size_t j = 1; j < columns; ++j) {
        const std::size_t cost = name[i - 1] == candidate[j - 1] ? 0 : 1;
        at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost});
        if (i > 1 && j > 1 && name[i - 1] == candidate[j - 2] && name[i - 2] == candidate[j - 1])
          at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
      }
    const std::size_t distance = at(name.size(), candidate.size());
    if (distance > std::max(name.size(), candidate.size()) / 3) continue;
    if (best.empty() || distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace sluice::base
