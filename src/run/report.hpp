// What is told at the end of a run: timers, memory, cost, conservation.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "run/solver.hpp"

namespace sluice::run {

struct Cost {
  std::int64_t steps = 0;    ///< Taken by this process, not before the restart.
  double step_seconds = 0;   ///< Spent in them.
  double total_seconds = 0;  ///< Of the whole run.
  std::int64_t cells = 0;    ///< Of the grid.
};

/// Table of timers, peak memory, cost per step and per cell-update, to the log and to `folder`/timing.h5.
/// Collective.
void report_cost(const base::Communicator& communicator, const std::filesystem::path& folder,
                 const Cost& cost);

/// "mass [kg]: 1 -> 1, drift 1e-16 (relative 1e-16)" for each invariant.
[[nodiscard]] std::vector<std::string> conservation_lines(const std::vector<Quantity>& now,
                                                          const std::vector<double>& initial);

}  // namespace sluice::run
