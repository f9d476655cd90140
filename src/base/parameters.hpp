// One declaration a parameter: it reads the case file, checks, prints the help, writes the resolved copy,
// makes the reference manual and the JSON schema. [SpECTRE, Palace]
//
//   struct DecayParameters {
//     double rate = 0.0;
//     void declare(base::Parameters& p) {
//       p.real("rate", rate, {.help = "linear decay rate", .unit = "s^-1", .minimum = 0.0});
//     }
//   };
//
// The default is the value that the variable holds when it is declared.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/config.hpp"

namespace sluice::base {

namespace detail {
struct Entry;
struct EntryAccess;
}  // namespace detail

/// What a declaration says beside the name. Bounds are inclusive unless `exclusive`.
struct ParameterSpec {
  std::string help;
  std::string unit = "";  ///< Empty for what has no unit (counts, names); "1" for a dimensionless number.
  std::optional<double> minimum{};
  std::optional<double> maximum{};
  bool exclusive_minimum = false;
  bool exclusive_maximum = false;
  bool required = false;               ///< Must be in the case file.
  bool may_differ_at_restart = false;  ///< A restart may change it without being refused.
  int minimum_size = 0;                ///< Of a list.
  int maximum_size = -1;               ///< Of a list; -1 for any.
};

/// One allowed name of a choice.
struct Option {
  std::string name;
  std::string help;
};

/// One leaf with its value. What resolved.yaml holds and what restarts compare:
/// `flatten(parse_yaml(resolved_yaml()))` gives the same paths and values in the same order.
struct ResolvedValue {
  std::string path;   ///< "initial.bumps.0.amplitude"
  std::string value;  ///< As YAML on one line: 0.1, "a text", [1, 2], null.
  bool may_differ_at_restart = false;
  bool is_default = false;  ///< The case file does not say it.
};

/// A group of declared parameters bound to variables. Move-only; the variables must outlive it.
class Parameters {
 public:
  Parameters();
  ~Parameters();
  Parameters(Parameters&&) noexcept;
  Parameters& operator=(Parameters&&) noexcept;

  // Declarations. A name may be declared once. Values may carry a unit of their own: "27 d" (units.hpp).
  void real(const std::string& name, double& target, ParameterSpec spec);
  void real(const std::string& name, std::optional<double>& target,
            ParameterSpec spec);  ///< `null`/`none` = unset
  void integer(const std::string& name, std::int64_t& target, ParameterSpec spec);
  void integer(const std::string& name, std::optional<std::int64_t>& target, ParameterSpec spec);
  void boolean(const std::string& name, bool& target, ParameterSpec spec);
  void text(const std::string& name, std::string& target, ParameterSpec spec);
  /// Duration in seconds; also takes "HH:MM:SS" and "90 min".
  void duration(const std::string& name, std::optional<double>& target, ParameterSpec spec);
  /// Path of a file that must exist if not empty; relative paths are taken from the case file's folder, then
  /// from the working folder, and made absolute.
  void file(const std::string& name, std::string& target, ParameterSpec spec);
  void choice(const std::string& name, std::string& target, const std::vector<Option>& options,
              ParameterSpec spec);
  /// A list of numbers. A single number in the file stands for a list of one.
  void reals(const std::string& name, std::vector<double>& target, ParameterSpec spec);
  void integers(const std::string& name, std::vector<std::int64_t>& target, ParameterSpec spec);
  void booleans(const std::string& name, std::vector<bool>& target, ParameterSpec spec);
  void texts(const std::string& name, std::vector<std::string>& target, ParameterSpec spec);
  /// Free key-value pairs (values as text), in the order of the keys; for options of other libraries.
  void pairs(const std::string& name, std::map<std::string, std::string>& target, ParameterSpec spec);
  /// Any YAML, kept as a node, checked by whoever uses it (ensemble variations).
  void node(const std::string& name, ConfigNode& target, ParameterSpec spec);

  /// A nested group.
  void group(const std::string& name, const std::string& help,
             const std::function<void(Parameters&)>& declare);
  /// A list of groups of one kind; the file's list replaces the default. T has `void declare(Parameters&)`.
  template <class T>
  void list(const std::string& name, std::vector<T>& target, ParameterSpec spec) {
    list_of(name, spec,
            ListAccess{.resize = [&target](std::size_t n) { target.assign(n, T{}); },
                       .size = [&target] { return target.size(); },
                       .declare = [&target](std::size_t i, Parameters& p) { target[i].declare(p); },
                       .declare_example =
                           [](Parameters& p) {
                             static thread_local T example;
                             example = T{};
                             example.declare(p);
                           }});
  }
  /// A map of groups of one kind under names of the user's choice; the file's map replaces the default.
  template <class T>
  void named(const std::string& name, std::vector<std::pair<std::string, T>>& target, ParameterSpec spec) {
    named_of(name, spec,
             ListAccess{.resize = [&target](std::size_t n) { target.assign(n, {}); },
                        .size = [&target] { return target.size(); },
                        .declare = [&target](std::size_t i, Parameters& p) { target[i].second.declare(p); },
                        .declare_example =
                            [](Parameters& p) {
                              static thread_local T example;
                              example = T{};
                              example.declare(p);
                            },
                        .name = [&target](std::size_t i) -> std::string& { return target[i].first; }});
  }
  /// A list of groups whose kind is told by the key `type` of each ("hooks"). `make(type, index)` makes the
  /// item's object and declares it; the names and helps of the kinds are `types`.
  void list_by_type(const std::string& name, const std::vector<Option>& types, ParameterSpec spec,
                    const std::function<void(const std::string& type, Parameters&)>& make,
                    const std::function<void(const std::string& type, Parameters&)>& make_example);

  /// Reads a map. All faults are collected; throws one InputError that lists them (file:line: key: what is
  /// wrong, what is allowed, nearest known key). Call once.
  void read(const ConfigNode& map, const std::string& folder_of_case = "");

  [[nodiscard]] std::vector<ResolvedValue> resolved() const;
  [[nodiscard]] std::string resolved_yaml()
      const;                                      ///< Every parameter with its value; reads back to the same.
  [[nodiscard]] std::string help_text() const;    ///< For a terminal.
  [[nodiscard]] std::string markdown() const;     ///< Table: parameter, default, unit, allowed, meaning.
  [[nodiscard]] std::string json_schema() const;  ///< The object schema (JSON text) of this group.
  [[nodiscard]] std::vector<std::string> names() const;
  /// Where the value at `path` was written, for cross-checks ("case.yaml:12: grid.points"); just `path` if
  /// defaulted.
  [[nodiscard]] std::string where(const std::string& path) const;

 private:
  friend struct detail::EntryAccess;
  struct ListAccess {
    std::function<void(std::size_t)> resize;
    std::function<std::size_t()> size;
    std::function<void(std::size_t, Parameters&)> declare;
    std::function<void(Parameters&)> declare_example;
    std::function<std::string&(std::size_t)> name{};
  };
  void named_of(const std::string& name, ParameterSpec spec, ListAccess access);
  void list_of(const std::string& name, ParameterSpec spec, ListAccess access);
  std::vector<std::unique_ptr<detail::Entry>> entries_;
};

/// Throws InputError "where: message" for a combination that no single bound can refuse.
[[noreturn]] void refuse(const Parameters& parameters, const std::string& path, const std::string& message);

}  // namespace sluice::base
