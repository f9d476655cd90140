#include "run/ensemble.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "base/timer.hpp"
#include "run/ensemble_files.hpp"
#include "run/ensemble_group.hpp"
#include "run/ensemble_report.hpp"
#include "run/hook_list.hpp"
#include "run/provenance.hpp"
#include "run/resume.hpp"

namespace sluice::run {

namespace {

/// Every member's case is read before anything is run, so that a wrong variation is an error at once.
void check_variations(Registry& registry, const Case& whole) {
  for (std::int64_t member = 0; member < whole.ensemble.members; ++member)
    static_cast<void>(member_case(registry, whole, member));
}

/// The keys of the case by which members meet: of the solver and of the hooks.
std::vector<std::string> meeting_keys(const Case& whole) {
  std::vector<std::string> keys;
  if (const std::string key = whole.solver->meeting_key(); !key.empty()) keys.push_back(key);
  for (std::size_t n = 0; n < whole.hooks.size(); ++n)
    if (const std::string key = whole.hooks[n].hook->meeting_key(); !key.empty())
      keys.push_back(fmt::format("hooks.{}.{}", n, key));
  return keys;
}

/// Members meet by what they have in common. InputError.
void check_meeting(const Case& whole) {
  const std::vector<std::string> keys = meeting_keys(whole);
  if (keys.empty()) return;
  const std::string& key = keys.front();
  if (keys.size() > 1)
    throw base::InputError(fmt::format("{} and {}: members can meet for one of them only", key, keys[1]));
  if (whole.ensemble.members < 2)
    base::refuse(whole.parameters, key, "needs an ensemble: ensemble.members of at least 2");
  const std::string group = key.substr(0, key.find('.'));
  for (const auto& [varied, values] : whole.ensemble.values.entries)
    if (varied == group || varied.starts_with(group + "."))
      base::refuse(whole.parameters, "ensemble",
                   fmt::format("{} may not differ from member to member: they meet by {}", varied, key));
}

/// Of the case of one member; null if members do not meet. Collective.
std::unique_ptr<Meeting> meeting_of(const Case& member, const MeetingContext& context) {
  if (!member.solver->meeting_key().empty()) return member.solver->meeting(context);
  for (const HookItem& item : member.hooks)
    if (!item.hook->meeting_key().empty()) return item.hook->meeting(context);
  return nullptr;
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

/// Files over the members that are finished. Collective.
Status write_together(const base::Communicator& world, Registry& registry, const Case& whole,
                      const std::filesystem::path& folder, const std::vector<MemberResult>& results) {
  std::vector<std::filesystem::path> members;
  std::vector<std::int64_t> numbers;
  for (const MemberResult& result : results) {
    if (result.status != "finished") continue;
    members.push_back(folder / member_folder(result.member));
    numbers.push_back(result.member);
  }
  try {
    if (!whole.ensemble.statistics.fields.empty()) {
      const auto first = member_case(registry, whole, 0);
      const auto files =
          write_ensemble_statistics(world, first->solver->plan(world).grid, whole.ensemble.statistics, folder,
                                    members, first->solver->time_unit());
      base::log::info("statistics of {} members at {} times", members.size(), files);
    }
    const auto maps = write_realizations(world, folder, members, numbers, whole.ensemble.realizations);
    if (maps > 0) base::log::info("maps of {} members in one file at {} times", members.size(), maps);
    return Status::finished;
  } catch (const base::AgreedError& error) {
    base::log::error("ensemble: {}", error.what());
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
  EnsembleGroup group(world, communicator, registry, whole, folder, options);
  if (meeting_keys(whole).empty()) {
    group.run_in_turn(plan.members);
  } else {
    const auto meeting =
        meeting_of(*member_case(registry, whole, 0),
                   {.world = world,
                    .folder = folder,
                    .time_unit = whole.solver->time_unit(),
                    .provenance = provenance_json(world, options.command, registry.libraries)});
    group.run_together(plan.members, *meeting);
  }
  base::log::set_prefix("", world.is_root());

  const std::vector<MemberResult> results =
      gather_results(world, communicator.is_root(), group.results(), members);
  if (world.is_root()) base::log::open_file(folder / "log.txt");
  for (const MemberResult& result : results)
    base::log::info("{}: {} at step {}, t = {:.10g}{}{}", member_folder(result.member), result.status,
                    result.step, result.time, result.message.empty() ? "" : ": ", result.message);
  output_on_root(world, [&] {
    write_file_atomically(folder / "members.csv", members_csv(whole, results));
    for (const char* request : {"stop", "checkpoint"}) std::filesystem::remove(folder / request);
    write_file_atomically(folder / "manifest.json", manifest_json(whole, results));
  });
  if (!group.failure().empty()) base::log::error("a meeting of the members failed: {}", group.failure());
  const Status status = group.failure().empty() ? overall(results) : Status::failed;
  return status == Status::finished ? write_together(world, registry, whole, folder, results) : status;
}

Status run_case(const base::Communicator& world, Registry& registry, std::unique_ptr<Case> the_case,
                const RunOptions& options_given) {
  refuse_shared_files(*the_case);
  const bool many = the_case->ensemble.members > 1;
  check_meeting(*the_case);
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
