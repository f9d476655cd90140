// Time of one Crank-Nicolson step of the diffusion solver per cell, and its multigrid iterations; medians.
//
//   mpirun -n 1 bench_diffusion [steps]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "unit/diffusion/setup.hpp"

namespace {

using namespace sluice;
using base::Communicator;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void measure(const Communicator& world, int cells, int steps) {
  const double dt = 0.01;
  auto solver =
      tests::started(fmt::format("grid: {{points: [{}, {}]}}\ninitial: {{type: gaussian, value: 1}}\n"
                                 "source: {{type: constant, value: 1}}\ntime: {{dt: {}}}\n",
                                 cells, cells, dt));
  std::vector<double> times, iterations;
  for (int step = 0; step <= steps; ++step) {
    world.barrier();
    const double start = MPI_Wtime();
    static_cast<void>(solver->advance(step * dt, dt));
    const double seconds = world.max(MPI_Wtime() - start);
    if (step == 0) continue;  // sets the multigrid up
    times.push_back(seconds);
    iterations.push_back(tests::diagnostic(*solver, "linear_iterations"));
  }
  const double step_time = median(times);
  if (world.is_root())
    fmt::print("{:>4} x {:<4} {:>9.2f} ms a step {:>8.1f} ns a cell-update {:>4.0f} iterations\n", cells,
               cells, 1e3 * step_time, 1e9 * step_time / (static_cast<double>(cells) * cells),
               median(iterations));
}

}  // namespace

int main(int argc, char** argv) {
  base::MpiSession session(argc, argv);
  const auto world = Communicator::world();
  const int steps = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
  if (world.is_root()) fmt::print("diffusion, Crank-Nicolson, 2-D, {} ranks\n", world.size());
  for (const int cells : {64, 128, 256}) measure(world, cells, steps);
}
