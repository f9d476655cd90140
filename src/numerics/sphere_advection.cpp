#include "numerics/sphere_advection.hpp"

#include <algorithm>
#include <cmath>

// Two WENO3 fluxes. `weno3`: the face's velocity times the value reconstructed on its upwind side; a uniform
// field stays uniform where the face velocities have no divergence. `weno3_lax_friedrichs`: local
// Lax-Friedrichs splitting as in HipFT (Caplan et al., Front. Astron. Space Sci. 11 (2024) 1341616):
// right-going part 1/2 u_i (v_{i-1/2} + alpha_i), left-going 1/2 u_i (v_{i+1/2} - alpha_i), alpha_i the
// largest |v| on the six faces i-5/2 ... i+5/2. Both are the same where v is constant. The two theta faces
// that touch a pole cell are donor cell.

namespace sluice::numerics {

namespace {

constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

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
  for (Index f = 2; f <= n - 2; ++f) {
    const double *r = &right[at(f)], *l = &left[at(f)];
    zonal_faces_[at(f)] = {r[-2], r[-1], r[0], l[1], l[0], l[-1]};
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
  const grid::FieldInfo info{"velocity", "1", "velocity on the faces of a cell"};
  for (auto* field : {&north_, &west_}) *field = grid::RealField(info, block_.layout());
  const auto north = north_.view(), west = west_.view();
  for_each_cell([&](Index i, Index k, Index j, Index column) {
    north(i, k) = v_theta(j, column);
    west(i, k) = block_.is_pole(j) ? 0.0 : v_phi(j, column);
  });
  if (scheme_ == AdvectionScheme::weno3_lax_friedrichs) set_split(v_theta, v_phi);
  fastest_rate_ = block_.layout()->communicator().max(general_rate(v_theta, v_phi));
}

void SphereAdvection::for_each_cell(const std::function<void(Index, Index, Index, Index)>& visit) const {
  const Index h = SphereBlock::halo;
  if (block_.rows() == 0 || block_.columns() == 0) return;
  for (Index i = -h; i < block_.rows() + h; ++i) {
    const Index j = block_.first_row() + i;
    if (j < 0 || j >= block_.rows_global()) continue;
    for (Index k = -h; k < block_.columns() + h; ++k) visit(i, k, j, block_.first_column() + k);
  }
}

void SphereAdvection::set_split(const FaceFunction& v_theta, const FaceFunction& v_phi) {
  const grid::FieldInfo info{"velocity", "1", "multiplier of a split part"};
  for (auto* field : {&right_theta_, &left_theta_, &right_phi_, &left_phi_})
    *field = grid::RealField(info, block_.layout());
  const auto right_theta = right_theta_.view(), left_theta = left_theta_.view(),
             right_phi = right_phi_.view(), left_phi = left_phi_.view();
  for_each_cell([&](Index i, Index k, Index j, Index column) {
    double alpha = 0;
    for (Index f = std::max<Index>(j - 2, 0); f <= std::min(j + 3, block_.rows_global()); ++f)
      alpha = std::max(alpha, std::abs(v_theta(f, column)));
    right_theta(i, k) = 0.5 * (v_theta(j, column) + alpha);
    left_theta(i, k) = 0.5 * (v_theta(j + 1, column) - alpha);
    if (block_.is_pole(j)) return;
    alpha = 0;
    for (Index f = column - 2; f <= column + 3; ++f) alpha = std::max(alpha, std::abs(v_phi(j, f)));
    right_phi(i, k) = 0.5 * (v_phi(j, column) + alpha);
    left_phi(i, k) = 0.5 * (v_phi(j, column + 1) - alpha);
  });
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
  const FaceStencil cells{u.row(i - 2), u.row(i - 1), u.row(i), u.row(i + 1)};
  const Weno3Face& weights = weights_theta_[at(face)];
  const bool at_pole = face == 1 || face == block_.rows_global() - 1;
  const bool donor = at_pole || scheme_ == AdvectionScheme::upwind,
             split = scheme_ == AdvectionScheme::weno3_lax_friedrichs;
  const double upwinding = scheme_ == AdvectionScheme::upwind ? upwinding_ : 1.0;
  if (zonal_) {
    if (donor) return flux_upwind_row(v_theta_[at(face)], upwinding, cells, n, flux);
    if (split) return flux_weno3_split_row(zonal_faces_[at(face)], weights, cells, n, flux);
    return flux_weno3_row(v_theta_[at(face)], weights, cells, n, flux);
  }
  const double* v = north_.view().row(i);
  const auto same = [w = weights](Index) -> const Weno3Face& { return w; };
  if (donor) return flux_upwind_row(v, upwinding, cells, n, flux);
  if (!split) return flux_weno3_row(v, same, cells, n, flux);
  const auto r = right_theta_.view(), l = left_theta_.view();
  flux_weno3_split_row({r.row(i - 2), r.row(i - 1), r.row(i), l.row(i + 1), l.row(i), l.row(i - 1)}, same,
                       cells, n, flux);
}

void SphereAdvection::flux_phi(Index row, const Rows& u, double* flux) const {
  const Index i = row - block_.first_row(), faces = block_.columns() + 1;
  const double* c = u.row(i);
  const FaceStencil cells{c - 2, c - 1, c, c + 1};
  if (zonal_) {
    if (scheme_ == AdvectionScheme::upwind)
      return flux_upwind_row(v_phi_[at(row)], upwinding_, cells, faces, flux);
    return flux_weno3_row(v_phi_[at(row)], weights_phi_[0], cells, faces,
                          flux);  // v is constant: both WENO3 are the same
  }
  const double* v = west_.view().row(i);
  if (scheme_ == AdvectionScheme::upwind) return flux_upwind_row(v, upwinding_, cells, faces, flux);
  const auto with_weights = [&](const auto& weights) {
    if (scheme_ == AdvectionScheme::weno3) return flux_weno3_row(v, weights, cells, faces, flux);
    const double *r = right_phi_.view().row(i), *l = left_phi_.view().row(i);
    flux_weno3_split_row({r - 2, r - 1, r, l + 1, l, l - 1}, weights, cells, faces, flux);
  };
  if (block_.uniform_phi)
    with_weights([w = weights_phi_[0]](Index) -> const Weno3Face& { return w; });
  else
    with_weights([this](Index k) -> const Weno3Face& { return weights_phi_[at(k)]; });
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
