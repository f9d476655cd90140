// The program. Exit codes: 0 finished, 1 error, 2 stopped early with a good checkpoint.
#include <cstdio>
#include <exception>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/signals.hpp"
#include "hooks/hooks.hpp"
#include "main/commands.hpp"
#include "numerics/petsc/session.hpp"
#include "solvers.hpp"

namespace {

std::string joined(int argc, char** argv) {
  std::string text;
  for (int i = 0; i < argc; ++i) text += (i == 0 ? "" : " ") + std::string(argv[i]);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace sluice;
  const std::string command_line = joined(argc, argv);
  base::MpiSession session(argc, argv);
  const base::Communicator world = base::Communicator::world();
  base::log::start(world.is_root());
  base::install_signal_handlers();
  try {
    main::Program program{.world = world,
                          .registry = {.solvers = solvers::all(), .hooks = hooks::all()},
                          .command_line = command_line};
    program.registry.libraries.emplace("PETSc", numerics::petsc::version());
    return main::execute(program, argc, argv);
  } catch (const base::AgreedError& error) {  // every rank has it
    base::log::end_progress();
    base::log::error(error.what());
    return 1;
  } catch (const std::exception& error) {  // this rank alone: the others may be waiting for it
    base::log::end_progress();
    std::fflush(stdout);
    std::fprintf(stderr, "sluice: rank %d of %d: %s\n", world.rank(), world.size(), error.what());
    if (world.size() > 1) MPI_Abort(world.handle(), 1);
    return 1;
  }
}
