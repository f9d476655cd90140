// Runs of the nlse solver without the machine: from parameters to a state at a time.
#pragma once
#include <memory>
#include <string>

#include "base/config.hpp"
#include "base/error.hpp"
#include "nlse/nlse.hpp"
#include "nlse/solver.hpp"
#include "run/clock.hpp"

namespace sluice::test {

using solvers::nlse::NlseParameters;
using solvers::nlse::NlseSolver;

/// Parameters from the solver's part of a case file.
inline NlseParameters nlse_parameters(const std::string& yaml) {
  NlseParameters parameters;
  base::Parameters declared;
  parameters.declare(declared);
  declared.read(base::parse_yaml(yaml, "test.yaml"));
  parameters.validate(declared);
  return parameters;
}

inline run::Context context_on(const base::Communicator& communicator, const std::string& fingerprint = "") {
  return {.communicator = communicator, .fingerprint = fingerprint};
}

/// Advances to t_end on the run's own clock (a plain sum of steps would drift by more than the errors).
/// Collective.
inline void advance_to(run::Solver& solver, double t_end, double t_start = 0) {
  run::Clock clock;
  clock.start(t_start);
  while (clock.time() < t_end)
    clock.advance(solver.advance(clock.time(), t_end - clock.time()).dt_taken, t_end);
}

inline double quantity(const std::vector<run::Quantity>& all, const std::string& name) {
  for (const auto& one : all)
    if (one.name == name) return one.value;
  throw base::AgreedError("no quantity " + name);
}

}  // namespace sluice::test
