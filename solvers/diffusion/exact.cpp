#include "diffusion/exact.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::solvers::diffusion {

Exact::Exact(const DiffusionParameters& parameters)
    : conductivity_(parameters), capacity_(parameters.capacity), dimensions_(parameters.grid.points.size()) {
  const auto& given = parameters.exact;
  for (std::size_t d = 0; d < dimensions_; ++d) {
    lower_[d] = along(parameters.grid.lower, d);
    length_[d] = along(parameters.grid.upper, d) - lower_[d];
  }
  if (given.type == "sine_product") {
    family_ = Family::sine_product;
    amplitude_ = given.amplitude;
    offset_ = given.offset;
    double square = 0;
    for (std::size_t d = 0; d < dimensions_; ++d) {
      wavenumber_[d] = std::numbers::pi * along(given.modes, d) / length_[d];
      phase_[d] = along(given.phases, d);
      square += wavenumber_[d] * wavenumber_[d];
    }
    decay_ = given.decay.value_or(parameters.conductivity.value * square / capacity_);
    needs_source_ = given.decay.has_value() || !conductivity_.uniform() || !parameters.linear();
  } else if (given.type == "kirchhoff") {
    family_ = Family::kirchhoff;
    left_ = given.left;
    right_ = given.right;
    exponent_ = parameters.conductivity.exponent;
  }
}

ExactPoint Exact::at(const Point& x, double t) const {
  if (family_ == Family::sine_product) return sine_product(x, t);
  if (family_ == Family::kirchhoff) return kirchhoff(x);
  return {};
}

ExactPoint Exact::sine_product(const Point& x, double t) const {
  const double size = amplitude_ * std::exp(-decay_ * t);
  Point sine{1, 1, 1}, cosine{};
  for (std::size_t d = 0; d < dimensions_; ++d) {
    const double phase = wavenumber_[d] * (x[d] - lower_[d]) + phase_[d];
    sine[d] = std::sin(phase);
    cosine[d] = std::cos(phase);
  }
  const double wave = size * sine[0] * sine[1] * sine[2];
  ExactPoint point{.u = offset_ + wave, .u_t = -decay_ * wave, .laplacian = 0, .gradient = {}};
  for (std::size_t d = 0; d < dimensions_; ++d) {
    point.laplacian -= wavenumber_[d] * wavenumber_[d] * wave;
    point.gradient[d] = size * wavenumber_[d] * cosine[d];
    for (std::size_t e = 0; e < dimensions_; ++e)
      if (e != d) point.gradient[d] *= sine[e];
  }
  return point;
}

/// With v = u + s u^(p+1) / (p+1) (G. Kirchhoff, "Theorie der Waerme", 1894), div(k grad u) = k0 lap v: v is
/// a line.
ExactPoint Exact::kirchhoff(const Point& x) const {
  const double next = static_cast<double>(exponent_ + 1);
  const auto v_of = [&](double u) {
    return u + u * (conductivity_.response(u) - 1) / next;
  };  // s u^p = response - 1
  const double along_x = (x[0] - lower_[0]) / length_[0];
  const double v = (1 - along_x) * v_of(left_) + along_x * v_of(right_);
  double low = std::min(left_, right_), high = std::max(left_, right_);
  for (int n = 0; n < 200 && low < high; ++n) {  // v grows with u since k > 0
    const double middle = 0.5 * (low + high);
    if (middle == low || middle == high) break;
    (v_of(middle) < v ? low : high) = middle;
  }
  const double u = 0.5 * (low + high), k = conductivity_.response(u);
  const double slope = (v_of(right_) - v_of(left_)) / length_[0] / k;
  return {.u = u,
          .u_t = 0,
          .laplacian = -conductivity_.response_derivative(u) * slope * slope / k,
          .gradient = {slope, 0, 0}};
}

double Exact::source(const Point& x, double t) const {
  if (!needs_source_) return 0;
  const ExactPoint p = at(x, t);
  const double k = conductivity_.at(x), r = conductivity_.response(p.u);
  const Point dk = conductivity_.gradient(x);
  double dk_du = 0, du_du = 0;
  for (std::size_t d = 0; d < 3; ++d) {
    dk_du += dk[d] * p.gradient[d];
    du_du += p.gradient[d] * p.gradient[d];
  }
  return capacity_ * p.u_t - r * (dk_du + k * p.laplacian) -
         k * conductivity_.response_derivative(p.u) * du_du;
}

}  // namespace sluice::solvers::diffusion
