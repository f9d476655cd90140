#include <fmt/format.h>

#include <array>

#include "base/error.hpp"
#include "main/commands.hpp"
#include "run/ensemble.hpp"
#include "run/hook_list.hpp"
#include "run/surrogates.hpp"

namespace sluice::main {

namespace {

std::string bytes_text(double bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
  const char* const* unit = units.begin();
  for (; bytes >= 1024 && unit + 1 != units.end(); ++unit) bytes /= 1024;
  return fmt::format("{:.{}f} {}", bytes, unit == units.begin() ? 0 : 1, *unit);
}

/// "x: 0 to 15 of 64, y: ..." of this rank; the axes as the layout has them.
std::string own_part(const grid::Layout& layout, const grid::Grid& grid) {
  if (layout.owned_size() == 0) return "nothing";
  std::string text;
  for (int d = 0; d < layout.dimensions(); ++d) {
    const auto i = static_cast<std::size_t>(d);
    const std::string axis = i < grid.axes.size() ? grid.axes[i].name : fmt::format("axis {}", d);
    text += fmt::format("{}{} {}..{}", d == 0 ? "" : ", ", axis, layout.offset()[i],
                        layout.offset()[i] + layout.count()[i] - 1);
  }
  return fmt::format("{} ({} points)", text, layout.owned_size());
}

/// Who owns what; of many ranks only the first and last ones. Collective.
std::string decomposition(const base::Communicator& world, const run::Plan& plan) {
  constexpr std::size_t shown = 8;
  const std::vector<std::string> parts = world.gather(own_part(*plan.layout, plan.grid));
  const auto smallest = world.min(plan.layout->owned_size()), largest = world.max(plan.layout->owned_size());
  std::string processes, extents;
  for (int d = 0; d < plan.layout->dimensions(); ++d) {
    const auto i = static_cast<std::size_t>(d);
    processes += (d == 0 ? "" : " x ") + std::to_string(plan.layout->processes()[i]);
    extents += (d == 0 ? "" : " x ") + std::to_string(plan.layout->global()[i]);
  }
  std::string text =
      fmt::format("decomposition: {} points over {} {} ({}), {} to {} points each\n", extents, world.size(),
                  world.size() == 1 ? "rank" : "ranks", processes, smallest, largest);
  for (std::size_t rank = 0; rank < parts.size(); ++rank) {
    if (parts.size() > 2 * shown && rank == shown) {
      text += "  ...\n";
      rank = parts.size() - shown;
    }
    text += fmt::format("  rank {}: {}\n", rank, parts[rank]);
  }
  return text;
}

}  // namespace

int check(Program& program, const CaseArguments& arguments) {
  const std::unique_ptr<run::Case> the_case = load_case(program, arguments);
  run::refuse_shared_files(*the_case);
  const std::int64_t members = the_case->ensemble.members;
  base::agree(program.world, [&] {
    for (std::int64_t member = 0; members > 1 && member < members; ++member)
      (void)run::member_case(program.registry, *the_case, member);
  });
  const run::GroupPlan groups =
      run::plan_groups(program.world.size(), program.world.rank(), members, the_case->ensemble.groups);
  const base::Communicator group = program.world.split(groups.group, program.world.rank());
  const run::Plan plan = the_case->solver->plan(group);
  const run::Surrogates surrogates(group, the_case->surrogates, plan.grid.dimensions());
  std::string text = "# The case with every value\n" + the_case->parameters.resolved_yaml() + "\n";
  if (members > 1)
    text += fmt::format("ensemble: {} members over {} groups of ranks; of the first group:\n", members,
                        groups.groups);
  text += decomposition(group, plan);
  const auto fullest = static_cast<double>(program.world.max(plan.bytes_per_rank));
  text += fmt::format("memory: about {} for the fields of the fullest rank, {} at most in all\n",
                      bytes_text(fullest), bytes_text(fullest * program.world.size()));
  for (const std::string& note : plan.notes) text += "note: " + note + "\n";
  const std::filesystem::path folder = the_case->folder();
  std::error_code code;
  text += "run folder: " + folder.string() + (std::filesystem::exists(folder, code) ? " (exists)" : "") +
          "\nThe case is good.\n";
  print(program, text);
  return 0;
}

}  // namespace sluice::main
