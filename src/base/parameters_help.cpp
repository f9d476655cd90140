// What the user reads about parameters: resolved copy, terminal help, reference table.
#include <algorithm>

#include "base/parameters_detail.hpp"
#include "base/units.hpp"

namespace sluice::base {

namespace detail {

namespace {

using Kind = Entry::Kind;

std::string bounds_text(const ParameterSpec& spec) {
  std::string text;
  if (spec.minimum) text += (spec.exclusive_minimum ? " > " : " >= ") + text_of(*spec.minimum);
  if (spec.maximum)
    text += std::string(spec.minimum ? " and" : "") + (spec.exclusive_maximum ? " < " : " <= ") +
            text_of(*spec.maximum);
  return text;
}

std::string size_text(const ParameterSpec& spec) {
  const int least = spec.minimum_size, most = spec.maximum_size;
  if (most >= 0 && least == most) return std::to_string(least) + " ";
  if (most >= 0) return std::to_string(least) + " to " + std::to_string(most) + " ";
  return least > 0 ? std::to_string(least) + " or more " : "";
}

std::string unit_text(const ParameterSpec& spec) {
  return spec.unit.empty() || spec.unit == "1" ? "" : " [" + spec.unit + "]";
}

std::string names_of(const std::vector<Option>& options) {
  std::string names;
  for (const Option& option : options) names += (names.empty() ? "" : ", ") + option.name;
  return names;
}

std::string plain_text(const Entry& entry) {
  switch (entry.kind) {
    case Kind::real:
      return "number" + bounds_text(entry.spec) + unit_text(entry.spec);
    case Kind::integer:
      return "integer" + bounds_text(entry.spec) + unit_text(entry.spec);
    case Kind::boolean:
      return "true or false";
    case Kind::text:
      return "text";
    case Kind::duration:
      return "duration" + bounds_text(entry.spec) + " (seconds, HH:MM:SS, or a number with " +
             units_like("s") + ")";
    case Kind::file:
      return "name of a file that exists";
    case Kind::choice:
      return names_of(entry.options);
    case Kind::reals:
      return "list of " + size_text(entry.spec) + "numbers" + bounds_text(entry.spec) + unit_text(entry.spec);
    case Kind::integers:
      return "list of " + size_text(entry.spec) + "integers" + bounds_text(entry.spec) +
             unit_text(entry.spec);
    case Kind::booleans:
      return "list of " + size_text(entry.spec) + "true or false";
    case Kind::texts:
      return "list of " + size_text(entry.spec) + "texts";
    case Kind::pairs:
      return "map of names to single values";
    case Kind::node:
      return "any YAML";
    case Kind::group:
      return "map of keys";
    case Kind::named_map:
      return "map of names to maps of keys";
    case Kind::list:
    case Kind::typed_list:
      break;
  }
  return "list of " + size_text(entry.spec) + "maps";
}

void resolve(const Parameters& parameters, const std::string& prefix, std::vector<ResolvedValue>& values) {
  for (const auto& pointer : EntryAccess::entries(parameters)) {
    const Entry& entry = *pointer;
    const std::string path = prefix + entry.name;
    const bool may_differ = entry.spec.may_differ_at_restart, is_default = !entry.origin;
    if (entry.kind == Kind::group) {
      resolve(*entry.group, path + ".", values);
    } else if (!entry.is_leaf()) {
      const bool named = entry.kind == Kind::named_map;
      if (entry.items.empty()) values.push_back({path, named ? "{}" : "[]", may_differ, is_default});
      for (std::size_t i = 0; i < entry.items.size(); ++i) {
        const std::string item = path + "." + (named ? entry.item_names[i] : std::to_string(i)) + ".";
        if (entry.kind == Kind::typed_list)
          values.push_back({item + "type", text_of(entry.item_types[i]), may_differ});
        const std::size_t before = values.size();
        resolve(entry.items[i], item, values);
        for (std::size_t v = before; may_differ && v < values.size(); ++v)
          values[v].may_differ_at_restart = true;
      }
    } else if (entry.kind == Kind::pairs || entry.kind == Kind::node) {
      const auto leaves = flatten(parse_yaml(entry.value(), path));
      if (leaves.empty()) values.push_back({path, entry.value(), may_differ, is_default});
      for (const auto& [key, value] : leaves)
        values.push_back({key.empty() ? path : path + "." + key, value, may_differ});
    } else {
      values.push_back({path, entry.value(), may_differ, is_default});
    }
  }
}

void write_yaml(const Parameters& parameters, const std::string& indent, std::string& out) {
  for (const auto& pointer : EntryAccess::entries(parameters)) {
    const Entry& entry = *pointer;
    if (entry.is_leaf()) {
      out += indent + entry.name + ": " + entry.value() + "\n";
    } else if (entry.kind == Kind::group) {
      const bool empty = EntryAccess::entries(*entry.group).empty();
      out += indent + entry.name + (empty ? ": {}\n" : ":\n");
      write_yaml(*entry.group, indent + "  ", out);
    } else if (entry.items.empty()) {
      out += indent + entry.name + (entry.kind == Kind::named_map ? ": {}\n" : ": []\n");
    } else if (entry.kind == Kind::named_map) {
      out += indent + entry.name + ":\n";
      for (std::size_t i = 0; i < entry.items.size(); ++i) {
        out += indent + "  " + entry.item_names[i] + ":\n";
        write_yaml(entry.items[i], indent + "    ", out);
      }
    } else {
      out += indent + entry.name + ":\n";
      for (std::size_t i = 0; i < entry.items.size(); ++i) {
        std::string item;
        if (entry.kind == Kind::typed_list)
          item += indent + "    type: " + text_of(entry.item_types[i]) + "\n";
        write_yaml(entry.items[i], indent + "    ", item);
        out += item.empty() ? indent + "  - {}\n" : indent + "  - " + item.substr(indent.size() + 4);
      }
    }
  }
}

std::string default_of(const Entry& entry) { return entry.spec.required ? "required" : entry.default_text; }

void write_help(const Parameters& parameters, const std::string& indent, std::string& out) {
  for (const auto& pointer : EntryAccess::entries(parameters)) {
    const Entry& entry = *pointer;
    if (entry.kind == Kind::group) {
      out += indent + entry.name + ":  " + entry.spec.help + "\n";
      write_help(*entry.group, indent + "  ", out);
      continue;
    }
    out += indent + entry.name + " = " + default_of(entry) + "    (" + allowed_text(entry) + ")\n";
    out += indent + "    " + entry.spec.help + "\n";
    for (const Option& option : entry.options)
      out += indent + "      " + option.name + ": " + option.help + "\n";
    if (entry.kind == Kind::list || entry.kind == Kind::named_map) {
      Parameters example;
      entry.declare_example(example);
      out += indent + (entry.kind == Kind::list ? "    each item:\n" : "    each entry:\n");
      write_help(example, indent + "      ", out);
    }
  }
}

std::string cell(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += c == '|' ? std::string("\\|") : c == '\n' ? std::string(" ") : std::string(1, c);
  return out;
}

void write_rows(const Parameters& parameters, const std::string& prefix, std::string& out) {
  for (const auto& pointer : EntryAccess::entries(parameters)) {
    const Entry& entry = *pointer;
    const std::string path = prefix + entry.name;
    if (entry.kind == Kind::group) {
      write_rows(*entry.group, path + ".", out);
      continue;
    }
    std::string meaning = entry.spec.help;
    for (const Option& option : entry.options) meaning += "; `" + option.name + "`: " + option.help;
    ParameterSpec without_unit = entry.spec;
    without_unit.unit.clear();
    const std::string unit = entry.spec.unit.empty() ? "" : entry.spec.unit;
    Entry shown;
    shown.kind = entry.kind;
    shown.spec = without_unit;
    shown.optional = entry.optional;
    shown.options = entry.options;
    const std::string fallback = entry.spec.required ? "required" : "`" + cell(entry.default_text) + "`";
    out += "| `" + path + "` | " + fallback + " | " + cell(unit) + " | " + cell(allowed_text(shown)) + " | " +
           cell(meaning) + " |\n";
    if (entry.kind == Kind::list || entry.kind == Kind::named_map) {
      Parameters example;
      entry.declare_example(example);
      write_rows(example, path + (entry.kind == Kind::list ? "[]." : ".NAME."), out);
    }
  }
}

}  // namespace

std::string allowed_text(const Entry& entry) {
  return plain_text(entry) + (entry.optional ? ", or none" : "");
}

}  // namespace detail

std::vector<ResolvedValue> Parameters::resolved() const {
  std::vector<ResolvedValue> values;
  detail::resolve(*this, "", values);
  return values;
}

std::string Parameters::resolved_yaml() const {
  std::string out;
  detail::write_yaml(*this, "", out);
  return out;
}

std::string Parameters::help_text() const {
  std::string out;
  detail::write_help(*this, "", out);
  return out;
}

std::string Parameters::markdown() const {
  std::string out = "| Parameter | Default | Unit | Allowed | Meaning |\n|---|---|---|---|---|\n";
  detail::write_rows(*this, "", out);
  return out;
}

}  // namespace sluice::base
