#include "numerics/sphere_advection.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

// Local Lax-Friedrichs splitting (cell i, faces i-1/2 and i+1/2): right-going 1/2 u_i (v_{i-1/2} + alpha_i),
// left-going 1/2 u_i (v_{i+1/2} - alpha_i), alpha_i the largest |v| on the six faces i-5/2 ... i+5/2. Caplan
// et al., "HipFT", describes the same; the two theta faces that touch a pole cell are donor cell.

namespace sluice::numerics {

namespace {

constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// Donor-cell weights of the cells below and above a face: v/2 (1 + c), v/2 (1 - c), c = upwinding sign(v).
void flux_upwind_row(double v, double upwinding, const double* __restrict low, const double* __restrict high,
                     Index n, double* __restrict flux) {
  const double c = std::copysign(upwinding, v), a = 0.5 * v * (1 + c), b = 0.5 * v * (1 - c);
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k) flux[k] = a * low[k] + b * high[k];
}

void flux_upwind_row(const double* __restrict v, double upwinding, const double* __restrict low,
                     const double* __restrict high, Index n, double* __restrict flux) {
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k) {
    const double speed = upwinding * std::abs(v[k]);
    flux[k] = 0.5 * ((v[k] + speed) * low[k] + (v[k] - speed) * high[k]);
  }
}

/// Along a row of constant v the splitting is one-way: alpha = |v|. `step` is +1 if v > 0, u then points at
/// the cell west of the first face, else -1 and the cell east of it.
void flux_weno3_row(double v, const Weno3Side& side, const double* u, Index step, Index n,
                    double* __restrict flux) {
  const double *far = u - step, *near = u, *across = u + step;
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k) flux[k] = flux_weno3_one_way(v * far[k], v * near[k], v * across[k], side);
}

}  // namespace

SphereAdvection::SphereAdvection(const SphereBlock& block, AdvectionScheme scheme, double upwinding)
    : block_(block), scheme_(scheme), upwinding_(upwinding), weights_theta_(at(block.rows_global()) + 1) {
  for (Index f = 2; f <= block.rows_global() - 2; ++f) {
    const double* d = &block.d_theta[at(f)];
    weights_theta_[at(f)] = weno3_face(d[-2], d[-1], d[0], d[1]);
  }
  const auto width = [&](Index k) { return block.d_phi[at(block.wrap(k))]; };
  const Index faces = block.uniform_phi ? 1 : block.columns() + 1;
  for (Index k = block.first_column(); k < block.first_column() + faces; ++k)
    weights_phi_.push_back(weno3_face(width(k - 2), width(k - 1), width(k), width(k + 1)));
  const auto n = at(block.columns());
  for (auto* row : {&flux_north_, &flux_south_, &flux_pole_}) row->resize(n);
  flux_west_.resize(n + 1);
}

void SphereAdvection::set_zonal(std::vector<double> v_theta, std::vector<double> v_phi) {
  if (!block_.uniform_phi)
    return set_general([&](Index j, Index) { return v_theta[at(j)]; },
                       [&](Index j, Index) { return v_phi[at(j)]; });
  zonal_ = true;
  v_theta_ = std::move(v_theta);
  v_phi_ = std::move(v_phi);
  const Index n = block_.rows_global();
  std::vector<double> right(at(n)), left(at(n));
  for (Index j = 0; j < n; ++j) {
    double alpha = 0;
    for (Index f = std::max<Index>(j - 2, 0); f <= std::min(j + 3, n); ++f)
      alpha = std::max(alpha, std::abs(v_theta_[at(f)]));
    right[at(j)] = 0.5 * (v_theta_[at(j)] + alpha);
    left[at(j)] = 0.5 * (v_theta_[at(j) + 1] - alpha);
  }
  zonal_faces_.assign(at(n) + 1, {});
  for (Index f = 1; f < n; ++f) zonal_faces_[at(f)].moves = v_theta_[at(f)] != 0;
  for (Index f = 2; f <= n - 2; ++f) {
    const double *r = &right[at(f)], *l = &left[at(f)];
    zonal_faces_[at(f)] = {r[-2], r[-1], r[0], l[1], l[0], l[-1], false};
    for (const double m : {r[-2], r[-1], r[0], l[1], l[0], l[-1]}) zonal_faces_[at(f)].moves |= m != 0;
  }
  fastest_rate_ = zonal_rate();
}

double SphereAdvection::zonal_rate() const {
  double rate = 0;
  for (Index j = 1; j < block_.rows_global() - 1; ++j)
    rate = std::max(
        rate, std::max(std::abs(v_theta_[at(j)]), std::abs(v_theta_[at(j) + 1])) / block_.d_theta[at(j)] +
                  std::abs(v_phi_[at(j)]) / (block_.sin_theta[at(j)] * block_.d_phi[0]));
  return rate;
}

