// Signals as requests, seen alike on all ranks at the next step.
#pragma once
namespace sluice::base {

struct Requests {
  bool checkpoint = false;  ///< SIGUSR1: write a checkpoint and go on.
  bool stop = false;  ///< SIGUSR2, SIGTERM, SIGINT: end at the next step with a checkpoint, exit code 2.
  int signal = 0;     ///< The signal that asked to stop, 0 if none.
};

/// Installs the handlers. A second SIGINT ends the process at once (exit 130). Also turns what would kill the
/// process in the middle of a write into an error of that write: SIGXFSZ (limit of file size) and SIGPIPE are
/// ignored.
void install_signal_handlers();
/// What has been asked of this process since the last call; a stop request stays.
[[nodiscard]] Requests take_requests();
/// Safe in a signal handler. For tests and for files `stop` and `checkpoint` in the run folder: the same as
/// receiving the signal.
void raise_request(int signal);
void clear_requests();

}  // namespace sluice::base
