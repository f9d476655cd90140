// Operators that are diagonal in Fourier space: derivatives, Laplacian and its inverse, masks and filters.
// All work in place on the modes of a FourierTransform; none communicates.
#pragma once
#include "numerics/spectral/fourier.hpp"

namespace sluice::numerics {

/// d/dx_axis. The Nyquist mode of an even number of points is set to zero: its derivative is not
/// representable.
void spectral_derivative(const FourierTransform& transform, int axis, grid::ComplexField& modes);
/// -|k|^2.
void spectral_laplacian(const FourierTransform& transform, grid::ComplexField& modes);
/// -1/|k|^2, the mean (k = 0) set to zero.
void spectral_inverse_laplacian(const FourierTransform& transform, grid::ComplexField& modes);

/// Keeps |m| <= cutoff along every axis, where cutoff is the largest whole number below points * fraction /
/// 2: with fraction = 2/3 quadratic products of what is kept have no aliases among what is kept (Orszag, J.
/// Atmos. Sci. 28 (1971) 1074), with 1/2 cubic ones.
void spectral_mask(const FourierTransform& transform, double fraction, grid::ComplexField& modes);
/// exp(-strength (|m| / (points/2))^order) along every axis (Hou and Li, J. Comput. Phys. 226 (2007) 379: 36,
/// 36).
void spectral_filter(const FourierTransform& transform, double strength, double order,
                     grid::ComplexField& modes);

}  // namespace sluice::numerics
