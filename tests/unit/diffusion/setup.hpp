// A diffusion solver from the text of a case, without the run.
#pragma once
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/config.hpp"
#include "base/parameters.hpp"
#include "diffusion/diffusion.hpp"
#include "run/solver.hpp"

namespace sluice::tests {

struct DiffusionSetup {
  std::unique_ptr<run::SolverCase> solver_case = solvers::diffusion::make_case();
  base::Parameters parameters;

  explicit DiffusionSetup(const std::string& yaml) {
    solver_case->declare(parameters);
    parameters.read(base::parse_yaml(yaml, "test.yaml"));
    solver_case->validate(parameters);
  }

  [[nodiscard]] std::unique_ptr<run::Solver> build(
      const base::Communicator& communicator = base::Communicator::world(),
      const std::map<std::string, std::string>& petsc = {}) const {
    run::Context context{.communicator = communicator, .seed = 0, .member = 0, .fingerprint = {}};
    context.petsc_options = petsc;
    return solver_case->build(context);
  }
};

/// Advances to `end` the way a run does; the number of steps.
inline int advance_to(run::Solver& solver, double from, double end) {
  double t = from;
  int steps = 0;
  for (; t < end; ++steps) {
    const auto result = solver.advance(t, end - t);
    t += result.dt_taken;
    if (end - t < 1e-12 * end) t = end;
  }
  return steps;
}

inline double value_of(const std::vector<run::Quantity>& quantities, const std::string& name) {
  for (const auto& quantity : quantities)
    if (quantity.name == name) return quantity.value;
  throw std::runtime_error("no quantity '" + name + "'");
}

inline double diagnostic(run::Solver& solver, const std::string& name) {
  return value_of(solver.diagnostics(), name);
}

inline std::unique_ptr<run::Solver> started(
    const std::string& yaml, const base::Communicator& communicator = base::Communicator::world()) {
  auto solver = DiffusionSetup(yaml).build(communicator);
  solver->initialize();
  return solver;
}

}  // namespace sluice::tests
