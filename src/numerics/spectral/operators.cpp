#include "numerics/spectral/operators.hpp"

#include <cmath>
#include <functional>

namespace sluice::numerics {
namespace {

using grid::Complex;
using grid::ComplexField;
using grid::Index;

/// modes(i, j, k) *= factor0[i] * factor1[j] * factor2[k].
void multiply(const FourierTransform& transform, const std::array<std::vector<double>, 3>& factor,
              ComplexField& modes) {
  const auto& count = transform.spectral()->count();
  const auto view = modes.view();
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j) {
      Complex* row = view.row(i, j);
      const double outer = factor[0][static_cast<std::size_t>(i)] * factor[1][static_cast<std::size_t>(j)];
      for (Index k = 0; k < count[2]; ++k) row[k] *= outer * factor[2][static_cast<std::size_t>(k)];
    }
}

/// The same function of (mode number, points) along every axis.
std::array<std::vector<double>, 3> factors(const FourierTransform& transform,
                                           const std::function<double(int, Index)>& function) {
  std::array<std::vector<double>, 3> result;
  for (int d = 0; d < 3; ++d) {
    const Index points = transform.spec().points[static_cast<std::size_t>(transform.axis_of_dimension(d))];
    for (const int mode : transform.modes(d))
      result[static_cast<std::size_t>(d)].push_back(function(mode, points));
  }
  return result;
}

/// modes(i, j, k) *= function(|k|^2).
template <class Function>
void multiply_isotropic(const FourierTransform& transform, ComplexField& modes, Function function) {
  const auto& count = transform.spectral()->count();
  const auto view = modes.view();
  const auto &k0 = transform.wavenumbers(0), &k1 = transform.wavenumbers(1), &k2 = transform.wavenumbers(2);
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j) {
      const double ki = k0[static_cast<std::size_t>(i)], kj = k1[static_cast<std::size_t>(j)];
      for (Index k = 0; k < count[2]; ++k) {
        const double kk = k2[static_cast<std::size_t>(k)];
        view(i, j, k) *= function(ki * ki + kj * kj + kk * kk);
      }
    }
}

}  // namespace

void spectral_derivative(const FourierTransform& transform, int axis, ComplexField& modes) {
  const auto& count = transform.spectral()->count();
  const auto view = modes.view();
  for (int d = 0; d < 3; ++d) {
    if (transform.axis_of_dimension(d) != axis) continue;
    const Index points = transform.spec().points[static_cast<std::size_t>(axis)];
    for (Index i = 0; i < count[0]; ++i)
      for (Index j = 0; j < count[1]; ++j)
        for (Index k = 0; k < count[2]; ++k) {
          const auto along = static_cast<std::size_t>(d == 0 ? i : d == 1 ? j : k);
          const bool nyquist = 2 * std::abs(transform.modes(d)[along]) == points;
          const double wavenumber = nyquist ? 0 : transform.wavenumbers(d)[along];
          const Complex value = view(i, j, k);
          view(i, j, k) = {-wavenumber * value.imag(), wavenumber * value.real()};
        }
  }
}

void spectral_laplacian(const FourierTransform& transform, ComplexField& modes) {
  multiply_isotropic(transform, modes, [](double k_squared) { return -k_squared; });
}

void spectral_inverse_laplacian(const FourierTransform& transform, ComplexField& modes) {
  multiply_isotropic(transform, modes, [](double k_squared) { return k_squared > 0 ? -1 / k_squared : 0.0; });
}

void spectral_mask(const FourierTransform& transform, double fraction, ComplexField& modes) {
  multiply(transform,
           factors(transform,
                   [fraction](int mode, Index points) {
                     return std::abs(mode) < fraction * static_cast<double>(points) / 2 * (1 - 1e-12) ||
                                    mode == 0
                                ? 1.0
                                : 0.0;
                   }),
           modes);
}

void spectral_filter(const FourierTransform& transform, double strength, double order, ComplexField& modes) {
  multiply(transform,
           factors(transform,
                   [=](int mode, Index points) {
                     return mode == 0 ? 1.0
                                      : std::exp(-strength *
                                                 std::pow(2.0 * std::abs(mode) / static_cast<double>(points),
                                                          order));
                   }),
           modes);
}

}  // namespace sluice::numerics
