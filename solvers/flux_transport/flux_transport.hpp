#pragma once
#include <memory>

#include "run/solver.hpp"

namespace sluice::solvers::flux_transport {

/// Parameters of a `flux_transport` run, before it exists.
[[nodiscard]] std::unique_ptr<run::SolverCase> make_case();

}  // namespace sluice::solvers::flux_transport
