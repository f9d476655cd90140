// The visible tables of names, handed to whoever needs them (no static initialisers).
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "run/hook.hpp"
#include "run/provenance.hpp"
#include "run/solver.hpp"

namespace sluice::run {

/// Solvers and hooks that this program knows. `main` fills it from solvers/solvers.cpp, src/hooks/hooks.cpp,
/// plug-ins.
struct Registry {
  std::vector<SolverEntry> solvers;
  std::vector<HookEntry> hooks;
  std::vector<std::filesystem::path> plugins{};  ///< Libraries that were loaded.
  Libraries libraries = own_libraries();         ///< What the program is built on; others add theirs.

  /// InputError with the nearest name and the list if unknown.
  [[nodiscard]] const SolverEntry& solver(const std::string& name) const;
  [[nodiscard]] const HookEntry& hook(const std::string& name) const;
  /// Opens a shared library with solvers; InputError if it is not one or of another interface version.
  void load_plugin(const std::filesystem::path& library);
};

}  // namespace sluice::run
