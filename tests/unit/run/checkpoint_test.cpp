#include "run/checkpoint.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/error.hpp"
#include "files_support.hpp"
#include "run/checkpoint_seal.hpp"
#include "run/hdf5.hpp"
#include "run/hook.hpp"

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

const base::Communicator& world() {
  static const base::Communicator communicator = base::Communicator::world();
  return communicator;
}

/// A state with an item of every kind.
struct Model {
  base::Communicator communicator;
  grid::LayoutPtr layout;
  grid::RealField u{{"u", "m", "height"}, layout};
  grid::ComplexField psi{{"psi", "1", "wave function"}, layout};
  std::vector<double> series{1.0, -0.0, 1e-300};
  std::vector<std::int64_t> counts;
  double dt = 0.1;
  std::int64_t seed = -3;
  std::string plans = "some wisdom\nof two lines";

  explicit Model(const base::Communicator& the_communicator, grid::Index halo = 1)
      : communicator(the_communicator),
        layout(grid::Layout::block(communicator,
                                   {.dimensions = 2, .global = {11, 6, 1}, .halo = {halo, halo, 0}})) {}
  run::State state() {
    run::State state;
    state.field(u);
    state.within("scheme", [this](run::State& inner) {
      inner.field(psi);
      inner.reals("a series", series);
      inner.integers("counts", counts);
    });
    state.real("dt", dt);
    state.integer("seed", seed);
    state.text("plans", plans);
    return state;
  }
  void set(double scale = 1) {
    test::fill(u);
    test::fill(psi);
    for (double& x : u.span()) x *= scale;
  }
  void forget() {
    for (double& x : u.span()) x = 0;
    for (auto& x : psi.span()) x = 0;
    series.clear();
    counts.assign(5, 5);
    dt = 0;
    seed = 0;
    plans.clear();
  }
  /// As `set` left it.
  [[nodiscard]] bool is_set() {
    return test::error_of(u) == 0 && test::error_of(psi) == 0 &&
           series == std::vector<double>{1.0, -0.0, 1e-300} && std::signbit(series[1]) && counts.empty() &&
           dt == 0.1 && seed == -3 && plans == "some wisdom\nof two lines";
  }
};

run::CheckpointHeader header_of(std::int64_t step) {
  run::CheckpointHeader header;
  header.solver = "decay";
  header.time = 0.1 * static_cast<double>(step);
  header.step = step;
  header.ranks = world().size();
  header.finished = step == 30;
  header.resolved = "run: {t_end: 1}\n" + std::string(100000, '#');
  header.machine = "a processor";
  header.provenance = "{}";
  return header;
}

fs::path file_of(const fs::path& folder, std::int64_t step) {
  return folder / "checkpoints" / fmt::format("checkpoint_{:09d}.h5", step);
}

std::vector<std::string> names_in(const fs::path& folder) {
  world().barrier();
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder / "checkpoints"))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  world().barrier();
  return names;
}

std::string message_of(const base::Communicator& communicator, const fs::path& file) {
  try {
    static_cast<void>(run::verify_checkpoint(communicator, file));
  } catch (const base::AgreedError& error) {
    return error.what();
  }
  return "good";
}

TEST(Checkpoint, BringsEverythingBackOnTheSameAndOnOneRank) {
  const test::TemporaryFolder folder(world());
  Model model(world());
  model.set();
  run::write_checkpoint(world(), folder.path(), header_of(30), model.state(), 2);
  const fs::path file = file_of(folder.path(), 30);
  const run::CheckpointHeader header = run::verify_checkpoint(world(), file), wanted = header_of(30);
  EXPECT_EQ(header.solver, wanted.solver);
  EXPECT_EQ(header.time, wanted.time);
  EXPECT_EQ(header.step, 30);
  EXPECT_EQ(header.ranks, world().size());
  EXPECT_TRUE(header.finished);
  EXPECT_EQ(header.resolved, wanted.resolved);
  EXPECT_EQ(header.fingerprint, "");
  EXPECT_EQ(header.machine, wanted.machine);
  EXPECT_EQ(header.provenance, wanted.provenance);
  model.forget();
  run::State state = model.state();
  run::read_checkpoint(world(), file, state);
  EXPECT_TRUE(model.is_set());
  if (!world().is_root()) return;
  const auto self = base::Communicator::self();
  Model alone(self, 0);
  run::State whole = alone.state();
  EXPECT_EQ(message_of(self, file), "good");
  run::read_checkpoint(self, file, whole);
  EXPECT_TRUE(alone.is_set());
}

