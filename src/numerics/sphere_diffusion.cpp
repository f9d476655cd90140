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
    : block_(block), rows_(at(block.rows_global())), work_(at(block.columns())) {
  const Index n = block.rows_global();
  double west_east_most = 0;
  for (Index k = 0; k < block.columns_global(); ++k) {
    const double west = 1 / (block.d_phi[at(k)] * block.spacing_phi(k)),
                 east = 1 / (block.d_phi[at(k)] * block.spacing_phi(k + 1));
    west_east_most = std::max(west_east_most, west + east);
    if (k < block.first_column() || k >= block.first_column() + block.columns()) continue;
    west_.push_back(west);
    east_.push_back(east);
  }
  uniform_ = 1 / (block.d_phi[0] * block.d_phi[0]);
  for (Index j = 1; j < n - 1; ++j) {
    const double sine = block.sin_theta[at(j)], over = coefficient / (sine * block.d_theta[at(j)]);
    rows_[at(j)] = {over * block.sin_face[at(j)] / block.spacing_theta[at(j)],
                    over * block.sin_face[at(j) + 1] / block.spacing_theta[at(j) + 1],
                    coefficient / (sine * sine)};
    largest_row_sum_ = std::max(largest_row_sum_, 2 * (rows_[at(j)].north + rows_[at(j)].south +
                                                       rows_[at(j)].west_east * west_east_most));
  }
  for (const Index pole : {0, 1}) {
    const Index f = pole == 0 ? 1 : n - 1;
    pole_factor_[pole] =
        coefficient * block.sin_face[at(f)] / (block.spacing_theta[at(f)] * block.pole_area[pole]);
    largest_row_sum_ = std::max(largest_row_sum_, 2 * 2 * std::numbers::pi * pole_factor_[pole]);
  }
}

double SphereDiffusion::pole_rate(const grid::View<const double>& u, bool north) {
  const Index i = north ? 0 : block_.rows() - 1, beside = north ? 1 : i - 1;
  const double *pole = u.row(i), *row = u.row(beside), *d_phi = &block_.d_phi[at(block_.first_column())];
  for (Index k = 0; k < block_.columns(); ++k) work_[at(k)] = (row[k] - pole[k]) * d_phi[k];
  return pole_factor_[north ? 0 : 1] * block_.sum_row(work_.data());
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
    if (block_.uniform_phi) {
      apply_row(c.north, c.south, c.west_east * uniform_, {u.row(i - 1), u.row(i), u.row(i + 1)}, n, o);
    } else {
      const double *un = u.row(i - 1), *v = u.row(i), *us = u.row(i + 1);
      for (Index k = 0; k < n; ++k)
        o[k] = c.north * (un[k] - v[k]) + c.south * (us[k] - v[k]) +
               c.west_east * (west_[at(k)] * (v[k - 1] - v[k]) + east_[at(k)] * (v[k + 1] - v[k]));
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
    if (block_.uniform_phi) {
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
                       c.west_east * (west_[at(k)] * (v[k - 1] - v[k]) + east_[at(k)] * (v[k + 1] - v[k])));
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
