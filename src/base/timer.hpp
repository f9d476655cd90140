// Scoped timers and the table at the end of a run.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/parallel.hpp"

namespace sluice::base {

/// Adds the time between its construction and destruction to the process-wide table under `name`. Nested
/// scopes count inside their parents; each thread has its own nesting. Names are string literals in English:
/// "advection", "snapshot". Nothing is allocated after the first use of a name at its place. Destroyed in
/// reverse order of making.
class ScopedTimer {
 public:
  explicit ScopedTimer(std::string_view name);
  ~ScopedTimer();
  ScopedTimer(const ScopedTimer&) = delete;
  ScopedTimer& operator=(const ScopedTimer&) = delete;

 private:
  int slot_;
  std::chrono::steady_clock::time_point start_;
};

struct TimerRow {
  std::string name;                           ///< Path of nested names, "step/advection".
  std::int64_t calls = 0;                     ///< Most of any rank.
  double minimum = 0, mean = 0, maximum = 0;  ///< Over ranks [s].
};

/// Every timer that has counted, reduced over ranks (one unknown to a rank counts 0 there): parents before
/// children, in the order of first use on the lowest rank that knows them. Scopes still open are not in it.
/// Collective.
[[nodiscard]] std::vector<TimerRow> timer_table(const Communicator& communicator);
/// Seconds that this rank spent under `name` (path) so far; 0 if unknown.
[[nodiscard]] double timer_seconds(std::string_view path);
void reset_timers();  ///< To zero; scopes that are open go on and count from their own start.
/// The table as text; shares are of `total_seconds`.
[[nodiscard]] std::string format_timer_table(const std::vector<TimerRow>& rows, double total_seconds);
/// Largest resident memory of this process so far [bytes]; what it shares with others now (libraries, memory
/// of the node) counts by its share, so that the sum over ranks counts nothing twice.
[[nodiscard]] std::int64_t peak_memory_bytes();
/// Wall-clock seconds since an arbitrary origin, monotonic.
[[nodiscard]] double wall_seconds();

}  // namespace sluice::base
