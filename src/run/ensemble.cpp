#include "run/ensemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "base/timer.hpp"
#include "run/hook_list.hpp"
#include "run/resume.hpp"

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

/// Results of every group, by member, on every rank. Collective.
std::vector<MemberResult> gather(const base::Communicator& world, bool speaks_for_group,
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

/// The members that one group carries.
class Group {
 public:
  Group(const base::Communicator& communicator, Registry& registry, const Case& whole,
        std::filesystem::path folder, RunOptions options)
      : communicator_(communicator),
        registry_(&registry),
        whole_(&whole),
        folder_(std::move(folder)),
        options_(std::move(options)) {
    options_.ensemble_folder = folder_;
  }

  void run(const std::vector<std::int64_t>& members) {
    for (const std::int64_t member : members) results_.push_back({.member = member});
    for (MemberResult& result : results_) {
      if (asked_to_stop()) break;
      base::reset_timers();
      run_member(result);
      base::log::close_file();
      if (result.status == "failed" && whole_->ensemble.on_failure == "stop") stop_everybody();
    }
  }
  [[nodiscard]] const std::vector<MemberResult>& results() const { return results_; }

 private:
  /// Also when a member of another group has asked for it through the file. Collective over the group.
  [[nodiscard]] bool asked_to_stop() const {
    const bool file = communicator_.is_root() && std::filesystem::exists(folder_ / "stop");
    return communicator_.any(file || base::take_requests().stop);
  }

  void stop_everybody() const {
    output_on_root(communicator_, [this] { std::ofstream(folder_ / "stop") << "a member failed\n"; });
  }

  void run_member(MemberResult& result) {
    base::log::set_prefix(fmt::format("member {}: ", result.member), communicator_.is_root());
    RunOptions options = options_;
    options.member = static_cast<std::uint32_t>(result.member);
    try {
      const std::unique_ptr<Case> own = member_case(*registry_, *whole_, result.member);
      RunFolder folder(communicator_, folder_ / member_folder(result.member));
      if (communicator_.is_root()) base::log::open_file(folder.path() / "log.txt");
      Run member(communicator_, *registry_, *own, folder, options);
      member.start();
      // Cross-member hooks would meet at the times in between; without any there is only the end.
      member.advance_to(member.end_time());
      const Status status = member.finish();
      result.status = status == Status::finished  ? "finished"
                      : status == Status::stopped ? "stopped"
                                                  : "failed";
      result.step = member.step();
      result.time = member.time();
      result.message = member.failure();
      const std::string checkpoint = communicator_.is_root() ? member.checkpoint() : "";
      if (!checkpoint.empty()) result.checkpoint = std::filesystem::relative(checkpoint, folder_).string();
    } catch (const base::AgreedError& error) {
      mark_failed(result, error);
    } catch (const std::exception& error) {
      if (communicator_.size() > 1) throw;  // this rank alone knows: only `main` can end the others
      mark_failed(result, error);
    }
  }

  static void mark_failed(MemberResult& result, const std::exception& error) {
    result.status = "failed";
    result.message = error.what();
    base::log::error("{}", error.what());
  }

  base::Communicator communicator_;
  Registry* registry_;
  const Case* whole_;
  std::filesystem::path folder_;
  RunOptions options_;
  std::vector<MemberResult> results_;
};

/// Every member's case is read before anything is run, so that a wrong variation is an error at once.
void check_variations(Registry& registry, const Case& whole) {
  for (std::int64_t member = 0; member < whole.ensemble.members; ++member)
    static_cast<void>(member_case(registry, whole, member));
}

/// Said once for the ensemble, before any member begins. Collective.
void refuse_members_with_results(const base::Communicator& world, const std::filesystem::path& folder,
                                 std::int64_t members) {
  base::agree_on_root(world, [&] {
    for (std::int64_t member = 0; member < members; ++member)
      if (holds_results(folder / member_folder(member)))
        throw base::InputError(
            fmt::format("{} already holds results of members: go on with --restart auto, or choose "
                        "another folder with --output",
                        folder.string()));
  });
}

/// Of the members that are finished. Collective.
Status write_statistics(const base::Communicator& world, Registry& registry, const Case& whole,
                        const std::filesystem::path& folder, const std::vector<MemberResult>& results) {
  if (whole.ensemble.statistics.fields.empty()) return Status::finished;
  std::vector<std::filesystem::path> members;
  for (const MemberResult& result : results)
    if (result.status == "finished") members.push_back(folder / member_folder(result.member));
  try {
    const auto first = member_case(registry, whole, 0);
    const auto files =
        write_ensemble_statistics(world, first->solver->plan(world).grid, whole.ensemble.statistics, folder,
                                  members, first->solver->time_unit());
    base::log::info("statistics of {} members at {} times", members.size(), files);
    return Status::finished;
  } catch (const base::AgreedError& error) {
    base::log::error("ensemble.statistics: {}", error.what());
    return Status::failed;
  }
}

Status overall(const std::vector<MemberResult>& results) {
  const auto any = [&](const char* status) {
    return std::any_of(results.begin(), results.end(),
                       [&](const MemberResult& r) { return r.status == status; });
  };
  if (any("failed")) return Status::failed;
  return any("stopped") || any("waiting") ? Status::stopped : Status::finished;
}

}  // namespace