TEST(Checkpoint, KeepsTheNewestAndRemovesWhatAKilledRunLeft) {
  const test::TemporaryFolder folder(world());
  Model model(world());
  model.set();
  for (const std::int64_t step : {8, 9, 10, 11})
    run::write_checkpoint(world(), folder.path(), header_of(step), model.state(), 2);
  EXPECT_THAT(names_in(folder.path()), ElementsAre("checkpoint_000000010.h5", "checkpoint_000000011.h5"));
  if (world().is_root()) {
    test::put_content(folder / "checkpoints/checkpoint_000000012.h5.tmp", "torn");
    test::put_content(folder / "checkpoints/notes.txt", "of the user");
  }
  world().barrier();
  run::write_checkpoint(world(), folder.path(), header_of(11), model.state(), 2);  // again at the same step
  EXPECT_THAT(names_in(folder.path()),
              ElementsAre("checkpoint_000000010.h5", "checkpoint_000000011.h5", "notes.txt"));
  run::write_checkpoint(world(), folder.path(), header_of(12), model.state(),
                        0);  // the new one is kept in any case
  EXPECT_THAT(names_in(folder.path()), ElementsAre("checkpoint_000000012.h5", "notes.txt"));
}

TEST(Checkpoint, TheNewestGoodOneIsUsed) {
  const test::TemporaryFolder folder(world());
  EXPECT_EQ(run::newest_good_checkpoint(world(), folder.path()), std::nullopt);
  Model model(world());
  model.set();
  for (const std::int64_t step : {5, 7, 1000000000})
    run::write_checkpoint(world(), folder.path(), header_of(step), model.state(), 5);
  EXPECT_EQ(run::newest_good_checkpoint(world(), folder.path()), file_of(folder.path(), 1000000000));
  const auto cut = [&](std::int64_t step) {
    if (world().is_root()) fs::resize_file(file_of(folder.path(), step), 3000);
    world().barrier();
  };
  cut(1000000000);
  EXPECT_EQ(run::newest_good_checkpoint(world(), folder.path()), file_of(folder.path(), 7));
  cut(7);
  EXPECT_EQ(run::newest_good_checkpoint(world(), folder.path()), file_of(folder.path(), 5));
  cut(5);
  EXPECT_EQ(run::newest_good_checkpoint(world(), folder.path()), std::nullopt);
}

/// Damages copies of one good checkpoint, each rank its own.
class Damaged : public testing::Test {
 protected:
  void SetUp() override {
    Model model(self_, 0);
    model.set();
    auto header = header_of(1);
    header.resolved = "run: {}";
    run::write_checkpoint(self_, folder_.path(), header, model.state(), 1);
    good_ = test::content_of(file_of(folder_.path(), 1));
    ASSERT_GT(good_.size(), 4000U);
  }
  std::string message(const std::string& content) {
    test::put_content(folder_ / "damaged.h5", content);
    return message_of(self_, folder_ / "damaged.h5");
  }
  base::Communicator self_ = base::Communicator::self();
  test::TemporaryFolder folder_{self_};
  std::string good_;
};

TEST_F(Damaged, TheCopyItselfIsGood) { EXPECT_EQ(message(good_), "good"); }

TEST_F(Damaged, AnyFlippedBitIsSeen) {
  std::mt19937_64 random(static_cast<std::uint64_t>(world().rank()) + 17);
  for (int i = 0; i < 300; ++i) {
    // A third of them in the seal and the library's own first bytes.
    const std::size_t at = random() % (i % 3 == 0 ? 1024 : good_.size());
    std::string bad = good_;
    bad[at] = static_cast<char>(bad[at] ^ (1 << (random() % 8)));
    EXPECT_NE(message(bad), "good") << "byte " << at;
  }
}

TEST_F(Damaged, AnyLengthIsSeen) {
  std::mt19937_64 random(static_cast<std::uint64_t>(world().rank()) + 3);
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{1}, std::size_t{511}, std::size_t{512}, good_.size() - 1})
    EXPECT_NE(message(good_.substr(0, length)), "good") << length;
  for (int i = 0; i < 100; ++i) EXPECT_NE(message(good_.substr(0, random() % good_.size())), "good");
  EXPECT_NE(message(good_ + "x"), "good");
  EXPECT_THAT(message(""), HasSubstr("is empty"));
  EXPECT_THAT(message(good_.substr(0, good_.size() / 2)), HasSubstr("is cut short"));
}

