// From the nodes of a case file to values, and back to texts.
#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "base/parameters_detail.hpp"
#include "base/units.hpp"

namespace sluice::base {

namespace {

constexpr std::array boolean_words{"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"};
constexpr std::array negative_words{"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"};

bool is_one_of(const std::string& text, const auto& words) {
  for (const char* word : words)
    if (text == word) return true;
  return false;
}

}  // namespace

namespace detail {

namespace {

std::string shown(const ConfigNode& node) {
  switch (node.kind) {
    case ConfigNode::Kind::null:
      return "nothing (no value)";
    case ConfigNode::Kind::list:
      return "a list";
    case ConfigNode::Kind::map:
      return "a map";
    case ConfigNode::Kind::scalar:
      break;
  }
  const std::string text = node.scalar.size() > 60 ? node.scalar.substr(0, 57) + "..." : node.scalar;
  return node.quoted ? "\"" + text + "\"" : "'" + text + "'";
}

/// A plain scalar, or a quoted one that carries a unit. Complains otherwise.
bool is_number_text(const ConfigNode& node, const std::string& wanted, const Complain& complain) {
  if (node.kind != ConfigNode::Kind::scalar) {
    complain(node.origin, shown(node) + " is not " + wanted);
    return false;
  }
  return true;
}

enum class Parse { good, not_a_number, out_of_range };

/// Number at the beginning of `text`; `rest` is what follows, without blanks between.
Parse parse_number(std::string_view text, double& value, std::string_view& rest) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::invalid_argument) return Parse::not_a_number;
  rest = text.substr(static_cast<std::size_t>(end - text.data()));
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) rest.remove_prefix(1);
  return error == std::errc::result_out_of_range ? Parse::out_of_range : Parse::good;
}

bool within_bounds(double value, const ParameterSpec& spec) {
  if (spec.minimum && (spec.exclusive_minimum ? value <= *spec.minimum : value < *spec.minimum)) return false;
  return !(spec.maximum && (spec.exclusive_maximum ? value >= *spec.maximum : value > *spec.maximum));
}

/// The number in the parameter's unit, before bounds. `wanted` is "a number" or "an integer".
std::optional<double> number_in_unit(const ConfigNode& node, const ParameterSpec& spec,
                                     const std::string& wanted, const Complain& complain) {
  if (!is_number_text(node, wanted, complain)) return std::nullopt;
  const auto fail = [&](const std::string& message) {
    complain(node.origin, shown(node) + " " + message);
    return std::optional<double>();
  };
  std::string lower;
  for (const char c : node.scalar) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (lower.find("nan") != std::string::npos || lower.find("inf") != std::string::npos) {
    const std::string core = lower.substr(lower.find_first_not_of("+-."));
    if (core == "nan" || core == "inf" || core == "infinity") return fail("is not a finite number");
  }
  double value = 0;
  std::string_view rest;
  const Parse result = parse_number(node.scalar, value, rest);
  if (result == Parse::not_a_number) return fail("is not " + wanted);
  if (rest.empty() && node.quoted)
    return fail("is a text (quoted), not " + wanted + "; leave out the quotes");
  if (!rest.empty()) {
    if (spec.unit.empty()) return fail("is not " + wanted);
    const auto factor = unit_factor(rest, spec.unit);
    if (!factor) return fail("is not " + wanted + " with a unit known here: " + units_like(spec.unit));
    value *= *factor;
  }
  if (result == Parse::out_of_range) return fail("is beyond the range of double precision");
  if (!std::isfinite(value)) return fail("is not a finite number");
  return value;
}

}  // namespace

bool is_unset(const ConfigNode& node) {
  return node.kind == ConfigNode::Kind::null ||
         (node.kind == ConfigNode::Kind::scalar && !node.quoted && node.scalar == "none");
}

std::optional<double> to_real(const ConfigNode& node, const ParameterSpec& spec, const Complain& complain) {
  const auto value = number_in_unit(node, spec, "a number", complain);
  if (!value || within_bounds(*value, spec)) return value;
  complain(node.origin, shown(node) + " is out of range");
  return std::nullopt;
}

