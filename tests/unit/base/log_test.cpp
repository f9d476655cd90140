#include "base/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/parallel.hpp"

namespace sluice::base {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// Speaks on every rank, into a file of this rank; the terminal's streams are caught.
class Log : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove(file_);
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    log::start(true);
  }
  void TearDown() override {
    if (!stopped_) stop();
    log::set_prefix("", false);
    std::filesystem::remove(file_);
  }
  void stop() {
    log::close_file();
    stopped_ = true;
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
  }
  const std::filesystem::path file_ = "log_test_" + std::to_string(getpid()) + ".txt";
  std::string out_, err_;
  bool stopped_ = false;
};

TEST_F(Log, GoesToTerminalAndFileWithoutColour) {
  log::info("before the file");
  log::open_file(file_);
  log::info("dt = {} s", 0.5);
  log::warn("{} cells", 3);
  log::error("{braces} are plain text here");
  stop();
  EXPECT_EQ(out_, "before the file\ndt = 0.5 s\n");
  EXPECT_EQ(err_, "warning: 3 cells\nerror: {braces} are plain text here\n");
  const auto filed = read(file_);
  EXPECT_THAT(filed, testing::ContainsRegex("^[0-9]+-[0-9]+-[0-9]+ [0-9]+:[0-9]+:[0-9]+  dt = 0.5 s\n"));
  EXPECT_THAT(filed, HasSubstr("  warning: 3 cells\n"));
  EXPECT_THAT(filed, HasSubstr("  error: {braces} are plain text here\n"));
  EXPECT_THAT(filed, Not(HasSubstr("before the file")));
  EXPECT_THAT(filed, Not(HasSubstr("\033")));
}

TEST_F(Log, ShowsTheSameWarningOnceButFilesItEveryTime) {
  log::open_file(file_);
  for (const int member : {0, 1}) {
    log::set_prefix(fmt::format("member {}: ", member), true);
    log::warn_once("{} has a seam", file_.string());
  }
  log::warn_once("{} has another fault", file_.string());
  stop();
  EXPECT_EQ(err_, fmt::format("warning: member 0: {0} has a seam\nwarning: member 1: {0} has another fault\n",
                              file_.string()));
  EXPECT_THAT(read(file_), HasSubstr("warning: member 0: " + file_.string() + " has a seam\n"));
  EXPECT_THAT(read(file_), HasSubstr("warning: member 1: " + file_.string() + " has a seam\n"));
}

TEST_F(Log, AppendsToAFile) {
  std::ofstream(file_) << "an earlier run\n";
  log::open_file(file_);
  log::info("this run");
  stop();
  EXPECT_THAT(read(file_), HasSubstr("an earlier run\n"));
  EXPECT_THAT(read(file_), HasSubstr("this run\n"));
}

TEST_F(Log, OnlyWhoSpeaksIsHeard) {
  log::open_file(file_);
  log::set_prefix("member 3: ", true);
  log::info("loud");
  log::set_prefix("", false);
  log::info("silent");
  log::error("silent");
  log::progress("silent");
  stop();
  EXPECT_EQ(out_, "member 3: loud\n");
  EXPECT_EQ(err_, "");
  EXPECT_THAT(read(file_), Not(HasSubstr("silent")));
}

TEST_F(Log, ProgressIsOneLineEachWithoutATerminal) {
  EXPECT_FALSE(log::progress_is_redrawn());
  log::open_file(file_);
  log::progress("step 1");
  log::progress("step 2");
  log::end_progress();
  stop();
  EXPECT_EQ(out_, "step 1\nstep 2\n");
  EXPECT_THAT(read(file_), HasSubstr("  step 2\n"));
}

TEST_F(Log, AFullDiskNeitherThrowsNorSilencesTheTerminal) {
  if (!std::filesystem::exists("/dev/full")) {
    stop();
    GTEST_SKIP() << "no /dev/full on this system";
  }
  log::open_file("/dev/full");
  EXPECT_NO_THROW(for (int line = 0; line < 3; ++line) log::info("line {}", line));
  stop();
  EXPECT_EQ(out_, "line 0\nline 1\nline 2\n");
  const std::string said = "cannot be written";
  EXPECT_THAT(err_, HasSubstr(said));
  EXPECT_EQ(err_.find(said), err_.rfind(said)) << "told more than once";
}

TEST_F(Log, AFileThatCannotBeOpenedIsAWarning) {
  EXPECT_NO_THROW(log::open_file("/dev/null/log.txt"));
  log::info("goes on");
  stop();
  EXPECT_EQ(out_, "goes on\n");
  EXPECT_THAT(err_, HasSubstr("warning: /dev/null/log.txt cannot be opened"));
}

/// What `work` writes to the standard output when that is a terminal of so many columns.
template <class Work>
std::string on_terminal(unsigned short columns, Work&& work) {
  int master = -1, slave = -1;
  winsize size{};
  size.ws_col = columns;
  if (openpty(&master, &slave, nullptr, nullptr, &size) != 0) return "no terminal";
  std::fflush(stdout);
  const int kept = dup(STDOUT_FILENO);
  dup2(slave, STDOUT_FILENO);
  setenv("SLUICE_TERMINAL", "1", 1);  // under mpirun it is mpirun's own output that counts
  log::start(true);
  work();
  unsetenv("SLUICE_TERMINAL");
  std::fflush(stdout);
  dup2(kept, STDOUT_FILENO);
  close(kept);
  close(slave);  // so that reading comes to an end
  std::string text;
  std::array<char, 256> piece{};
  for (ssize_t length = 0; (length = ::read(master, piece.data(), piece.size())) > 0;)
    text.append(piece.data(), static_cast<std::size_t>(length));
  close(master);
  return text;
}

TEST_F(Log, ProgressIsRedrawnOnATerminal) {
  bool redrawn = false;
  const auto shown = on_terminal(12, [&] {
    redrawn = log::progress_is_redrawn();
    log::open_file(file_);
    log::progress("step 1");
    log::progress("step 2");
    log::info("a message");
    log::progress("step 3 of very many");
    log::end_progress();
    log::info("the end");
  });
  log::start(true);
  stop();
  EXPECT_TRUE(redrawn);
  const std::string clear = "\r\033[K";
  EXPECT_EQ(shown, clear + "step 1" + clear + "step 2" + clear + "a message\r\n" + clear +
                       "step 3 of v\r\nthe end\r\n");
  const auto filed = read(file_);  // the first and the last line: what is between comes too soon
  EXPECT_THAT(filed, HasSubstr("  step 1\n"));
  EXPECT_THAT(filed, Not(HasSubstr("step 2")));
  EXPECT_THAT(filed, HasSubstr("  step 3 of very many\n"));
  EXPECT_THAT(filed, Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace sluice::base