TEST_F(Damaged, BlocksOfZerosAndExchangedBlocksAreSeen) {
  // What a disk that lost power leaves: pages that were never written, or written in another place.
  for (std::size_t at = 512; at + 4096 < good_.size(); at += 2048) {
    std::string bad = good_;
    if (const std::string lost = good_.substr(at, 512); lost != std::string(512, '\0')) {
      bad.replace(at, 512, std::string(512, '\0'));
      EXPECT_NE(message(bad), "good") << at;
    }
    if (good_.substr(at, 512) == good_.substr(at + 1024, 512)) continue;
    bad = good_;
    bad.replace(at, 512, good_.substr(at + 1024, 512));
    bad.replace(at + 1024, 512, good_.substr(at, 512));
    EXPECT_NE(message(bad), "good") << at;
  }
}

TEST_F(Damaged, ForeignFilesAreNamedAsSuch) {
  EXPECT_THAT(message("hello"), HasSubstr("is no checkpoint of Sluice"));
  run::Hdf5File foreign = run::Hdf5File::create(self_, folder_ / "foreign.h5");
  foreign.write_scalar("/x", 1);
  foreign.close();
  EXPECT_THAT(message_of(self_, folder_ / "foreign.h5"),
              HasSubstr("is an HDF5 file, but no checkpoint of Sluice"));
  EXPECT_THAT(message_of(self_, folder_ / "missing.h5"), HasSubstr("No such file"));
  EXPECT_THAT(message_of(self_, folder_.path()), HasSubstr("irectory"));
}

TEST_F(Damaged, ANewerSchemaIsNamedAsSuch) {
  Model model(self_, 0);
  run::CheckpointHeader header = header_of(2);
  header.schema = run::checkpoint_schema + 1;
  run::write_checkpoint(self_, folder_.path(), header, model.state(), 1);
  EXPECT_THAT(message_of(self_, file_of(folder_.path(), 2)), HasSubstr("it was written by a newer one"));
}

TEST_F(Damaged, AWrongDatasetUnderAGoodSealIsSeen) {
  // As if the program had written wrong values: everything is intact but the content.
  const fs::path file = file_of(folder_.path(), 1);
  const auto change = [&](const std::function<void(run::Hdf5File&)>& edit) {
    test::put_content(folder_ / "changed.h5", good_);
    run::Hdf5File open = run::Hdf5File::open_to_append(self_, folder_ / "changed.h5");
    edit(open);
    open.close();
    run::write_seal(self_, folder_ / "changed.h5", run::checkpoint_schema);
    return message_of(self_, folder_ / "changed.h5");
  };
  EXPECT_EQ(change([](run::Hdf5File&) {}), "good");
  EXPECT_THAT(change([](run::Hdf5File& open) { open.write_attribute("/", "time", 0.5); }),
              HasSubstr("header"));
  EXPECT_THAT(
      change([](run::Hdf5File& open) { open.write_attribute("/state/u", "checksum", std::string("0")); }),
      HasSubstr("the checksum of /state/u"));
  EXPECT_THAT(
      change([](run::Hdf5File& open) { open.write_attribute("/state/dt", "kind", std::string("reals")); }),
      HasSubstr("found 'dt reals"));
}

TEST(Checkpoint, AStateThatDoesNotFitIsRefused) {
  const test::TemporaryFolder folder(world());
  Model model(world());
  model.set();
  run::write_checkpoint(world(), folder.path(), header_of(1), model.state(), 1);
  const auto message = [&](const std::function<void(run::State&)>& declare) -> std::string {
    run::State state;
    declare(state);
    try {
      run::read_checkpoint(world(), file_of(folder.path(), 1), state);
    } catch (const base::AgreedError& error) {
      return error.what();
    }
    return "read";
  };
  double real = 0;
  grid::RealField other({"u", "m", "height"},
                        grid::Layout::block(world(), {.dimensions = 2, .global = {6, 11, 1}}));
  grid::RealField psi({"psi", "m", "height"},
                      grid::Layout::block(world(), {.dimensions = 2, .global = {11, 6, 1}}));
  EXPECT_EQ(message([&](run::State& state) { state.real("dt", real); }), "read");
  EXPECT_THAT(message([&](run::State& state) { state.real("dtt", real); }), HasSubstr("it has no 'dtt'"));
  EXPECT_THAT(message([&](run::State& state) { state.real("seed", real); }),
              HasSubstr("'seed' is of kind integer, real is wanted"));
  EXPECT_THAT(message([&](run::State& state) { state.field(other); }),
              HasSubstr("/state/u: is 11 x 6, 6 x 11 is wanted"));
  EXPECT_THAT(
      message([&](run::State& state) { state.within("scheme", [&](run::State& in) { in.field(psi); }); }),
      HasSubstr("is 11 x 6 x 2, 11 x 6 is wanted"));
}

