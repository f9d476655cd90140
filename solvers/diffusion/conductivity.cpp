#include "diffusion/conductivity.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::solvers::diffusion {

Conductivity::Conductivity(const DiffusionParameters& parameters)
    : parameters_(parameters.conductivity),
      slope_(parameters_.slope),
      exponent_(parameters_.exponent),
      sine_(parameters_.form == "sine"),
      dimensions_(parameters.grid.points.size()) {
  if (!sine_) return;
  for (std::size_t d = 0; d < dimensions_; ++d) {
    lower_[d] = along(parameters.grid.lower, d);
    const double length = along(parameters.grid.upper, d) - lower_[d];
    wavenumber_[d] = 2 * std::numbers::pi * static_cast<double>(along(parameters_.modes, d)) / length;
  }
}

double Conductivity::at(const Point& x) const {
  if (sine_) {
    double product = parameters_.amplitude;
    for (std::size_t d = 0; d < dimensions_; ++d) product *= std::sin(wavenumber_[d] * (x[d] - lower_[d]));
    return parameters_.value * (1 + product);
  }
  if (uniform()) return parameters_.value;
  const auto& ends = parameters_.interfaces;
  const double position = x[static_cast<std::size_t>(parameters_.axis)];
  const auto layer = std::upper_bound(ends.begin(), ends.end(), position) - ends.begin();
  return parameters_.value * parameters_.factors[static_cast<std::size_t>(layer)];
}

Point Conductivity::gradient(const Point& x) const {
  Point result{};
  if (!sine_) return result;
  for (std::size_t d = 0; d < dimensions_; ++d) {
    result[d] = parameters_.value * parameters_.amplitude;
    for (std::size_t e = 0; e < dimensions_; ++e) {
      const double phase = wavenumber_[e] * (x[e] - lower_[e]);
      result[d] *= e == d ? wavenumber_[e] * std::cos(phase) : std::sin(phase);
    }
  }
  return result;
}

double Conductivity::largest() const {
  if (sine_) return parameters_.value * (1 + std::abs(parameters_.amplitude));
  if (uniform()) return parameters_.value;
  return parameters_.value * *std::max_element(parameters_.factors.begin(), parameters_.factors.end());
}

double shape_value(const ShapeParameters& shape, const Point& x, std::size_t dimensions) {
  if (shape.type == "constant") return shape.value;
  if (shape.type != "gaussian") return 0;
  double square = 0;
  for (std::size_t d = 0; d < dimensions; ++d) {
    const double distance = x[d] - along(shape.centre, d);
    square += distance * distance;
  }
  return shape.value * std::exp(-0.5 * square / (shape.width * shape.width));
}

}  // namespace sluice::solvers::diffusion
