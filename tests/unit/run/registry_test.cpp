#include "run/registry.hpp"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "run/hdf5.hpp"
#include "support/decay_solver.hpp"

namespace sluice::run {
namespace {

using ::testing::HasSubstr;

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::InputError& error) {
    return error.what();
  }
  return {};
}

TEST(Registry, FindsByNameAndNamesTheNearest) {
  const Registry registry{.solvers = {testing::decay_entry()}, .hooks = {}};
  EXPECT_EQ(registry.solver("decay").name, "decay");
  const std::string message = refusal([&] { (void)registry.solver("dekay"); });
  EXPECT_THAT(message, HasSubstr("unknown solver 'dekay'; did you mean 'decay'?; known: decay"));
  EXPECT_THAT(refusal([&] { (void)registry.hook("snapshot"); }), HasSubstr("unknown hook 'snapshot'"));
}

TEST(Registry, RefusesWhatIsNoPlugin) {
  Registry registry;
  EXPECT_THAT(refusal([&] { registry.load_plugin("/nonexistent/libplugin.so"); }), HasSubstr("no such file"));
  EXPECT_THAT(refusal([&] { registry.load_plugin("/etc/passwd"); }), HasSubstr("cannot be opened"));
  // A shared library, but no plug-in of Sluice: this very room.
  Dl_info room{};
  ASSERT_NE(dladdr(reinterpret_cast<const void*>(&hdf5_version), &room), 0);
  EXPECT_THAT(refusal([&] { registry.load_plugin(room.dli_fname); }),
              HasSubstr("it has no function 'sluice_interface_version'"));
  EXPECT_TRUE(registry.solvers.empty());
  EXPECT_TRUE(registry.plugins.empty());
}

}  // namespace
}  // namespace sluice::run
