// Finds and opens the Catalyst plug-in.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hooks/catalyst/plugin.hpp"

namespace sluice::hooks::catalyst {

/// The plug-in's functions. It stays open until the process ends: ParaView cannot be taken down and started
/// again.
struct Plugin {
  LibraryFunction* library = nullptr;
  InitializeFunction* initialize = nullptr;
  ExecuteFunction* execute = nullptr;
  FinalizeFunction* finalize = nullptr;
};

/// Folders that are looked into: SLUICE_PLUGIN_PATH (colons between), then where Sluice's own libraries are.
[[nodiscard]] std::vector<std::filesystem::path> plugin_folders();
[[nodiscard]] std::optional<std::filesystem::path> find_plugin();
/// Why there is no plug-in; empty if there is one. Opens nothing.
[[nodiscard]] std::string why_unavailable();
/// base::Error if it cannot be opened or is of another version. Not collective.
[[nodiscard]] Plugin open_plugin();

}  // namespace sluice::hooks::catalyst
