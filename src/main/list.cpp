#include <fmt/format.h>

#include <algorithm>

#include "main/commands.hpp"

namespace sluice::main {

int list(Program& program) {
  std::size_t width = 0;
  for (const auto& entry : program.registry.solvers) width = std::max(width, entry.name.size());
  for (const auto& entry : program.registry.hooks) width = std::max(width, entry.name.size());
  std::string text = "solvers (sluice help NAME):\n";
  for (const auto& entry : program.registry.solvers)
    text += fmt::format("  {:{}}  {}\n", entry.name, width, entry.summary);
  text += "hooks (under hooks: in a case, as - type: NAME):\n";
  for (const auto& entry : program.registry.hooks) {
    const std::string missing = entry.unavailable == nullptr ? std::string() : entry.unavailable();
    text += fmt::format("  {:{}}  {}{}\n", entry.name, width, entry.summary,
                        missing.empty() ? "" : " [not in this build: " + missing + "]");
  }
  print(program, text);
  return 0;
}

}  // namespace sluice::main
