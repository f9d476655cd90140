#include "base/signals.hpp"

#include <unistd.h>

#include <atomic>
#include <csignal>

namespace sluice::base {
namespace {

// Lock-free, so that a handler may touch them.
std::atomic<bool> checkpoint_asked{false};
std::atomic<int> stop_signal{0};
std::atomic<int> interrupts{0};
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

constexpr int exit_interrupted = 130;  // what shells report of a process that SIGINT ended

void handle(int signal) {
  if (signal == SIGINT && interrupts.fetch_add(1) > 0) _exit(exit_interrupted);
  raise_request(signal);
}

}  // namespace

void install_signal_handlers() {
  struct sigaction action {};
  action.sa_handler = handle;
  action.sa_flags = SA_RESTART;  // no system call of a library fails because of a request
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGUSR1, SIGUSR2, SIGTERM, SIGINT}) sigaction(signal, &action, nullptr);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  for (const int signal : {SIGXFSZ, SIGPIPE}) sigaction(signal, &ignore, nullptr);
}

Requests take_requests() {
  const int signal = stop_signal.load();
  return {.checkpoint = checkpoint_asked.exchange(false), .stop = signal != 0, .signal = signal};
}

void raise_request(int signal) {
  if (signal == SIGUSR1) {
    checkpoint_asked.store(true);
    return;
  }
  int none = 0;
  stop_signal.compare_exchange_strong(none, signal);  // the first one is remembered
}

void clear_requests() {
  checkpoint_asked.store(false);
  stop_signal.store(0);
  interrupts.store(0);
}

}  // namespace sluice::base
