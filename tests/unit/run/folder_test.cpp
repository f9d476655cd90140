#include "run/folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "files_support.hpp"
#include "run/hook.hpp"

namespace sluice {
namespace {

using testing::HasSubstr;

TEST(RunFolder, IsMadeAndKeepsASecondRunOut) {
  const auto world = base::Communicator::world();
  const test::TemporaryFolder folder(world);
  const auto path = folder / "runs/deep/case";
  {
    const run::RunFolder first(world, path);
    EXPECT_TRUE(std::filesystem::is_directory(path));
    try {
      const run::RunFolder second(world, path);
      ADD_FAILURE() << "a second run was let in";
    } catch (const base::AgreedError& error) {
      EXPECT_THAT(error.what(), HasSubstr("in use by process"));
    }
  }
  world.barrier();
  EXPECT_NO_THROW(run::RunFolder(world, path));  // a lock that nobody holds any more
}

TEST(RunFolder, SaysWhatIsInTheWay) {
  const auto world = base::Communicator::world();
  const test::TemporaryFolder folder(world);
  if (world.is_root()) test::put_content(folder / "file", "x");
  world.barrier();
  EXPECT_THROW(run::RunFolder(world, folder / "file"), base::AgreedError);
  EXPECT_THROW(run::RunFolder(world, folder / "file/below"), base::AgreedError);
}

TEST(RunFolder, TakesARequestOnce) {
  const auto world = base::Communicator::world();
  const test::TemporaryFolder folder(world);
  const run::RunFolder run_folder(world, folder / "run");
  if (!world.is_root()) return;
  EXPECT_FALSE(run_folder.take_request("stop"));
  test::put_content(folder / "run/stop", "");
  EXPECT_TRUE(run_folder.take_request("stop"));
  EXPECT_FALSE(run_folder.take_request("stop"));
}

TEST(WriteFileAtomically, ReplacesTheWholeFileOrNothing) {
  const auto self = base::Communicator::self();
  const test::TemporaryFolder folder(self);
  const auto file = folder / "a.txt";
  run::write_file_atomically(file, "first");
  run::write_file_atomically(file, "second, longer");
  EXPECT_EQ(test::content_of(file), "second, longer");
  {
    const test::SizeLimit limit(1000);
    EXPECT_THROW(run::write_file_atomically(file, std::string(5000, 'x')), run::OutputError);
  }
  EXPECT_EQ(test::content_of(file), "second, longer");
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".tmp"));
  EXPECT_THROW(run::write_file_atomically(folder / "no/such/folder.txt", "x"), run::OutputError);
}

TEST(DefaultFolder, IsNamedAfterTheCase) {
  EXPECT_EQ(run::default_folder("inputs/nlse/soliton.yaml"), std::filesystem::path("runs/soliton"));
}

}  // namespace
}  // namespace sluice
