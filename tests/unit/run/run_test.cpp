#include "run/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "base/timer.hpp"
#include "support/run_fixture.hpp"

namespace base = sluice::base;
namespace grid = sluice::grid;
namespace run = sluice::run;
namespace support = sluice::testing;
using support::decay_case;
using support::FunctionHook;
using support::Outcome;
using support::run_decay;
using support::same_bits;
using support::TemporaryFolder;

namespace {

/// What the hook "watch" does in the test that runs now, and what it has seen.
FunctionHook::Function watch;

class WatchCase : public run::HookCase {
 public:
  void declare(base::Parameters& p) override { schedule_.declare(p, true, time_unit); }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext&) const override {
    auto hook = std::make_unique<FunctionHook>(watch);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  run::Schedule schedule_;
};

/// Corrector that adds 1 to u where it is called.
class Pusher : public run::Corrector {
 public:
  std::vector<run::Increment> correct(const run::Look& look) override {
    const grid::FieldView u = look.outputs->get("u");
    change_ = grid::RealField({"change", "1", ""}, u.layout);
    for (double& value : change_.span()) value = 1.0;
    return {{.output = "u", .change = change_.erased()}};
  }

 private:
  grid::RealField change_;
};

class PusherCase : public run::HookCase {
 public:
  void declare(base::Parameters& p) override { schedule_.declare(p, false, time_unit); }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext&) const override {
    auto hook = std::make_unique<Pusher>();
    hook->schedule = schedule_;
    return hook;
  }

 private:
  run::Schedule schedule_;
};

/// Asks once for step 5 to be done again: with the same step, or with half of it.
class Redoer : public run::Observer {
 public:
  explicit Redoer(double factor) : factor_(factor) {}
  void observe(const run::Look&) override {}
  [[nodiscard]] bool may_redo() const override { return true; }
  [[nodiscard]] std::optional<double> redo(const run::Look& look) override {
    static_cast<void>(look.quantities->get());
    if (look.moment.step != 5 || done_) return {};
    done_ = true;
    return factor_ * look.dt;
  }

 private:
  double factor_;
  bool done_ = false;
};

class RedoerCase : public run::HookCase {
 public:
  void declare(base::Parameters& p) override { p.real("factor", factor_, {.help = "of the step"}); }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext&) const override {
    return std::make_unique<Redoer>(factor_);
  }

 private:
  double factor_ = 1;
};

/// Cannot write at some moments.
class Leaky : public run::Observer {
 public:
  explicit Leaky(bool makes_up) : makes_up_(makes_up) {}
  void observe(const run::Look& look) override {
    if (look.moment.step == 3) throw run::OutputError("no space left");
  }
  [[nodiscard]] bool makes_up() const override { return makes_up_; }

 private:
  bool makes_up_;
};

class LeakyCase : public run::HookCase {
 public:
  void declare(base::Parameters& p) override {
    schedule_.declare(p, true, time_unit);
    p.boolean("makes_up", makes_up_, {.help = "later success makes up"});
  }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext&) const override {
    auto hook = std::make_unique<Leaky>(makes_up_);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  bool makes_up_ = false;
  run::Schedule schedule_;
};

template <class HookCaseType>
std::unique_ptr<run::HookCase> make() {
  return std::make_unique<HookCaseType>();
}

run::Registry registry() {
  return {.solvers = {support::decay_entry()},
          .hooks = {{"watch", "", make<WatchCase>},
                    {"push", "", make<PusherCase>},
                    {"redo", "", make<RedoerCase>},
                    {"leaky", "", make<LeakyCase>}}};
}

