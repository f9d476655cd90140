// One step of a splitting: kicks in space, drifts among the modes.
#pragma once
#include <complex>
#include <vector>

#include "nlse/drift.hpp"
#include "nlse/integrators.hpp"
#include "nlse/kick.hpp"

namespace sluice::solvers::nlse {

class SplitStep {
 public:
  /// Equation and transform must outlive this. `increment_form`: psi += ifft((exp(-i k^2 tau/2) - 1) fft psi)
  /// in place of psi = ifft(exp(...) fft psi): the same scheme with neither its round-off floor nor its mass
  /// drift, for one more array.
  SplitStep(numerics::FourierTransform& transform, Equation& equation, Splitting splitting,
            const SpaceParameters& space, bool increment_form);

  /// One step of length dt from t. Time counts as a coordinate that drifts. Collective.
  void advance(Components& psi, double t, double dt);
  [[nodiscard]] grid::ComplexField& modes() { return modes_; }
  [[nodiscard]] const Splitting& splitting() const { return splitting_; }

 private:
  void make_tables(double dt);
  void drift(const DriftTable& table, double tau, Components& psi);
  void drift_component(const DriftTable& table, grid::ComplexField& psi);
  void couple(double tau, Components& psi) const;
  [[nodiscard]] grid::ComplexField& change() { return in_place_ ? modes_ : change_; }

  numerics::FourierTransform* transform_;
  Equation* equation_;
  Splitting splitting_;
  SpaceParameters space_;
  bool increment_;
  bool fused_;     ///< One component: the kick adds the change of the drift before it.
  bool in_place_;  ///< The inverse: less memory and traffic on one rank; slower in one dimension.
  bool timed_;
  grid::ComplexField modes_;   ///< Spectral layout.
  grid::ComplexField change_;  ///< Physical layout; increment form where modes_ does not serve (in_place_).
  double table_dt_ = 0;
  std::vector<std::size_t> table_of_drift_;
  std::vector<DriftTable> tables_;  ///< One for each distinct drift.
};

}  // namespace sluice::solvers::nlse
