#include "run/job_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>

#include "base/timer.hpp"
#include "base/units.hpp"

namespace sluice::run {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool is_number(const std::string& text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The number by which squeue knows this job alone; empty outside a job.
std::string job_name() {
  const std::string array = environment("SLURM_ARRAY_JOB_ID"), task = environment("SLURM_ARRAY_TASK_ID"),
                    job = environment("SLURM_JOB_ID");
  if (is_number(array) && is_number(task)) return array + "_" + task;
  return is_number(job) ? job : "";
}

std::optional<double> ask_squeue(const std::string& job) {
  const std::string command = "squeue --noheader --jobs=" + job + " --format=%L 2>/dev/null";
  const auto close = [](std::FILE* pipe) { pclose(pipe); };
  const std::unique_ptr<std::FILE, decltype(close)> pipe(popen(command.c_str(), "r"), close);
  std::array<char, 128> line{};
  if (!pipe || std::fgets(line.data(), line.size(), pipe.get()) == nullptr) return std::nullopt;
  return parse_time_left(line.data());
}

}  // namespace

std::optional<double> seconds_from_environment(std::time_t now) {
  const std::string text = environment("SLURM_JOB_END_TIME");
  if (!is_number(text)) return std::nullopt;
  std::int64_t end = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), end);
  if (error != std::errc{} || end == 0) return std::nullopt;
  return static_cast<double>(end - static_cast<std::int64_t>(now));
}

std::optional<double> parse_time_left(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == std::string::npos) return std::nullopt;
  const std::string trimmed = text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
  const auto colons = std::ranges::count(trimmed, ':');
  if (colons == 0) return std::nullopt;
  return base::parse_duration(colons == 1 ? "0:" + trimmed : trimmed);
}

std::optional<double> job_end(const base::Communicator& communicator) {
  constexpr double none = std::numeric_limits<double>::infinity();
  std::array<double, 1> left{none};
  if (communicator.is_root()) {
    std::optional<double> seconds = seconds_from_environment(std::time(nullptr));
    if (const std::string job = job_name(); !seconds && !job.empty()) seconds = ask_squeue(job);
    left[0] = seconds.value_or(none);
  }
  communicator.broadcast(left);
  if (left[0] == none) return std::nullopt;
  return base::wall_seconds() + left[0];
}

}  // namespace sluice::run
