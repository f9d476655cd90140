// Initial states that have a formula, and the exact solutions that follow from them.
#pragma once
#include <functional>
#include <optional>

#include "parameters.hpp"

namespace sluice::solvers::flux_transport {

using PointFunction = std::function<double(double theta, double phi)>;

/// The formula of the initial state; empty for maps and snapshots. Balanced by the caller if asked for.
[[nodiscard]] PointFunction initial_formula(const InitialParameters& initial, std::uint64_t seed);

/// Exact solution where there is one: harmonics decay, any formula is carried round by a rigid rotation, the
/// Gaussians are carried southward too. `elapsed` in h.
using ExactSolution = std::function<double(double theta, double phi, double elapsed)>;
[[nodiscard]] ExactSolution exact_solution(const FluxTransportParameters& parameters);

}  // namespace sluice::solvers::flux_transport
