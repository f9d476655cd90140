// Time of one step of the nlse solver against the bare transforms that it needs: measured out-of-place plans
// of the same FFTW in the same run, taken alternately with the steps in short pieces; the shortest piece of
// each counts, so that other work on the machine disturbs little. Then the time of stepping of the reference
// set-up of one soliton.
//
//   mpirun -n 1 bench_nlse [seconds a line]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "bench/timing.hpp"
#include "nlse/solver.hpp"
#include "run/clock.hpp"

namespace {

using namespace sluice;
using base::Communicator;
using grid::Index;
using solvers::nlse::NlseParameters;
using solvers::nlse::NlseSolver;

struct Size {
  std::vector<std::int64_t> points;
  int batch;  ///< Steps a measurement.
};

NlseParameters parameters_of(const Size& size, const std::string& integrator, bool increment_form) {
  NlseParameters parameters;
  parameters.points = size.points;
  parameters.lower = {-20};
  parameters.upper = {20};
  parameters.initial.type = "gaussian";
  parameters.time.integrator = integrator;
  parameters.time.increment_form = increment_form;
  parameters.time.dt = 1e-3;
  return parameters;
}

/// Pairs of out-of-place transforms, as many as a step needs.
class BareTransforms {
 public:
  BareTransforms(const Communicator& communicator, const NlseParameters& parameters, std::size_t pairs)
      : transform_(communicator, parameters.fourier_spec()),
        space_({"f", "1", "field"}, transform_.physical()),
        modes_({"F", "1", "modes"}, transform_.spectral()),
        pairs_(pairs) {}
  void run() {
    for (std::size_t pair = 0; pair < pairs_; ++pair) {
      transform_.forward(space_, modes_);
      transform_.inverse(modes_, space_);
    }
  }

 private:
  numerics::FourierTransform transform_;
  grid::ComplexField space_, modes_;
  std::size_t pairs_;
};

void compare(const Communicator& communicator, const Size& size, const std::string& integrator,
             bool increment_form, double budget) {
  const auto parameters = parameters_of(size, integrator, increment_form);
  NlseSolver solver(parameters, {.communicator = communicator, .fingerprint = {}});
  const auto pairs = solvers::nlse::splitting(integrator).drifts.size();
  BareTransforms bare(communicator, parameters, pairs);
  solver.initialize();
  double t = 0;
  const auto step = [&] {
    for (int i = 0; i < size.batch; ++i) t += solver.advance(t, 1e6 - t).dt_taken;
  };
  const auto transforms = [&] {
    for (int i = 0; i < size.batch; ++i) bare.run();
  };
  const auto least = bench::least_times(communicator, budget, step, transforms);
  const double of_step = least.first / size.batch, of_transforms = least.second / size.batch;
  std::string name;
  Index total = 1;
  for (const auto n : size.points) {
    name += (name.empty() ? "" : "x") + std::to_string(n);
    total *= n;
  }
  if (communicator.is_root())
    fmt::print(
        "{:>12}  {:8}  {:9}  step {:10.3f} us  transforms {:10.3f} us  ratio {:5.2f}  {:6.2f} ns per point "
        "and step\n",
        name, integrator, increment_form ? "increment" : "plain", 1e6 * of_step, 1e6 * of_transforms,
        of_step / of_transforms, 1e9 * of_step / static_cast<double>(total));
}

/// One soliton (A = 2, v = 1) on 512 points to t = 20, by the default splitting: the reference set-up.
void time_soliton(const Communicator& communicator) {
  NlseParameters parameters;
  parameters.initial.solitons = {{.amplitude = 2, .position = -10, .velocity = 1}};
  parameters.time.dt = 20.0 / 800;
  double shortest = 1e300, error = 0;
  for (int repeat = 0; repeat < 20; ++repeat) {
    NlseSolver solver(parameters, {.communicator = communicator, .fingerprint = {}});
    solver.initialize();
    shortest = std::min(shortest, bench::seconds(communicator, [&] {
                          run::Clock clock;
                          clock.start(0);
                          while (clock.time() < 20)
                            clock.advance(solver.advance(clock.time(), 20 - clock.time()).dt_taken, 20);
                        }));
    for (const auto& one : solver.diagnostics())
      if (one.name == "error_l2") error = one.value;
  }
  if (communicator.is_root())
    fmt::print("one soliton, 512 points, t = 20: {:.4f} s of stepping, relative error {:.2e}\n", shortest,
               error);
}

}  // namespace

int main(int argc, char** argv) {
  const base::MpiSession session(argc, argv);
  const auto world = Communicator::world();
  const double budget = argc > 1 ? std::atof(argv[1]) : 1.0;
  if (world.is_root()) fmt::print("{} ranks, FFTW {}\n", world.size(), numerics::fftw_version());
  const std::vector<Size> sizes{{{512}, 20},     {{1024}, 10},      {{4096}, 3},         {{65536}, 1},
                                {{512, 512}, 1}, {{1024, 1024}, 1}, {{128, 128, 128}, 1}};
  for (const auto& size : sizes) compare(world, size, "srkn6b", true, budget);
  compare(world, {{4096}, 3}, "srkn6b", false, budget);
  compare(world, {{4096}, 10}, "strang", true, budget);
  compare(world, {{1024, 1024}, 1}, "srkn6b", false, budget);
  compare(world, {{1024, 1024}, 1}, "strang", true, budget);
  time_soliton(world);
  return 0;
}
