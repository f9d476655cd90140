#include "run/ensemble.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "run/checkpoint.hpp"
#include "support/run_fixture.hpp"

namespace base = sluice::base;
namespace grid = sluice::grid;
namespace run = sluice::run;
namespace support = sluice::testing;
using support::read_text;
using support::same_bits;
using support::TemporaryFolder;

namespace {

run::Registry registry() { return {.solvers = {support::decay_entry()}, .hooks = {}}; }

std::unique_ptr<run::Case> ensemble(run::Registry& known, const std::filesystem::path& folder,
                                    const std::string& more) {
  return support::decay_case(known, "run: {t_end: 1.0, output: '" + folder.string() + "'}\n" + more);
}

/// u of the newest checkpoint of a member, whole, read by every rank on its own.
std::vector<double> final_u(const std::filesystem::path& folder) {
  const auto self = base::Communicator::self();
  const auto file = run::newest_good_checkpoint(self, folder);
  if (!file) return {};
  grid::RealField u({"u", "1", ""}, grid::Layout::block(self, {.global = {32, 1, 1}}));
  run::State state;
  state.field(u);
  run::read_checkpoint(self, *file, state);
  return {u.span().begin(), u.span().end()};
}

}  // namespace

TEST(Groups, CoverAllRanksAndMembersOnce) {
  for (int ranks = 1; ranks <= 9; ++ranks)
    for (int members = 1; members <= 7; ++members)
      for (int asked = 0; asked <= std::min(ranks, members); ++asked) {
        std::vector<int> sizes(static_cast<std::size_t>(ranks), 0);
        std::vector<int> carried(static_cast<std::size_t>(members), 0);
        int last_group = -1;
        for (int rank = 0; rank < ranks; ++rank) {
          const run::GroupPlan plan = run::plan_groups(ranks, rank, members, asked);
          EXPECT_EQ(plan.groups, asked > 0 ? asked : std::min(ranks, members));
          ++sizes[static_cast<std::size_t>(plan.group)];
          if (plan.group == last_group) continue;
          EXPECT_EQ(plan.group, last_group + 1);
          last_group = plan.group;
          for (const auto member : plan.members) ++carried[static_cast<std::size_t>(member)];
        }
        EXPECT_THAT(carried, testing::Each(1));
        sizes.resize(static_cast<std::size_t>(last_group) + 1);
        EXPECT_LE(
            *std::max_element(sizes.begin(), sizes.end()) - *std::min_element(sizes.begin(), sizes.end()), 1);
      }
  EXPECT_THROW(run::plan_groups(4, 0, 2, 3), base::InputError);
}

TEST(Member, GetsItsValuesAndNoEnsemble) {
  run::Registry known = registry();
  const auto whole = ensemble(
      known, "unused",
      "hooks: []\nensemble: {members: 3, vary: {decay.rate: [1, 2, 3], decay.amplitude: [4, 5, 6]}}\n");
  const auto member = run::member_case(known, *whole, 2);
  EXPECT_EQ(member->ensemble.members, 1);
  const auto& values = dynamic_cast<const support::DecayCase&>(*member->solver).values;
  EXPECT_EQ(values.rate, 3);
  EXPECT_EQ(values.amplitude, 6);
}

TEST(Ensemble, AWrongVariationIsRefusedBeforeAnythingRuns) {
  run::Registry known = registry();
  TemporaryFolder folder;
  auto unknown = ensemble(known, folder.path() / "a", "ensemble: {members: 2, vary: {decay.rite: [1, 2]}}\n");
  EXPECT_THROW(run::run_case(base::Communicator::world(), known, std::move(unknown), {}), base::InputError);
  base::Communicator::world().barrier();
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "a"));
}

TEST(Ensemble, MembersHaveTheBitsThatTheyHaveAlone) {
  run::Registry known = registry();
  TemporaryFolder folder;
  const auto world = base::Communicator::world();
  auto whole = ensemble(known, folder.path() / "all",
                        "ensemble: {members: 5, vary: {decay.rate: [0.1, 0.2, 0.3, 0.4, 0.5]}}\n");
  EXPECT_EQ(run::run_case(world, known, std::move(whole), {}), run::Status::finished);
  for (int m = 0; m < 5; ++m) {
    // A group of one rank, as in the ensemble when there are at least as many members as ranks.
    const auto self = base::Communicator::self();
    const auto alone =
        support::decay_case(known, "run: {t_end: 1.0}\ndecay: {rate: 0." + std::to_string(m + 1) + "}\n");
    const auto own = folder.path() / ("alone_" + std::to_string(world.rank()) + "_" + std::to_string(m));
    EXPECT_EQ(support::run_case_in(own, known, *alone, {}, self).status, run::Status::finished);
    const auto u = final_u(folder.path() / "all" / run::member_folder(m));
    EXPECT_EQ(u.size(), 32U);
    EXPECT_TRUE(same_bits(u, final_u(own))) << "member " << m;
  }
}

TEST(Ensemble, AFailingMemberIsReportedAndTheOthersGoOn) {
  run::Registry known = registry();
  TemporaryFolder folder;
  const auto world = base::Communicator::world();
  const std::string more = "ensemble: {members: 3, vary: {decay.blow_up_at: [none, 0.5, none]}}\n";
  EXPECT_EQ(run::run_case(world, known, ensemble(known, folder.path() / "e", more), {}), run::Status::failed);
  world.barrier();
  const auto manifest = nlohmann::json::parse(read_text(folder.path() / "e" / "manifest.json"));
  ASSERT_EQ(manifest["members"].size(), 3U);
  EXPECT_EQ(manifest["members"][0]["status"], "finished");
  EXPECT_EQ(manifest["members"][1]["status"], "failed");
  EXPECT_EQ(manifest["members"][2]["status"], "finished");
  EXPECT_EQ(manifest["members"][2]["checkpoint"], "member_0002/checkpoints/checkpoint_000000010.h5");
  EXPECT_THAT(read_text(folder.path() / "e" / "members.csv"), testing::HasSubstr("1,failed,10,1,0.5\n"));

  // A restart leaves alone what is finished and tries again what failed.
  const auto before =
      std::filesystem::last_write_time(folder.path() / "e/member_0000/checkpoints/checkpoint_000000010.h5");
  EXPECT_EQ(run::run_case(world, known, ensemble(known, folder.path() / "e", more), {.restart = "auto"}),
            run::Status::failed);
  world.barrier();
  EXPECT_EQ(
      std::filesystem::last_write_time(folder.path() / "e/member_0000/checkpoints/checkpoint_000000010.h5"),
      before);
  EXPECT_THROW(run::run_case(world, known, ensemble(known, folder.path() / "e", more), {}), base::InputError);
}

TEST(Ensemble, AFailingMemberStopsTheOthersIfTheCaseSaysSo) {
  run::Registry known = registry();
  TemporaryFolder folder;
  const auto world = base::Communicator::world();
  const std::string more =
      "ensemble: {members: 4, groups: 1, on_failure: stop, vary: {decay.blow_up_at: [0.5, none, none, "
      "none]}}\n";
  EXPECT_EQ(run::run_case(world, known, ensemble(known, folder.path() / "e", more), {}), run::Status::failed);
  world.barrier();
  const auto manifest = nlohmann::json::parse(read_text(folder.path() / "e" / "manifest.json"));
  EXPECT_EQ(manifest["members"][0]["status"], "failed");
  EXPECT_EQ(manifest["members"][3]["status"], "waiting");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "e" / "stop"));
}
