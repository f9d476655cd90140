// Members that meet: a toy meeting puts the mean of all members in the place of each.
#include "run/meeting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "run/checkpoint.hpp"
#include "run/ensemble.hpp"
#include "run/member_exchange.hpp"
#include "support/run_fixture.hpp"

namespace base = sluice::base;
namespace grid = sluice::grid;
namespace run = sluice::run;
namespace support = sluice::testing;
using support::same_bits;
using support::TemporaryFolder;

namespace {

std::vector<double> meeting_times;
std::vector<std::vector<std::int64_t>> attended;  // by each meeting of this process
std::int64_t refuse_meeting = -1;

class MeanMeeting : public run::Meeting {
 public:
  [[nodiscard]] std::vector<double> times(double, double end) const override {
    std::vector<double> times;
    for (const double time : meeting_times)
      if (time <= end) times.push_back(time);
    return times;
  }
  void hold(const run::Gathering& gathering) override {
    if (gathering.number == refuse_meeting) throw base::AgreedError("no room");
    attended.push_back(gathering.members);
    std::vector<grid::FieldView> fields;
    for (const auto& one : gathering.own) fields.push_back(one.outputs->get("u"));
    const run::MemberExchange exchange(gathering, fields);
    const grid::Index n = exchange.global()[0], ranks = gathering.world.size(), rank = gathering.world.rank();
    const grid::Range planes{n * rank / ranks, n * (rank + 1) / ranks};
    auto values = exchange.collect(planes);
    const auto members = gathering.members.size(), cells = static_cast<std::size_t>(planes.size());
    for (std::size_t i = 0; i < cells; ++i) {
      double mean = 0;
      for (std::size_t m = 0; m < members; ++m) mean += values[m * cells + i] / static_cast<double>(members);
      for (std::size_t m = 0; m < members; ++m) values[m * cells + i] = mean - values[m * cells + i];
    }
    const auto changes = exchange.hand_back(planes, values, {"du", "1", ""});
    for (std::size_t n_own = 0; n_own < changes.size(); ++n_own) {
      const run::Increment increment{.output = "u", .change = changes[n_own].erased()};
      gathering.own[n_own].solver->apply(std::span(&increment, 1));
    }
  }
};

class MeetingCase : public support::DecayCase {
 public:
  [[nodiscard]] std::string meeting_key() const override { return "grid.points"; }
  [[nodiscard]] std::unique_ptr<run::Meeting> meeting(const run::MeetingContext&) const override {
    return std::make_unique<MeanMeeting>();
  }
};

run::Registry registry() {
  return {.solvers = {{"decay", "meets", [] { return std::unique_ptr<run::SolverCase>(new MeetingCase); }}},
          .hooks = {}};
}

run::Status run_members(const std::filesystem::path& folder, const std::string& ensemble,
                        const run::RunOptions& options = {}) {
  run::Registry known = registry();
  attended.clear();
  return run::run_case(base::Communicator::world(), known,
                       support::decay_case(known, "run: {t_end: 1.0, output: '" + folder.string() +
                                                      "'}\nensemble: " + ensemble),
                       options);
}

/// u of the newest checkpoint of a member, whole, read by every rank on its own.
std::vector<double> final_u(const std::filesystem::path& folder, int member) {
  const auto self = base::Communicator::self();
  base::Communicator::world().barrier();
  const auto file = run::newest_good_checkpoint(self, folder / run::member_folder(member));
  if (!file) return {};
  grid::RealField u({"u", "1", ""}, grid::Layout::block(self, {.global = {32, 1, 1}}));
  run::State state;
  state.field(u);
  run::read_checkpoint(self, *file, state);
  return {u.span().begin(), u.span().end()};
}

const std::string three =
    "{members: 3, GROUPS vary: {time.dt: [0.1, 0.07, 0.05], decay.rate: [0.2, 0.5, 1.1]}}\n";

std::string in_groups(int groups) {
  std::string text = three;
  return text.replace(text.find("GROUPS"), 6, groups > 0 ? "groups: " + std::to_string(groups) + "," : "");
}

}  // namespace

TEST(Meeting, EveryMemberTakesPartAtTheAgreedTimes) {
  meeting_times = {0.0, 0.25, 1.0};
  TemporaryFolder folder;
  for (int groups = 1; groups <= std::min(3, base::Communicator::world().size()); ++groups) {
    const auto own = folder.path() / std::to_string(groups);
    EXPECT_EQ(run_members(own, in_groups(groups)), run::Status::finished);
    ASSERT_EQ(attended.size(), 3U);
    EXPECT_THAT(attended, testing::Each(testing::ElementsAre(0, 1, 2)));
    // mean of exp(-rate 0.25) over the members, then the same over the rest; all are alike in the end.
    double first = 0, second = 0;
    for (const double rate : {0.2, 0.5, 1.1}) {
      first += std::exp(-rate * 0.25) / 3;
      second += std::exp(-rate * 0.75) / 3;
    }
    const auto u = final_u(own, 0);
    ASSERT_EQ(u.size(), 32U);
    EXPECT_NEAR(u[0], first * second, 1e-14);
    for (int m = 1; m < 3; ++m)
      for (std::size_t i = 0; i < u.size(); ++i) EXPECT_NEAR(final_u(own, m)[i], u[i], 1e-15);
    for (int m = 0; m < 3; ++m) EXPECT_TRUE(same_bits(final_u(own, m), final_u(folder.path() / "1", m)));
  }
}

