// Whole steps of flux transport and rows of its history on any number of ranks: what two ranks gain over one.
// Usage: bench_flux_transport_step [n_theta n_phi]
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/timer.hpp"
#include "support/flux_transport_run.hpp"

using namespace sluice;

namespace {

/// Least wall time of one call [s].
template <class Call>
double seconds(const base::Communicator& world, int calls, Call&& call) {
  double least = 1e30;
  for (int i = 0; i < calls; ++i) {
    world.barrier();
    const double begin = base::wall_seconds();
    call();
    least = std::min(least, world.max(base::wall_seconds() - begin));
  }
  return least;
}

}  // namespace

int main(int argc, char** argv) {
  base::MpiSession session(argc, argv);
  const auto world = base::Communicator::world();
  const long n_theta = argc == 3 ? std::atol(argv[1]) : 512, n_phi = argc == 3 ? std::atol(argv[2]) : 1024;
  for (const auto& [name, more] :
       {std::pair{"WENO3, RKG2", "diffusion: {subcycles: 1}\nstep: {maximum: 0.25}\n"},
        std::pair{"attenuated as HipFT",
                  "advection: {scheme: weno3_lax_friedrichs}\nflow: {attenuation: 300}\n"
                  "diffusion: {subcycles: 1}\nstep: {maximum: 0.25, splitting: lie}\n"}}) {
    test::FluxTransportRun run(fmt::format("grid: {{n_theta: {}, n_phi: {}}}\n{}", n_theta, n_phi, more));
    const auto step = [&] { run.time += run.solver->advance(run.time, 1e6 - run.time).dt_taken; };
    step();
    const double a_step = seconds(world, 60, step);
    const double a_row = seconds(world, 60, [&] {
      static_cast<void>(run.solver->invariants());
      static_cast<void>(run.solver->diagnostics());
    });
    if (world.is_root())
      std::printf("%ld x %ld, %d ranks: %-20s %8.3f ms a step; %6.3f ms a row of the history\n", n_theta,
                  n_phi, world.size(), name, 1e3 * a_step, 1e3 * a_row);
  }
  return 0;
}
