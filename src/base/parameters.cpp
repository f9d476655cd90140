#include "base/parameters.hpp"

#include <stdexcept>

#include "base/error.hpp"
#include "base/parameters_detail.hpp"

namespace sluice::base {

using detail::Complain;
using detail::Entry;
using Kind = Entry::Kind;

namespace {

using Entries = std::vector<std::unique_ptr<Entry>>;

Entry& add(Entries& entries, Kind kind, const std::string& name, ParameterSpec spec) {
  for (const auto& entry : entries)
    if (entry->name == name) throw std::logic_error("parameter '" + name + "' is declared twice");
  entries.push_back(std::make_unique<Entry>());
  Entry& entry = *entries.back();
  entry.kind = kind;
  entry.name = name;
  entry.spec = std::move(spec);
  return entry;
}

/// Binds a leaf to its variable. `convert(node, folder, complain)` gives an optional value.
template <class T, class Convert>
Entry& bind(Entry& entry, T& target, Convert convert) {
  entry.read = [&target, convert](const ConfigNode& node, const std::string& folder,
                                  const Complain& complain) {
    if (auto value = convert(node, folder, complain)) target = *value;
  };
  entry.value = [&target] { return detail::text_of(target); };
  entry.default_text = entry.value();
  return entry;
}

template <class T, class Convert>
Entry& bind_optional(Entry& entry, std::optional<T>& target, Convert convert) {
  entry.optional = true;
  entry.read = [&target, convert](const ConfigNode& node, const std::string& folder,
                                  const Complain& complain) {
    if (detail::is_unset(node))
      target.reset();
    else if (auto value = convert(node, folder, complain))
      target = *value;
  };
  entry.value = [&target] { return target ? detail::text_of(*target) : std::string("null"); };
  entry.default_text = entry.value();
  return entry;
}

template <class T>
std::string item_text(const T& value) {
  if constexpr (std::is_same_v<T, std::string>)
    return quoted_text(value);
  else
    return detail::text_of(static_cast<T>(value));
}

/// Binds a list of values; a single value stands for a list of one.
template <class T, class Convert>
Entry& bind_list(Entry& entry, std::vector<T>& target, Convert convert) {
  const int least = entry.spec.minimum_size, most = entry.spec.maximum_size;
  entry.read = [&target, convert, least, most](const ConfigNode& node, const std::string&,
                                               const Complain& complain) {
    std::vector<T> values;
    bool good = true;
    const auto take = [&](const ConfigNode& item) {
      if (auto value = convert(item, complain))
        values.push_back(*value);
      else
        good = false;
    };
    if (node.kind == ConfigNode::Kind::list)
      for (const ConfigNode& item : node.items) take(item);
    else
      take(node);
    if (!good) return;
    const auto size = static_cast<int>(values.size());
    if (size < least || (most >= 0 && size > most))
      complain(node.origin, "has " + std::to_string(size) + (size == 1 ? " item" : " items"));
    else
      target = std::move(values);
  };
  entry.value = [&target] {
    std::string text;
    for (const auto& value : target) text += (text.empty() ? "" : ", ") + item_text<T>(value);
    return "[" + text + "]";
  };
  entry.default_text = entry.value();
  return entry;
}

auto real_converter(const ParameterSpec& spec) {
  return [spec](const ConfigNode& node, const std::string&, const Complain& complain) {
    return detail::to_real(node, spec, complain);
  };
}
auto integer_converter(const ParameterSpec& spec) {
  return [spec](const ConfigNode& node, const std::string&, const Complain& complain) {
    return detail::to_integer(node, spec, complain);
  };
}

void read_pairs(std::map<std::string, std::string>& target, const ConfigNode& node,
                const Complain& complain) {
  if (node.kind == ConfigNode::Kind::null) return target.clear();
  if (node.kind != ConfigNode::Kind::map) return complain(node.origin, "is not a map");
  std::map<std::string, std::string> values;
  for (const auto& [key, value] : node.entries) {
    if (value.kind == ConfigNode::Kind::list || value.kind == ConfigNode::Kind::map)
      complain(value.origin, "'" + key + "' has a value that is not a single one");
    values[key] = value.scalar;
  }
  target = std::move(values);
}

}  // namespace

Parameters::Parameters() = default;
Parameters::~Parameters() = default;
Parameters::Parameters(Parameters&&) noexcept = default;
Parameters& Parameters::operator=(Parameters&&) noexcept = default;

void Parameters::real(const std::string& name, double& target, ParameterSpec spec) {
  bind(add(entries_, Kind::real, name, spec), target, real_converter(spec));
}
void Parameters::real(const std::string& name, std::optional<double>& target, ParameterSpec spec) {
  bind_optional(add(entries_, Kind::real, name, spec), target, real_converter(spec));
}
void Parameters::integer(const std::string& name, std::int64_t& target, ParameterSpec spec) {
  bind(add(entries_, Kind::integer, name, spec), target, integer_converter(spec));
}
void Parameters::integer(const std::string& name, std::optional<std::int64_t>& target, ParameterSpec spec) {
  bind_optional(add(entries_, Kind::integer, name, spec), target, integer_converter(spec));
}
void Parameters::boolean(const std::string& name, bool& target, ParameterSpec spec) {
  bind(add(entries_, Kind::boolean, name, spec), target,
       [](const ConfigNode& node, const std::string&, const Complain& complain) {
         return detail::to_boolean(node, complain);
       });
}
void Parameters::text(const std::string& name, std::string& target, ParameterSpec spec) {
  bind(add(entries_, Kind::text, name, spec), target,
       [](const ConfigNode& node, const std::string&, const Complain& complain) {
         return detail::to_text(node, complain);
       });
}
void Parameters::duration(const std::string& name, std::optional<double>& target, ParameterSpec spec) {
  spec.unit = "s";
  bind_optional(add(entries_, Kind::duration, name, spec), target,
                [spec](const ConfigNode& node, const std::string&, const Complain& complain) {
                  return detail::to_duration(node, spec, complain);
                });
}
void Parameters::file(const std::string& name, std::string& target, ParameterSpec spec) {
  bind(add(entries_, Kind::file, name, spec), target,
       [](const ConfigNode& node, const std::string& folder, const Complain& complain) {
         return detail::to_file(node, folder, complain);
       });
}
void Parameters::choice(const std::string& name, std::string& target, const std::vector<Option>& options,
                        ParameterSpec spec) {
  Entry& entry = add(entries_, Kind::choice, name, spec);
  entry.options = options;
  bind(entry, target, [options](const ConfigNode& node, const std::string&, const Complain& complain) {
    return detail::to_choice(node, options, complain);
  });
}
void Parameters::reals(const std::string& name, std::vector<double>& target, ParameterSpec spec) {
  bind_list(add(entries_, Kind::reals, name, spec), target,
            [spec](const ConfigNode& node, const Complain& complain) {
              return detail::to_real(node, spec, complain);
            });
}
void Parameters::integers(const std::string& name, std::vector<std::int64_t>& target, ParameterSpec spec) {
  bind_list(add(entries_, Kind::integers, name, spec), target,
            [spec](const ConfigNode& node, const Complain& complain) {
              return detail::to_integer(node, spec, complain);
            });
}
void Parameters::booleans(const std::string& name, std::vector<bool>& target, ParameterSpec spec) {
  bind_list(add(entries_, Kind::booleans, name, spec), target, detail::to_boolean);
}
void Parameters::texts(const std::string& name, std::vector<std::string>& target, ParameterSpec spec) {
  bind_list(add(entries_, Kind::texts, name, spec), target, detail::to_text);
}

void Parameters::pairs(const std::string& name, std::map<std::string, std::string>& target,
                       ParameterSpec spec) {
  Entry& entry = add(entries_, Kind::pairs, name, std::move(spec));
  entry.read = [&target](const ConfigNode& node, const std::string&, const Complain& complain) {
    read_pairs(target, node, complain);
  };
  entry.value = [&target] {
    std::string text;
    for (const auto& [key, value] : target)
      text += (text.empty() ? "" : ", ") + detail::text_of(key) + ": " + quoted_text(value);
    return "{" + text + "}";
  };
  entry.default_text = entry.value();
}

void Parameters::node(const std::string& name, ConfigNode& target, ParameterSpec spec) {
  Entry& entry = add(entries_, Kind::node, name, std::move(spec));
  entry.read = [&target](const ConfigNode& node, const std::string&, const Complain&) { target = node; };
  entry.value = [&target] { return flow_text(target); };
  entry.default_text = entry.value();
}

void Parameters::group(const std::string& name, const std::string& help,
                       const std::function<void(Parameters&)>& declare) {
  Entry& entry = add(entries_, Kind::group, name, {.help = help});
  entry.group = std::make_unique<Parameters>();
  declare(*entry.group);
}

void Parameters::list_of(const std::string& name, ParameterSpec spec, ListAccess access) {
  Entry& entry = add(entries_, Kind::list, name, std::move(spec));
  entry.resize = access.resize;
  entry.declare_item = access.declare;
  entry.declare_example = access.declare_example;
  const std::size_t size = access.size();
  for (std::size_t i = 0; i < size; ++i) entry.declare_item(i, entry.items.emplace_back());
  entry.default_text = size == 0 ? "[]" : std::to_string(size) + (size == 1 ? " item" : " items");
}

void Parameters::named_of(const std::string& name, ParameterSpec spec, ListAccess access) {
  Entry& entry = add(entries_, Kind::named_map, name, std::move(spec));
  entry.resize = access.resize;
  entry.declare_item = access.declare;
  entry.declare_example = access.declare_example;
  entry.item_name = access.name;
  const std::size_t size = access.size();
  for (std::size_t i = 0; i < size; ++i) {
    entry.item_names.push_back(entry.item_name(i));
    entry.declare_item(i, entry.items.emplace_back());
  }
  entry.default_text = size == 0 ? "{}" : std::to_string(size) + (size == 1 ? " entry" : " entries");
}

void Parameters::list_by_type(const std::string& name, const std::vector<Option>& types, ParameterSpec spec,
                              const std::function<void(const std::string&, Parameters&)>& make,
                              const std::function<void(const std::string&, Parameters&)>& make_example) {
  Entry& entry = add(entries_, Kind::typed_list, name, std::move(spec));
  entry.options = types;
  entry.make = make;
  entry.make_example = make_example;
  entry.default_text = "[]";
}

std::vector<std::string> Parameters::names() const {
  std::vector<std::string> names;
  for (const auto& entry : entries_) names.push_back(entry->name);
  return names;
}

void refuse(const Parameters& parameters, const std::string& path, const std::string& message) {
  throw InputError(parameters.where(path) + ": " + message);
}

}  // namespace sluice::base
