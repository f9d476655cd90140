// The visible list of solvers.
#pragma once
#include <vector>

#include "run/solver.hpp"

namespace sluice::solvers {

[[nodiscard]] std::vector<run::SolverEntry> all();

}  // namespace sluice::solvers
