// Time of one step of the turbulence solver against the bare transforms that it needs: whole ones, by
// measured out-of-place plans of the same FFTW in the same run, taken alternately with the steps; the
// shortest of each counts.
//
//   mpirun -n 1 bench_turbulence [seconds a line [navier_stokes or two_layer alone]]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "bench/timing.hpp"
#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;
using base::Communicator;

struct Setup {
  std::int64_t points;
  std::string integrator, closure;
  int stages;       ///< Evaluations of the right-hand side a step.
  int further = 0;  ///< Inverse transforms of the closure an evaluation.
  std::string model = "navier_stokes";
  int pairs = 2;  ///< Forward and inverse transforms an evaluation.
  std::string dealiasing = "two_thirds";
};

void measure(const Communicator& communicator, const Setup& setup, double budget) {
  auto parameters = test::turbulence_parameters("{equation: {model: " + setup.model +
                                                "}, closure: {type: " + setup.closure + "}}");
  parameters.points = {setup.points, setup.points};
  parameters.integrator = setup.integrator;
  parameters.dt = 1e-4;
  if (setup.model == "two_layer") {
    parameters.length = {1e6};
    parameters.dt = 3600;
    // Without pyqg's filter something else has to take the enstrophy: nu k^8 dt = 0.02 at the cut-off.
    const double cutoff = 2 * std::numbers::pi * static_cast<double>(setup.points) / 3 / 1e6;
    if (setup.dealiasing != "filter")
      parameters.two_layer.hyperviscosity = 0.02 / parameters.dt / std::pow(cutoff, 8);
  }
  parameters.dealiasing = setup.dealiasing;
  parameters.planning = "measured";
  test::TurbulenceSolver solver(parameters, {.communicator = communicator, .fingerprint = {}});
  solver.initialize();
  // The solver's own transforms leave out modes that are not kept: the yardstick does not.
  numerics::FourierTransform transform(
      communicator, {.dimensions = 2, .points = {setup.points, setup.points, 1}, .real = true});
  grid::RealField space({"f", "1", "field"}, transform.physical());
  grid::ComplexField modes({"F", "1", "modes"}, transform.spectral());
  const int batch = static_cast<int>(std::max<std::int64_t>(1, (1 << 17) / (setup.points * setup.points)));
  double t = 0;
  const auto step = [&] {
    for (int i = 0; i < batch; ++i) t += solver.advance(t, 1e12 - t).dt_taken;
  };
  const auto transforms = [&] {
    for (int i = 0; i < batch * setup.stages; ++i) {
      for (int pair = 0; pair < setup.pairs; ++pair) {
        transform.inverse(modes, space);
        transform.forward(space, modes);
      }
      for (int one = 0; one < setup.further; ++one) transform.inverse(modes, space);
    }
  };
  const auto least = bench::least_times(communicator, budget, step, transforms);
  if (communicator.is_root())
    fmt::print("{:5} x {:<5} {:13} {:10} {:7} {:20}  step {:9.3f} ms  transforms {:9.3f} ms  ratio {:5.2f}\n",
               setup.points, setup.points, setup.model, setup.dealiasing, setup.integrator, setup.closure,
               1e3 * least.first / batch, 1e3 * least.second / batch, least.first / least.second);
}

}  // namespace

int main(int argc, char** argv) {
  const base::MpiSession session(argc, argv);
  const auto world = Communicator::world();
  const double budget = argc > 1 ? std::atof(argv[1]) : 3;
  const std::string only = argc > 2 ? argv[2] : "";
  if (world.is_root()) fmt::print("{} ranks, FFTW {}\n", world.size(), numerics::fftw_version());
  const auto compare = [&](const Setup& setup) {
    if (only.empty() || only == setup.model) measure(world, setup, budget);
  };
  for (const std::int64_t points : {256, 512, 1024})
    for (const auto& [scheme, stages] : {std::pair{"ifrk3", 3}, std::pair{"etdrk4", 4}, std::pair{"ab3", 1}})
      compare({points, scheme, "none", stages});
  compare({256, "ifrk3", "smagorinsky", 3});
  compare({256, "ifrk3", "leith, scope: local", 3, 4});
  // The least: the velocities of both layers there, two stresses of each and a Jacobian back.
  for (const char* dealiasing : {"filter", "two_thirds"})
    for (const std::int64_t points : {64, 128, 256})
      compare({.points = points,
               .integrator = "ab3",
               .closure = "none",
               .stages = 1,
               .further = 1,
               .model = "two_layer",
               .pairs = 4,
               .dealiasing = dealiasing});
  return 0;
}
