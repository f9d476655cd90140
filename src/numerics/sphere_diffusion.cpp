#include "numerics/sphere_diffusion.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::numerics {

namespace {

constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// The rows that one row of the operator reads.
struct Stencil {
  const double *north, *u, *south;
};

/// out = D(u) with equal longitudes.
void apply_row(double cn, double cs, double cw, const Stencil& p, Index n, double* __restrict out) {
  const double* __restrict un = p.north, * __restrict u = p.u, * __restrict us = p.south;
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k)
    out[k] = cn * (un[k] - u[k]) + cs * (us[k] - u[k]) + cw * ((u[k - 1] - u[k]) + (u[k + 1] - u[k]));
}

}  // namespace

SphereDiffusion::SphereDiffusion(const SphereBlock& block, double coefficient)
    : SphereDiffusion(block, std::vector<double>(at(block.rows_global()) + 1, coefficient)) {}

SphereDiffusion::SphereDiffusion(const SphereBlock& block, std::vector<double> coefficient_on_faces)
    : block_(block),
      rows_(at(block.rows_global())),
      on_faces_(std::move(coefficient_on_faces)),
      work_(at(block.columns())) {
  set_longitudes();
  const Index n = block.rows_global();
  for (Index j = 1; j < n - 1; ++j) {
    const double sine = block.sin_theta[at(j)], over = 1 / (sine * block.d_theta[at(j)]);
    rows_[at(j)] = {over * on_faces_[at(j)] * block.sin_face[at(j)] / block.spacing_theta[at(j)],
                    over * on_faces_[at(j) + 1] * block.sin_face[at(j) + 1] / block.spacing_theta[at(j) + 1],
                    0.5 * (on_faces_[at(j)] + on_faces_[at(j) + 1]) / (sine * sine)};
  }
  for (const Index pole : {0, 1}) {
    const Index f = pole == 0 ? 1 : n - 1;
    pole_factor_[pole] =
        on_faces_[at(f)] * block.sin_face[at(f)] / (block.spacing_theta[at(f)] * block.pole_area[pole]);
  }
  count_row_sums();
}

SphereDiffusion::SphereDiffusion(const SphereBlock& block, const CornerFunction& coefficient)
    : block_(block), rows_(at(block.rows_global())), work_(at(block.columns())) {
  set_longitudes();
  const grid::FieldInfo info{"conductance", "1", "coefficient of diffusion over a spacing"};
  north_ = grid::RealField(info, block.layout());
  west_ = grid::RealField(info, block.layout());
  const auto north = north_.view(), west = west_.view();
  for (Index i = 0; i <= block.rows() && block.rows() > 0; ++i)
    for (Index k = 0; k <= block.columns(); ++k) {
      const Index j = block.first_row() + i, column = block.first_column() + k;
      if (j > 0 && j < block.rows_global())
        north(i, k) = 0.5 * (coefficient(j, column) + coefficient(j, column + 1)) * block.sin_face[at(j)] /
                      block.spacing_theta[at(j)];
      if (j > 0 && j < block.rows_global() - 1)
        west(i, k) = 0.5 * (coefficient(j, column) + coefficient(j + 1, column)) / block.spacing_phi(column);
    }
  for (const Index pole : {0, 1}) pole_factor_[pole] = 1 / block.pole_area[pole];
  count_row_sums();
}

void SphereDiffusion::set_longitudes() {
  for (Index k = block_.first_column(); k < block_.first_column() + block_.columns(); ++k) {
    west_weight_.push_back(1 / (block_.d_phi[at(k)] * block_.spacing_phi(k)));
    east_weight_.push_back(1 / (block_.d_phi[at(k)] * block_.spacing_phi(k + 1)));
  }
  uniform_ = 1 / (block_.d_phi[0] * block_.d_phi[0]);
}

double SphereDiffusion::conductance_north(Index i, Index k) const {
  const Index j = block_.first_row() + i;
  if (j <= 0 || j >= block_.rows_global()) return 0;
  const double d_phi = block_.d_phi[at(block_.wrap(block_.first_column() + k))];
  if (on_faces_.empty()) return north_.view()(i, k) * d_phi;
  return on_faces_[at(j)] * block_.sin_face[at(j)] / block_.spacing_theta[at(j)] * d_phi;
}

double SphereDiffusion::conductance_west(Index i, Index k) const {
  const Index j = block_.first_row() + i;
  if (j <= 0 || j >= block_.rows_global() - 1) return 0;
  const double aspect = block_.d_theta[at(j)] / block_.sin_theta[at(j)];
  if (on_faces_.empty()) return west_.view()(i, k) * aspect;
  return 0.5 * (on_faces_[at(j)] + on_faces_[at(j) + 1]) * aspect /
         block_.spacing_phi(block_.first_column() + k);
}

void SphereDiffusion::count_row_sums() {
  double most = 0;
  const auto inner = block_.inner_rows();
  for (Index j = inner.begin; j < inner.end; ++j) {
    const Index i = j - block_.first_row();
    const double share = block_.wave_share(j) * block_.wave_share(j);
    for (Index k = 0; k < block_.columns(); ++k)
      most = std::max(most, 2 *
                                (conductance_north(i, k) + conductance_north(i + 1, k) +
                                 share * (conductance_west(i, k) + conductance_west(i, k + 1))) /
                                block_.area(j, block_.first_column() + k));
  }
  for (const bool north : {true, false}) {
    if (!(north ? block_.owns_north() : block_.owns_south())) continue;
    const Index i = north ? 1 : block_.rows() - 1;  // the row whose north face is the pole's edge
    for (Index k = 0; k < block_.columns(); ++k) work_[at(k)] = conductance_north(i, k);
    most = std::max(most, 2 * block_.sum_row(work_.data()) / block_.pole_area[north ? 0 : 1]);
  }
  largest_row_sum_ = block_.layout()->communicator().max(most);
}

