#include "hooks/hooks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <thread>

#include "run/checkpoint.hpp"
#include "run/hdf5.hpp"
#include "run/hook_list.hpp"
#include "support/run_fixture.hpp"

namespace base = sluice::base;
namespace grid = sluice::grid;
namespace hooks = sluice::hooks;
namespace run = sluice::run;
namespace support = sluice::testing;
using support::Outcome;
using support::read_text;
using support::run_decay;
using support::TemporaryFolder;

namespace {

run::Registry registry() { return {.solvers = {support::decay_entry()}, .hooks = hooks::all()}; }

std::vector<std::string> files_in(const std::filesystem::path& folder, const std::string& beginning) {
  base::Communicator::world().barrier();
  std::vector<std::string> names;
  if (std::filesystem::exists(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.path().filename().string().starts_with(beginning))
        names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> snapshots_of(const std::vector<int>& steps) {
  std::vector<std::string> names;
  for (const int step : steps) names.push_back(fmt::format("snapshot_{:09}.h5", step));
  return names;
}

/// These snapshots and nothing else; what a file system or MPI's files leave behind for a moment may take one
/// to go.
void expect_snapshots(const std::filesystem::path& folder, const std::vector<int>& steps) {
  const auto expected = snapshots_of(steps);
  auto found = files_in(folder, "snapshot_");
  for (int attempt = 0; base::Communicator::world().any(found != expected) && attempt < 20; ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    found = files_in(folder, "snapshot_");
  }
  EXPECT_EQ(found, expected);
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

run::Hdf5File open(const std::filesystem::path& file) {
  return run::Hdf5File::open(base::Communicator::self(), file);
}

}  // namespace

TEST(Snapshot, WritesFieldsAndASeriesThatARestartContinues) {
  TemporaryFolder folder;
  run::Registry known = registry();
  const std::string text = "hooks: [{type: snapshot, every_steps: 5}]\nrun: ";
  EXPECT_EQ(run_decay(folder.path(), known, text + "{t_end: 2.0, max_steps: 12}\n").status,
            run::Status::finished);
  base::Communicator::world().barrier();  // the first rank may still be renaming
  expect_snapshots(folder.path() / "snapshots", {0, 5, 10, 12});
  base::Communicator::world().barrier();
  EXPECT_EQ(run_decay(folder.path(), known, text + "{t_end: 2.0}\n", {.restart = "auto"}).status,
            run::Status::finished);
  base::Communicator::world().barrier();
  expect_snapshots(folder.path() / "snapshots", {0, 5, 10, 12, 15, 20});
  const std::string series = read_text(folder.path() / "snapshots.xdmf");
  for (const char* step : {"000", "005", "010", "012", "015", "020"})
    EXPECT_GE(count(series, std::string("snapshot_000000") + step + ".h5"), 1U) << step;
  EXPECT_EQ(count(series, "<Time"), 6U);

  run::Hdf5File in = open(folder.path() / "snapshots/snapshot_000000020.h5");
  const auto u = in.read_reals("/u");
  ASSERT_EQ(u.size(), 32U);
  EXPECT_NEAR(u[0], std::exp(-0.5 * 2.0), 1e-14);
}

TEST(Snapshot, AnUnknownFieldIsRefusedWithTheNamesThatThereAre) {
  TemporaryFolder folder;
  run::Registry known = registry();
  try {
    run_decay(folder.path(), known, "run: {t_end: 1.0}\nhooks: [{type: snapshot, fields: [w]}]\n");
    FAIL() << "not refused";
  } catch (const base::InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("this solver has: u"));
  }
}

TEST(Hooks, TwoThatWouldWriteTheSameFilesAreRefused) {
  run::Registry known = registry();
  const auto same =
      support::decay_case(known, "run: {t_end: 1.0}\nhooks: [{type: snapshot}, {type: snapshot}]\n");
  EXPECT_THROW(run::refuse_shared_files(*same), base::InputError);
  const auto apart = support::decay_case(
      known, "run: {t_end: 1.0}\nhooks: [{type: snapshot}, {type: snapshot, name: other}]\n");
  EXPECT_NO_THROW(run::refuse_shared_files(*apart));
}

TEST(Checkpoint, KeepsTheNewest) {
  TemporaryFolder folder;
  run::Registry known = registry();
  EXPECT_EQ(run_decay(folder.path(), known,
                      "run: {t_end: 2.0}\nhooks: [{type: checkpoint, every_steps: 3, keep: 3}]\n")
                .status,
            run::Status::finished);
  EXPECT_EQ(files_in(folder.path() / "checkpoints", ""),
            (std::vector<std::string>{"checkpoint_000000015.h5", "checkpoint_000000018.h5",
                                      "checkpoint_000000020.h5"}));
}

TEST(Checkpoint, FromAnyOfThemTheEndIsTheSame) {
  TemporaryFolder folder;
  run::Registry known = registry();
  const std::string text =
      "run: {t_end: 2.0}\nhooks: [{type: checkpoint, every_steps: 3, keep: 10}, "
      "{type: statistics, field: u, bins: 4, range: [0, 2]}]\n";
  const Outcome whole = run_decay(folder.path(), known, text);
  for (int step = 3; step < 20; step += 6) {
    TemporaryFolder other;
    const std::filesystem::path file =
        folder.path() / "checkpoints" / fmt::format("checkpoint_{:09d}.h5", step);
    const Outcome resumed = run_decay(other.path(), known, text, {.restart = file.string()});
    EXPECT_EQ(resumed.status, run::Status::finished);
    EXPECT_TRUE(support::same_bits(resumed.state, whole.state));
    base::Communicator::world().barrier();
    run::Hdf5File a = open(folder.path() / "statistics.h5"), b = open(other.path() / "statistics.h5");
    EXPECT_TRUE(support::same_bits(a.read_reals("/u_variance"), b.read_reals("/u_variance")));
    EXPECT_EQ(a.read_reals("/pdf/density"), b.read_reals("/pdf/density"));
  }
}

TEST(FiniteCheck, NamesFieldIndexAndCoordinate) {
  TemporaryFolder folder;
  run::Registry known = registry();
  const Outcome outcome =
      run_decay(folder.path(), known,
                "run: {t_end: 2.0}\ndecay: {blow_up_at: 0.5, blow_up_index: 24}\n"
                "hooks: [{type: checkpoint, every_steps: 1}, {type: finite_check, every_steps: 1}]\n");
  EXPECT_EQ(outcome.status, run::Status::failed);
  EXPECT_EQ(outcome.step, 5);
  EXPECT_THAT(outcome.failure, testing::AllOf(testing::HasSubstr("'u'"), testing::HasSubstr("(24)"),
                                              testing::HasSubstr("nan"), testing::HasSubstr("x = 0.75")));
  EXPECT_EQ(files_in(folder.path() / "checkpoints", "").back(), "checkpoint_000000004.h5");
  EXPECT_EQ(files_in(folder.path() / "snapshots", "post_mortem").size(), 1U);
}

TEST(Statistics, AreMeanVarianceAndPdf) {
  TemporaryFolder folder;
  run::Registry known = registry();
  EXPECT_EQ(
      run_decay(folder.path(), known,
                "run: {t_end: 1.0}\nhooks: [{type: statistics, field: u, bins: 10, range: [0.5, 1.5]}]\n")
          .status,
      run::Status::finished);
  base::Communicator::world().barrier();
  run::Hdf5File in = open(folder.path() / "statistics.h5");
  const auto mean = in.read_reals("/u_mean"), variance = in.read_reals("/u_variance");
  const auto density = in.read_reals("/pdf/density");
  ASSERT_EQ(mean.size(), 32U);
  std::vector<double> counts(10, 0.0);
  for (int cell = 0; cell < 32; ++cell) {
    double sum = 0, squares = 0;
    const double u0 = 1 + 0.5 * std::sin(2 * M_PI * cell / 32.0);
    for (int n = 1; n <= 10; ++n) {
      const double u = u0 * std::exp(-0.05 * n);
      sum += u;
      squares += u * u;
      const double bin = std::floor((u - 0.5) * 10);
      if (bin >= 0 && bin < 10) counts[static_cast<std::size_t>(bin)] += 1;
    }
    EXPECT_NEAR(mean[static_cast<std::size_t>(cell)], sum / 10, 1e-14);
    EXPECT_NEAR(variance[static_cast<std::size_t>(cell)], (squares - sum * sum / 10) / 9, 1e-14);
  }
  for (std::size_t bin = 0; bin < 10; ++bin) EXPECT_NEAR(density[bin], counts[bin] / (320 * 0.1), 1e-12);
  EXPECT_EQ(in.integer_attribute("/", "samples"), 10);
}

TEST(Statistics, EveryTimeAloneMeansOnlyThat) {
  TemporaryFolder folder;
  run::Registry known = registry();
  EXPECT_EQ(run_decay(folder.path(), known,
                      "run: {t_end: 1.0}\nhooks: [{type: statistics, field: u, every_time: 0.5}]\n")
                .status,
            run::Status::finished);
  base::Communicator::world().barrier();
  EXPECT_EQ(open(folder.path() / "statistics.h5").integer_attribute("/", "samples"), 2);
}

TEST(Hooks, AllOfThemTogetherChangeNoBit) {
  run::Registry known = registry();
  TemporaryFolder plain, watched;
  const Outcome alone = run_decay(plain.path(), known, "run: {t_end: 2.0}\n");
  const Outcome seen =
      run_decay(watched.path(), known,
                "run: {t_end: 2.0}\n"
                "hooks: [{type: snapshot, every_time: 0.33}, {type: checkpoint, every_steps: 7},\n"
                "        {type: history, every_steps: 1}, {type: finite_check, every_steps: 1},\n"
                "        {type: statistics, field: u}]\n");
  EXPECT_EQ(seen.status, run::Status::finished);
  EXPECT_EQ(seen.step, alone.step);
  EXPECT_TRUE(support::same_bits(seen.state, alone.state));
}
