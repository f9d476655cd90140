#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>

#include "hooks/history_file.hpp"
#include "hooks/hooks.hpp"
#include "run/hdf5.hpp"
#include "support/run_fixture.hpp"

namespace base = sluice::base;
namespace hooks = sluice::hooks;
namespace run = sluice::run;
namespace support = sluice::testing;
using support::read_text;

namespace {

const std::vector<hooks::HistoryColumn> columns{{"step", ""}, {"time", "h"}, {"mass", "kg"}};

run::Registry registry() { return {.solvers = {support::decay_entry()}, .hooks = hooks::all()}; }

/// The rows of a history without the wall-clock column, as text.
std::vector<std::string> rows_of(const std::filesystem::path& file) {
  std::vector<std::string> rows;
  std::istringstream in(read_text(file));
  for (std::string line; std::getline(in, line);) {
    std::size_t begin = 0;
    for (int comma = 0; comma < 3; ++comma) begin = line.find(',', begin) + 1;
    rows.push_back(line.substr(0, begin) + line.substr(line.find(',', begin) + 1));
  }
  return rows;
}

/// No file of this process may grow beyond so many bytes, while it lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, old_handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*old_handler_)(int) = nullptr;
};

}  // namespace

TEST(HistoryFile, HasUnitsInItsHeaderAndNumbersThatReadBack) {
  support::TemporaryFolder folder(base::Communicator::self());
  hooks::HistoryFile file(folder.path() / "h.csv", columns);
  file.begin();
  file.append({1, 0.1, 1.0 / 3, 12345678901, 1e300, -0.0});
  EXPECT_EQ(read_text(folder.path() / "h.csv"),
            "step,time [h],mass [kg]\n1,0.1,0.3333333333333333\n12345678901,1e+300,-0\n");
}

TEST(HistoryFile, ARestartCutsLaterRowsAndTornLines) {
  const std::string head = "step,time [h],mass [kg]\n1,0.1,5\n2,0.2,5\n";
  for (const char* tail : {"3,0.3,5\n4,0.4,5\n", "3,0.3", "2", "", "3,0.3,5,7\n", "3,x,5\n", "3,0.3,5"}) {
    support::TemporaryFolder folder(base::Communicator::self());
    std::ofstream(folder.path() / "h.csv") << head << tail;
    hooks::HistoryFile file(folder.path() / "h.csv", columns);
    file.resume(2);
    EXPECT_EQ(read_text(folder.path() / "h.csv"), head) << "after '" << tail << "'";
    file.append({3, 0.3, 6});
    EXPECT_EQ(read_text(folder.path() / "h.csv"), head + "3,0.3,6\n");
  }
}

TEST(HistoryFile, OneOfOtherColumnsIsSetAside) {
  support::TemporaryFolder folder(base::Communicator::self());
  std::ofstream(folder.path() / "h.csv") << "step,energy\n1,2\n";
  hooks::HistoryFile file(folder.path() / "h.csv", columns);
  file.resume(5);
  EXPECT_EQ(read_text(folder.path() / "h.csv"), "step,time [h],mass [kg]\n");
  EXPECT_EQ(read_text(folder.path() / "h.csv.set-aside"), "step,energy\n1,2\n");
}

TEST(HistoryFile, AFullDiskLeavesNoTornRow) {
  support::TemporaryFolder folder(base::Communicator::self());
  hooks::HistoryFile file(folder.path() / "h.csv", columns);
  file.begin();
  file.append({1, 0.1, 5});
  const std::string before = read_text(folder.path() / "h.csv");
  {
    const FileSizeLimit limit(before.size() + 10);
    EXPECT_THROW(file.append({2, 0.2, 5, 3, 0.3, 5}), base::Error);
  }
  EXPECT_EQ(read_text(folder.path() / "h.csv"), before);
  file.append({2, 0.2, 5, 3, 0.3, 5});
  EXPECT_EQ(read_text(folder.path() / "h.csv"), before + "2,0.2,5\n3,0.3,5\n");
}