TEST(Checkpoint, AFullDiskLosesNothing) {
  const test::TemporaryFolder folder(world());
  Model model(world());
  model.set();
  run::write_checkpoint(world(), folder.path(), header_of(1), model.state(), 2);
  for (const bool everywhere : {true, false}) {
    SCOPED_TRACE(everywhere ? "limit on all ranks" : "limit on the last rank");
    {
      const bool limited = everywhere || world().rank() == world().size() - 1;
      const test::SizeLimit limit(limited ? 200000 : RLIM_INFINITY);
      EXPECT_THROW(run::write_checkpoint(world(), folder.path(), header_of(2), model.state(), 2),
                   run::OutputError);
    }
    EXPECT_THAT(names_in(folder.path()), ElementsAre("checkpoint_000000001.h5"));
    EXPECT_EQ(message_of(world(), file_of(folder.path(), 1)), "good");
  }
  run::write_checkpoint(world(), folder.path(), header_of(3), model.state(), 2);  // space has returned
  EXPECT_EQ(message_of(world(), file_of(folder.path(), 3)), "good");
}

TEST(ForbiddenDifferences, AreNamedWithBothValues) {
  const std::string before =
      "grid:\n  points: [64, 64]\n  length: 2\nrun:\n  t_end: 1\ninitial:\n  kind: gaussian\n"
      "  waves:\n    - amplitude: 1\n    - amplitude: 2\n"
      "hooks:\n  - type: snapshot\n    every_steps: 5\n  - type: probe\n    every_steps: 7\n";
  const std::vector<base::ResolvedValue> same{
      {"grid.points", "[64, 64]"},        {"grid.length", "2"},
      {"run.t_end", "1", true},           {"initial.kind", "\"gaussian\""},
      {"initial.waves.0.amplitude", "1"}, {"initial.waves.1.amplitude", "2"},
      {"hooks.0.type", "snapshot"},       {"hooks.0.every_steps", "5", true},
      {"hooks.1.type", "probe"},          {"hooks.1.every_steps", "7"}};
  EXPECT_THAT(run::forbidden_differences(before, same), ElementsAre());
  const auto with = [&](const std::string& path, const std::string& value) {
    std::vector<base::ResolvedValue> now = same;
    for (auto& one : now)
      if (one.path == path) one.value = value;
    return run::forbidden_differences(before, now);
  };
  EXPECT_THAT(with("run.t_end", "2"), ElementsAre());
  EXPECT_THAT(with("hooks.0.every_steps", "6"), ElementsAre());
  EXPECT_THAT(with("hooks.1.every_steps", "8"), ElementsAre("hooks.1.every_steps: was 7, is 8"));
  EXPECT_THAT(with("grid.points", "[64, 32]"), ElementsAre("grid.points: was [64, 64], is [64, 32]"));
  EXPECT_THAT(with("initial.waves.1.amplitude", "3"), ElementsAre("initial.waves.1.amplitude: was 2, is 3"));
  std::vector<base::ResolvedValue> fewer(same.begin() + 1, same.end()), more = same;
  more.push_back({"grid.shape", "round"});
  more.push_back({"run.progress", "5", true});
  more.push_back({"grid.twist", "0", false, true});  // a parameter that the program did not have
  EXPECT_THAT(run::forbidden_differences(before, fewer),
              ElementsAre("grid.points: was [64, 64], is not there any more"));
  EXPECT_THAT(run::forbidden_differences(before, more), ElementsAre("grid.shape: was not there, is round"));
}

}  // namespace
}  // namespace sluice
