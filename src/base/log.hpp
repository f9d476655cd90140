// What the user reads: terminal and log.txt. Only the root rank speaks. On spdlog. Nothing here throws when a
// write fails: a full disk costs lines of the log, never the run.
#pragma once
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace sluice::base::log {

/// Sets who speaks (world's root), and whether the terminal takes colour. Call once after MPI has started;
/// before, nobody speaks. Under mpirun what counts is mpirun's own output, or the environment variable
/// SLUICE_TERMINAL (0 or 1). Information goes to the standard output, warnings and errors to the standard
/// error.
void start(bool speaks);
/// Adds `file` (appended) as a second sink; every later message of a speaking rank goes there too, with a
/// time stamp. If it cannot be opened, that is a warning.
void open_file(const std::filesystem::path& file);
void close_file();
/// Text put before every message of this rank's group ("member 3: "); a speaking rank is set per group in
/// ensembles.
void set_prefix(std::string prefix, bool speaks);

void info(std::string_view message);
void warn(std::string_view message);
void error(std::string_view message);
/// As `warn`, but the terminal shows the same message once: members of an ensemble read the same files. Log
/// files take it every time.
void warn_once(std::string_view message);
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  info(std::string_view(fmt::format(format, std::forward<Args>(args)...)));
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  warn(std::string_view(fmt::format(format, std::forward<Args>(args)...)));
}
template <class... Args>
void warn_once(fmt::format_string<Args...> format, Args&&... args) {
  warn_once(std::string_view(fmt::format(format, std::forward<Args>(args)...)));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  error(std::string_view(fmt::format(format, std::forward<Args>(args)...)));
}

/// One line of progress: redrawn in place on a terminal, one line per call otherwise. The log file takes it
/// too; of a redrawn line one every ten seconds, and the last. The caller limits how often it calls for a
/// log: `progress_is_redrawn` tells which it is.
void progress(std::string_view line);
[[nodiscard]] bool progress_is_redrawn();
/// Ends a redrawn line so that what follows begins on a fresh one.
void end_progress();

}  // namespace sluice::base::log