TEST(HistoryFile, InHdf5IsTheSameTable) {
  support::TemporaryFolder folder(base::Communicator::self());
  hooks::HistoryFile file(folder.path() / "h.csv", columns);
  file.begin();
  file.append({1, 0.1, 1.0 / 3, 2, 0.2, 2.0 / 3});
  file.write_hdf5(folder.path() / "h.h5");
  run::Hdf5File in = run::Hdf5File::open(base::Communicator::self(), folder.path() / "h.h5");
  EXPECT_EQ(in.shape("/history"), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(in.read_reals("/history"), (std::vector<double>{1, 0.1, 1.0 / 3, 2, 0.2, 2.0 / 3}));
  EXPECT_EQ(in.text_attribute("/history", "columns"), "step\ntime\nmass");
  EXPECT_EQ(in.text_attribute("/history", "units"), "\nh\nkg");
}

TEST(History, GoesOnWithoutGapOrRepeat) {
  const std::string text = "run: {t_end: 3.0}\nhooks: [{type: history, every_steps: 1}]\n";
  run::Registry known = registry();
  support::TemporaryFolder whole, cut;
  const auto world = base::Communicator::world();
  EXPECT_EQ(support::run_decay(whole.path(), known, text).status, run::Status::finished);
  EXPECT_EQ(support::run_decay(cut.path(), known, text, {.until = 1.0}).status, run::Status::finished);
  world.barrier();
  // As a run leaves it that was killed some steps after its last checkpoint, in the middle of a line.
  if (world.is_root())
    std::ofstream(cut.path() / "history.csv", std::ios::app) << "11,1.1,0.1,0.5,1,1\n12,1.2,0.";
  world.barrier();
  EXPECT_EQ(support::run_decay(cut.path(), known, text, {.restart = "auto"}).status, run::Status::finished);
  world.barrier();
  const auto rows = rows_of(whole.path() / "history.csv");
  EXPECT_EQ(rows.size(), 32U);  // header, start, 30 steps
  EXPECT_EQ(rows.front(), "step,time [s],dt [s],mean [1],maximum [1]");
  // Another segment (--until) has other steps within round-off: compare the steps' numbers.
  const auto resumed = rows_of(cut.path() / "history.csv");
  ASSERT_EQ(resumed.size(), rows.size());
  for (std::size_t i = 1; i < rows.size(); ++i)
    EXPECT_EQ(resumed[i].substr(0, resumed[i].find(',')), rows[i].substr(0, rows[i].find(',')));
  EXPECT_TRUE(std::filesystem::exists(whole.path() / "history.h5"));
}

TEST(History, RowsThatTheDiskDidNotTakeAreInTheCheckpoint) {
  support::TemporaryFolder folder;
  const auto world = base::Communicator::world();
  run::Registry known = registry();
  const std::string text = "run: {t_end: 1.0}\nhooks: [{type: history, every_steps: 1}]\n";
  const std::string longer = "run: {t_end: 2.0}\nhooks: [{type: history, every_steps: 1}]\n";
  // A folder in the file's place: nothing can be written.
  if (world.is_root()) std::filesystem::create_directories(folder.path() / "history.csv" / "in_the_way");
  world.barrier();
  EXPECT_EQ(support::run_decay(folder.path(), known, text).status, run::Status::failed);
  world.barrier();
  if (world.is_root()) std::filesystem::remove_all(folder.path() / "history.csv");
  world.barrier();
  EXPECT_EQ(support::run_decay(folder.path(), known, longer, {.restart = "auto"}).status,
            run::Status::finished);
  world.barrier();
  const auto rows = rows_of(folder.path() / "history.csv");
  ASSERT_EQ(rows.size(), 22U);
  for (std::size_t i = 1; i < rows.size(); ++i) EXPECT_TRUE(rows[i].starts_with(std::to_string(i - 1) + ","));
}
