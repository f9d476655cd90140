#pragma once
#include <memory>

#include "run/solver.hpp"

namespace sluice::solvers::turbulence {

/// Parameters of a `turbulence` run, before it exists.
[[nodiscard]] std::unique_ptr<run::SolverCase> make_case();

}  // namespace sluice::solvers::turbulence
