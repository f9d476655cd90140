// Time of one step of the turbulence solver against the bare transforms that it needs: measured out-of-place
// plans of the same FFTW in the same run, taken alternately with the steps; medians.
//
//   mpirun -n 1 bench_turbulence [repeats]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;
using base::Communicator;

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

template <class Work>
double seconds(const Communicator& communicator, Work work) {
  communicator.barrier();
  const double start = MPI_Wtime();
  work();
  return communicator.max(MPI_Wtime() - start);
}

struct Setup {
  std::int64_t points;
  std::string integrator, closure;
  int stages;       ///< Evaluations of the Jacobian a step: two inverse and two forward transforms each.
  int further = 0;  ///< Inverse transforms of the closure an evaluation.
};

void compare(const Communicator& communicator, const Setup& setup, int repeats) {
  auto parameters = test::turbulence_parameters("{closure: {type: " + setup.closure + "}}");
  parameters.points = {setup.points, setup.points};
  parameters.integrator = setup.integrator;
  parameters.dt = 1e-4;
  parameters.planning = "measured";
  test::TurbulenceSolver solver(parameters, {.communicator = communicator, .fingerprint = {}});
  solver.initialize();
  numerics::FourierTransform& transform = solver.space().transform();
  grid::RealField space({"f", "1", "field"}, transform.physical());
  grid::ComplexField modes({"F", "1", "modes"}, transform.spectral());
  const int batch = static_cast<int>(std::max<std::int64_t>(1, (1 << 20) / (setup.points * setup.points)));
  double t = 0;
  const auto step = [&] {
    for (int i = 0; i < batch; ++i) t += solver.advance(t, 1e6 - t).dt_taken;
  };
  const auto transforms = [&] {
    for (int i = 0; i < batch * setup.stages; ++i) {
      for (int pair = 0; pair < 2; ++pair) {
        transform.inverse(modes, space);
        transform.forward(space, modes);
      }
      for (int one = 0; one < setup.further; ++one) transform.inverse(modes, space);
    }
  };
  std::vector<double> of_step, of_transforms, ratios;
  for (int repeat = -1; repeat < repeats; ++repeat) {  // the first one warms up
    const double a = seconds(communicator, step), b = seconds(communicator, transforms);
    if (repeat < 0) continue;
    of_step.push_back(a / batch);
    of_transforms.push_back(b / batch);
    ratios.push_back(a / b);
  }
  if (communicator.is_root())
    fmt::print("{:5} x {:<5} {:7} {:20}  step {:9.3f} ms  transforms {:9.3f} ms  ratio {:5.2f}\n",
               setup.points, setup.points, setup.integrator, setup.closure, 1e3 * median(of_step),
               1e3 * median(of_transforms), median(ratios));
}

}  // namespace

int main(int argc, char** argv) {
  const base::MpiSession session(argc, argv);
  const auto world = Communicator::world();
  const int repeats = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
  if (world.is_root()) fmt::print("{} ranks, FFTW {}\n", world.size(), numerics::fftw_version());
  for (const std::int64_t points : {256, 512, 1024})
    for (const auto& [scheme, stages] : {std::pair{"ifrk3", 3}, std::pair{"etdrk4", 4}, std::pair{"ab3", 1}})
      compare(world, {points, scheme, "none", stages}, repeats);
  compare(world, {256, "ifrk3", "smagorinsky", 3}, repeats);
  compare(world, {256, "ifrk3", "leith, scope: local", 3, 4}, repeats);
  return 0;
}
