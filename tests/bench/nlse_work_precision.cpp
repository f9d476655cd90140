// Work and precision of every integrator on one soliton (exact solution known) and on the collision of two
// (against a run of the sixth-order splitting with a far smaller step): transforms and time for each error.
// Writes CSV to the standard output; postprocessing/nlse_work_precision.py draws it and prints the table.
//
//   mpirun -n 1 bench_nlse_work_precision > work_precision.csv
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "nlse/solver.hpp"
#include "run/clock.hpp"

namespace {

using namespace sluice;
using solvers::nlse::NlseParameters;
using solvers::nlse::NlseSolver;

constexpr double t_end = 20;

struct Result {
  std::vector<double> psi;
  std::int64_t transforms = 0;
  double seconds = 0, error = 0;
};

NlseParameters parameters_of(bool two) {
  NlseParameters p;
  p.points = {1024};
  p.initial.solitons = {{.amplitude = 2, .position = -10, .velocity = 1}};
  if (two)
    p.initial.solitons = {{.amplitude = 2, .position = -10, .velocity = 2},
                          {.amplitude = 1.5, .position = 10, .velocity = -2}};
  p.space.check_every = 1000000000;
  p.space.tail_warning = 0;
  return p;
}

Result solve(const NlseParameters& parameters) {
  NlseSolver solver(parameters, {.communicator = base::Communicator::self(), .fingerprint = {}});
  solver.initialize();
  const double begin = MPI_Wtime();
  run::Clock clock;
  clock.start(0);
  while (clock.time() < t_end)
    clock.advance(solver.advance(clock.time(), t_end - clock.time()).dt_taken, t_end);
  Result result;
  result.seconds = MPI_Wtime() - begin;
  result.transforms = solver.transforms();
  for (const auto& one : solver.diagnostics())
    if (one.name == "error_l2") result.error = one.value;
  const auto view = solver.outputs()[0].compute();
  result.psi = {view.data, view.data + 2 * view.layout->owned_size()};
  return result;
}

double difference(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0, size = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += (a[i] - b[i]) * (a[i] - b[i]);
    size += b[i] * b[i];
  }
  return std::sqrt(sum / size);
}

struct Scheme {
  std::string name;
  int transforms;  ///< A step; 0: by tolerance.
};

}  // namespace

int main(int argc, char** argv) {
  const base::MpiSession session(argc, argv);
  const std::vector<Scheme> schemes{{"strang", 2}, {"yoshida4", 6}, {"srkn6b", 12}, {"srkn11b", 22},
                                    {"rk4ip", 9},  {"etdrk4", 9},   {"dop853", 0},  {"srkn6b adaptive", 0}};
  fmt::print("problem,integrator,transforms,seconds,error\n");
  for (const bool two : {false, true}) {
    std::vector<double> reference;
    if (two) {
      auto parameters = parameters_of(true);
      parameters.time.integrator = "srkn11b";
      parameters.time.dt = t_end / 12000;
      reference = solve(parameters).psi;
    }
    for (const auto& scheme : schemes)
      for (int level = 0; level < 10; ++level) {
        auto parameters = parameters_of(two);
        parameters.time.adaptive = scheme.name.ends_with("adaptive");
        parameters.time.integrator = scheme.name.substr(0, scheme.name.find(' '));
        parameters.time.dt = 0.01;
        if (scheme.transforms > 0)
          parameters.time.dt = t_end * scheme.transforms / (3000 * std::pow(2.0, 0.6 * level)) * (1 + 1e-13);
        else
          parameters.time.tolerance = std::pow(10.0, -4 - level);
        const auto result = solve(parameters);
        const double error = two ? difference(result.psi, reference) : result.error;
        fmt::print("{},{},{},{:.6f},{:.3e}\n", two ? "two solitons" : "one soliton", scheme.name,
                   result.transforms, result.seconds, error);
      }
  }
  return 0;
}
