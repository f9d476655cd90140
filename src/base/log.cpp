#include "base/log.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <set>

#include "base/timer.hpp"

namespace sluice::base::log {
namespace {

constexpr double file_interval = 10;  ///< [s] between redrawn lines that the log file takes
constexpr const char* clear_line = "\r\033[K";

struct State {
  std::mutex mutex;
  bool speaks = false;
  bool redraws = false;       ///< The standard output is a terminal.
  bool line_is_open = false;  ///< A redrawn line stands on the terminal.
  std::string prefix;
  std::unique_ptr<spdlog::logger> out, err, file;
  std::set<std::string> shown;  ///< Messages of `warn_once`.
  std::string unfiled;          ///< The redrawn line that the log file has not taken yet.
  double last_filed = 0;
};

State& state() {
  static State the_state;
  return the_state;
}

/// A logger on one sink. Failing writes are told once on the standard error, and never thrown.
std::unique_ptr<spdlog::logger> make_logger(const std::string& name, spdlog::sink_ptr sink,
                                            const std::string& pattern) {
  sink->set_pattern(pattern);
  auto logger = std::make_unique<spdlog::logger>(name, std::move(sink));
  logger->set_error_handler([name, told = std::make_shared<bool>(false)](const std::string& reason) {
    if (!std::exchange(*told, true))
      std::fprintf(stderr, "warning: %s cannot be written (lines are lost, the run goes on): %s\n",
                   name.c_str(), reason.c_str());
  });
  logger->flush_on(spdlog::level::trace);
  return logger;
}

/// Never throws, not even for want of memory: who reports an error must not make another.
void write(spdlog::logger* logger, std::string_view text) noexcept {
  try {
    if (logger != nullptr) logger->log(spdlog::level::info, spdlog::string_view_t(text.data(), text.size()));
  } catch (...) {
    std::fputs("warning: a message of the log is lost\n", stderr);
  }
}

void take_away_line(State& s) {
  if (!s.line_is_open) return;
  std::fputs(clear_line, stdout);
  std::fflush(stdout);
  s.line_is_open = false;
}

enum class Shown { always, once };

void say(const std::unique_ptr<spdlog::logger>& terminal, const char* kind, std::string_view message,
         Shown shown = Shown::always) {
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  if (!s.speaks) return;
  const std::string text = fmt::format("{}{}{}", kind, s.prefix, message);
  if (shown == Shown::always || s.shown.emplace(message).second) {
    take_away_line(s);
    write(terminal.get(), text);
  }
  write(s.file.get(), text);
}

void file_progress(State& s) {
  if (s.unfiled.empty()) return;
  write(s.file.get(), s.unfiled);
  s.unfiled.clear();
  s.last_filed = wall_seconds();
}

/// A redrawn line must stay on one row of the terminal.
std::string_view cut_to_terminal(std::string_view line) {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 2) return line;
  return line.substr(0, size.ws_col - 1U);
}

bool leads_to_terminal(const std::string& descriptor) {
  std::array<char, 256> target{};
  const auto length = readlink(descriptor.c_str(), target.data(), target.size() - 1);
  const std::string_view name(target.data(), length > 0 ? static_cast<std::size_t>(length) : 0);
  return name.starts_with("/dev/pts/") || name.starts_with("/dev/tty");
}

/// Whether somebody looks at a terminal. OpenMPI's mpirun gives every rank a pseudo-terminal of its own, also
/// when its output goes into a file: then what counts is mpirun's own descriptor, or SLUICE_TERMINAL (0 or 1)
/// if set.
bool shown_on_terminal(int descriptor) {
  if (isatty(descriptor) != 1) return false;
  if (const char* told = std::getenv("SLUICE_TERMINAL")) return std::string_view(told) == "1";
  if (std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr) return true;
  return leads_to_terminal(fmt::format("/proc/{}/fd/{}", getppid(), descriptor));
}

}  // namespace

void start(bool speaks) {
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  s.speaks = speaks;
  s.redraws = shown_on_terminal(STDOUT_FILENO);
  s.line_is_open = false;
  using Colour = spdlog::sinks::stderr_color_sink_mt;
  using Plain = spdlog::sinks::stderr_sink_mt;
  s.out = make_logger("standard output", std::make_shared<spdlog::sinks::stdout_sink_mt>(), "%v");
  if (shown_on_terminal(STDERR_FILENO)) {
    auto sink = std::make_shared<Colour>();
    sink->set_color(spdlog::level::info, sink->yellow_bold);
    s.err = make_logger("standard error", std::move(sink), "%^%v%$");
  } else {
    s.err = make_logger("standard error", std::make_shared<Plain>(), "%v");
  }
}

void open_file(const std::filesystem::path& file) {
  try {
    auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
    auto& s = state();
    const std::lock_guard lock(s.mutex);
    s.file = make_logger(file.string(), std::move(sink), "%Y-%m-%d %H:%M:%S  %v");
  } catch (const std::exception& reason) {
    warn("{} cannot be opened, the log goes to the terminal only: {}", file.string(), reason.what());
  }
}

void close_file() {
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  file_progress(s);
  s.file.reset();
}

void set_prefix(std::string prefix, bool speaks) {
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  s.prefix = std::move(prefix);
  s.speaks = speaks;
}

void info(std::string_view message) { say(state().out, "", message); }
void warn(std::string_view message) { say(state().err, "warning: ", message); }
void warn_once(std::string_view message) { say(state().err, "warning: ", message, Shown::once); }
void error(std::string_view message) { say(state().err, "error: ", message); }

void progress(std::string_view line) {
  if (!progress_is_redrawn()) return info(line);
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  if (!s.speaks) return;
  const std::string text = s.prefix + std::string(line);
  const auto shown = cut_to_terminal(text);
  std::fputs(clear_line, stdout);
  std::fwrite(shown.data(), 1, shown.size(), stdout);
  std::fflush(stdout);
  s.line_is_open = true;
  s.unfiled = text;
  if (wall_seconds() - s.last_filed >= file_interval) file_progress(s);
}

bool progress_is_redrawn() { return state().redraws; }

void end_progress() {
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  file_progress(s);
  if (!s.line_is_open) return;
  std::fputc('\n', stdout);
  std::fflush(stdout);
  s.line_is_open = false;
}

}  // namespace sluice::base::log
