#include "numerics/spectral/etd.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace sluice::numerics {
namespace {

using Complex = std::complex<double>;
constexpr int circle_points = 32;        // the mean of an entire function over them is exact to 1/32!
constexpr double cancellation_free = 2;  // beyond this |z| the quotients lose less than a digit

struct Quotients {
  Complex half, first, middle, last;
};

Quotients quotients(Complex z) {
  const Complex e = std::exp(z), cube = z * z * z;
  return {.half = (std::exp(0.5 * z) - 1.0) / z,
          .first = (-4.0 - z + e * (4.0 - 3.0 * z + z * z)) / cube,
          .middle = (2.0 + z + e * (z - 2.0)) / cube,
          .last = (-4.0 - 3.0 * z - z * z + e * (4.0 - z)) / cube};
}

std::array<Complex, circle_points> make_circle() {
  std::array<Complex, circle_points> circle;
  for (int j = 0; j < circle_points; ++j)
    circle[static_cast<std::size_t>(j)] = std::polar(1.0, 2 * std::numbers::pi * (j + 0.5) / circle_points);
  return circle;
}

Quotients mean_over_circle(Complex z) {
  static const auto circle = make_circle();
  Quotients sum{};
  for (const Complex& point : circle) {
    const Quotients one = quotients(z + point);
    sum.half += one.half;
    sum.first += one.first;
    sum.middle += one.middle;
    sum.last += one.last;
  }
  const double weight = 1.0 / circle_points;
  return {sum.half * weight, sum.first * weight, sum.middle * weight, sum.last * weight};
}

}  // namespace

EtdCoefficients etdrk4_coefficients(Complex z) {
  const Quotients q = std::abs(z) < cancellation_free ? mean_over_circle(z) : quotients(z);
  EtdCoefficients result{std::exp(z), std::exp(0.5 * z), q.half, q.first, q.middle, q.last};
  if (z.imag() == 0)
    for (Complex* value : {&result.exponential, &result.exponential_half, &result.half, &result.first,
                           &result.middle, &result.last})
      *value = value->real();
  return result;
}

}  // namespace sluice::numerics
