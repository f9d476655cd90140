#include "numerics/sphere_advection.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

// Two WENO3 fluxes. `weno3`: the face's velocity times the value reconstructed on its upwind side; a uniform
// field stays uniform where the face velocities have no divergence. `weno3_lax_friedrichs`: local
// Lax-Friedrichs splitting as in HipFT (Caplan et al., Front. Astron. Space Sci. 11 (2024) 1341616):
// right-going part 1/2 u_i (v_{i-1/2} + alpha_i), left-going 1/2 u_i (v_{i+1/2} - alpha_i), alpha_i the
// largest |v| on the six faces i-5/2 ... i+5/2. Both are the same where v is constant. The two theta faces
// that touch a pole cell are donor cell.
//
// `weno5`: the face's velocity times the WENO5-Z value on its upwind side, WENO3 on the theta faces next to
// those. Fields are point values, so this is a finite-difference scheme: along theta the zonal velocities get
// the terms of the product's second derivative (Merriman, J. Sci. Comput. 19 (2003) 309, eq. (8)) that make
// it fourth order.

namespace sluice::numerics {

namespace {

constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

}  // namespace

double fastest_rate(const SphereBlock& block, const grid::RealField& north_faces,
                    const grid::RealField& west_faces) {
  const auto north = north_faces.view(), west = west_faces.view();
  double rate = 0;
  const auto inner = block.inner_rows();
  for (Index j = inner.begin; j < inner.end; ++j) {
    const Index i = j - block.first_row();
    const double along_theta = 1 / block.d_theta[at(j)],
                 along_phi = block.wave_share(j) / block.sin_theta[at(j)];
    const double *upper = north.row(i), *lower = north.row(i + 1), *sides = west.row(i),
                 *d_phi = &block.d_phi[at(block.first_column())];
    for (Index k = 0; k < block.columns(); ++k)
      rate = std::max(rate, std::max(std::abs(upper[k]), std::abs(lower[k])) * along_theta +
                                std::max(std::abs(sides[k]), std::abs(sides[k + 1])) * along_phi / d_phi[k]);
  }
  return block.layout()->communicator().max(rate);
}

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
  if (scheme == AdvectionScheme::weno3_lax_friedrichs) splitting_.emplace(block);
  if (scheme == AdvectionScheme::weno5) {
    if (block.rows_global() < 8)
      throw base::AgreedError("weno5 needs at least 8 colatitudes; the grid has " +
                              std::to_string(block.rows_global()));
    bool equal = block.uniform_phi;
    for (const double d : block.d_theta) equal = equal && std::abs(d - block.d_theta[0]) < 1e-9;
    if (!equal)
      throw base::AgreedError(
          "weno5 needs equally spaced colatitudes and longitudes; this grid allows weno3 and upwind");
  }
}