void SphereAdvection::set_general(const FaceFunction& v_theta, const FaceFunction& v_phi) {
  zonal_ = false;
  for (auto* field : {&north_, &west_, &right_theta_, &left_theta_, &right_phi_, &left_phi_})
    *field = grid::RealField({"velocity", "1", "split velocity on the faces of a cell"}, block_.layout());
  split_theta(v_theta);
  split_phi(v_phi);
  fastest_rate_ = block_.layout()->communicator().max(general_rate(v_theta, v_phi));
}

void SphereAdvection::split_theta(const FaceFunction& v_theta) {
  const auto north = north_.view(), right = right_theta_.view(), left = left_theta_.view();
  const Index n = block_.rows_global(), h = SphereBlock::halo;
  if (block_.rows() == 0 || block_.columns() == 0) return;
  for (Index i = -h; i < block_.rows() + h; ++i) {
    const Index j = block_.first_row() + i;
    if (j < 0 || j >= n) continue;
    for (Index k = -h; k < block_.columns() + h; ++k) {
      const Index column = block_.first_column() + k;
      double alpha = 0;
      for (Index f = std::max<Index>(j - 2, 0); f <= std::min(j + 3, n); ++f)
        alpha = std::max(alpha, std::abs(v_theta(f, column)));
      north(i, k) = v_theta(j, column);
      right(i, k) = 0.5 * (v_theta(j, column) + alpha);
      left(i, k) = 0.5 * (v_theta(j + 1, column) - alpha);
    }
  }
}

void SphereAdvection::split_phi(const FaceFunction& v_phi) {
  const auto west = west_.view(), right = right_phi_.view(), left = left_phi_.view();
  const Index h = SphereBlock::halo;
  if (block_.columns() == 0) return;
  for (Index i = 0; i < block_.rows(); ++i) {
    const Index j = block_.first_row() + i;
    if (block_.is_pole(j)) continue;
    for (Index k = -h; k < block_.columns() + h; ++k) {
      const Index column = block_.first_column() + k;
      double alpha = 0;
      for (Index f = column - 2; f <= column + 3; ++f) alpha = std::max(alpha, std::abs(v_phi(j, f)));
      west(i, k) = v_phi(j, column);
      right(i, k) = 0.5 * (v_phi(j, column) + alpha);
      left(i, k) = 0.5 * (v_phi(j, column + 1) - alpha);
    }
  }
}

double SphereAdvection::general_rate(const FaceFunction& v_theta, const FaceFunction& v_phi) const {
  double rate = 0;
  const auto inner = block_.inner_rows();
  for (Index j = inner.begin; j < inner.end; ++j)
    for (Index k = block_.first_column(); k < block_.first_column() + block_.columns(); ++k)
      rate = std::max(rate,
                      std::max(std::abs(v_theta(j, k)), std::abs(v_theta(j + 1, k))) / block_.d_theta[at(j)] +
                          std::max(std::abs(v_phi(j, k)), std::abs(v_phi(j, k + 1))) /
                              (block_.sin_theta[at(j)] * block_.d_phi[at(k)]));
  return rate;
}

void SphereAdvection::flux_theta(Index face, const Rows& u, double* flux) const {
  const Index i = face - block_.first_row(), n = block_.columns();
  const double *u2 = u.row(i - 2), *u1 = u.row(i - 1), *u0 = u.row(i), *u_1 = u.row(i + 1);
  const bool at_pole = face == 1 || face == block_.rows_global() - 1;
  if (scheme_ == AdvectionScheme::upwind || at_pole) {
    const double upwinding = scheme_ == AdvectionScheme::upwind ? upwinding_ : 1.0;
    if (zonal_) return flux_upwind_row(v_theta_[at(face)], upwinding, u1, u0, n, flux);
    return flux_upwind_row(north_.view().row(i), upwinding, u1, u0, n, flux);
  }
  const Weno3Face weights = weights_theta_[at(face)];
  if (zonal_) {
    const ZonalFace m = zonal_faces_[at(face)];
    if (!m.moves) {
      std::fill(flux, flux + n, 0.0);
      return;
    }
#pragma GCC ivdep
    for (Index k = 0; k < n; ++k)
      flux[k] = flux_weno3(m.r2 * u2[k], m.r1 * u1[k], m.r0 * u0[k], m.l1 * u_1[k], m.l0 * u0[k],
                           m.l_1 * u1[k], weights);
    return;
  }
  const auto r = right_theta_.view(), l = left_theta_.view();
  const double *r2 = r.row(i - 2), *r1 = r.row(i - 1), *r0 = r.row(i), *l1 = l.row(i + 1), *l0 = l.row(i),
               *l_1 = l.row(i - 1);
#pragma GCC ivdep
  for (Index k = 0; k < n; ++k)
    flux[k] = flux_weno3(r2[k] * u2[k], r1[k] * u1[k], r0[k] * u0[k], l1[k] * u_1[k], l0[k] * u0[k],
                         l_1[k] * u1[k], weights);
}

