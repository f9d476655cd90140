// JSON schema (draft 2020-12) of declared parameters, for editors.
#include <nlohmann/json.hpp>

#include "base/parameters_detail.hpp"
#include "base/units.hpp"

namespace sluice::base {

namespace {

using Json = nlohmann::ordered_json;
using detail::Entry;
using detail::EntryAccess;
using Kind = Entry::Kind;

Json object_schema(const Parameters& parameters, const std::string& type);

std::string description(const Entry& entry) {
  std::string text = entry.spec.help;
  if (!entry.spec.unit.empty() && entry.spec.unit != "1") text += " [" + entry.spec.unit + "]";
  for (const Option& option : entry.options) text += "\n" + option.name + ": " + option.help;
  return text;
}

/// A number or integer with bounds; where the unit has relatives, a text with one of them is allowed too.
Json number_schema(const std::string& type, const ParameterSpec& spec) {
  Json number{{"type", type}};
  if (spec.minimum) number[spec.exclusive_minimum ? "exclusiveMinimum" : "minimum"] = *spec.minimum;
  if (spec.maximum) number[spec.exclusive_maximum ? "exclusiveMaximum" : "maximum"] = *spec.maximum;
  if (spec.unit.empty() || !unit_factor(spec.unit, spec.unit)) return number;
  std::string names;
  const std::string relatives = units_like(spec.unit);
  for (std::size_t begin = 0; begin < relatives.size();) {
    const std::size_t end = std::min(relatives.find(", ", begin), relatives.size());
    std::string name = relatives.substr(begin, end - begin);
    for (std::size_t at = name.find('^'); at != std::string::npos; at = name.find('^', at + 2))
      name.insert(at, "\\");
    names += (names.empty() ? "" : "|") + name;
    begin = end + 2;
  }
  const std::string pattern = "^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?\\s*(" + names + ")$";
  return Json{{"anyOf", Json::array({number, Json{{"type", "string"}, {"pattern", pattern}}})}};
}

Json list_schema(const ParameterSpec& spec, const Json& items, bool single_allowed) {
  Json list{{"type", "array"}, {"items", items}};
  if (spec.minimum_size > 0) list["minItems"] = spec.minimum_size;
  if (spec.maximum_size >= 0) list["maxItems"] = spec.maximum_size;
  return single_allowed && spec.minimum_size <= 1 ? Json{{"anyOf", Json::array({list, items})}} : list;
}

Json typed_items(const Entry& entry) {
  Json types = Json::array(), branches = Json::array();
  for (const Option& option : entry.options) {
    Parameters example;
    entry.make_example(option.name, example);
    types.push_back(option.name);
    branches.push_back(Json{{"if", Json{{"properties", Json{{"type", Json{{"const", option.name}}}}},
                                        {"required", Json::array({"type"})}}},
                            {"then", object_schema(example, option.name)}});
  }
  Json item{{"type", "object"},
            {"required", Json::array({"type"})},
            {"properties", Json{{"type", Json{{"enum", types}}}}}};
  if (!branches.empty()) item["allOf"] = branches;
  return item;
}

Json value_schema(const Entry& entry) {
  const Json text{{"type", "string"}}, boolean{{"type", "boolean"}};
  const Json scalar{{"type", Json::array({"string", "number", "boolean", "null"})}};
  Json names = Json::array();
  switch (entry.kind) {
    case Kind::real:
      return number_schema("number", entry.spec);
    case Kind::integer:
      return number_schema("integer", entry.spec);
    case Kind::boolean:
      return boolean;
    case Kind::text:
      return Json{{"type", Json::array({"string", "number", "boolean"})}};
    case Kind::file:
      return text;
    case Kind::duration:
      return Json{{"type", Json::array({"number", "string"})}};
    case Kind::choice:
      for (const Option& option : entry.options) names.push_back(option.name);
      return Json{{"enum", names}};
    case Kind::reals:
      return list_schema(entry.spec, number_schema("number", entry.spec), true);
    case Kind::integers:
      return list_schema(entry.spec, number_schema("integer", entry.spec), true);
    case Kind::booleans:
      return list_schema(entry.spec, boolean, true);
    case Kind::texts:
      return list_schema(entry.spec, Json{{"type", Json::array({"string", "number", "boolean"})}}, true);
    case Kind::pairs:
      return Json{{"type", Json::array({"object", "null"})}, {"additionalProperties", scalar}};
    case Kind::node:
      return Json::object();
    case Kind::group:
      return object_schema(*entry.group, "");
    case Kind::typed_list:
      return list_schema(entry.spec, typed_items(entry), false);
    case Kind::list:
    case Kind::named_map:
      break;
  }
  Parameters example;
  entry.declare_example(example);
  if (entry.kind == Kind::named_map)
    return Json{{"type", Json::array({"object", "null"})},
                {"additionalProperties", object_schema(example, "")}};
  return list_schema(entry.spec, object_schema(example, ""), false);
}

Json default_value(const Entry& entry) {
  const Json value = Json::parse(entry.default_text, nullptr, false);
  return value.is_discarded() ? Json(entry.default_text) : value;
}

Json entry_schema(const Entry& entry) {
  Json schema = value_schema(entry);
  if (entry.optional)
    schema = Json{{"anyOf", Json::array({schema, Json{{"type", "null"}}, Json{{"const", "none"}}})}};
  schema["description"] = description(entry);
  if (entry.is_leaf() && !entry.spec.required && entry.kind != Kind::node)
    schema["default"] = default_value(entry);
  return schema;
}

bool needs_something(const Parameters& parameters) {
  for (const auto& entry : EntryAccess::entries(parameters))
    if (entry->spec.required || (entry->kind == Kind::group && needs_something(*entry->group))) return true;
  return false;
}

Json object_schema(const Parameters& parameters, const std::string& type) {
  Json properties = Json::object(), required = Json::array();
  if (!type.empty()) properties["type"] = Json{{"const", type}};
  for (const auto& entry : EntryAccess::entries(parameters)) {
    properties[entry->name] = entry_schema(*entry);
    if (entry->spec.required || (entry->kind == Kind::group && needs_something(*entry->group)))
      required.push_back(entry->name);
  }
  Json schema{{"type", required.empty() ? Json::array({"object", "null"}) : Json("object")},
              {"properties", properties},
              {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

}  // namespace

std::string Parameters::json_schema() const { return object_schema(*this, "").dump(2); }

}  // namespace sluice::base
