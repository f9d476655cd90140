// Builds a flux-transport solver from case text, as the program does, and advances it.
#pragma once
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/parameters.hpp"
#include "flux_transport/flux_transport.hpp"
#include "flux_transport/solver.hpp"

namespace sluice::test {

/// A solver with the parameters that its case bound.
struct FluxTransportRun {
  std::unique_ptr<run::SolverCase> the_case;
  std::unique_ptr<run::Solver> solver;
  double time = 0;
  std::int64_t steps = 0;

  explicit FluxTransportRun(const std::string& yaml,
                            const base::Communicator& communicator = base::Communicator::world(),
                            bool fresh = true)
      : the_case(solvers::flux_transport::make_case()) {
    base::Parameters parameters;
    the_case->declare(parameters);
    parameters.read(base::parse_yaml(yaml, "test.yaml"));
    the_case->validate(parameters);
    solver = the_case->build({.communicator = communicator, .seed = 1, .member = 0, .fingerprint = {}});
    if (fresh) solver->initialize();
  }

  void advance_to(double end) {
    while (time < end * (1 - 1e-13)) {
      time += solver->advance(time, end - time).dt_taken;
      ++steps;
    }
    time = end;
  }

  [[nodiscard]] double value(const std::string& name) {
    for (const auto& quantities : {solver->invariants(), solver->diagnostics()})
      for (const auto& quantity : quantities)
        if (quantity.name == name) return quantity.value;
    throw std::runtime_error("no quantity " + name);
  }

  [[nodiscard]] const solvers::flux_transport::FluxTransport& flux_transport() const {
    return dynamic_cast<const solvers::flux_transport::FluxTransport&>(*solver);
  }
};

}  // namespace sluice::test
