// k(x, u) = k(x) * response(u): point functions, knowing no grid.
#pragma once
#include <array>

#include "diffusion/parameters.hpp"

namespace sluice::solvers::diffusion {

using Point = std::array<double, 3>;

class Conductivity {
 public:
  explicit Conductivity(const DiffusionParameters& parameters);

  [[nodiscard]] double at(const Point& x) const;
  [[nodiscard]] Point gradient(const Point& x) const;  ///< Of k(x); 0 inside layers.
  [[nodiscard]] double response(double u) const { return 1 + slope_ * power(u, exponent_); }
  [[nodiscard]] double response_derivative(double u) const {
    return slope_ * static_cast<double>(exponent_) * power(u, exponent_ - 1);
  }
  [[nodiscard]] double largest() const;  ///< Of k(x).
  [[nodiscard]] bool uniform() const { return parameters_.form == "constant"; }

 private:
  [[nodiscard]] static double power(double u, std::int64_t exponent) {
    double result = 1;
    for (std::int64_t n = 0; n < exponent; ++n) result *= u;
    return result;
  }
  ConductivityParameters parameters_;
  double slope_;
  std::int64_t exponent_;
  bool sine_;
  std::size_t dimensions_;
  Point lower_{}, wavenumber_{};
};

/// Conductivity of the face between two cells of equal width: exact for layers that meet there (Patankar,
/// "Numerical Heat Transfer and Fluid Flow", 1980, eq. 4.9).
[[nodiscard]] inline double harmonic_mean(double k_left, double k_right) {
  return 2 * k_left * k_right / (k_left + k_right);
}

/// A source or an initial state at x.
[[nodiscard]] double shape_value(const ShapeParameters& shape, const Point& x, std::size_t dimensions);

}  // namespace sluice::solvers::diffusion
