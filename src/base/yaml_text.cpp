// Values and trees as YAML on one line, so that reading it gives the same value again.
#include <array>
#include <charconv>
#include <cstdio>

#include "base/parameters_detail.hpp"

namespace sluice::base {

namespace {

bool is_one_of(const std::string& text, const auto& words) {
  for (const char* word : words)
    if (text == word) return true;
  return false;
}

/// Words that YAML readers take for something else than a text.
bool is_reserved(const std::string& text) {
  constexpr std::array words{"null",  "Null",  "NULL",  "none", "true", "True", "TRUE",
                             "false", "False", "FALSE", "yes",  "Yes",  "YES",  "no",
                             "No",    "NO",    "on",    "On",   "ON",   "off",  "Off",
                             "OFF",   "y",     "Y",     "n",    "N",    "nan",  "inf"};
  return is_one_of(text, words);
}

bool is_safe_word(const std::string& text) {
  if (text.empty() || is_reserved(text)) return false;
  if (!std::isalpha(static_cast<unsigned char>(text[0])) && text[0] != '_' && text[0] != '/') return false;
  for (const char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '/' && c != '.' && c != '-')
      return false;
  return true;
}

/// YAML that any reader takes for the same scalar: as written if plain and harmless in [ ] and { }, else
/// quoted.
std::string scalar_text(const ConfigNode& node) {
  constexpr std::string_view unsafe = ",[]{}#&*!|>'\"%@`\n\\";
  const bool plain = !node.quoted && node.scalar.find_first_of(unsafe) == std::string::npos &&
                     node.scalar.find(": ") == std::string::npos && !node.scalar.ends_with(':') &&
                     !node.scalar.starts_with("- ") && !node.scalar.starts_with("? ") &&
                     !node.scalar.starts_with(": ") && node.scalar != "-" && node.scalar != "?" &&
                     !node.scalar.empty();
  return plain ? node.scalar : quoted_text(node.scalar);
}

void flatten_into(const ConfigNode& node, const std::string& path,
                  std::vector<std::pair<std::string, std::string>>& leaves) {
  const std::string prefix = path.empty() ? "" : path + ".";
  bool has_maps = false;
  for (const ConfigNode& item : node.items) has_maps = has_maps || item.kind == ConfigNode::Kind::map;
  if (node.kind == ConfigNode::Kind::map && !node.entries.empty()) {
    for (const auto& [key, value] : node.entries) flatten_into(value, prefix + key, leaves);
  } else if (has_maps) {
    for (std::size_t i = 0; i < node.items.size(); ++i)
      flatten_into(node.items[i], prefix + std::to_string(i), leaves);
  } else {
    leaves.emplace_back(path, flow_text(node));
  }
}

}  // namespace

std::string quoted_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    std::array<char, 8> escape{};
    if (c == '"' || c == '\\')
      (out += '\\') += c;
    else if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out.append(escape.data(), static_cast<std::size_t>(std::snprintf(escape.data(), escape.size(),
                                                                       "\\u%04x", static_cast<unsigned>(c))));
    else
      out += c;
  }
  return out + "\"";
}

std::string flow_text(const ConfigNode& node) {
  std::string text;
  switch (node.kind) {
    case ConfigNode::Kind::null:
      return "null";
    case ConfigNode::Kind::scalar:
      return scalar_text(node);
    case ConfigNode::Kind::list:
      for (const ConfigNode& item : node.items) text += (text.empty() ? "" : ", ") + flow_text(item);
      return "[" + text + "]";
    case ConfigNode::Kind::map:
      break;
  }
  for (const auto& [key, value] : node.entries)
    text += (text.empty() ? "" : ", ") + detail::text_of(key) + ": " + flow_text(value);
  return "{" + text + "}";
}

std::vector<std::pair<std::string, std::string>> flatten(const ConfigNode& root) {
  std::vector<std::pair<std::string, std::string>> leaves;
  if (root.kind == ConfigNode::Kind::null || (root.kind == ConfigNode::Kind::map && root.entries.empty()))
    return leaves;
  flatten_into(root, "", leaves);
  return leaves;
}

namespace detail {

std::string text_of(double value) {
  std::array<char, 40> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return std::string(buffer.data(), error == std::errc{} ? end : buffer.data());
}
std::string text_of(std::int64_t value) { return std::to_string(value); }
std::string text_of(bool value) { return value ? "true" : "false"; }
std::string text_of(const std::string& value) { return is_safe_word(value) ? value : quoted_text(value); }

}  // namespace detail

}  // namespace sluice::base
