// When the batch job that this run is in will be ended.
#pragma once
#include <ctime>
#include <optional>
#include <string>

#include "base/parallel.hpp"

namespace sluice::run {

/// base::wall_seconds() at which the Slurm job ends: from SLURM_JOB_END_TIME, else asked of `squeue` once by
/// rank 0. Empty outside a job, without a limit, or if Slurm does not answer. Collective.
[[nodiscard]] std::optional<double> job_end(const base::Communicator& communicator);

/// Seconds from `now` to the end that the environment tells; empty if it tells none.
[[nodiscard]] std::optional<double> seconds_from_environment(std::time_t now);
/// Seconds left as squeue writes them ("D-HH:MM:SS", "HH:MM:SS", "MM:SS"); empty for UNLIMITED, INVALID and
/// the like.
[[nodiscard]] std::optional<double> parse_time_left(const std::string& text);

}  // namespace sluice::run
