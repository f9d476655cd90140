#include "hooks/catalyst_plugin.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstdlib>
#include <sstream>

#include "base/error.hpp"

namespace sluice::hooks::catalyst {
namespace {

constexpr const char* file_name = "libsluice_catalyst.so";

template <class Function>
Function* symbol(void* library, const char* name) {
  auto* function = reinterpret_cast<Function*>(dlsym(library, name));
  if (!function) throw base::Error(fmt::format("catalyst: {} lacks {}", file_name, name));
  return function;
}

}  // namespace

std::vector<std::filesystem::path> plugin_folders() {
  std::vector<std::filesystem::path> folders;
  if (const char* paths = std::getenv("SLUICE_PLUGIN_PATH")) {
    std::istringstream list(paths);
    for (std::string folder; std::getline(list, folder, ':');)
      if (!folder.empty()) folders.emplace_back(folder);
  }
  Dl_info here{};
  if (dladdr(reinterpret_cast<void*>(&plugin_folders), &here) != 0 && here.dli_fname)
    folders.push_back(std::filesystem::absolute(here.dli_fname).parent_path());
  return folders;
}

std::optional<std::filesystem::path> find_plugin() {
  for (const std::filesystem::path& folder : plugin_folders())
    if (std::error_code fault; std::filesystem::exists(folder / file_name, fault)) return folder / file_name;
  return {};
}

std::string why_unavailable() {
  if (find_plugin()) return {};
  std::string looked;
  for (const std::filesystem::path& folder : plugin_folders())
    looked += (looked.empty() ? "" : ", ") + folder.string();
  return fmt::format(
      "built without ParaView: no {} in {} (needs paraview-dev or Spack's paraview+python, "
      "SLUICE_CATALYST=ON)",
      file_name, looked);
}

Plugin open_plugin() {
  const auto file = find_plugin();
  if (!file) throw base::Error("catalyst: " + why_unavailable());
  void* library = dlopen(file->c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!library) throw base::Error(fmt::format("catalyst: cannot open the plug-in: {}", dlerror()));
  if (const int version = symbol<VersionFunction>(library, version_symbol)(); version != interface_version)
    throw base::Error(fmt::format("catalyst: {} has interface version {}, this program {}", file->string(),
                                  version, interface_version));
  return {.library = symbol<LibraryFunction>(library, library_symbol),
          .initialize = symbol<InitializeFunction>(library, initialize_symbol),
          .execute = symbol<ExecuteFunction>(library, execute_symbol),
          .finalize = symbol<FinalizeFunction>(library, finalize_symbol)};
}

}  // namespace sluice::hooks::catalyst
