// The embedded Python of the plug-in, and the messages of VTK and of the scripts.
#pragma once
#include <signal.h>

#include <array>
#include <string>
#include <vector>

namespace sluice::hooks::catalyst {

/// Collects what VTK and Python say (errors, warnings, prints) from its construction to its destruction,
/// instead of letting it go to the terminal of every rank.
class Messages {
 public:
  Messages();
  ~Messages();
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;
  [[nodiscard]] std::string text() const;  ///< Everything, without empty lines at the end.
  [[nodiscard]] bool has_errors() const;   ///< An error of VTK or a Python traceback among them.
};

/// Puts the program's own signal handlers back at its end: Python and ParaView install theirs when they
/// start.
class KeepSignals {
 public:
  KeepSignals();
  ~KeepSignals();
  KeepSignals(const KeepSignals&) = delete;
  KeepSignals& operator=(const KeepSignals&) = delete;

 private:
  static constexpr std::array<int, 11> numbers{SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGHUP, SIGPIPE,
                                               SIGFPE, SIGSEGV, SIGABRT, SIGBUS,  SIGILL};
  std::array<struct sigaction, 11> kept_{};
};

/// Starts Python with libpython's symbols visible to the extension modules that it opens (Debian's do not
/// link it).
void start_python();

/// Runs a piece of Python; false if it raised (the traceback is in the current Messages).
bool run_python(const std::string& code);

/// A Python literal for any text.
[[nodiscard]] std::string python_text(const std::string& text);
[[nodiscard]] std::string python_list(const std::vector<std::string>& texts);

}  // namespace sluice::hooks::catalyst
