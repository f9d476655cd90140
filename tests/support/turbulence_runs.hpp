// Runs of the turbulence solver without the machine: from parameters to a state at a time.
#pragma once
#include <memory>
#include <string>

#include "base/config.hpp"
#include "base/error.hpp"
#include "run/clock.hpp"
#include "turbulence/solver.hpp"

namespace sluice::test {

using solvers::turbulence::TurbulenceParameters;
using solvers::turbulence::TurbulenceSolver;

/// Parameters from the solver's part of a case file; plans are not timed.
inline TurbulenceParameters turbulence_parameters(const std::string& yaml) {
  TurbulenceParameters parameters;
  parameters.planning = "estimated";
  base::Parameters declared;
  parameters.declare(declared);
  declared.read(base::parse_yaml(yaml, "test.yaml"));
  parameters.validate(declared);
  return parameters;
}

inline std::unique_ptr<TurbulenceSolver> turbulence_solver(const std::string& yaml,
                                                           const base::Communicator& communicator) {
  auto solver = std::make_unique<TurbulenceSolver>(
      turbulence_parameters(yaml), run::Context{.communicator = communicator, .seed = 7, .fingerprint = {}});
  solver->initialize();
  return solver;
}

/// Advances to t_end on the run's own clock. Collective.
inline void advance_to(run::Solver& solver, double t_end, double t_start = 0) {
  run::Clock clock;
  clock.start(t_start);
  while (clock.time() < t_end)
    clock.advance(solver.advance(clock.time(), t_end - clock.time()).dt_taken, t_end);
}

inline double quantity(run::Solver& solver, const std::string& name) {
  for (const auto& list : {solver.invariants(), solver.diagnostics()})
    for (const auto& one : list)
      if (one.name == name) return one.value;
  throw base::AgreedError("no quantity " + name);
}

}  // namespace sluice::test
