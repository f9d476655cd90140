// The members of all groups side by side, from meeting to meeting.
//
// A restart needs checkpoints of all members with the same number of meetings behind them. Every member
// writes one when it departs from a meeting, nobody departs before all have arrived, and each keeps at least
// two: so at any moment there is such a set, the last meeting's or the one before.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/timer.hpp"
#include "run/checkpoint.hpp"
#include "run/ensemble_group.hpp"

namespace sluice::run {

namespace {

constexpr const char* failure_file = "failed.txt";

/// Where a member can go on: numbers of meetings behind its checkpoints; a finished one goes with later ones
/// too.
struct Offer {
  std::set<std::int64_t> meetings{0};  // a fresh start
  std::int64_t finished_from = -1;
  [[nodiscard]] bool allows(std::int64_t number) const {
    return meetings.contains(number) || (finished_from >= 0 && number >= finished_from);
  }
};

Offer offer_of(const std::vector<GoodCheckpoint>& checkpoints) {
  Offer offer;
  for (const GoodCheckpoint& one : checkpoints) {
    offer.meetings.insert(one.header.meetings);
    if (one.header.finished) offer.finished_from = one.header.meetings;
  }
  return offer;
}

/// The largest number that every member of every group can go on from. Collective over the world.
std::int64_t common_number(const base::Communicator& world, const std::vector<Offer>& own) {
  std::set<std::int64_t> candidates;
  for (const Offer& offer : own) candidates.insert(offer.meetings.begin(), offer.meetings.end());
  std::vector<double> mine(candidates.begin(), candidates.end());
  for (const auto& others :
       world.exchange(std::vector<std::vector<double>>(static_cast<std::size_t>(world.size()), mine)))
    for (const double number : others) candidates.insert(static_cast<std::int64_t>(number));
  std::int64_t common = 0;
  for (const std::int64_t number : candidates)
    if (world.all(std::all_of(own.begin(), own.end(),
                              [number](const Offer& offer) { return offer.allows(number); })))
      common = number;
  return common;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string text;
  std::getline(in, text);
  return text;
}

}  // namespace

void EnsembleGroup::each(const std::function<void(Member&)>& work) {
  for (Member& member : members_) {
    if (!member.run) continue;
    attempt(member, work);
    if (!member.run || !member.run->failure().empty()) leave_out(member);
  }
}

/// A member that has failed cannot come back to later meetings: a restart leaves it out too.
void EnsembleGroup::leave_out(Member& member) {
  const std::string message = member.run ? member.run->failure() : member.result.message;
  const auto file = folder_ / member_folder(member.result.member) / failure_file;
  try {
    output_on_root(communicator_, [&] {
      std::filesystem::create_directories(file.parent_path());
      if (!std::filesystem::exists(file)) write_file_atomically(file, message + "\n");
    });
  } catch (const OutputError& error) {
    base::log::error("{}", error.what());
  }
}

/// "--restart" of each of the group's members. Collective over the world.
std::vector<std::string> EnsembleGroup::restarts() {
  if (options_.restart.empty()) return std::vector<std::string>(members_.size());
  std::vector<Offer> offers;
  std::vector<std::vector<GoodCheckpoint>> checkpoints;
  std::vector<bool> failed;
  for (const Member& member : members_) {
    const auto folder = folder_ / member_folder(member.result.member);
    checkpoints.push_back(good_checkpoints(communicator_, folder));
    failed.push_back(
        communicator_.any(communicator_.is_root() && std::filesystem::exists(folder / failure_file)));
    if (!failed.back()) offers.push_back(offer_of(checkpoints.back()));
  }
  const std::int64_t number = common_number(world_, offers);
  base::log::info("the members go on from behind {} meetings", number);
  std::vector<std::string> chosen;
  for (std::size_t n = 0; n < members_.size(); ++n) {
    const auto good =
        std::find_if(checkpoints[n].begin(), checkpoints[n].end(), [number](const GoodCheckpoint& one) {
          return one.header.meetings == number || (one.header.finished && one.header.meetings <= number);
        });
    chosen.push_back(good == checkpoints[n].end() ? "fresh" : good->file.string());
    const auto file = folder_ / member_folder(members_[n].result.member) / failure_file;
    if (number == 0) output_on_root(communicator_, [&] { std::filesystem::remove(file); });
    if (!failed[n] || number == 0) continue;
    chosen.back() = "left out";
    members_[n].result.status = "failed";
    members_[n].result.message = communicator_.is_root() ? text_of(file) : "";
  }
  return chosen;
}

bool EnsembleGroup::somebody_stops() const {
  const bool on_failure = whole_->ensemble.on_failure == "stop";
  bool stops = false;
  for (const Member& member : members_)
    stops =
        stops || (member.run && member.run->stopped()) ||
        (on_failure && (member.result.status == "failed" || (member.run && !member.run->failure().empty())));
  return world_.any(stops);
}

/// Those who have arrived. Collective over the world.
Gathering EnsembleGroup::gathering(double time, std::int64_t number) {
  Gathering gathering{
      .world = world_, .group = communicator_, .own = {}, .members = {}, .time = time, .number = number};
  std::vector<double> present(static_cast<std::size_t>(whole_->ensemble.members), 0.0);
  for (Member& member : members_) {
    if (!member.arrived) continue;
    gathering.own.push_back({.member = member.result.member,
                             .solver = &member.run->solver(),
                             .outputs = &member.run->outputs(),
                             .hooks = member.run->hooks(),
                             .step = member.run->step()});
    if (communicator_.is_root()) present[static_cast<std::size_t>(member.result.member)] = 1;
  }
  world_.sum(std::span<double>(present));
  for (std::size_t m = 0; m < present.size(); ++m)
    if (present[m] > 0) gathering.members.push_back(static_cast<std::int64_t>(m));
  return gathering;
}

bool EnsembleGroup::hold(Meeting& meeting, double time, std::int64_t number) {
  const Gathering all = gathering(time, number);
  if (all.members.empty()) return true;
  base::log::set_prefix("", world_.is_root());
  if (world_.is_root()) base::log::open_file(folder_ / "log.txt");
  bool held = true;
  try {
    const base::ScopedTimer timer("meeting");
    meeting.hold(all);
  } catch (const base::AgreedError& error) {
    failure_ = error.what();
    held = false;
  }
  base::log::close_file();
  return held;
}

/// False if the run is to end before its end: a stop, or a meeting that failed.
bool EnsembleGroup::go_to_meetings(Meeting& meeting) {
  double end = whole_->run.t_end;
  std::int64_t number = 0;
  for (const Member& member : members_) {
    if (!member.run) continue;
    end = std::max(end, member.run->end_time());
    number = std::max(number, member.run->meetings());
  }
  number = world_.max(number);
  const std::vector<double> times = meeting.times(whole_->run.t_start, world_.max(end));
  for (; number < static_cast<std::int64_t>(times.size()); ++number) {
    const double time = times[static_cast<std::size_t>(number)];
    for (Member& member : members_) member.arrived = false;
    each([time](Member& member) { member.arrived = member.run->arrive_at(time); });
    if (somebody_stops() || !hold(meeting, time, number)) return false;
    each([](Member& member) {
      if (member.arrived) member.run->depart();
    });
    world_
        .barrier();  // nobody writes a checkpoint of the way to the next meeting before all have one of this
  }
  return true;
}

void EnsembleGroup::run_together(const std::vector<std::int64_t>& members, Meeting& meeting) {
  members_ = std::vector<Member>(members.size());
  for (std::size_t n = 0; n < members.size(); ++n) members_[n].result.member = members[n];
  const std::vector<std::string> restart = restarts();
  base::reset_timers();
  for (std::size_t n = 0; n < members.size(); ++n) {
    if (restart[n] == "left out") continue;
    RunOptions options = options_;
    options.restart = restart[n];
    options.together = static_cast<int>(members.size());
    options.meets = true;
    attempt(members_[n], [&](Member& member) { open(member, options); });
    if (!members_[n].run) leave_out(members_[n]);
  }
  if (go_to_meetings(meeting)) each([](Member& member) { member.run->advance_to(member.run->end_time()); });
  for (Member& member : members_)
    if (member.run) attempt(member, [this](Member& one) { close(one); });
}

}  // namespace sluice::run
