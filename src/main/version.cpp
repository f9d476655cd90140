#include <CLI/Version.hpp>

#include "main/commands.hpp"
#include "run/provenance.hpp"

namespace sluice::main {

int version(Program& program) {
  std::string text = "sluice " + run::program_version() + " (" + run::program_commit() + ")\n";
  text += "libraries: " + run::library_versions(program.registry.libraries) + ", CLI11 " CLI11_VERSION "\n";
  for (const run::HookEntry& entry : program.registry.hooks) {
    if (entry.unavailable == nullptr) continue;  // part of every build
    const std::string missing = entry.unavailable();
    text +=
        "hook " + entry.name + ": " + (missing.empty() ? "available" : "not available: " + missing) + "\n";
  }
  print(program, text);
  return 0;
}

}  // namespace sluice::main
