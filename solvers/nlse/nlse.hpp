#pragma once
#include <memory>

#include "run/solver.hpp"

namespace sluice::solvers::nlse {

/// Parameters of a `nlse` run, before it exists.
[[nodiscard]] std::unique_ptr<run::SolverCase> make_case();

}  // namespace sluice::solvers::nlse
