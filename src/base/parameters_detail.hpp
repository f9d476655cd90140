// What is behind a declaration; shared by the parts of Parameters (reading, texts, help, schema) only.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/parameters.hpp"

namespace sluice::base::detail {

/// Collects the faults of one reading.
struct Reading {
  std::string folder;  ///< Of the case file.
  std::vector<std::string> faults;
  void fault(const Origin& origin, const std::string& path, const std::string& message);
};

/// Where a leaf's fault goes: origin and what is wrong; path and what is allowed are added by the reader.
using Complain = std::function<void(const Origin&, const std::string&)>;

struct Entry {
  enum class Kind {
    real,
    integer,
    boolean,
    text,
    duration,
    file,
    choice,
    reals,
    integers,
    booleans,
    texts,
    pairs,
    node,
    group,
    list,
    typed_list,
    named_map
  };

  Kind kind = Kind::text;
  std::string name;
  ParameterSpec spec;
  bool optional = false;         ///< May be `null` or `none`.
  std::vector<Option> options;   ///< Names of a choice; kinds of a typed list.
  std::string default_text;      ///< YAML on one line.
  std::optional<Origin> origin;  ///< Where it was given.

  // Leaves.
  std::function<void(const ConfigNode&, const std::string& folder, const Complain&)> read;
  std::function<std::string()> value;  ///< YAML on one line.

  // Groups and lists.
  std::unique_ptr<Parameters> group;
  std::vector<Parameters> items;
  std::vector<std::string> item_types;
  std::vector<std::string> item_names;  ///< Of a named map.
  std::function<std::string&(std::size_t)> item_name;
  std::function<void(std::size_t)> resize;
  std::function<void(std::size_t, Parameters&)> declare_item;
  std::function<void(Parameters&)> declare_example;
  std::function<void(const std::string&, Parameters&)> make;
  std::function<void(const std::string&, Parameters&)> make_example;

  [[nodiscard]] bool is_leaf() const { return kind < Kind::group; }
  [[nodiscard]] bool is_list_of_values() const { return kind >= Kind::reals && kind <= Kind::texts; }
};

/// The way from Parameters to its entries.
struct EntryAccess {
  static const std::vector<std::unique_ptr<Entry>>& entries(const Parameters& parameters) {
    return parameters.entries_;
  }
  static std::vector<std::unique_ptr<Entry>>& entries(Parameters& parameters) { return parameters.entries_; }
};

/// "integer >= 1", "number > 0 [s]", "list of 1 to 3 numbers", "strang, yoshida".
[[nodiscard]] std::string allowed_text(const Entry& entry);
void read_map(Parameters& parameters, const ConfigNode& map, const std::string& path, Reading& reading);

// Values from nodes. Each complains and returns nothing if the node does not hold such a value.
[[nodiscard]] std::optional<double> to_real(const ConfigNode& node, const ParameterSpec& spec,
                                            const Complain& complain);
[[nodiscard]] std::optional<std::int64_t> to_integer(const ConfigNode& node, const ParameterSpec& spec,
                                                     const Complain& complain);
[[nodiscard]] std::optional<bool> to_boolean(const ConfigNode& node, const Complain& complain);
[[nodiscard]] std::optional<std::string> to_text(const ConfigNode& node, const Complain& complain);
[[nodiscard]] std::optional<double> to_duration(const ConfigNode& node, const ParameterSpec& spec,
                                                const Complain& complain);
[[nodiscard]] std::optional<std::string> to_file(const ConfigNode& node, const std::string& folder,
                                                 const Complain& complain);
[[nodiscard]] std::optional<std::string> to_choice(const ConfigNode& node, const std::vector<Option>& options,
                                                   const Complain& complain);
[[nodiscard]] bool is_unset(const ConfigNode& node);  ///< `null`, `~`, `none` or nothing.

// Values to texts that read back to the same value.
[[nodiscard]] std::string text_of(double value);
[[nodiscard]] std::string text_of(std::int64_t value);
[[nodiscard]] std::string text_of(bool value);
[[nodiscard]] std::string text_of(const std::string& value);  ///< Plain if it is a safe word, else quoted.

}  // namespace sluice::base::detail
