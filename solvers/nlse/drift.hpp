// The kinetic part among the modes: exp(-i k^2 tau/2) as a tensor product of tables, with masks and filters.
#pragma once
#include <array>
#include <complex>
#include <vector>

#include "nlse/parameters.hpp"
#include "numerics/spectral/fourier.hpp"

namespace sluice::solvers::nlse {

/// What multiplies the modes along each spectral dimension beside the phase; empty: 1.
using ModeFactors = std::array<std::vector<double>, 3>;

/// Mask or filter of `space.dealiasing`. A filter acts once a step, in `parts` equal portions.
[[nodiscard]] ModeFactors dealiasing_factors(const SpaceParameters& space,
                                             const numerics::FourierTransform& transform, std::size_t parts);
[[nodiscard]] ModeFactors no_factors(const numerics::FourierTransform& transform);

/// factor exp(-i k^2 tau/2), or that less one, with a scale folded into what multiplies last.
struct DriftTable {
  bool less_one = false;
  double scale = 1;
  std::array<std::vector<std::complex<double>>, 2> outer;  ///< Dimensions before the row.
  std::vector<std::complex<double>> row;                   ///< Times scale.
};
[[nodiscard]] DriftTable make_drift_table(const numerics::FourierTransform& transform, double tau,
                                          const ModeFactors& factors, bool less_one, double scale);

/// modes *= table.
void multiply(const numerics::FourierTransform& transform, const DriftTable& table,
              grid::ComplexField& modes);
/// Of some planes (dimension 0 of the spectral layout) from the local `first` on.
void multiply(const numerics::FourierTransform& transform, const DriftTable& table, grid::Index first,
              grid::Index planes, grid::Complex* modes);
/// modes *= factors.
void multiply(const numerics::FourierTransform& transform, const ModeFactors& factors,
              grid::ComplexField& modes);

/// |k|^2 of every owned mode, in memory order.
[[nodiscard]] std::vector<double> squared_wavenumbers(const numerics::FourierTransform& transform);

}  // namespace sluice::solvers::nlse
