#include "run/ensemble_report.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace sluice::run {

namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const base::ConfigNode& node) {
  if (node.kind == base::ConfigNode::Kind::scalar) return node.scalar;
  std::string text;
  for (const base::ConfigNode& item : node.items) text += (text.empty() ? "" : " ") + text_of(item);
  for (const auto& [key, value] : node.entries)
    text += (text.empty() ? "" : " ") + key + ":" + text_of(value);
  return text;
}

std::string quoted_csv(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

Json to_json(const MemberResult& r) {
  return {{"member", r.member}, {"status", r.status},         {"step", r.step},
          {"time", r.time},     {"checkpoint", r.checkpoint}, {"message", r.message}};
}

MemberResult from_json(const Json& j) {
  return {.member = j.at("member"),
          .status = j.at("status"),
          .step = j.at("step"),
          .time = j.at("time").is_null() ? 0.0 : j.at("time").get<double>(),
          .checkpoint = j.at("checkpoint"),
          .message = j.at("message")};
}

}  // namespace

std::string members_csv(const Case& whole, const std::vector<MemberResult>& results) {
  std::string text = fmt::format("member,status,step,time [{}]", whole.solver->time_unit());
  for (const auto& [key, values] : whole.ensemble.values.entries) text += "," + quoted_csv(key);
  for (const MemberResult& result : results) {
    text += fmt::format("\n{},{},{},{}", result.member, result.status, result.step, result.time);
    for (const auto& [key, values] : whole.ensemble.values.entries)
      text += "," + quoted_csv(text_of(values.items[static_cast<std::size_t>(result.member)]));
  }
  return text + "\n";
}

std::string manifest_json(const Case& whole, const std::vector<MemberResult>& results) {
  Json members = Json::array();
  for (const MemberResult& result : results) {
    Json entry = {{"member", result.member}, {"folder", member_folder(result.member)},
                  {"status", result.status}, {"step", result.step},
                  {"time", result.time},     {"checkpoint", result.checkpoint}};
    if (!result.message.empty()) entry["message"] = result.message;
    members.push_back(entry);
  }
  const Json manifest = {{"schema", 1}, {"solver", whole.solver_name}, {"members", members}};
  return manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::vector<MemberResult> gather_results(const base::Communicator& world, bool speaks_for_group,
                                         const std::vector<MemberResult>& own, std::int64_t members) {
  Json mine = Json::array();
  if (speaks_for_group)
    for (const MemberResult& result : own) mine.push_back(to_json(result));
  const auto texts = world.gather(mine.dump(-1, ' ', false, Json::error_handler_t::replace));
  std::string joined;
  for (const std::string& text : texts) joined += text + "\n";
  world.broadcast(joined);
  std::vector<MemberResult> all(static_cast<std::size_t>(members));
  for (std::int64_t m = 0; m < members; ++m) all[static_cast<std::size_t>(m)].member = m;
  for (std::size_t begin = 0; begin < joined.size();) {
    const std::size_t end = joined.find('\n', begin);
    for (const Json& entry : Json::parse(joined.substr(begin, end - begin))) {
      MemberResult result = from_json(entry);
      all[static_cast<std::size_t>(result.member)] = std::move(result);
    }
    begin = end + 1;
  }
  return all;
}

}  // namespace sluice::run
