#include "nlse/drift.hpp"

#include <cmath>

#include "nlse/kernels.hpp"
#include "nlse/rows.hpp"

namespace sluice::solvers::nlse {

using grid::ComplexField;
using grid::Index;
using std::complex;

ModeFactors no_factors(const numerics::FourierTransform& transform) {
  ModeFactors factors;
  for (std::size_t d = 0; d < 3; ++d) factors[d].assign(transform.modes(static_cast<int>(d)).size(), 1.0);
  return factors;
}

// A 2/3 mask is right for quadratic products (Orszag, J. Atmos. Sci. 28 (1971) 1074), 1/2 for cubic ones; the
// filter is that of Hou and Li, J. Comput. Phys. 226 (2007) 379, eq. (2.4).
ModeFactors dealiasing_factors(const SpaceParameters& space, const numerics::FourierTransform& transform,
                               std::size_t parts) {
  ModeFactors factors = no_factors(transform);
  if (space.dealiasing == "none") return factors;
  const double kept = space.dealiasing == "two_thirds" ? 2.0 / 3 : 0.5;
  for (int d = 0; d < transform.spec().dimensions; ++d) {
    const auto axis = static_cast<std::size_t>(transform.axis_of_dimension(d));
    const double highest = 0.5 * static_cast<double>(transform.spec().points[axis]);
    auto& along = factors[static_cast<std::size_t>(d)];
    for (std::size_t i = 0; i < along.size(); ++i) {
      const double part = std::abs(transform.modes(d)[i]) / highest;
      along[i] = space.dealiasing == "filter" ? std::exp(-space.filter_strength / static_cast<double>(parts) *
                                                         std::pow(part, space.filter_order))
                 : part < kept * (1 - 1e-12)  ? 1.0
                                              : 0.0;
    }
  }
  return factors;
}

DriftTable make_drift_table(const numerics::FourierTransform& transform, double tau,
                            const ModeFactors& factors, bool less_one, double scale) {
  DriftTable table{.less_one = less_one, .scale = scale, .outer = {}, .row = {}};
  const int row = transform.spec().dimensions - 1;
  for (int d = 0; d <= row; ++d) {
    auto& entries = d == row ? table.row : table.outer[static_cast<std::size_t>(d)];
    const auto& wavenumbers = transform.wavenumbers(d);
    const std::size_t n = wavenumbers.size();
    std::vector<double> half(n), sine(n), cosine(n);
    for (std::size_t i = 0; i < n; ++i) half[i] = -0.25 * wavenumbers[i] * wavenumbers[i] * tau;
    numerics::sincos(half.data(), sine.data(), cosine.data(), static_cast<std::ptrdiff_t>(n));
    entries.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
      const double factor = factors[static_cast<std::size_t>(d)][i];
      // factor E - 1 = factor (E - 1) + (factor - 1): no cancellation where the factor is one
      complex<double> entry = factor * complex<double>(-2 * sine[i] * sine[i], 2 * sine[i] * cosine[i]);
      entry += less_one ? factor - 1 : factor;
      entries.push_back(d == row ? entry * scale : entry);
    }
  }
  return table;
}

void multiply(const numerics::FourierTransform& transform, const DriftTable& table, ComplexField& modes) {
  multiply(transform, table, 0, transform.spectral()->count()[0], modes.data());
}

void multiply(const numerics::FourierTransform& transform, const DriftTable& table, Index first, Index planes,
              grid::Complex* modes) {
  const Rows rows(*transform.spectral());
  if (rows.dimension == 0)
    return multiply_row(as_doubles(table.row.data() + first), as_doubles(modes), planes);
  const Index rows_a_plane = rows.dimension == 2 ? rows.second : 1, begin = first * rows_a_plane,
              end = begin + planes * rows_a_plane;
  for (Index row = begin; row < end; ++row) {
    // Increments: (1 + a)(1 + b) - 1 = a + b + a b, never the difference of two numbers near one.
    complex<double> outer = table.less_one ? 0.0 : 1.0;
    if (rows.dimension == 1) outer = table.outer[0][rows.outer(row, 0)];
    if (rows.dimension == 2) {
      const auto a = table.outer[0][rows.outer(row, 0)], b = table.outer[1][rows.outer(row, 1)];
      outer = table.less_one ? a + b + a * b : a * b;
    }
    const complex<double> add = table.less_one ? outer * table.scale : 0.0,
                          times = table.less_one ? 1.0 + outer : outer;
    drift_row(add, times, as_doubles(table.row.data()), as_doubles(modes + (row - begin) * rows.points),
              rows.points);
  }
}

void multiply(const numerics::FourierTransform& transform, const ModeFactors& factors, ComplexField& modes) {
  const Rows rows(*transform.spectral());
  const auto& inner = factors[static_cast<std::size_t>(rows.dimension)];
  for (Index row = 0; row < rows.count; ++row) {
    double outer = 1;
    for (int d = 0; d < rows.dimension; ++d)
      outer *= factors[static_cast<std::size_t>(d)][rows.outer(row, d)];
    complex<double>* values = modes.data() + row * rows.points;
    for (Index k = 0; k < rows.points; ++k) values[k] *= outer * inner[static_cast<std::size_t>(k)];
  }
}

std::vector<double> squared_wavenumbers(const numerics::FourierTransform& transform) {
  const Rows rows(*transform.spectral());
  std::vector<double> result;
  result.reserve(static_cast<std::size_t>(rows.count * rows.points));
  for (Index row = 0; row < rows.count; ++row) {
    double outer = 0;
    for (int d = 0; d < rows.dimension; ++d) {
      const double k = transform.wavenumbers(d)[rows.outer(row, d)];
      outer += k * k;
    }
    for (Index i = 0; i < rows.points; ++i) {
      const double k = transform.wavenumbers(rows.dimension)[static_cast<std::size_t>(i)];
      result.push_back(outer + k * k);
    }
  }
  return result;
}

}  // namespace sluice::solvers::nlse