std::optional<std::int64_t> to_integer(const ConfigNode& node, const ParameterSpec& spec,
                                       const Complain& complain) {
  if (!is_number_text(node, "an integer", complain)) return std::nullopt;
  std::int64_t value = 0;
  const char* last = node.scalar.data() + node.scalar.size();
  const auto [end, error] = std::from_chars(node.scalar.data(), last, value);
  if (node.quoted || end != last ||
      error == std::errc::invalid_argument) {  // "1e3", "+5", "4 MiB", or a fault
    const auto number = number_in_unit(node, spec, "an integer", complain);
    if (!number) return std::nullopt;
    constexpr double exact = 9007199254740992.0;  // 2^53: beyond it doubles skip integers
    if (*number != std::floor(*number) || std::abs(*number) > exact) {
      complain(node.origin, shown(node) + (std::abs(*number) > exact ? " is too large, write all its digits"
                                                                     : " is not an integer"));
      return std::nullopt;
    }
    value = static_cast<std::int64_t>(*number);
  } else if (error == std::errc::result_out_of_range) {
    complain(node.origin, shown(node) + " does not fit into 64 bits");
    return std::nullopt;
  }
  if (within_bounds(static_cast<double>(value), spec)) return value;
  complain(node.origin, shown(node) + " is out of range");
  return std::nullopt;
}

std::optional<bool> to_boolean(const ConfigNode& node, const Complain& complain) {
  if (node.kind == ConfigNode::Kind::scalar && !node.quoted) {
    if (is_one_of(node.scalar, boolean_words)) return true;
    if (is_one_of(node.scalar, negative_words)) return false;
  }
  complain(node.origin, shown(node) + " is neither true nor false");
  return std::nullopt;
}

std::optional<std::string> to_text(const ConfigNode& node, const Complain& complain) {
  if (node.kind == ConfigNode::Kind::scalar) return node.scalar;
  complain(node.origin, shown(node) + " is not a text" +
                            (node.kind == ConfigNode::Kind::null ? "; write \"\" for an empty one" : ""));
  return std::nullopt;
}

std::optional<double> to_duration(const ConfigNode& node, const ParameterSpec& spec,
                                  const Complain& complain) {
  std::optional<double> value;
  if (node.kind == ConfigNode::Kind::scalar) value = parse_duration(node.scalar);
  if (!value) {
    complain(node.origin, shown(node) + " is not a duration");
  } else if (!within_bounds(*value, spec)) {
    complain(node.origin, shown(node) + " is out of range");
    return std::nullopt;
  }
  return value;
}

std::optional<std::string> to_file(const ConfigNode& node, const std::string& folder,
                                   const Complain& complain) {
  namespace fs = std::filesystem;
  const auto text = to_text(node, complain);
  if (!text || text->empty()) return text;
  std::error_code code;
  std::vector<fs::path> tries{fs::path(*text)};
  if (tries[0].is_relative() && !folder.empty()) tries.insert(tries.begin(), fs::path(folder) / *text);
  for (const fs::path& path : tries)
    if (fs::exists(path, code) && !fs::is_directory(path, code))
      return fs::absolute(path, code).lexically_normal().string();
  std::string looked;
  for (const fs::path& path : tries)
    looked += (looked.empty() ? "" : ", ") + fs::absolute(path, code).lexically_normal().string();
  complain(node.origin, "no file " + shown(node) + " (looked for " + looked + ")");
  return std::nullopt;
}

std::optional<std::string> to_choice(const ConfigNode& node, const std::vector<Option>& options,
                                     const Complain& complain) {
  std::vector<std::string> names;
  // A bare `null` or `none` is a name where the options have it.
  const std::string given = node.kind == ConfigNode::Kind::null ? "none" : node.scalar;
  if (node.kind == ConfigNode::Kind::scalar || node.kind == ConfigNode::Kind::null)
    for (const Option& option : options) {
      if (option.name == given) return given;
      names.push_back(option.name);
    }
  const std::string near = nearest_name(given, names);
  complain(node.origin, shown(node) + " is not one of the choices" +
                            (near.empty() ? "" : "; did you mean '" + near + "'?"));
  return std::nullopt;
}

}  // namespace detail

}  // namespace sluice::base
