#include "base/timer.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <mutex>
#include <sstream>

namespace sluice::base {
namespace {

using Clock = std::chrono::steady_clock;

/// One name at one place of the nesting. Slot 0 is the root, which has no name.
struct Slot {
  std::string name;
  int parent = -1;
  std::vector<int> children{};  ///< In the order of first use.
  std::int64_t calls = 0;
  Clock::duration spent{};
};

struct Table {
  std::mutex mutex;
  std::vector<Slot> slots{Slot{}};
  Slot& at(int slot) { return slots[static_cast<std::size_t>(slot)]; }

  /// The child of that name, or -1.
  int find(int parent, std::string_view name) {
    for (const int child : at(parent).children)
      if (at(child).name == name) return child;
    return -1;
  }

  int find_or_add(int parent, std::string_view name) {
    if (const int child = find(parent, name); child >= 0) return child;
    const int added = static_cast<int>(slots.size());
    slots.push_back({.name = std::string(name), .parent = parent});
    at(parent).children.push_back(added);
    return added;
  }

  /// Slot of a path "a/b", or -1; a name may hold a "/" of its own.
  int find_path(int parent, std::string_view path) {
    for (const int child : at(parent).children) {
      const std::string_view name = at(child).name;
      if (path == name) return child;
      if (path.size() > name.size() && path.starts_with(name) && path[name.size()] == '/')
        if (const int found = find_path(child, path.substr(name.size() + 1)); found >= 0) return found;
    }
    return -1;
  }

  /// Paths of what has counted below `slot`, and of what holds it, parents first.
  void list(int slot, const std::string& prefix, std::vector<std::string>& paths) {
    for (const int child : at(slot).children) {
      const std::string path = prefix + at(child).name;
      const auto place = paths.size();
      list(child, path + "/", paths);
      if (at(child).calls > 0 || paths.size() > place)
        paths.insert(paths.begin() + static_cast<std::ptrdiff_t>(place), path);
    }
  }
};

Table& table() {
  static Table the_table;
  return the_table;
}

thread_local int current = 0;  ///< Innermost open scope of this thread.

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

/// Adds to `merged` what it lacks, each behind what went before it in `paths`, so that children stay with
/// parents.
void merge(std::vector<std::string>& merged, const std::vector<std::string>& paths) {
  auto place = merged.begin();
  for (const auto& path : paths) {
    const auto known = std::find(merged.begin(), merged.end(), path);
    if (known != merged.end()) {
      place = known + 1;
      continue;
    }
    // Behind the whole subtree of the sibling or parent that went before, if this is not part of it.
    const auto slash = path.rfind('/');
    const std::string parent = slash == std::string::npos ? "" : path.substr(0, slash + 1);
    while (place != merged.end() && place->starts_with(parent) &&
           place->find('/', parent.size()) != std::string::npos)
      ++place;
    place = merged.insert(place, path) + 1;
  }
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) result.push_back(line);
  return result;
}

/// The paths of all ranks, the same list on every rank. Collective.
std::vector<std::string> all_paths(const Communicator& communicator) {
  std::vector<std::string> own;
  {
    const std::lock_guard lock(table().mutex);
    table().list(0, "", own);
  }
  const auto joined = [](const std::vector<std::string>& paths) {
    std::string text;
    for (const auto& path : paths) text += path + "\n";
    return text;
  };
  std::vector<std::string> merged;
  for (const auto& text : communicator.gather(joined(own))) merge(merged, lines(text));
  std::string text = joined(merged);
  communicator.broadcast(text);
  return lines(text);
}

}  // namespace

ScopedTimer::ScopedTimer(std::string_view name) {
  {
    const std::lock_guard lock(table().mutex);
    slot_ = table().find_or_add(current, name);
  }
  current = slot_;
  start_ = Clock::now();
}

ScopedTimer::~ScopedTimer() {
  const auto spent = Clock::now() - start_;
  const std::lock_guard lock(table().mutex);
  Slot& slot = table().at(slot_);
  slot.calls += 1;
  slot.spent += spent;
  current = slot.parent;
}

std::vector<TimerRow> timer_table(const Communicator& communicator) {
  const auto paths = all_paths(communicator);
  std::vector<double> calls, total;
  {
    const std::lock_guard lock(table().mutex);
    for (const auto& path : paths) {
      const int slot = table().find_path(0, path);
      calls.push_back(slot < 0 ? 0.0 : static_cast<double>(table().at(slot).calls));
      total.push_back(slot < 0 ? 0.0 : seconds(table().at(slot).spent));
    }
  }
  auto least = total, most = total;
  communicator.max(std::span<double>(calls));
  communicator.min(std::span<double>(least));
  communicator.max(std::span<double>(most));
  communicator.sum(std::span<double>(total));
  std::vector<TimerRow> rows;
  for (std::size_t i = 0; i < paths.size(); ++i)
    rows.push_back(
        {paths[i], static_cast<std::int64_t>(calls[i]), least[i], total[i] / communicator.size(), most[i]});
  return rows;
}

double timer_seconds(std::string_view path) {
  const std::lock_guard lock(table().mutex);
  const int slot = table().find_path(0, path);
  return slot < 0 ? 0.0 : seconds(table().at(slot).spent);
}

void reset_timers() {
  const std::lock_guard lock(table().mutex);
  for (auto& slot : table().slots) {
    slot.calls = 0;
    slot.spent = {};
  }
}

std::string format_timer_table(const std::vector<TimerRow>& rows, double total_seconds) {
  std::size_t width = std::strlen("timer");
  const auto depth = [](const TimerRow& row) {
    return static_cast<std::size_t>(std::count(row.name.begin(), row.name.end(), '/'));
  };
  const auto label = [&](const TimerRow& row) {
    return std::string(2 * depth(row), ' ') + row.name.substr(row.name.rfind('/') + 1);
  };
  for (const auto& row : rows) width = std::max(width, label(row).size());
  std::string text = fmt::format("{:<{}}  {:>10}  {:>10}  {:>10}  {:>10}  {:>7}\n", "timer", width, "calls",
                                 "min [s]", "mean [s]", "max [s]", "share");
  for (const auto& row : rows) {
    const double share = total_seconds > 0 ? 100 * row.mean / total_seconds : 0.0;
    text += fmt::format("{:<{}}  {:>10}  {:>10.4f}  {:>10.4f}  {:>10.4f}  {:>5.1f} %\n", label(row), width,
                        row.calls, row.minimum, row.mean, row.maximum, share);
  }
  return text;
}

namespace {

/// Value of a line "NAME:   123 kB" of a file of the kernel [bytes]; -1 if there is none.
std::int64_t kernel_bytes(const char* path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name + ":")) return std::stoll(line.substr(name.size() + 1)) * 1024;
  return -1;
}

}  // namespace

std::int64_t peak_memory_bytes() {
  // The kernel's high-water mark. getrusage would also count what the process was before exec.
  std::int64_t peak = kernel_bytes("/proc/self/status", "VmHWM");
  if (peak < 0) {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return std::int64_t{usage.ru_maxrss} * 1024;
  }
  const std::int64_t resident = kernel_bytes("/proc/self/smaps_rollup", "Rss"),
                     proportional = kernel_bytes("/proc/self/smaps_rollup", "Pss");
  return resident < 0 || proportional < 0 ? peak : peak - (resident - proportional);
}

double wall_seconds() { return seconds(Clock::now().time_since_epoch()); }

}  // namespace sluice::base
