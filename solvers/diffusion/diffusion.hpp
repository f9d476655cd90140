#pragma once
#include <memory>

#include "run/solver.hpp"

namespace sluice::solvers::diffusion {

/// Parameters of a `diffusion` run, before it exists.
[[nodiscard]] std::unique_ptr<run::SolverCase> make_case();

}  // namespace sluice::solvers::diffusion