TEST(Meeting, AFailedMemberStaysAway) {
  meeting_times = {0.25, 0.75};
  TemporaryFolder folder;
  const std::string members = "{members: 3, vary: {decay.blow_up_at: [none, 0.5, none]}}\n";
  EXPECT_EQ(run_members(folder.path() / "e", members), run::Status::failed);
  ASSERT_EQ(attended.size(), 2U);
  EXPECT_THAT(attended[0], testing::ElementsAre(0, 1, 2));
  EXPECT_THAT(attended[1], testing::ElementsAre(0, 2));
  const auto manifest = nlohmann::json::parse(support::read_text(folder.path() / "e" / "manifest.json"));
  EXPECT_EQ(manifest["members"][0]["status"], "finished");
  EXPECT_EQ(manifest["members"][1]["status"], "failed");
  EXPECT_THAT(final_u(folder.path() / "e", 2), testing::Each(testing::Gt(0.1)));
  // A restart cannot bring it back among the others.
  EXPECT_EQ(run_members(folder.path() / "e", members, {.restart = "auto"}), run::Status::failed);
  EXPECT_TRUE(attended.empty());
}

TEST(Meeting, AStopAtTheMeetingIsMadeUpForAtTheRestart) {
  meeting_times = {0.1, 0.5};
  TemporaryFolder folder;
  const std::string members = "{members: 3, vary: {decay.rate: [0.2, 0.5, 1.1]}}\n";
  EXPECT_EQ(run_members(folder.path() / "whole", members), run::Status::finished);
  base::raise_request(SIGUSR2);  // seen at the first step, which ends at the meeting
  EXPECT_EQ(run_members(folder.path() / "e", members), run::Status::stopped);
  base::clear_requests();
  EXPECT_TRUE(attended.empty());
  EXPECT_EQ(run_members(folder.path() / "e", members, {.restart = "auto", .until = 0.3}),
            run::Status::finished);
  EXPECT_EQ(attended.size(), 1U);
  EXPECT_EQ(run_members(folder.path() / "e", members, {.restart = "auto"}), run::Status::finished);
  EXPECT_EQ(attended.size(), 1U);
  for (int m = 0; m < 3; ++m)
    EXPECT_TRUE(same_bits(final_u(folder.path() / "e", m), final_u(folder.path() / "whole", m)));
}

TEST(Meeting, ARestartBeginsWhereAllMembersHaveACheckpoint) {
  meeting_times = {0.25, 0.5};
  TemporaryFolder folder;
  const std::string members = "{members: 3, vary: {decay.rate: [0.2, 0.5, 1.1]}}\n";
  const auto checkpoints = [&](const char* name) {
    return folder.path() / name / run::member_folder(1) / "checkpoints";
  };
  EXPECT_EQ(run_members(folder.path() / "whole", members), run::Status::finished);
  for (const char* name : {"last", "all"}) {
    EXPECT_EQ(run_members(folder.path() / name, members), run::Status::finished);
    const auto world = base::Communicator::world();
    world.barrier();
    // What one member has lost, the others repeat.
    std::int64_t kept = 0;
    if (world.is_root())
      for (const auto& entry : std::filesystem::directory_iterator(checkpoints(name))) {
        const auto good = run::verify_checkpoint(base::Communicator::self(), entry.path());
        if (good.finished || std::string(name) == "all")
          std::filesystem::remove(entry.path());
        else
          ++kept;
      }
    EXPECT_EQ(world.max(kept), std::string(name) == "all" ? 0 : 1);
    EXPECT_EQ(run_members(folder.path() / name, members, {.restart = "auto"}), run::Status::finished);
    EXPECT_EQ(attended.size(), std::string(name) == "all" ? 2U : 0U);
    for (int m = 0; m < 3; ++m)
      EXPECT_TRUE(same_bits(final_u(folder.path() / name, m), final_u(folder.path() / "whole", m)));
  }
}

TEST(Meeting, OneThatFailsEndsTheRunWithGoodCheckpoints) {
  meeting_times = {0.25, 0.5};
  TemporaryFolder folder;
  const std::string members = "{members: 3, vary: {decay.rate: [0.2, 0.5, 1.1]}}\n";
  EXPECT_EQ(run_members(folder.path() / "whole", members), run::Status::finished);
  refuse_meeting = 1;
  EXPECT_EQ(run_members(folder.path() / "e", members), run::Status::failed);
  refuse_meeting = -1;
  EXPECT_EQ(run_members(folder.path() / "e", members, {.restart = "auto"}), run::Status::finished);
  EXPECT_EQ(attended.size(), 1U);
  for (int m = 0; m < 3; ++m)
    EXPECT_TRUE(same_bits(final_u(folder.path() / "e", m), final_u(folder.path() / "whole", m)));
}

TEST(Meeting, NeedsMembersThatAgree) {
  meeting_times = {0.25};
  TemporaryFolder folder;
  EXPECT_THROW(run_members(folder.path() / "a", "{members: 1}\n"), base::InputError);
  EXPECT_THROW(run_members(folder.path() / "a", "{members: 2, vary: {grid.points: [32, 33]}}\n"),
               base::InputError);
  base::Communicator::world().barrier();
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "a"));
}
