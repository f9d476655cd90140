// One step of a splitting: kicks in space, drifts among the modes.
#pragma once
#include <array>
#include <complex>
#include <map>
#include <vector>

#include "grid/field.hpp"
#include "nlse/integrators.hpp"
#include "numerics/spectral/fourier.hpp"

namespace sluice::solvers::nlse {

/// i psi_t + (1/2) lap psi + g |psi|^2 psi - V psi = 0 with V(x) = sum over axes of potential[axis](x_axis).
struct Equation {
  double g = 1;
  std::array<std::vector<double>, 3> potential;  ///< At every point of the axis (global); empty: none.
};

class SplitStep {
 public:
  /// The transform must outlive this. `increment_form`: psi += ifft((exp(-i k^2 tau/2) - 1) fft psi) in place
  /// of psi = ifft(exp(...) fft psi): the same scheme with neither its round-off floor nor its mass drift,
  /// for one more array.
  SplitStep(numerics::FourierTransform& transform, Equation equation, Splitting splitting,
            bool increment_form);

  /// One step of length dt. Collective.
  void advance(grid::ComplexField& psi, double dt);
  /// Array of modes, free between steps (for spectral diagnostics).
  [[nodiscard]] grid::ComplexField& modes() { return modes_; }
  [[nodiscard]] const Splitting& splitting() const { return splitting_; }

 private:
  /// exp(-i k^2 tau/2), or that less one, as a tensor product; 1/points is folded into what multiplies last.
  struct DriftTable {
    std::array<std::vector<std::complex<double>>, 2> outer;  ///< Dimensions before the row.
    std::vector<std::complex<double>> row;
  };
  void make_tables(double dt);
  [[nodiscard]] DriftTable make_table(double tau) const;
  void kick(double tau, bool add_change, grid::ComplexField& psi);
  void drift(const DriftTable& table, grid::ComplexField& psi);
  void multiply(const DriftTable& table);

  numerics::FourierTransform* transform_;
  Equation equation_;
  Splitting splitting_;
  bool increment_;
  int row_dimension_;
  bool in_place_;  ///< The inverse: less memory and traffic on one rank; slower in one dimension.
  bool timed_;
  grid::ComplexField modes_;   ///< Spectral layout.
  grid::ComplexField change_;  ///< Physical layout; increment form where modes_ does not serve (in_place_).
  std::array<std::vector<double>, 3> potential_;  ///< Local part along each dimension.
  double table_dt_ = 0;
  std::vector<std::size_t> table_of_drift_;
  std::vector<DriftTable> tables_;  ///< One for each distinct drift.
};

}  // namespace sluice::solvers::nlse