/// A run in a folder of its own.
Outcome fresh_run(const std::string& more, const run::RunOptions& options = {}) {
  TemporaryFolder folder;
  run::Registry known = registry();
  return run_decay(folder.path(), known, more, options);
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  if (std::filesystem::exists(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST(Run, EndsExactlyAndSolves) {
  const Outcome outcome = fresh_run("run: {t_end: 1.3}\n");
  EXPECT_EQ(outcome.status, run::Status::finished);
  EXPECT_EQ(outcome.time, 1.3);
  EXPECT_EQ(outcome.step, 13);
  const auto world = base::Communicator::world();
  if (world.is_root()) {
    EXPECT_NEAR(outcome.state.front(), std::exp(-0.5 * 1.3), 1e-14);
  }
}

TEST(Run, LandsOnTimesThatAskForIt) {
  std::vector<double> times;
  watch = [&](const run::Look& look, auto&) { times.push_back(look.moment.time); };
  EXPECT_EQ(fresh_run("run: {t_end: 1.0, land_on: [0.77, 0.33]}\n"
                      "hooks: [{type: watch, times: [0.501], exact: true, every_steps: 1}]\n")
                .status,
            run::Status::finished);
  for (const double wanted : {0.33, 0.501, 0.77, 1.0})
    EXPECT_NE(std::find(times.begin(), times.end(), wanted), times.end()) << wanted;
}

TEST(Run, LookingChangesNoBit) {
  const Outcome alone = fresh_run("run: {t_end: 2.0}\n");
  int looks = 0;
  watch = [&](const run::Look& look, auto&) {
    static_cast<void>(look.outputs->get("u"));
    static_cast<void>(look.quantities->get());
    ++looks;
  };
  const Outcome watched =
      fresh_run("run: {t_end: 2.0}\nhooks: [{type: watch, every_time: 0.07, at_start: true}]\n");
  EXPECT_GT(looks, 10);
  EXPECT_EQ(watched.step, alone.step);
  EXPECT_TRUE(same_bits(watched.state, alone.state));
}

TEST(Run, RefusedStepsAreTriedAgain) {
  const Outcome outcome = fresh_run("run: {t_end: 1.0}\ndecay: {reject_every: 3}\n");
  EXPECT_EQ(outcome.status, run::Status::finished);
  EXPECT_EQ(outcome.time, 1.0);
  EXPECT_GT(outcome.step, 10);
}

TEST(Run, AStepRefusedForeverEndsTheRun) {
  const Outcome outcome = fresh_run("run: {t_end: 1.0}\ndecay: {reject_every: 1}\n");
  EXPECT_EQ(outcome.status, run::Status::failed);
  EXPECT_THAT(outcome.failure, testing::HasSubstr("dt"));
}

TEST(Run, ARedoneStepHasTheSameBits) {
  const Outcome plain = fresh_run("run: {t_end: 1.0}\n");
  const Outcome redone = fresh_run("run: {t_end: 1.0}\nhooks: [{type: redo}]\n");
  EXPECT_EQ(redone.step, plain.step);
  EXPECT_TRUE(same_bits(redone.state, plain.state));
  const Outcome halved = fresh_run("run: {t_end: 1.0}\nhooks: [{type: redo, factor: 0.5}]\n");
  EXPECT_EQ(halved.status, run::Status::finished);
  EXPECT_EQ(halved.time, 1.0);
  EXPECT_FALSE(same_bits(halved.state, plain.state));
}

TEST(Run, CorrectorsChangeTheStateByIncrements) {
  const Outcome plain = fresh_run("run: {t_end: 1.0}\n");
  const Outcome pushed = fresh_run("run: {t_end: 1.0}\nhooks: [{type: push, at_end: true}]\n");
  ASSERT_EQ(pushed.state.size(), plain.state.size());
  for (std::size_t i = 0; i < plain.state.size(); ++i) EXPECT_EQ(pushed.state[i], plain.state[i] + 1.0);
}

TEST(Run, AStopAndARestartGiveTheBitsOfTheWholeRun) {
  std::vector<double> sums;
  const auto add = [&](const run::Look& look, std::vector<double>& memory) {
    memory.push_back(look.quantities->get().front().value);
    sums = memory;
  };
  const std::string text = "run: {t_end: 3.1}\nhooks: [{type: watch, every_time: 0.17}]\n";
  watch = add;
  const Outcome whole = fresh_run(text);
  const std::vector<double> whole_memory = sums;

  TemporaryFolder folder;
  run::Registry known = registry();
  watch = [&](const run::Look& look, std::vector<double>& memory) {
    add(look, memory);
    if (look.moment.step >= 10) base::raise_request(SIGUSR2);
  };
  const Outcome first = run_decay(folder.path(), known, text);
  EXPECT_EQ(first.status, run::Status::stopped);
  EXPECT_LT(first.time, 3.1);
  watch = add;
  const Outcome second = run_decay(folder.path(), known, text, {.restart = "auto"});
  EXPECT_EQ(second.status, run::Status::finished);
  EXPECT_EQ(second.step, whole.step);
  EXPECT_TRUE(same_bits(second.state, whole.state));
  EXPECT_EQ(sums, whole_memory);  // nothing repeated, nothing skipped

  const Outcome third = run_decay(folder.path(), known, text, {.restart = "auto"});
  EXPECT_EQ(third.status, run::Status::finished);
  EXPECT_TRUE(third.state.empty());  // there was nothing to do

  const Outcome longer = run_decay(folder.path(), known, text, {.restart = "auto", .until = 4.0});
  EXPECT_EQ(longer.status, run::Status::finished);
  EXPECT_EQ(longer.time, 4.0);
}

TEST(Run, HooksMayBeAddedAtARestart) {
  watch = [](const run::Look&, auto&) {};
  TemporaryFolder folder;
  run::Registry known = registry();
  EXPECT_EQ(
      run_decay(folder.path(), known, "run: {t_end: 1.0}\nhooks: [{type: watch, every_steps: 1}]\n").status,
      run::Status::finished);
  const std::string more =
      "run: {t_end: 2.0}\nhooks: [{type: watch, every_steps: 2}, {type: leaky, every_steps: 5}]\n";
  EXPECT_EQ(run_decay(folder.path(), known, more, {.restart = "auto"}).status, run::Status::finished);
}

TEST(Run, AnotherCaseIsRefusedAtARestart) {
  TemporaryFolder folder;
  run::Registry known = registry();
  EXPECT_EQ(run_decay(folder.path(), known, "run: {t_end: 1.0}\n").status, run::Status::finished);
  try {
    run_decay(folder.path(), known, "run: {t_end: 2.0}\ndecay: {rate: 0.7}\n", {.restart = "auto"});
    FAIL() << "not refused";
  } catch (const base::InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("decay.rate"));
  }
}

TEST(Run, EarlierResultsAreNotDestroyed) {
  TemporaryFolder folder;
  run::Registry known = registry();
  EXPECT_EQ(run_decay(folder.path(), known, "run: {t_end: 1.0}\n").status, run::Status::finished);
  try {
    run_decay(folder.path(), known, "run: {t_end: 1.0}\n");
    FAIL() << "not refused";
  } catch (const base::InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("--restart auto"));
    EXPECT_THAT(error.what(), testing::HasSubstr("--output"));
  }
}

TEST(Run, AnOlderCheckpointSetsTheNewerOnesAside) {
  TemporaryFolder folder;
  run::Registry known = registry();
  watch = [](const run::Look& look, auto&) {
    if (look.moment.step == 3) base::raise_request(SIGUSR1);  // obeyed after the next step
  };
  const std::string text = "run: {t_end: 1.0}\nhooks: [{type: watch, every_steps: 1}]\n";
  EXPECT_EQ(run_decay(folder.path(), known, text).status, run::Status::finished);
  base::Communicator::world().barrier();
  EXPECT_EQ(names_in(folder.path() / "checkpoints"),
            (std::vector<std::string>{"checkpoint_000000004.h5", "checkpoint_000000010.h5"}));
  const auto older = folder.path() / "checkpoints" / "checkpoint_000000004.h5";
  watch = [](const run::Look& look, auto&) {
    if (look.moment.step == 6) base::raise_request(SIGTERM);
  };
  EXPECT_EQ(run_decay(folder.path(), known, text, {.restart = older.string()}).step, 7);
  base::Communicator::world().barrier();
  EXPECT_EQ(names_in(folder.path() / "checkpoints"),
            (std::vector<std::string>{"checkpoint_000000004.h5", "checkpoint_000000007.h5",
                                      "checkpoint_000000010.h5.set-aside"}));
}

TEST(Run, AStateThatIsNotFiniteLeavesNoCheckpoint) {
  TemporaryFolder folder;
  run::Registry known = registry();
  const Outcome outcome = run_decay(folder.path(), known, "run: {t_end: 1.0}\ndecay: {blow_up_at: 0.5}\n");
  EXPECT_EQ(outcome.status, run::Status::failed);
  EXPECT_THAT(outcome.failure, testing::HasSubstr("'u'"));
  base::Communicator::world().barrier();
  EXPECT_TRUE(names_in(folder.path() / "checkpoints").empty());
  EXPECT_THAT(names_in(folder.path() / "snapshots"), testing::Contains("post_mortem_000000010.h5"));
}

TEST(Run, AnOutputThatFailsDoesNotEndTheRunButIsReported) {
  const Outcome gap = fresh_run("run: {t_end: 1.0}\nhooks: [{type: leaky, every_steps: 1}]\n");
  EXPECT_EQ(gap.time, 1.0);
  EXPECT_EQ(gap.status, run::Status::failed);
  const Outcome made_up =
      fresh_run("run: {t_end: 1.0}\nhooks: [{type: leaky, every_steps: 1, makes_up: true}]\n");
  EXPECT_EQ(made_up.status, run::Status::finished);
}

TEST(Run, ExpectedValuesDecideTheExitStatus) {
  const std::string met =
      "run: {t_end: 1.0}\nexpected: [{quantity: mean, value: 0.60653066, absolute: 1e-8}, "
      "{quantity: time, value: 0.5, relative: 1e-12, at_step: 5}]\n";
  EXPECT_EQ(fresh_run(met).status, run::Status::finished);
  const std::string unmet = "run: {t_end: 1.0}\nexpected: [{quantity: mean, value: 0.7, absolute: 1e-8}]\n";
  EXPECT_EQ(fresh_run(unmet).status, run::Status::failed);
  // Another end than the case's: not checked.
  EXPECT_EQ(fresh_run(unmet, {.until = 0.5}).status, run::Status::finished);
  EXPECT_THROW(fresh_run("run: {t_end: 1.0}\nexpected: [{quantity: meen, value: 1, absolute: 1}]\n"),
               base::InputError);
}

TEST(Run, TheWallClockLimitStopsWithACheckpoint) {
  TemporaryFolder folder;
  run::Registry known = registry();
  const Outcome outcome = run_decay(folder.path(), known, "run: {t_end: 1.0}\n",
                                    {.wall_end = base::wall_seconds() + 5.0});  // less than run.wall_margin
  EXPECT_EQ(outcome.status, run::Status::stopped);
  EXPECT_EQ(outcome.step, 1);
  base::Communicator::world().barrier();
  EXPECT_EQ(names_in(folder.path() / "checkpoints").size(), 1U);
}

TEST(Run, FilesInTheRunFolderAreObeyedAndRemoved) {
  TemporaryFolder folder;
  run::Registry known = registry();
  if (base::Communicator::world().is_root()) std::ofstream(folder.path() / "stop");
  EXPECT_EQ(run_decay(folder.path(), known, "run: {t_end: 1.0}\n").status, run::Status::stopped);
  base::Communicator::world().barrier();
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "stop"));
}

