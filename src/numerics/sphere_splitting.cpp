#include "numerics/sphere_splitting.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::numerics {

namespace {

constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Largest of six absolute values.
double fastest(double a, double b, double c, double d, double e, double f) {
  const double one = std::max(std::abs(a), std::abs(b)), two = std::max(std::abs(c), std::abs(d)),
               three = std::max(std::abs(e), std::abs(f));
  return std::max(std::max(one, two), three);
}

/// Of the two cells that share each face; null: 1.
struct Factors {
  const double *low = nullptr, *high = nullptr;
};

/// v = velocity times the smaller factor; one velocity of all faces, or one of each.
void attenuated(double velocity, const Factors& factors, Index n, double* __restrict v) {
  if (factors.low == nullptr) return static_cast<void>(std::fill(v, v + n, velocity));
  const double* __restrict low = factors.low, * __restrict high = factors.high;
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k) v[k] = velocity * (low[k] < high[k] ? low[k] : high[k]);
}

void attenuated(const double* __restrict velocity, const Factors& factors, Index n, double* __restrict v) {
  if (factors.low == nullptr) return static_cast<void>(std::copy(velocity, velocity + n, v));
  const double* __restrict low = factors.low, * __restrict high = factors.high;
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k) v[k] = velocity[k] * (low[k] < high[k] ? low[k] : high[k]);
}

/// |v| on the faces around a row of cells; c is the face before each cell, d the one behind it.
struct SixFaces {
  const double *a, *b, *c, *d, *e, *f;
};

void split(const SixFaces& v, Index n, double* __restrict right, double* __restrict left) {
  const double* __restrict a = v.a, * __restrict b = v.b, * __restrict c = v.c, * __restrict d = v.d, * __restrict e = v.e, * __restrict f = v.f;
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k) {
    const double alpha = fastest(a[k], b[k], c[k], d[k], e[k], f[k]);
    right[k] = 0.5 * (c[k] + alpha);
    left[k] = 0.5 * (d[k] - alpha);
  }
}

}  // namespace

SphereSplitting::SphereSplitting(const SphereBlock& block) : block_(block) {
  constexpr Index page = 512;  // numbers: rows that lie whole pages apart would get into each other's way
  stride_ = (block.columns() + 9 + 7) / 8 * 8;
  while (stride_ % page < 16 || stride_ % page > page - 16) stride_ += 8;
  rows_.resize(at((phi_rows + 3) * stride_ / 8));
}

void SphereSplitting::begin(const SplitVelocities& velocities) {
  velocities_ = &velocities;
  begun_ = false;
}

void SphereSplitting::theta_velocities(Index row) {
  const auto& from = *velocities_;
  const Index n = block_.columns(), j = block_.first_row() + row, last = block_.rows_global();
  double* v = face(row);
  if (j < 0 || j > last) return std::fill(v, v + n, 0.0);
  const bool held = from.factor != nullptr && j > 0 && j < last;  // not the faces beyond the poles
  const auto factors =
      held ? Factors{from.factor->view().row(row - 1), from.factor->view().row(row)} : Factors{};
  from.zonal ? attenuated(from.v_theta[at(j)], factors, n, v)
             : attenuated(from.north.view().row(row), factors, n, v);
}

void SphereSplitting::theta_parts(Index row) {
  split({face(row - 2), face(row - 1), face(row), face(row + 1), face(row + 2), face(row + 3)},
        block_.columns(), ring(right, cells_kept, row), ring(left, cells_kept, row));
}

SplitRow SphereSplitting::theta(Index row) {
  if (!begun_) {
    begun_ = true;
    next_ = row - 2;
    for (Index i = next_ - 2; i < next_ + 3; ++i) theta_velocities(i);
  }
  for (; next_ <= row + 1; ++next_) {
    theta_velocities(next_ + 3);
    theta_parts(next_);
  }
  const auto r = [this](Index i) { return ring(right, cells_kept, i); };
  const auto l = [this](Index i) { return ring(left, cells_kept, i); };
  return {r(row - 2), r(row - 1), r(row), l(row + 1), l(row), l(row - 1)};
}

SplitRow SphereSplitting::phi(Index row) {
  const auto& from = *velocities_;
  const Index n = block_.columns(), j = block_.first_row() + row;
  const double* factor = from.factor == nullptr ? nullptr : from.factor->view().row(row);
  const auto factors = factor == nullptr ? Factors{} : Factors{factor - 5, factor - 4};
  double *v = row_of(phi_rows), *rights = row_of(phi_rows + 1), *lefts = row_of(phi_rows + 2);
  // v: of the faces -4 ... n + 4; right and left: of the cells -2 ... n + 1
  from.zonal ? attenuated(from.v_phi[at(j)], factors, n + 9, v)
             : attenuated(from.west.view().row(row) - 4, factors, n + 9, v);
  split({v, v + 1, v + 2, v + 3, v + 4, v + 5}, n + 4, rights, lefts);
  const double *r = rights + 2, *l = lefts + 2;  // of cell 0
  return {r - 2, r - 1, r, l + 1, l, l - 1};
}

}  // namespace sluice::numerics
