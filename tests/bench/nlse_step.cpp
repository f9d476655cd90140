// Time of one step of the nlse solver against the bare transforms that it needs: measured out-of-place plans
// of the same FFTW in the same run, taken alternately with the steps; medians.
//
//   mpirun -n 1 bench_nlse [repeats]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "nlse/solver.hpp"

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
             bool increment_form, int repeats) {
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
  std::vector<double> of_step, of_transforms, ratios;
  for (int repeat = -1; repeat < repeats; ++repeat) {  // the first one warms up
    const double a = seconds(communicator, step), b = seconds(communicator, transforms);
    if (repeat < 0) continue;
    of_step.push_back(a / size.batch);
    of_transforms.push_back(b / size.batch);
    ratios.push_back(a / b);
  }
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
        name, integrator, increment_form ? "increment" : "plain", 1e6 * median(of_step),
        1e6 * median(of_transforms), median(ratios), 1e9 * median(of_step) / static_cast<double>(total));
}

}  // namespace

int main(int argc, char** argv) {
  const base::MpiSession session(argc, argv);
  const auto world = Communicator::world();
  const int repeats = argc > 1 ? std::max(1, std::atoi(argv[1])) : 15;
  if (world.is_root()) fmt::print("{} ranks, FFTW {}\n", world.size(), numerics::fftw_version());
  const std::vector<Size> sizes{{{512}, 400},    {{1024}, 200},     {{4096}, 50},        {{65536}, 3},
                                {{512, 512}, 1}, {{1024, 1024}, 1}, {{128, 128, 128}, 1}};
  for (const auto& size : sizes) compare(world, size, "srkn6b", true, repeats);
  compare(world, {{4096}, 50}, "srkn6b", false, repeats);
  compare(world, {{4096}, 100}, "strang", true, repeats);
  compare(world, {{1024, 1024}, 1}, "srkn6b", false, repeats);
  compare(world, {{1024, 1024}, 1}, "strang", true, repeats);
  return 0;
}