TEST(Run, MaximumStepsFinishAndCanBeRaised) {
  TemporaryFolder folder;
  run::Registry known = registry();
  const Outcome first = run_decay(folder.path(), known, "run: {t_end: 1.0, max_steps: 4}\n");
  EXPECT_EQ(first.status, run::Status::finished);
  EXPECT_EQ(first.step, 4);
  const Outcome second =
      run_decay(folder.path(), known, "run: {t_end: 1.0, max_steps: 100}\n", {.restart = "auto"});
  EXPECT_EQ(second.time, 1.0);
  const Outcome whole = fresh_run("run: {t_end: 1.0}\n");
  EXPECT_TRUE(same_bits(second.state, whole.state));
}

TEST(Run, AdvancesInPiecesToAgreedTimes) {
  TemporaryFolder folder;
  run::Registry known = registry();
  const auto the_case = decay_case(known, "run: {t_end: 1.0}\n");
  const auto world = base::Communicator::world();
  run::RunFolder locked(world, folder.path());
  run::Run run(world, known, *the_case, locked, {});
  run.start();
  EXPECT_TRUE(run.advance_to(0.345));
  EXPECT_EQ(run.time(), 0.345);
  EXPECT_FALSE(run.advance_to(1.0));
  EXPECT_EQ(run.finish(), run::Status::finished);
}