std::string member_folder(std::int64_t member) { return fmt::format("member_{:04d}", member); }

GroupPlan plan_groups(int ranks, int rank, std::int64_t members, std::int64_t asked) {
  const std::int64_t most = std::min<std::int64_t>(ranks, members);
  if (asked > most)
    throw base::InputError(
        fmt::format("ensemble.groups = {}: with {} members on {} ranks at most {} is allowed", asked, members,
                    ranks, most));
  GroupPlan plan;
  plan.groups = static_cast<int>(asked > 0 ? asked : most);
  const int smaller = ranks / plan.groups, larger = ranks % plan.groups;
  const int in_larger = larger * (smaller + 1);
  plan.group = rank < in_larger ? rank / (smaller + 1) : larger + (rank - in_larger) / smaller;
  for (std::int64_t member = plan.group; member < members; member += plan.groups)
    plan.members.push_back(member);
  return plan;
}

std::unique_ptr<Case> member_case(Registry& registry, const Case& whole, std::int64_t member) {
  base::ConfigNode tree = whole.tree;
  for (std::size_t i = 0; i < tree.entries.size(); ++i)
    if (tree.entries[i].first == "ensemble") {
      tree.entries.erase(tree.entries.begin() + static_cast<std::ptrdiff_t>(i));
      tree.key_origins.erase(tree.key_origins.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
  for (const auto& [key, values] : whole.ensemble.values.entries) {
    const base::ConfigNode& value = values.items[static_cast<std::size_t>(member)];
    base::set_value(tree, key, value, value.origin);
  }
  return Case::from_tree(registry, tree, whole.file);
}

Status run_ensemble(const base::Communicator& world, Registry& registry, const Case& whole,
                    const std::filesystem::path& folder, const RunOptions& options) {
  const std::int64_t members = whole.ensemble.members;
  const GroupPlan plan = plan_groups(world.size(), world.rank(), members, whole.ensemble.groups);
  base::log::info("{} members on {} group{} of {} rank{}", members, plan.groups, plan.groups == 1 ? "" : "s",
                  world.size(), world.size() == 1 ? "" : "s");
  std::vector<MemberResult> waiting(static_cast<std::size_t>(members));
  for (std::size_t m = 0; m < waiting.size(); ++m) waiting[m].member = static_cast<std::int64_t>(m);
  output_on_root(world, [&] { write_file_atomically(folder / "members.csv", members_csv(whole, waiting)); });
  base::log::close_file();

  const base::Communicator communicator = world.split(plan.group, world.rank());
  Group group(communicator, registry, whole, folder, options);
  group.run(plan.members);
  base::log::set_prefix("", world.is_root());

  const std::vector<MemberResult> results = gather(world, communicator.is_root(), group.results(), members);
  if (world.is_root()) base::log::open_file(folder / "log.txt");
  for (const MemberResult& result : results)
    base::log::info("{}: {} at step {}, t = {:.10g}{}{}", member_folder(result.member), result.status,
                    result.step, result.time, result.message.empty() ? "" : ": ", result.message);
  output_on_root(world, [&] {
    write_file_atomically(folder / "members.csv", members_csv(whole, results));
    for (const char* request : {"stop", "checkpoint"}) std::filesystem::remove(folder / request);
    write_file_atomically(folder / "manifest.json", manifest_json(whole, results));
  });
  const Status status = overall(results);
  return status == Status::finished ? write_statistics(world, registry, whole, folder, results) : status;
}

Status run_case(const base::Communicator& world, Registry& registry, std::unique_ptr<Case> the_case,
                const RunOptions& options_given) {
  refuse_shared_files(*the_case);
  const bool many = the_case->ensemble.members > 1;
  if (many) {
    if (!options_given.restart.empty() && options_given.restart != "auto")
      throw base::InputError(
          "--restart FILE: an ensemble goes on with --restart auto (each member has its own checkpoints)");
    check_variations(registry, *the_case);
    static_cast<void>(
        plan_groups(world.size(), world.rank(), the_case->ensemble.members, the_case->ensemble.groups));
  }
  RunOptions options = options_given;
  if (the_case->run.wall_limit) {
    const double end = base::wall_seconds() + *the_case->run.wall_limit;
    options.wall_end = options.wall_end ? std::min(*options.wall_end, end) : end;
  }
  RunFolder folder(world, the_case->folder());
  if (many && options.restart.empty())
    refuse_members_with_results(world, folder.path(), the_case->ensemble.members);
  if (world.is_root()) base::log::open_file(folder.path() / "log.txt");
  base::log::info("run folder: {}", folder.path().string());
  if (many) return run_ensemble(world, registry, *the_case, folder.path(), options);
  Run run(world, registry, *the_case, folder, options);
  try {
    run.start();
  } catch (const base::InputError&) {
    base::log::close_file();
    folder.abandon();
    throw;
  }
  run.advance_to(run.end_time());
  return run.finish();
}

}  // namespace sluice::run
