#pragma once
#include <memory>

#include "run/solver.hpp"

namespace sluice::solvers::training {

/// Parameters of a `training` run, before it exists.
[[nodiscard]] std::unique_ptr<run::SolverCase> make_case();

}  // namespace sluice::solvers::training
