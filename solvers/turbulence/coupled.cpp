// A function of a 2 x 2 matrix M with the eigenvalues m +- s is g I + h (M - m I), where g is the mean of f(m
// + s) and f(m - s) and h their difference over 2 s (Higham, Functions of Matrices (2008), sec. 1.2). Where s
// is small, both are integrals over a circle around m (Kassam and Trefethen, SIAM J. Sci. Comput. 26 (2005)
// 1214): of f(m + w) w/(w^2 - s^2), with w and with 1.
#include "turbulence/coupled.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace sluice::solvers::turbulence {
namespace {

constexpr std::size_t functions = 4;
using Values = std::array<Complex, functions>;

struct Spread {
  Complex mean, half_gap;
};

Spread eigenvalues(const Matrix2& m) {
  const Complex half = 0.5 * (m.aa - m.bb);
  return {0.5 * (m.aa + m.bb), std::sqrt(half * half + m.ab * m.ba)};
}

/// g I + h (M - m I)
Matrix2 combine(const Matrix2& m, Complex mean, Complex g, Complex h) {
  return {g + h * (m.aa - mean), h * m.ab, h * m.ba, g + h * (m.bb - mean)};
}

Values quotients(Complex z) {
  const auto c = numerics::etdrk4_coefficients(z);
  return {c.half, c.first, c.middle, c.last};
}

constexpr double small_gap = 0.5;  // beyond it the difference loses no more than a digit

/// g and h of all functions.
std::array<Values, 2> spread_values(const Spread& z) {
  std::array<Values, 2> result{};
  auto& [g, h] = result;
  if (std::abs(z.half_gap) > small_gap) {
    const Values plus = quotients(z.mean + z.half_gap), minus = quotients(z.mean - z.half_gap);
    for (std::size_t f = 0; f < functions; ++f) {
      g[f] = 0.5 * (plus[f] + minus[f]);
      h[f] = 0.5 * (plus[f] - minus[f]) / z.half_gap;
    }
    return result;
  }
  // Around the origin at a distance of 2 the quotients do not cancel.
  constexpr int points = 32;
  const double radius = std::abs(z.mean) < 2 ? 2 + std::abs(z.mean) : 2;
  for (int j = 0; j < points; ++j) {
    const Complex w = std::polar(radius, 2 * std::numbers::pi * (j + 0.5) / points),
                  weight = w / (w * w - z.half_gap * z.half_gap) / static_cast<double>(points);
    const Values values = quotients(z.mean + w);
    for (std::size_t f = 0; f < functions; ++f) {
      g[f] += values[f] * weight * w;
      h[f] += values[f] * weight;
    }
  }
  return result;
}

}  // namespace

Pair solve(const Matrix2& m, const Pair& right) {
  const Complex determinant = m.aa * m.bb - m.ab * m.ba;
  return {(m.bb * right.a - m.ab * right.b) / determinant, (m.aa * right.b - m.ba * right.a) / determinant};
}

Matrix2 exponential(const Matrix2& m) {
  const Spread z = eigenvalues(m);
  const Complex plus = std::exp(z.mean + z.half_gap), minus = std::exp(z.mean - z.half_gap),
                square = z.half_gap * z.half_gap;
  const Complex h =
      std::abs(z.half_gap) > 0.1
          ? 0.5 * (plus - minus) / z.half_gap
          : std::exp(z.mean) *
                (1.0 + square / 6.0 * (1.0 + square / 20.0 * (1.0 + square / 42.0 * (1.0 + square / 72.0))));
  return combine(m, z.mean, 0.5 * (plus + minus), h);
}

EtdMatrices etdrk4_matrices(const Matrix2& z) {
  const Spread spread = eigenvalues(z);
  const auto [g, h] = spread_values(spread);
  const auto make = [&, &mean = g, &slope = h](std::size_t f) {
    return combine(z, spread.mean, mean[f], slope[f]);
  };
  return {exponential(z), exponential(0.5 * z), make(0), make(1), make(2), make(3)};
}

}  // namespace sluice::solvers::turbulence
