// What closures cost: a step with each over the step without closure, taken alternately in one run, in case 4
// of arXiv 2312.00907 on 64 x 64 points (inputs/turbulence/calibrated_closure_run.yaml). A learned closure is
// asked every `hold` steps; pieces are of 20 steps, so that its calls are counted as often as they come.
//
//   bench_turbulence_closure [--seconds S] [--torchscript FILE] [--csv]
//     --csv: for postprocessing/closure_cost.py
//     FILE: a TorchScript module from 4 to 1 channels, instead of the native kernel, in lines of its own
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "bench/timing.hpp"
#include "run/surrogates.hpp"
#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;
using base::Communicator;

constexpr const char* network = R"(
architecture: {kind: mlp, hidden: []}
inputs: [{field: okubo_weiss, scale: 1.5}, {field: relative_vorticity}, {field: relative_strain}, {field: relative_gradient}]
outputs: [{field: leith_factor, scale: 1.0e-4, lower: -0.0491, upper: 0.0983}]
guard: {growth: 0.15, budget: 0}
)";

/// A solver with its surrogate, if it has one.
class Subject {
 public:
  Subject(const Communicator& communicator, const std::string& closure, const std::string& script) {
    surrogate::Declaration declaration;
    base::Parameters declared;
    declaration.declare(declared);
    declared.read(base::parse_yaml(network, "network.yaml"));
    declaration.torchscript = script;
    surrogates_ = std::make_unique<run::Surrogates>(communicator,
                                                    run::Surrogates::Declarations{{"net", declaration}}, 2);
    auto parameters = test::turbulence_parameters(
        "{grid: {points: [64, 64]}, equation: {navier_stokes: {viscosity: 5.0e-5, drag: 0.1, hyperviscosity: "
        "1.819e-12}}, forcing: {type: cosines, waves: [25, 25], amplitude: [25, 25]}, initial: {type: "
        "random, "
        "peak: 4, energy: 0.4}, time: {integrator: ab2cn, dt: 0.005, dealiasing: padded}, closure: {" +
        closure + "}}");
    parameters.planning = "measured";
    solver_ = std::make_unique<test::TurbulenceSolver>(
        parameters,
        run::Context{.communicator = communicator, .fingerprint = {}, .surrogates = surrogates_.get()});
    solver_->initialize();
  }
  void steps(int count) {
    for (int i = 0; i < count; ++i) time_ += solver_->advance(time_, 1e12 - time_).dt_taken;
  }

 private:
  std::unique_ptr<run::Surrogates> surrogates_;
  std::unique_ptr<test::TurbulenceSolver> solver_;
  double time_ = 0;
};

struct Line {
  std::string name, closure;
  std::string script{};
};

std::vector<Line> lines(const std::string& script) {
  std::vector<Line> all{{"leith", "type: leith"},
                        {"leith_local", "type: leith, scope: local"},
                        {"dynamic_leith", "type: dynamic_leith"},
                        {"backscatter", "type: backscatter"}};
  for (const char* kernel : {"learned", "torchscript"})
    for (const int hold : {1, 2, 4, 10, 20})
      if (std::strcmp(kernel, "learned") == 0 || !script.empty())
        all.push_back({fmt::format("{}_{}", kernel, hold),
                       fmt::format("type: surrogate, use: net, every_steps: {}", hold),
                       std::strcmp(kernel, "torchscript") == 0 ? script : ""});
  return all;
}

/// Median of the ratios of neighbouring pieces, and the shortest time of a step [s] with and without.
void compare(const Communicator& communicator, const Line& line, double budget, bool csv) {
  constexpr int piece = 20;
  Subject with(communicator, line.closure, line.script), without(communicator, "type: none", "");
  std::vector<double> ratios;
  bench::LeastTimes least;
  const double end = MPI_Wtime() + budget;
  while (communicator.max(ratios.size() < 9 || MPI_Wtime() < end ? 1.0 : 0.0) > 0) {
    const double a = bench::seconds(communicator, [&] { with.steps(piece); });
    const double b = bench::seconds(communicator, [&] { without.steps(piece); });
    least = {std::min(least.first, a / piece), std::min(least.second, b / piece)};
    ratios.push_back(a / b);
  }
  std::ranges::nth_element(ratios, ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2));
  const double median = ratios[ratios.size() / 2], of_least = least.first / least.second;
  if (!communicator.is_root()) return;
  if (csv)
    fmt::print("{},{:.4f},{:.4f}\n", line.name, of_least, median);
  else
    fmt::print("{:15} step {:7.4f} ms  without {:7.4f} ms  ratio {:5.2f}, median {:5.2f}\n", line.name,
               1e3 * least.first, 1e3 * least.second, of_least, median);
}

}  // namespace

int main(int argc, char** argv) {
  const base::MpiSession session(argc, argv);
  const auto world = Communicator::world();
  double budget = 4;
  std::string script;
  bool csv = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--csv") == 0) csv = true;
    if (i + 1 < argc && std::strcmp(argv[i], "--seconds") == 0) budget = std::atof(argv[i + 1]);
    if (i + 1 < argc && std::strcmp(argv[i], "--torchscript") == 0) script = argv[i + 1];
  }
  if (csv && world.is_root()) fmt::print("closure,ratio,median\n");
  for (const Line& line : lines(script)) compare(world, line, budget, csv);
  return 0;
}
