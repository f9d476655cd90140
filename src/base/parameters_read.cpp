// Reading a case file's maps into declared parameters; every fault is collected before any is thrown.
#include <algorithm>
#include <cctype>

#include "base/error.hpp"
#include "base/parameters_detail.hpp"

namespace sluice::base {

namespace detail {

namespace {

using Kind = Entry::Kind;

std::string joined(const std::string& path, const std::string& name) {
  return path.empty() ? name : path + "." + name;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void unknown_key(const Parameters& parameters, const Origin& origin, const std::string& key,
                 const std::string& path, Reading& reading, const std::vector<std::string>& further) {
  std::vector<std::string> known = further;
  for (const std::string& name : parameters.names()) known.push_back(name);
  const std::string near = nearest_name(key, known);
  reading.faults.push_back(origin.text() + ": unknown key '" + key + "'" +
                           (path.empty() ? "" : " in " + path) +
                           (near.empty() ? "" : "; did you mean '" + near + "'?") +
                           (near.empty() ? "; known keys: " : " known keys: ") + listed(known));
}

void read_entries(Parameters& parameters, const ConfigNode& map, const std::string& path, Reading& reading,
                  const std::vector<std::string>& further);

void read_list(Entry& entry, const ConfigNode& node, const std::string& path, Reading& reading) {
  entry.resize(node.items.size());
  entry.items.clear();
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    Parameters& item = entry.items.emplace_back();
    entry.declare_item(i, item);
    read_map(item, node.items[i], joined(path, std::to_string(i)), reading);
  }
}

/// Names become part of paths and of names in files.
bool is_plain_name(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  }) && std::isdigit(static_cast<unsigned char>(name.front())) == 0;
}

void read_named(Entry& entry, const ConfigNode& node, const std::string& path, Reading& reading) {
  entry.resize(node.entries.size());
  entry.items.clear();
  entry.item_names.clear();
  for (std::size_t i = 0; i < node.entries.size(); ++i) {
    const std::string& name = node.entries[i].first;
    if (!is_plain_name(name))
      reading.fault(node.key_origins[i], path,
                    "the name '" + name + "' is not made of letters, digits, _ and -, a letter first");
    entry.item_name(i) = name;
    entry.item_names.push_back(name);
    Parameters& item = entry.items.emplace_back();
    entry.declare_item(i, item);
    read_map(item, node.entries[i].second, joined(path, name), reading);
  }
}

/// The kind of a typed item; complains if there is none or an unknown one.
std::optional<std::string> item_type(const Entry& entry, const ConfigNode& item, const std::string& path,
                                     Reading& reading) {
  std::vector<std::string> known;
  for (const Option& option : entry.options) known.push_back(option.name);
  const ConfigNode* type = item.kind == ConfigNode::Kind::map ? item.find("type") : nullptr;
  if (type == nullptr || type->kind != ConfigNode::Kind::scalar) {
    reading.fault(item.origin, path, "needs a map with the key 'type'; allowed: type: " + listed(known));
    return std::nullopt;
  }
  if (std::ranges::find(known, type->scalar) != known.end()) return type->scalar;
  const std::string near = nearest_name(type->scalar, known);
  reading.fault(type->origin, path + ".type",
                "'" + type->scalar + "' is unknown" + (near.empty() ? "" : "; did you mean '" + near + "'?") +
                    "; allowed: " + listed(known));
  return std::nullopt;
}

void read_typed_list(Entry& entry, const ConfigNode& node, const std::string& path, Reading& reading) {
  entry.items.clear();
  entry.item_types.clear();
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::string item_path = joined(path, std::to_string(i));
    const auto type = item_type(entry, node.items[i], item_path, reading);
    if (!type) continue;
    try {
      entry.item_types.push_back(*type);
      Parameters& item = entry.items.emplace_back();
      entry.make(*type, item);
      read_entries(item, node.items[i], item_path, reading, {"type"});
    } catch (const InputError& error) {
      reading.fault(node.items[i].origin, item_path, error.what());
    }
  }
}

void read_container(Entry& entry, const ConfigNode& node, const std::string& path, Reading& reading) {
  if (entry.kind == Kind::group) return read_map(*entry.group, node, path, reading);
  if (entry.kind == Kind::named_map) {
    if (node.kind == ConfigNode::Kind::map || node.kind == ConfigNode::Kind::null)
      return read_named(entry, node, path, reading);
    return reading.fault(node.origin, path, "is not a map; allowed: " + allowed_text(entry));
  }
  if (node.kind != ConfigNode::Kind::list && node.kind != ConfigNode::Kind::null)
    return reading.fault(node.origin, path, "is not a list; allowed: " + allowed_text(entry));
  const auto size = static_cast<int>(node.items.size());
  if (size < entry.spec.minimum_size || (entry.spec.maximum_size >= 0 && size > entry.spec.maximum_size))
    reading.fault(node.origin, path,
                  "has " + std::to_string(size) + (size == 1 ? " item" : " items") +
                      "; allowed: " + allowed_text(entry));
  return entry.kind == Kind::list ? read_list(entry, node, path, reading)
                                  : read_typed_list(entry, node, path, reading);
}