void SphereAdvection::flux_phi(Index row, const Rows& u, double* flux) const {
  const Index i = row - block_.first_row(), faces = block_.columns() + 1;
  const double* u0 = u.row(i);
  if (scheme_ == AdvectionScheme::upwind) {
    if (zonal_) return flux_upwind_row(v_phi_[at(row)], upwinding_, u0 - 1, u0, faces, flux);
    return flux_upwind_row(west_.view().row(i), upwinding_, u0 - 1, u0, faces, flux);
  }
  if (zonal_) {
    const double v = v_phi_[at(row)];
    if (v > 0)
      flux_weno3_row(v, weights_phi_[0].left, u0 - 1, 1, faces, flux);
    else if (v < 0)
      flux_weno3_row(v, weights_phi_[0].right, u0, -1, faces, flux);
    else
      std::fill(flux, flux + faces, 0.0);
    return;
  }
  const double *r = right_phi_.view().row(i), *l = left_phi_.view().row(i);
  const auto flux_of = [&](Index k, const Weno3Face& weights) {
    return flux_weno3(r[k - 2] * u0[k - 2], r[k - 1] * u0[k - 1], r[k] * u0[k], l[k + 1] * u0[k + 1],
                      l[k] * u0[k], l[k - 1] * u0[k - 1], weights);
  };
  if (block_.uniform_phi) {
    const Weno3Face weights = weights_phi_[0];
#pragma GCC ivdep
    for (Index k = 0; k < faces; ++k) flux[k] = flux_of(k, weights);
  } else {
    for (Index k = 0; k < faces; ++k) flux[k] = flux_of(k, weights_phi_[at(k)]);
  }
}

void SphereAdvection::update_row(const Combination& c, const double* u0, const double* u, double* out) const {
  const double *north = flux_north_.data(), *south = flux_south_.data(), *west = flux_west_.data();
  const double* d_phi = &block_.d_phi[at(block_.first_column())];
  const Index n = block_.columns();
  const double over = c.west_east / block_.d_phi[0];
  if (!block_.uniform_phi) {
#pragma GCC ivdep
    for (Index k = 0; k < n; ++k)
      out[k] = c.start * u0[k] + c.previous * u[k] + (c.north * north[k] - c.south * south[k]) -
               c.west_east * (west[k + 1] - west[k]) / d_phi[k];
  } else if (c.start == 0) {
#pragma GCC ivdep
    for (Index k = 0; k < n; ++k)
      out[k] = c.previous * u[k] + (c.north * north[k] - c.south * south[k]) - over * (west[k + 1] - west[k]);
  } else {
#pragma GCC ivdep
    for (Index k = 0; k < n; ++k)
      out[k] = c.start * u0[k] + c.previous * u[k] + (c.north * north[k] - c.south * south[k]) -
               over * (west[k + 1] - west[k]);
  }
}

void SphereAdvection::close_pole(const ShuOsherStage& s, double dt, bool north, const Rows& u0, const Rows& u,
                                 double* out) {
  const Index n = block_.columns(), i = north ? 0 : block_.rows() - 1;
  const Index face = north ? 1 : block_.rows_global() - 1;
  flux_theta(face, u, flux_pole_.data());
  for (Index k = 0; k < n; ++k) flux_pole_[at(k)] *= block_.d_phi[at(block_.first_column() + k)];
  // du/dt = -/+ edge sum(F d_phi) / cap area: what leaves the cap enters the first row.
  const double outflow = (north ? 1.0 : -1.0) * block_.sin_face[at(face)] * block_.sum_row(flux_pole_.data());
  const double change = -s.rate * dt * outflow / block_.pole_area[north ? 0 : 1];
  for (Index k = 0; k < n; ++k) out[k] = s.start * u0.row(i)[k] + s.previous * u.row(i)[k] + change;
}

void SphereAdvection::stage(const ShuOsherStage& s, double dt, const grid::RealField& u0_field,
                            const grid::RealField& u_field, grid::RealField& out_field) {
  const auto u0 = u0_field.view(), u = u_field.view();
  const auto out = out_field.view();
  const auto inner = block_.inner_rows();
  if (block_.columns() > 0 && inner.size() > 0) flux_theta(inner.begin, u, flux_north_.data());
  for (Index j = inner.begin; j < inner.end && block_.columns() > 0; ++j) {
    const Index i = j - block_.first_row();
    flux_theta(j + 1, u, flux_south_.data());
    flux_phi(j, u, flux_west_.data());
    const double over = s.rate * dt / block_.sin_theta[at(j)];
    update_row({.start = s.start,
                .previous = s.previous,
                .south = over * block_.sin_face[at(j) + 1] / block_.d_theta[at(j)],
                .north = over * block_.sin_face[at(j)] / block_.d_theta[at(j)],
                .west_east = over},
               u0.row(i), u.row(i), out.row(i));
    std::swap(flux_north_, flux_south_);
  }
  if (block_.owns_north()) close_pole(s, dt, true, u0, u, out.row(0));
  if (block_.owns_south()) close_pole(s, dt, false, u0, u, out.row(block_.rows() - 1));
}

}  // namespace sluice::numerics
