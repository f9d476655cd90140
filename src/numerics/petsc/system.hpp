// Private to this room: the discrete equation as PETSc sees it, a function of vectors and a matrix.
#pragma once
#include <vector>

#include "numerics/petsc/bridge.hpp"
#include "numerics/petsc/implicit.hpp"
#include "numerics/petsc/numbering.hpp"

namespace sluice::numerics::petsc {

class System {
 public:
  System(RateEquation& equation, const grid::LayoutPtr& layout);  ///< Collective.

  /// rate(t, u), kept until the next call. Collective.
  const grid::RealField& evaluate(double t, Vec u);
  /// Sum over all cells of what `evaluate` gave last. Collective.
  [[nodiscard]] double supply() const { return grid::sum(result_.erased()); }
  /// matrix = shift - theta * d rate / d u. A linear equation's matrix is made anew only if shift or theta
  /// differ. Collective.
  void assemble(double t, Vec u, double shift, double theta);
  /// Largest |diagonal| that `assemble` would give: the size of round-off in a residual. Collective.
  [[nodiscard]] double largest_diagonal(double t, Vec u, double shift, double theta);
  /// Says that constants are in the null space of the matrix. Collective.
  void declare_singular();

  [[nodiscard]] Mat matrix() const { return matrix_; }
  [[nodiscard]] const grid::LayoutPtr& layout() const { return layout_; }
  [[nodiscard]] RateEquation& equation() const { return *equation_; }

 private:
  void load(Vec u);
  void number_columns();
  RateEquation* equation_;
  grid::LayoutPtr layout_;
  grid::RealField padded_, result_;  ///< u with one layer of ghosts; its rate.
  grid::HaloExchange exchange_;
  Numbering numbering_;
  std::size_t width_;                 ///< Coefficients a cell.
  std::vector<double> coefficients_;  ///< [cell][width]
  std::vector<PetscInt> columns_;     ///< [cell][width]; -1 beyond a bounded side.
  MatHandle matrix_;
  bool assembled_ = false;
  double shift_ = 0, theta_ = 0;  ///< Of the matrix as it stands.
};

}  // namespace sluice::numerics::petsc
