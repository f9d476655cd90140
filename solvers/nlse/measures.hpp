// Scalars of a wave function: invariants, moments, positions, errors. All collective, the same on every rank.
#pragma once
#include <vector>

#include "nlse/exact.hpp"
#include "nlse/split_step.hpp"
#include "run/solver.hpp"

namespace sluice::solvers::nlse {

/// What the measures look at.
struct Scene {
  const NlseParameters* parameters = nullptr;
  const grid::Grid* grid = nullptr;
  numerics::FourierTransform* transform = nullptr;
};

/// mass = int |psi|^2; momentum_<axis> = Im int conj(psi) d psi/d axis;
/// energy = int (1/2) |grad psi|^2 - (g/2) |psi|^4 + V |psi|^2. Derivatives are spectral: exact for what the
/// grid holds. `modes` is overwritten with the transform of psi.
[[nodiscard]] std::vector<run::Quantity> invariants(const Scene& scene, const Equation& equation,
                                                    grid::ComplexField& psi, grid::ComplexField& modes);
/// peak_density; centre_<axis> and width_<axis> (mean and standard deviation of |psi|^2 over the box).
[[nodiscard]] std::vector<run::Quantity> moments(const Scene& scene, const grid::ComplexField& psi);
/// Place of the highest |psi|^2 of one axis, between the points by a parabola through its logarithm.
[[nodiscard]] run::Quantity peak_position(const Scene& scene, const grid::ComplexField& psi);
/// ||psi - exact|| / ||exact||.
[[nodiscard]] run::Quantity error_l2(const Scene& scene, const ExactSolution& exact, double t,
                                     const grid::ComplexField& psi);
/// Amplitude of the mode of psi at carrier plus perturbation of a plane wave.
[[nodiscard]] run::Quantity sideband(const Scene& scene, const grid::ComplexField& psi);

}  // namespace sluice::solvers::nlse
