#include "run/ensemble_group.hpp"

#include <fmt/format.h>

#include <fstream>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "base/timer.hpp"

namespace sluice::run {

namespace {

void mark_failed(MemberResult& result, const std::exception& error) {
  result.status = "failed";
  result.message = error.what();
  base::log::error("{}", error.what());
}

std::string name_of(Status status) {
  return status == Status::finished ? "finished" : status == Status::stopped ? "stopped" : "failed";
}

}  // namespace

EnsembleGroup::EnsembleGroup(base::Communicator world, base::Communicator communicator, Registry& registry,
                             const Case& whole, const std::filesystem::path& folder, RunOptions options)
    : world_(std::move(world)),
      communicator_(std::move(communicator)),
      registry_(&registry),
      whole_(&whole),
      folder_(folder),
      options_(std::move(options)) {
  options_.ensemble_folder = folder_;
}

std::vector<MemberResult> EnsembleGroup::results() const {
  std::vector<MemberResult> all;
  for (const Member& member : members_) all.push_back(member.result);
  return all;
}

/// Also when a member of another group has asked for it through the file. Collective over the group.
bool EnsembleGroup::asked_to_stop() const {
  const bool file = communicator_.is_root() && std::filesystem::exists(folder_ / "stop");
  return communicator_.any(file || base::take_requests().stop);
}

void EnsembleGroup::stop_everybody() const {
  output_on_root(communicator_, [this] { std::ofstream(folder_ / "stop") << "a member failed\n"; });
}

/// `work` under the member's own name, with its own log; its failure is the member's. Collective over the
/// group.
void EnsembleGroup::attempt(Member& member, const std::function<void(Member&)>& work) {
  base::log::set_prefix(fmt::format("member {}: ", member.result.member), communicator_.is_root());
  if (communicator_.is_root() && member.folder) base::log::open_file(member.folder->path() / "log.txt");
  const auto fail = [&](const std::exception& error) {
    mark_failed(member.result, error);
    member.run.reset();
  };
  try {
    work(member);
  } catch (const base::AgreedError& error) {
    fail(error);
  } catch (const std::exception& error) {
    if (communicator_.size() > 1) throw;  // this rank alone knows: only `main` can end the others
    fail(error);
  }
  base::log::close_file();
}

void EnsembleGroup::open(Member& member, const RunOptions& options) {
  member.own = member_case(*registry_, *whole_, member.result.member);
  member.folder = std::make_unique<RunFolder>(communicator_, folder_ / member_folder(member.result.member));
  if (communicator_.is_root()) base::log::open_file(member.folder->path() / "log.txt");
  RunOptions own = options;
  own.member = static_cast<std::uint32_t>(member.result.member);
  member.run = std::make_unique<Run>(communicator_, *registry_, *member.own, *member.folder, own);
  member.run->start();
}

void EnsembleGroup::close(Member& member) {
  MemberResult& result = member.result;
  result.status = name_of(member.run->finish());
  result.step = member.run->step();
  result.time = member.run->time();
  result.message = member.run->failure();
  const std::string checkpoint = communicator_.is_root() ? member.run->checkpoint() : "";
  if (!checkpoint.empty()) result.checkpoint = std::filesystem::relative(checkpoint, folder_).string();
  member.run.reset();
}

void EnsembleGroup::run_in_turn(const std::vector<std::int64_t>& members) {
  members_ = std::vector<Member>(members.size());
  for (std::size_t n = 0; n < members.size(); ++n) members_[n].result.member = members[n];
  for (Member& member : members_) {
    if (asked_to_stop()) break;
    base::reset_timers();
    attempt(member, [this](Member& one) {
      open(one, options_);
      one.run->advance_to(one.run->end_time());
      close(one);
    });
    member.folder.reset();
    if (member.result.status == "failed" && whole_->ensemble.on_failure == "stop") stop_everybody();
  }
}

}  // namespace sluice::run