void SphereAdvection::set_zonal(std::span<const double> v_theta, std::span<const double> v_phi) {
  if (!block_.uniform_phi)
    return set_general([&](Index j, Index) { return v_theta[at(j)]; },
                       [&](Index j, Index) { return v_phi[at(j)]; });
  zonal_ = true;
  v_theta_.assign(v_theta.begin(), v_theta.end());
  v_phi_.assign(v_phi.begin(), v_phi.end());
  const Index n = block_.rows_global();
  const auto alpha = [&](Index j) {
    double most = 0;
    for (Index f = std::max<Index>(j - 2, 0); f <= std::min(j + 3, n); ++f)
      most = std::max(most, std::abs(v_theta_[at(f)]));
    return most;
  };
  const auto right = [&](Index j) { return 0.5 * (v_theta_[at(j)] + alpha(j)); };
  const auto left = [&](Index j) { return 0.5 * (v_theta_[at(j) + 1] - alpha(j)); };
  zonal_faces_.assign(at(n) + 1, {});
  for (Index f = 2; f <= n - 2; ++f)
    zonal_faces_[at(f)] = {right(f - 2), right(f - 1), right(f), left(f + 1), left(f), left(f - 1)};
  zonal_weno5_.assign(at(n) + 1, {});
  for (Index f = 2; f <= n - 2; ++f) {
    const auto g = [&](Index face) { return block_.sin_face[at(face)] * v_theta_[at(face)]; };
    const double curvature = 0.5 * (g(f + 1) - 2 * g(f) + g(f - 1)), slope = g(f + 1) - g(f - 1),
                 over = 1 / (24 * block_.sin_face[at(f)]);
    zonal_weno5_[at(f)] = {v_theta_[at(f)], -over * (curvature - slope), -over * (curvature + slope)};
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

void SphereAdvection::make_faces() {
  zonal_ = false;
  const grid::FieldInfo info{"velocity", "1", "velocity on the faces of a cell"};
  for (auto* field : {&north_, &west_})
    if (field->data() == nullptr) *field = grid::RealField(info, block_.layout());
}

void SphereAdvection::set_general(const FaceFunction& v_theta, const FaceFunction& v_phi) {
  make_faces();
  const auto north = north_.view(), west = west_.view();
  for (Index i = 0; i < block_.rows(); ++i)
    for (Index k = 0; k < block_.columns(); ++k) {
      const Index j = block_.first_row() + i, column = block_.first_column() + k;
      north(i, k) = v_theta(j, column);
      west(i, k) = block_.is_pole(j) ? 0.0 : v_phi(j, column);
    }
  if (const Index beyond = block_.face_beyond_south(); beyond > 0)
    for (Index k = 0; k < block_.columns(); ++k)
      north(beyond, k) = v_theta(block_.rows_global(), block_.first_column() + k);
  grid::HaloExchange exchange(block_.layout());
  faces_changed(exchange);
}

void SphereAdvection::faces_changed(grid::HaloExchange& exchange) {
  exchange(north_);
  exchange(west_);
  fastest_rate_ = numerics::fastest_rate(block_, north_, west_);
}

void SphereAdvection::cell_velocities(grid::RealField& v_theta, grid::RealField& v_phi) const {
  const auto to_theta = v_theta.view(), to_phi = v_phi.view();
  const auto share = [this](Index i, Index k, Index i2, Index k2) {
    return factor_ == nullptr ? 1.0 : std::min(factor_->view()(i, k), factor_->view()(i2, k2));
  };
  const auto north = [&](Index i, Index k) {  // face of a cell
    const double v = zonal_ ? v_theta_[at(block_.first_row() + i)] : north_.view()(i, k);
    return v * share(i - 1, k, i, k);
  };
  const auto west = [&](Index i, Index k) {
    const double v = zonal_ ? v_phi_[at(block_.first_row() + i)] : west_.view()(i, k);
    return v * share(i, k - 1, i, k);
  };
  for (Index i = 0; i < block_.rows(); ++i)
    for (Index k = 0; k < block_.columns(); ++k) {
      const bool pole = block_.is_pole(block_.first_row() + i);
      to_theta(i, k) = pole ? 0.0 : 0.5 * (north(i, k) + north(i + 1, k));
      to_phi(i, k) = pole ? 0.0 : 0.5 * (west(i, k) + west(i, k + 1));
    }
}

void SphereAdvection::flux_theta(Index face, const Rows& u, double* flux) {
  const Index i = face - block_.first_row(), n = block_.columns(), last = block_.rows_global() - 1;
  const FaceStencil cells{u.row(i - 2), u.row(i - 1), u.row(i), u.row(i + 1)};
  const bool donor = face == 1 || face == last || scheme_ == AdvectionScheme::upwind;
  if (!donor && scheme_ == AdvectionScheme::weno3_lax_friedrichs) return flux_theta_split(face, cells, flux);
  const bool wide = scheme_ == AdvectionScheme::weno5 && face > 2 && face < last - 1;
  const WideStencil five{u.row(i - 3), cells.u2, cells.u1, cells.u0, cells.u_1, u.row(i + 2)};
  const double upwinding = scheme_ == AdvectionScheme::upwind ? upwinding_ : 1.0;
  const double* v = zonal_ ? nullptr : north_.view().row(i);
  if (donor)
    zonal_ ? flux_upwind_row(v_theta_[at(face)], upwinding, cells, n, flux)
           : flux_upwind_row(v, upwinding, cells, n, flux);
  else if (wide)
    zonal_ ? flux_weno5_row(zonal_weno5_[at(face)], five, n, flux) : flux_weno5_row(v, five, n, flux);
  else if (zonal_)
    flux_weno3_row(v_theta_[at(face)], weights_theta_[at(face)], cells, n, flux);
  else
    flux_weno3_row(
        v, [w = weights_theta_[at(face)]](Index) -> const Weno3Face& { return w; }, cells, n, flux);
  if (factor_ != nullptr) attenuate_row(factor_->view().row(i - 1), factor_->view().row(i), n, flux);
}

void SphereAdvection::flux_theta_split(Index face, const FaceStencil& cells, double* flux) {
  const Index i = face - block_.first_row(), n = block_.columns();
  const Weno3Face& weights = weights_theta_[at(face)];
  if (zonal_ && factor_ == nullptr)
    return flux_weno3_split_row(zonal_faces_[at(face)], weights, cells, n, flux);
  flux_weno3_split_row(
      splitting_->theta(i), [w = weights](Index) -> const Weno3Face& { return w; }, cells, n, flux);
}

void SphereAdvection::flux_phi(Index row, const Rows& u, double* flux) {
  const Index i = row - block_.first_row(), faces = block_.columns() + 1;
  const double* c = u.row(i);
  const FaceStencil cells{c - 2, c - 1, c, c + 1};
  const WideStencil five{c - 3, c - 2, c - 1, c, c + 1, c + 2};
  // Where v is constant along the row both WENO3 are the same.
  const bool split = scheme_ == AdvectionScheme::weno3_lax_friedrichs && !(zonal_ && factor_ == nullptr);
  const double* v = zonal_ ? nullptr : west_.view().row(i);
  const auto with_weights = [&](const auto& weights) {
    if (!split) return flux_weno3_row(v, weights, cells, faces, flux);
    flux_weno3_split_row(splitting_->phi(i), weights, cells, faces, flux);
  };
  if (scheme_ == AdvectionScheme::upwind)
    zonal_ ? flux_upwind_row(v_phi_[at(row)], upwinding_, cells, faces, flux)
           : flux_upwind_row(v, upwinding_, cells, faces, flux);
  else if (scheme_ == AdvectionScheme::weno5)
    zonal_ ? flux_weno5_row({v_phi_[at(row)], 0, 0}, five, faces, flux)
           : flux_weno5_row(v, five, faces, flux);
  else if (zonal_ && !split)
    flux_weno3_row(v_phi_[at(row)], weights_phi_[0], cells, faces, flux);
  else if (block_.uniform_phi)
    with_weights([w = weights_phi_[0]](Index) -> const Weno3Face& { return w; });
  else
    with_weights([this](Index k) -> const Weno3Face& { return weights_phi_[at(k)]; });
  if (factor_ != nullptr && !split) {
    const double* a = factor_->view().row(i);
    attenuate_row(a - 1, a, faces, flux);
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
  const SplitVelocities velocities{zonal_, v_theta_, v_phi_, north_, west_, factor_};
  if (splitting_) splitting_->begin(velocities);
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