double SphereDiffusion::pole_rate(const grid::View<const double>& u, bool north) {
  const Index i = north ? 0 : block_.rows() - 1, beside = north ? 1 : i - 1;
  const double *pole = u.row(i), *row = u.row(beside), *d_phi = &block_.d_phi[at(block_.first_column())];
  for (Index k = 0; k < block_.columns(); ++k) work_[at(k)] = (row[k] - pole[k]) * d_phi[k];
  if (on_faces_.empty()) {
    const double* face = north_.view().row(north ? 1 : i);
    for (Index k = 0; k < block_.columns(); ++k) work_[at(k)] *= face[k];
  }
  return pole_factor_[north ? 0 : 1] * block_.sum_row(work_.data());
}

void SphereDiffusion::rate_of_row(Index i, const grid::View<const double>& u, double* __restrict row) const {
  const Index j = block_.first_row() + i, n = block_.columns();
  const double *un = u.row(i - 1), *v = u.row(i), *us = u.row(i + 1), *north = north_.view().row(i),
               *south = north_.view().row(i + 1), *west = west_.view().row(i),
               *d_phi = &block_.d_phi[at(block_.first_column())];
  const double sine = block_.sin_theta[at(j)], along_theta = 1 / (sine * block_.d_theta[at(j)]),
               along_phi = 1 / (sine * sine);
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k)
    row[k] = along_theta * (north[k] * (un[k] - v[k]) + south[k] * (us[k] - v[k])) +
             along_phi * (west[k] * (v[k - 1] - v[k]) + west[k + 1] * (v[k + 1] - v[k])) / d_phi[k];
}

void SphereDiffusion::apply(const grid::RealField& u_field, grid::RealField& out_field) {
  const auto u = u_field.view();
  const auto out = out_field.view();
  const Index n = block_.columns();
  const auto inner = block_.inner_rows();
  for (Index j = inner.begin; j < inner.end; ++j) {
    const Index i = j - block_.first_row();
    const Row c = rows_[at(j)];
    double* o = out.row(i);
    if (on_faces_.empty()) {
      rate_of_row(i, u, o);
    } else if (block_.uniform_phi) {
      apply_row(c.north, c.south, c.west_east * uniform_, {u.row(i - 1), u.row(i), u.row(i + 1)}, n, o);
    } else {
      const double *un = u.row(i - 1), *v = u.row(i), *us = u.row(i + 1);
      for (Index k = 0; k < n; ++k)
        o[k] =
            c.north * (un[k] - v[k]) + c.south * (us[k] - v[k]) +
            c.west_east * (west_weight_[at(k)] * (v[k - 1] - v[k]) + east_weight_[at(k)] * (v[k + 1] - v[k]));
    }
  }
  for (const bool north : {true, false}) {
    if (!(north ? block_.owns_north() : block_.owns_south())) continue;
    double* row = out.row(north ? 0 : block_.rows() - 1);
    std::fill(row, row + n, pole_rate(u, north));
  }
}

void SphereDiffusion::stage(const SuperStage& s, double dt, const StageFields& fields) {
  const auto u = fields.u.view(), before = fields.before.view(), start = fields.start.view(),
             rate0 = fields.start_rate.view();
  const auto out = fields.out.view();
  const Index n = block_.columns();
  const auto inner = block_.inner_rows();
  const double rate = s.rate * dt, start_rate = s.start_rate * dt;
  for (Index j = inner.begin; j < inner.end; ++j) {
    const Index i = j - block_.first_row();
    const Row c = rows_[at(j)];
    const double *un = u.row(i - 1), *v = u.row(i), *us = u.row(i + 1), *b = before.row(i),
                 *y0 = start.row(i), *g = rate0.row(i);
    double* o = out.row(i);
    if (on_faces_.empty()) {
      rate_of_row(i, u, work_.data());
      const double* d = work_.data();
#pragma GCC ivdep
      for (Index k = 0; k < n; ++k)
        o[k] = (s.mu * v[k] + s.nu * b[k]) + (s.start * y0[k] + start_rate * g[k]) + rate * d[k];
    } else if (block_.uniform_phi) {
      const double cn = rate * c.north, cs = rate * c.south, cw = rate * c.west_east * uniform_;
      const double mu = s.mu, nu = s.nu, st = s.start;
#pragma GCC ivdep
      for (Index k = 0; k < n; ++k)
        o[k] = (mu * v[k] + nu * b[k]) + (st * y0[k] + start_rate * g[k]) +
               (cn * (un[k] - v[k]) + cs * (us[k] - v[k]) + cw * ((v[k - 1] - v[k]) + (v[k + 1] - v[k])));
    } else {
      for (Index k = 0; k < n; ++k)
        o[k] = (s.mu * v[k] + s.nu * b[k]) + (s.start * y0[k] + start_rate * g[k]) +
               rate * (c.north * (un[k] - v[k]) + c.south * (us[k] - v[k]) +
                       c.west_east * (west_weight_[at(k)] * (v[k - 1] - v[k]) +
                                      east_weight_[at(k)] * (v[k + 1] - v[k])));
    }
  }
  for (const bool north : {true, false}) {
    if (!(north ? block_.owns_north() : block_.owns_south())) continue;
    const Index i = north ? 0 : block_.rows() - 1;
    const double change = rate * pole_rate(u, north);
    for (Index k = 0; k < n; ++k)
      out.row(i)[k] = (s.mu * u.row(i)[k] + s.nu * before.row(i)[k]) +
                      (s.start * start.row(i)[k] + start_rate * rate0.row(i)[k]) + change;
  }
}

}  // namespace sluice::numerics
