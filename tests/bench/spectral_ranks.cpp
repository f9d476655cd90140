// Time of a step of the spectral solvers on one rank over that on all ranks of this run, in the same run:
// pieces taken alternately, the shortest of each counts. While one rank works alone, the others sleep.
//
//   mpirun -n 2 bench_spectral_ranks [seconds a line]
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

#include "nlse/solver.hpp"
#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;
using base::Communicator;
using solvers::nlse::NlseParameters;
using solvers::nlse::NlseSolver;

/// A barrier whose waiting takes no processor from those who work.
void sleep_until_all_are_here(const Communicator& communicator) {
  MPI_Request request{};
  MPI_Ibarrier(communicator.handle(), &request);
  for (int done = 0; done == 0;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

NlseParameters nlse_parameters(const std::vector<std::int64_t>& points) {
  NlseParameters parameters;
  parameters.points = points;
  parameters.lower = {-20};
  parameters.upper = {20};
  parameters.initial.type = "gaussian";
  parameters.time.integrator = "srkn6b";
  return parameters;
}

auto turbulence_parameters(std::int64_t points) {
  auto parameters = test::turbulence_parameters("{equation: {model: navier_stokes}}");
  parameters.points = {points, points};
  parameters.integrator = "ifrk3";
  parameters.dt = 1e-4;
  parameters.planning = "measured";
  return parameters;
}

template <class Solver, class Parameters>
void compare(const Communicator& world, const std::string& name, const Parameters& parameters,
             double budget) {
  std::optional<Solver> alone;
  if (world.is_root()) {
    alone.emplace(parameters, run::Context{.communicator = Communicator::self(), .fingerprint = {}});
    alone->initialize();
  }
  sleep_until_all_are_here(world);
  Solver together(parameters, run::Context{.communicator = world, .fingerprint = {}});
  together.initialize();
  double of_one = 1e300, of_all = 1e300;
  const double end = MPI_Wtime() + budget;
  for (int repeat = 0; world.max(repeat < 4 || MPI_Wtime() < end ? 1.0 : 0.0) > 0; ++repeat) {
    double begin = MPI_Wtime();
    if (alone) (void)alone->advance(0, 1);
    if (alone) of_one = std::min(of_one, MPI_Wtime() - begin);
    sleep_until_all_are_here(world);
    begin = MPI_Wtime();
    (void)together.advance(0, 1);
    of_all = std::min(of_all, world.max(MPI_Wtime() - begin));
  }
  if (world.is_root())
    fmt::print("{:28} one rank {:9.2f} ms  {} ranks {:9.2f} ms  speed-up {:5.2f}\n", name, 1e3 * of_one,
               world.size(), 1e3 * of_all, of_one / of_all);
}

}  // namespace

int main(int argc, char** argv) {
  const base::MpiSession session(argc, argv);
  const double budget = argc > 1 ? std::atof(argv[1]) : 10.0;
  const Communicator world = Communicator::world();
  compare<NlseSolver>(world, "nlse srkn6b 1024 x 1024", nlse_parameters({1024, 1024}), budget);
  compare<NlseSolver>(world, "nlse srkn6b 128 x 128 x 128", nlse_parameters({128, 128, 128}), budget);
  compare<test::TurbulenceSolver>(world, "turbulence ifrk3 1024 x 1024", turbulence_parameters(1024), budget);
  return 0;
}