void read_entries(Parameters& parameters, const ConfigNode& map, const std::string& path, Reading& reading,
                  const std::vector<std::string>& further) {
  auto& entries = EntryAccess::entries(parameters);
  for (std::size_t i = 0; i < map.entries.size(); ++i) {
    const std::string& key = map.entries[i].first;  // no structured binding: a lambda below uses it
    const ConfigNode& node = map.entries[i].second;
    if (std::ranges::find(further, key) != further.end()) continue;
    const auto found = std::ranges::find_if(entries, [&](const auto& entry) { return entry->name == key; });
    if (found == entries.end()) {
      unknown_key(parameters, map.key_origins[i], key, path, reading, further);
      continue;
    }
    Entry& entry = **found;
    const std::string entry_path = joined(path, key);
    entry.origin = entry.is_leaf() && node.origin.line > 0 ? node.origin : map.key_origins[i];
    if (!entry.is_leaf()) {
      read_container(entry, node, entry_path, reading);
      continue;
    }
    entry.read(node, reading.folder, [&](const Origin& origin, const std::string& message) {
      reading.fault(origin.file.empty() ? map.key_origins[i] : origin, entry_path,
                    message + "; allowed: " + allowed_text(entry));
    });
  }
  for (const auto& entry : entries) {
    if (map.find(entry->name) != nullptr) continue;
    const std::string entry_path = joined(path, entry->name);
    if (entry->spec.required)
      reading.fault(map.origin, entry_path,
                    "is required; allowed: " + allowed_text(*entry) + " (" + entry->spec.help + ")");
    else if (entry->kind ==
             Kind::group) {  // what is required within is required although its group was left out
      ConfigNode empty;
      empty.kind = ConfigNode::Kind::map;
      empty.origin = map.origin;
      read_entries(*entry->group, empty, entry_path, reading, {});
    }
  }
}

}  // namespace

void Reading::fault(const Origin& origin, const std::string& path, const std::string& message) {
  faults.push_back(origin.text() + ": " + path + ": " + message);
}

void read_map(Parameters& parameters, const ConfigNode& map, const std::string& path, Reading& reading) {
  if (map.kind == ConfigNode::Kind::scalar || map.kind == ConfigNode::Kind::list) {
    const std::string what =
        map.kind == ConfigNode::Kind::list ? "a list" : "the single value '" + map.scalar + "'";
    reading.faults.push_back(map.origin.text() + ": " + (path.empty() ? "the case" : path) + ": is " + what +
                             ", not a map of keys; known keys: " + listed(parameters.names()));
    return;
  }
  read_entries(parameters, map, path, reading, {});
}

}  // namespace detail

void Parameters::read(const ConfigNode& map, const std::string& folder_of_case) {
  detail::Reading reading{.folder = folder_of_case, .faults = {}};
  detail::read_map(*this, map, "", reading);
  if (reading.faults.empty()) return;
  std::string message;
  for (const std::string& fault : reading.faults) message += (message.empty() ? "" : "\n") + fault;
  throw InputError(message);
}

std::string Parameters::where(const std::string& path) const {
  const Parameters* parameters = this;
  std::optional<Origin> origin;
  for (std::size_t begin = 0; parameters != nullptr && begin <= path.size();) {
    const std::size_t dot = std::min(path.find('.', begin), path.size());
    const std::string name = path.substr(begin, dot - begin);
    begin = dot + 1;
    const auto found =
        std::ranges::find_if(parameters->entries_, [&](const auto& entry) { return entry->name == name; });
    if (found == parameters->entries_.end()) break;
    const detail::Entry& entry = **found;
    origin = entry.origin;
    parameters = entry.group.get();
    if (entry.items.empty() || begin > path.size()) continue;
    const std::size_t end = std::min(path.find('.', begin), path.size());
    const std::string number = path.substr(begin, end - begin);
    begin = end + 1;
    if (entry.kind == detail::Entry::Kind::named_map) {
      const auto named = std::ranges::find(entry.item_names, number);
      if (named == entry.item_names.end()) break;
      parameters = &entry.items[static_cast<std::size_t>(named - entry.item_names.begin())];
      continue;
    }
    if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) break;
    const std::size_t index = std::stoul(number);
    parameters = index < entry.items.size() ? &entry.items[index] : nullptr;
  }
  return origin ? origin->text() + ": " + path : path;
}

}  // namespace sluice::base
