#include "run/hook_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/log.hpp"
#include "base/timer.hpp"

namespace sluice::run {

void HookList::build(const Case& the_case, const HookContext& context) {
  for (std::size_t i = 0; i < the_case.hooks.size(); ++i) {
    const HookItem& item = the_case.hooks[i];
    Entry entry{.name = std::to_string(i) + "-" + item.type,
                .timer = "hook " + item.type,
                .hook = item.hook->build(context)};
    entry.observer = dynamic_cast<Observer*>(entry.hook.get());
    entry.corrector = dynamic_cast<Corrector*>(entry.hook.get());
    if (entry.observer == nullptr && entry.corrector == nullptr)
      throw base::Error("hook '" + item.type + "' is neither an observer nor a corrector");
    entries_.push_back(std::move(entry));
  }
}

void HookList::start(double t0) {
  for (Entry& entry : entries_) entry.hook->schedule.start(t0);
}

void HookList::state(State& state, const std::vector<bool>* only) {
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (only == nullptr || (*only)[i])
      state.within("hooks/" + entries_[i].name, [&](State& inner) { entries_[i].hook->state(inner); });
}

void HookList::restored(const std::vector<bool>& which) {
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (which[i]) entries_[i].hook->restored();
}

bool HookList::wall_due(double wall) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [wall](const Entry& entry) { return entry.hook->schedule.wall_due(wall); });
}

std::optional<double> HookList::next_required(double time) const {
  std::optional<double> next;
  for (const Entry& entry : entries_)
    if (const auto own = entry.hook->schedule.next_required(time); own && (!next || *own < *next)) next = own;
  return next;
}

bool HookList::may_redo() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return entry.hook->may_redo(); });
}

std::optional<double> HookList::redo(const Look& look) {
  std::optional<double> limit;
  for (Entry& entry : entries_)
    if (entry.hook->may_redo())
      if (const auto own = entry.hook->redo(look); own && (!limit || *own < *limit)) limit = own;
  return limit;
}

void HookList::correct(const Look& look, Solver& solver) {
  for (Entry& entry : entries_) {
    if (entry.corrector == nullptr || !entry.hook->schedule.due(look.moment)) continue;
    const base::ScopedTimer timer(entry.timer);
    const std::vector<Increment> increments = entry.corrector->correct(look);
    if (increments.empty()) continue;
    solver.apply(increments);
    look.outputs->new_state();
    look.quantities->new_state();
  }
}

template <class Work>
void HookList::attempt(Entry& entry, const Work& work) {
  try {
    work();
    if (entry.hook->makes_up()) entry.missing = 0;
  } catch (const OutputError& error) {
    ++entry.missing;
    base::log::error("hook {}: {} (the run goes on)", entry.name, error.what());
  }
}

void HookList::observe(const Look& look) {
  for (Entry& entry : entries_)
    if (entry.observer != nullptr && entry.hook->schedule.due(look.moment))
      attempt(entry, [&] {
        const base::ScopedTimer timer(entry.timer);
        entry.observer->observe(look);
      });
}

void HookList::flush() {
  for (Entry& entry : entries_) attempt(entry, [&] { entry.hook->flush(); });
}

void HookList::finish(const Look& look) {
  for (Entry& entry : entries_)
    attempt(entry, [&] {
      const base::ScopedTimer timer(entry.timer);
      entry.hook->finish(look);
    });
}

std::vector<Hook*> HookList::all() const {
  std::vector<Hook*> hooks;
  for (const Entry& entry : entries_) hooks.push_back(entry.hook.get());
  return hooks;
}

int HookList::missing() const {
  int total = 0;
  for (const Entry& entry : entries_) total += entry.missing;
  return total;
}

void refuse_shared_files(const Case& the_case) {
  std::map<std::string, std::size_t> owner;
  for (std::size_t i = 0; i < the_case.hooks.size(); ++i)
    for (const std::string& file : the_case.hooks[i].hook->files()) {
      const auto [known, is_new] = owner.emplace(file, i);
      if (!is_new)
        throw base::InputError(
            fmt::format("hooks {} and {} (both '{}') would both write '{}': give one of them another name",
                        known->second, i, the_case.hooks[i].type, file));
    }
}

}  // namespace sluice::run
