// The right-hand side without the kinetic part, for schemes that do not split it.
#pragma once
#include "nlse/drift.hpp"
#include "nlse/terms.hpp"

namespace sluice::solvers::nlse {

class Rates {
 public:
  /// Both must outlive this.
  Rates(numerics::FourierTransform& transform, Equation& equation);

  /// rate_a = (i frequency + growth) psi_a + i rotation L_z psi_a - i (rabi/2) psi_b. Collective.
  void operator()(Components& psi, double t, Components& rate);
  /// Transforms of one component in one evaluation.
  [[nodiscard]] std::int64_t transforms() const;

 private:
  void add_coupling(const Components& psi, Components& rate) const;
  void add_rotation(grid::ComplexField& psi, grid::ComplexField& rate);

  numerics::FourierTransform* transform_;
  Equation* equation_;
  grid::ComplexField modes_, derivative_modes_, derivative_;  ///< With rotation alone.
};

/// <psi| L_z |psi> = int conj(psi) (-i) (x d/dy - y d/dx) psi over the owned points (not summed over ranks,
/// not times the volume of a cell). Needs two more arrays of modes and one in space. Collective.
[[nodiscard]] double local_angular_momentum(numerics::FourierTransform& transform,
                                            const Coordinates& coordinates, grid::ComplexField& psi);

}  // namespace sluice::solvers::nlse
