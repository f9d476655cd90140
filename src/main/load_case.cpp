#include <cstdio>

#include "base/error.hpp"
#include "main/commands.hpp"

namespace sluice::main {

std::unique_ptr<run::Case> load_case(Program& program, const CaseArguments& arguments) {
  base::agree(program.world, [&] {
    for (const std::string& library : arguments.plugins) program.registry.load_plugin(library);
  });
  std::vector<std::string> overrides = arguments.overrides;
  if (!arguments.output.empty()) overrides.push_back("run.output=" + base::quoted_text(arguments.output));
  return run::Case::load(program.world, program.registry, arguments.file, overrides);
}

void print(const Program& program, const std::string& text) {
  if (!program.world.is_root()) return;
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

}  // namespace sluice::main
