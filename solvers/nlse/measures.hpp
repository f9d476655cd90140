// Scalars of a wave function: invariants, moments, positions, errors. All collective, the same on every rank.
#pragma once
#include <vector>

#include "nlse/exact.hpp"
#include "nlse/rates.hpp"
#include "run/solver.hpp"

namespace sluice::solvers::nlse {

/// What the measures look at.
struct Scene {
  const NlseParameters* parameters = nullptr;
  const grid::Grid* grid = nullptr;
  numerics::FourierTransform* transform = nullptr;
  Equation* equation = nullptr;
};

[[nodiscard]] double cell_volume(const grid::Grid& grid);

/// Integrals over the box, derivatives spectral: exact for what the grid holds.
struct Budget {
  double mass = 0;  ///< int |psi|^2 of all components.
  std::vector<double> component_mass;
  std::array<double, 3> momentum{};  ///< Im int conj(psi) d psi/d axis.
  double kinetic = 0;                ///< int |grad psi|^2 / 2.
  double local = 0;                  ///< Energy of the local terms.
  double frequency = 0;              ///< int (V - f) |psi|^2.
  double trap = 0;                   ///< int V |psi|^2 of trap and lattice.
  double coupling = 0;               ///< rabi Re int conj(psi_1) psi_2.
  double angular_momentum = 0;       ///< <L_z>, where it is wanted.
  double rotation = 0;               ///< -rotation <L_z>.
  double tail = 0;                   ///< sqrt of the part of the mass in modes above 2/3 of the highest.
  [[nodiscard]] double energy() const { return kinetic + local + coupling + rotation; }
  [[nodiscard]] double chemical_potential() const {
    return (kinetic + frequency + coupling + rotation) / mass;
  }
};
/// `modes` is overwritten.
[[nodiscard]] Budget budget(const Scene& scene, Components& psi, double t, grid::ComplexField& modes);

/// peak_density; centre_<axis> and width_<axis> (mean and standard deviation of |psi|^2 over the box).
[[nodiscard]] std::vector<run::Quantity> moments(const Scene& scene, const Components& psi);
/// Place of the highest |psi|^2 of one axis, between the points by a parabola through its logarithm.
[[nodiscard]] run::Quantity peak_position(const Scene& scene, const grid::ComplexField& psi);
/// ||psi - exact|| / ||exact|| in the root mean square and the largest value.
[[nodiscard]] std::vector<run::Quantity> errors(const Scene& scene, const ExactSolution& exact, double t,
                                                const Components& psi);
/// Density at the points of the grid nearest to `diagnostics.probes`: probe_1, probe_2, ...
[[nodiscard]] std::vector<run::Quantity> probes(const Scene& scene, const Components& psi);
/// Amplitude of the mode of psi at carrier plus perturbation of a plane wave.
[[nodiscard]] run::Quantity sideband(const Scene& scene, const grid::ComplexField& psi);

/// position_j, shift_j (position less that of a free soliton), phase_shift_j (phase at the centre less that
/// of the free carrier there) of every soliton of the initial state, while they are apart: the peak of the
/// trigonometric interpolant nearest to where theory has it. `modes` is overwritten.
[[nodiscard]] std::vector<run::Quantity> soliton_positions(const Scene& scene, double t, Components& psi,
                                                           grid::ComplexField& modes);

/// Entropies of p = |psi|^2 / sum and of the spectrum: entropy_shannon, entropy_renyi_0, _half, _2, _inf,
/// entropy_tsallis_half, _2; entropy_spectral_shannon, ... Of all points; parts below 1e-15 count as nothing.
[[nodiscard]] std::vector<run::Quantity> entropies(const Scene& scene, Components& psi,
                                                   grid::ComplexField& modes);

struct VortexFound {
  double x = 0, y = 0;
  int charge = 1;  ///< Turns of the phase around it, anticlockwise.
};
/// Vortices in the plane of two axes, where |psi|^2 near them is above a twentieth of its peak.
[[nodiscard]] std::vector<VortexFound> find_vortices(const Scene& scene, const grid::ComplexField& psi);
/// Numbers and mean positions of both signs.
[[nodiscard]] std::vector<run::Quantity> vortices(const Scene& scene, const grid::ComplexField& psi);

}  // namespace sluice::solvers::nlse
