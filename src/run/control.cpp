#include "run/control.hpp"

#include <algorithm>
#include <csignal>

#include "base/signals.hpp"
#include "base/timer.hpp"

namespace sluice::run {

namespace {

// Bits of the word that ranks agree on.
constexpr std::uint32_t checkpoint_asked = 1;
constexpr std::uint32_t wall_trigger_due = 2;
constexpr std::uint32_t stop_file = 4;
constexpr std::uint32_t wall_limit = 8;
constexpr std::uint32_t signal_usr2 = 16;
constexpr std::uint32_t signal_term = 32;
constexpr std::uint32_t signal_int = 64;
constexpr std::uint32_t any_stop = stop_file | wall_limit | signal_usr2 | signal_term | signal_int;

constexpr double seconds_between_files = 1.0;

std::string reason_of(std::uint32_t word) {
  if (word & signal_int) return "signal SIGINT";
  if (word & signal_term) return "signal SIGTERM";
  if (word & signal_usr2) return "signal SIGUSR2";
  if (word & stop_file) return "file 'stop' in the run folder";
  return "the wall-clock limit is near";
}

}  // namespace

Control::Control(const base::Communicator& communicator, const RunFolder& folder,
                 std::filesystem::path ensemble_folder, WallLimit limit)
    : communicator_(communicator),
      folder_(&folder),
      ensemble_folder_(std::move(ensemble_folder)),
      limit_(limit),
      begin_(base::wall_seconds()),
      last_look_(begin_) {}

double Control::elapsed() const { return base::wall_seconds() - begin_; }

void Control::measured_checkpoint(double seconds) {
  longest_checkpoint_ = std::max(longest_checkpoint_, seconds);
  last_look_ = base::wall_seconds();  // it is no part of a step
}

/// A file in the ensemble's folder speaks to every member, so nobody removes it before the end: each member
/// remembers the one that it has obeyed.
bool Control::ensemble_asks(const std::string& name, std::filesystem::file_time_type& seen) const {
  if (ensemble_folder_.empty()) return false;
  std::error_code failed;
  const auto time = std::filesystem::last_write_time(ensemble_folder_ / name, failed);
  if (failed || time == seen) return false;
  seen = time;
  return true;
}

std::uint32_t Control::request_files() {
  std::uint32_t word = 0;
  if (folder_->take_request("checkpoint")) word |= checkpoint_asked;
  if (folder_->take_request("stop")) word |= stop_file;
  if (ensemble_asks("checkpoint", checkpoint_file_seen_)) word |= checkpoint_asked;
  if (ensemble_asks("stop", stop_file_seen_)) word |= stop_file;
  return word;
}

std::uint32_t Control::requests() {
  std::uint32_t word = 0;
  const base::Requests asked = base::take_requests();
  if (asked.checkpoint) word |= checkpoint_asked;
  if (asked.stop)
    word |= asked.signal == SIGINT ? signal_int : asked.signal == SIGTERM ? signal_term : signal_usr2;
  if (!communicator_.is_root()) return word;
  const double now = base::wall_seconds();
  longest_step_ = std::max(longest_step_, now - last_look_);
  last_look_ = now;
  if (now - files_looked_at_ >= seconds_between_files) {
    files_looked_at_ = now;
    word |= request_files();
  }
  if (limit_.end &&
      now + limit_.margin + longest_step_ + 1.5 * limit_.together * longest_checkpoint_ >= *limit_.end)
    word |= wall_limit;
  return word;
}

Decision Control::look(bool wall_trigger) {
  std::uint32_t word = requests();
  if (wall_trigger && communicator_.is_root()) word |= wall_trigger_due;
  word = communicator_.bitwise_or(word);
  if (word == 0) return {};
  if (word & wall_trigger_due) {
    double now = elapsed();
    communicator_.broadcast(std::span<double>(&now, 1));
    agreed_wall_ = now;
  }
  Decision decision{.checkpoint = (word & checkpoint_asked) != 0, .stop = (word & any_stop) != 0};
  if (decision.stop) decision.reason = reason_of(word);
  return decision;
}

}  // namespace sluice::run
