#include "base/signals.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcntl.h>
#include <cerrno>
#include <csignal>
#include <cstdlib>

namespace sluice::base {
namespace {

class Signals : public testing::Test {
 protected:
  void SetUp() override {
    install_signal_handlers();
    clear_requests();
  }
  void TearDown() override { clear_requests(); }
};

/// Exit status of a child process that runs `work`; it must not touch MPI.
template <class Work>
int status_of_child(Work&& work) {
  const pid_t child = fork();
  if (child == 0) {
    work();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}

TEST_F(Signals, NothingIsAskedAtFirst) {
  const auto requests = take_requests();
  EXPECT_FALSE(requests.checkpoint || requests.stop);
  EXPECT_EQ(requests.signal, 0);
}

TEST_F(Signals, ACheckpointIsAskedOnce) {
  std::raise(SIGUSR1);
  EXPECT_TRUE(take_requests().checkpoint);
  const auto after = take_requests();
  EXPECT_FALSE(after.checkpoint || after.stop);
}

TEST_F(Signals, AStopStaysAndTheFirstSignalIsTold) {
  for (const int first : {SIGUSR2, SIGTERM, SIGINT}) {
    clear_requests();
    std::raise(first);
    std::raise(SIGUSR2);
    for (int look = 0; look < 2; ++look) {
      const auto requests = take_requests();
      EXPECT_TRUE(requests.stop);
      EXPECT_FALSE(requests.checkpoint);
      EXPECT_EQ(requests.signal, first);
    }
  }
}

TEST_F(Signals, ARaisedRequestIsAsGoodAsASignal) {
  raise_request(SIGUSR1);
  raise_request(SIGTERM);
  const auto requests = take_requests();
  EXPECT_TRUE(requests.checkpoint && requests.stop);
  EXPECT_EQ(requests.signal, SIGTERM);
}

TEST_F(Signals, ASecondInterruptEndsTheProcess) {
  const int status = status_of_child([] {
    std::raise(SIGINT);
    std::raise(SIGINT);
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
}

TEST_F(Signals, ALimitOfFileSizeIsAnErrorOfTheWrite) {
  const int status = status_of_child([] {
    const rlimit limit{0, 0};
    setrlimit(RLIMIT_FSIZE, &limit);
    char name[] = "signals_test_XXXXXX";
    const int file = mkstemp(name);
    unlink(name);
    if (write(file, "x", 1) != -1 || errno != EFBIG) _exit(1);
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace sluice::base
