// Initial states on the grid.
#pragma once
#include <functional>
#include <optional>

#include "nlse/exact.hpp"
#include "nlse/terms.hpp"
#include "run/solver.hpp"

namespace sluice::solvers::nlse {

/// Sets psi as `initial` has it; `relax`, if there is one, acts before vortices, phase and noise. Collective.
void set_initial(const NlseParameters& parameters, Equation& equation, const run::Context& context,
                 const std::function<void(Components&)>& relax, Components& psi);

/// Part of its largest modulus that a localised state still has where its periodic images meet; empty for
/// states that fill the box.
[[nodiscard]] std::optional<double> overlap_of_images(const NlseParameters& parameters);

}  // namespace sluice::solvers::nlse
