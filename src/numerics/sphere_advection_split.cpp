// The local Lax-Friedrichs splitting of SphereAdvection where velocities differ along the row.
#include <algorithm>
#include <cmath>

#include "numerics/sphere_advection.hpp"

namespace sluice::numerics {

namespace {

constexpr Index ring = 6;  // theta faces that the splitting of one cell looks at

/// Largest of six absolute values.
double fastest(double a, double b, double c, double d, double e, double f) {
  const double one = std::max(std::abs(a), std::abs(b)), two = std::max(std::abs(c), std::abs(d)),
               three = std::max(std::abs(e), std::abs(f));
  return std::max(std::max(one, two), three);
}

constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

}  // namespace

void SphereAdvection::refresh_split(grid::HaloExchange& exchange) {
  const grid::FieldInfo info{"velocity", "1", "multiplier of a split part"};
  for (auto* field : {&right_theta_, &left_theta_, &right_phi_, &left_phi_})
    if (field->data() == nullptr) *field = grid::RealField(info, block_.layout());
  for (Index i = -2; i < 3 && block_.rows() > 0; ++i) static_cast<void>(theta_faces(i));
  for (Index i = 0; i < block_.rows(); ++i) {
    static_cast<void>(theta_faces(i + 3));
    split_theta(i);
    if (!block_.is_pole(block_.first_row() + i)) split_phi(i);
  }
  for (auto* field : {&right_theta_, &left_theta_, &right_phi_, &left_phi_}) exchange(*field);
}

double* SphereAdvection::theta_faces(Index row) {
  const Index n = block_.columns(), j = block_.first_row() + row;
  double* v = &speeds_[at((row + ring) % ring * n)];
  if (j < 0 || j > block_.rows_global()) {
    std::fill(v, v + n, 0.0);
    return v;
  }
  if (zonal_)
    std::fill(v, v + n, v_theta_[at(j)]);
  else
    std::copy(north_.view().row(row), north_.view().row(row) + n, v);
  if (factor_ != nullptr && j > 0 && j < block_.rows_global())
    attenuate_row(factor_->view().row(row - 1), factor_->view().row(row), n, v);
  return v;
}

void SphereAdvection::split_theta(Index row) {
  const Index n = block_.columns();
  const auto faces = [&](Index i) { return &speeds_[at((i + ring) % ring * n)]; };
  const double *a = faces(row - 2), *b = faces(row - 1), *north = faces(row), *south = faces(row + 1),
               *c = faces(row + 2), *d = faces(row + 3);
  double *right = right_theta_.view().row(row), *left = left_theta_.view().row(row);
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k) {
    const double alpha = fastest(a[k], b[k], north[k], south[k], c[k], d[k]);
    right[k] = 0.5 * (north[k] + alpha);
    left[k] = 0.5 * (south[k] - alpha);
  }
}

void SphereAdvection::split_phi(Index row) {
  const Index n = block_.columns(), j = block_.first_row() + row;
  double* v = &speeds_[at(ring * n)];  // faces -2 ... n + 2
  if (zonal_)
    std::fill(v, v + n + 5, v_phi_[at(j)]);
  else
    std::copy(west_.view().row(row) - 2, west_.view().row(row) + n + 3, v);
  if (factor_ != nullptr) {
    const double* a = factor_->view().row(row);
    attenuate_row(a - 3, a - 2, n + 5, v);
  }
  double *right = right_phi_.view().row(row), *left = left_phi_.view().row(row);
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k) {
    const double alpha = fastest(v[k], v[k + 1], v[k + 2], v[k + 3], v[k + 4], v[k + 5]);
    right[k] = 0.5 * (v[k + 2] + alpha);
    left[k] = 0.5 * (v[k + 3] - alpha);
  }
}

}  // namespace sluice::numerics
