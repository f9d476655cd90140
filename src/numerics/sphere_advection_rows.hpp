// Fluxes through a row of faces: the inner loops of the advection operator, vectorised along the row.
#pragma once
#include <algorithm>
#include <cmath>

#include "grid/layout.hpp"
#include "numerics/flux_weno.hpp"
#include "numerics/flux_weno5.hpp"

namespace sluice::numerics {

/// Cells i-2, i-1, i, i+1 around the face between i-1 and i, each a row contiguous along the faces.
struct FaceStencil {
  const double *u2, *u1, *u0, *u_1;
};

/// Multipliers of the split parts: right-going of i-2, i-1, i; left-going of i+1, i, i-1.
struct SplitRow {
  const double *r2, *r1, *r0, *l1, *l0, *l_1;
};
struct SplitFace {
  double r2, r1, r0, l1, l0, l_1;
};

/// Donor cell, v/2 (1 + c) below and v/2 (1 - c) above the face, c = upwinding sign(v).
inline void flux_upwind_row(double v, double upwinding, const FaceStencil& s, grid::Index n,
                            double* __restrict flux) {
  const double* __restrict low = s.u1, * __restrict high = s.u0;
  const double c = std::copysign(upwinding, v), a = 0.5 * v * (1 + c), b = 0.5 * v * (1 - c);
#pragma GCC ivdep
  for (grid::Index k = 0; k < n; ++k) flux[k] = a * low[k] + b * high[k];
}

inline void flux_upwind_row(const double* __restrict v, double upwinding, const FaceStencil& s, grid::Index n,
                            double* __restrict flux) {
  const double* __restrict low = s.u1, * __restrict high = s.u0;
#pragma GCC ivdep
  for (grid::Index k = 0; k < n; ++k) {
    const double speed = upwinding * std::abs(v[k]);
    flux[k] = 0.5 * ((v[k] + speed) * low[k] + (v[k] - speed) * high[k]);
  }
}

/// WENO3 from the side that the face's own velocity comes from.
inline void flux_weno3_row(double v, const Weno3Face& face, const FaceStencil& s, grid::Index n,
                           double* __restrict flux) {
  if (v == 0) {
    std::fill(flux, flux + n, 0.0);
    return;
  }
  const double* __restrict far = v > 0 ? s.u2 : s.u_1, * __restrict near = v > 0 ? s.u1 : s.u0, * __restrict across = v > 0 ? s.u0 : s.u1;
  const Weno3Side side = v > 0 ? face.left : face.right;
#pragma GCC ivdep
  for (grid::Index k = 0; k < n; ++k)
    flux[k] = flux_weno3_one_way(v * far[k], v * near[k], v * across[k], side);
}

/// The same with a velocity on each face. `weights(k)` gives the face's weights.
template <class Weights>
void flux_weno3_row(const double* __restrict v, const Weights& weights, const FaceStencil& s, grid::Index n,
                    double* __restrict flux) {
  const double* __restrict u2 = s.u2, * __restrict u1 = s.u1, * __restrict u0 = s.u0, * __restrict u_1 = s.u_1;
#pragma GCC ivdep
  for (grid::Index k = 0; k < n; ++k) {
    const Weno3Face& face = weights(k);
    const bool right = v[k] > 0;
    const Weno3Side side{right ? face.left.back : face.right.back, right ? face.left.ahead : face.right.ahead,
                         right ? face.left.outer : face.right.outer,
                         right ? face.left.inner : face.right.inner,
                         right ? face.left.epsilon : face.right.epsilon};
    flux[k] = flux_weno3_one_way(v[k] * (right ? u2[k] : u_1[k]), v[k] * (right ? u1[k] : u0[k]),
                                 v[k] * (right ? u0[k] : u1[k]), side);
  }
}

/// Cells i-3 ... i+2 around the face between i-1 and i.
struct WideStencil {
  const double *u3, *u2, *u1, *u0, *u_1, *u_2;
};

/// Velocity of a face, and what makes the flux of point values fourth-order accurate where the velocity g
/// (times the metric factor) varies: F = g B + low B_{i-1} + high B_i, the terms of -h^2/24 (g'' B + 2 g' B')
/// that the face value of B alone leaves out.
struct FaceVelocity {
  double v, low, high;
};

/// WENO5-Z from the side that the face's own velocity comes from.
inline void flux_weno5_row(const FaceVelocity& face, const WideStencil& s, grid::Index n,
                           double* __restrict flux) {
  const bool right = face.v >= 0;
  const double* __restrict far2 = right ? s.u3 : s.u_2, * __restrict far1 = right ? s.u2 : s.u_1, * __restrict near = right ? s.u1 : s.u0, * __restrict across1 = right ? s.u0 : s.u1, * __restrict across2 = right ? s.u_1 : s.u2;
  const double v = face.v, a = right ? face.low : face.high, b = right ? face.high : face.low;
#pragma GCC ivdep
  for (grid::Index k = 0; k < n; ++k)
    flux[k] =
        v * face_weno5(far2[k], far1[k], near[k], across1[k], across2[k]) + (a * near[k] + b * across1[k]);
}

/// The same with a velocity on each face.
inline void flux_weno5_row(const double* __restrict v, const WideStencil& s, grid::Index n,
                           double* __restrict flux) {
  const double* __restrict u3 = s.u3, * __restrict u2 = s.u2, * __restrict u1 = s.u1, * __restrict u0 = s.u0, * __restrict u_1 = s.u_1, * __restrict u_2 = s.u_2;
#pragma GCC ivdep
  for (grid::Index k = 0; k < n; ++k) {
    const bool right = v[k] > 0;
    flux[k] = v[k] * face_weno5(right ? u3[k] : u_2[k], right ? u2[k] : u_1[k], right ? u1[k] : u0[k],
                                right ? u0[k] : u1[k], right ? u_1[k] : u2[k]);
  }
}

/// Attenuation: the smaller factor of the two cells that share the face.
inline void attenuate_row(const double* __restrict low, const double* __restrict high, grid::Index n,
                          double* __restrict flux) {
#pragma GCC ivdep
  for (grid::Index k = 0; k < n; ++k) flux[k] *= low[k] < high[k] ? low[k] : high[k];
}

/// WENO3 of the split products u (v +- alpha) / 2.
inline void flux_weno3_split_row(const SplitFace& m, const Weno3Face& face, const FaceStencil& s,
                                 grid::Index n, double* __restrict flux) {
  const double* __restrict u2 = s.u2, * __restrict u1 = s.u1, * __restrict u0 = s.u0, * __restrict u_1 = s.u_1;
  const Weno3Face weights = face;
  const SplitFace f = m;
#pragma GCC ivdep
  for (grid::Index k = 0; k < n; ++k)
    flux[k] = flux_weno3(f.r2 * u2[k], f.r1 * u1[k], f.r0 * u0[k], f.l1 * u_1[k], f.l0 * u0[k], f.l_1 * u1[k],
                         weights);
}

template <class Weights>
void flux_weno3_split_row(const SplitRow& m, const Weights& weights, const FaceStencil& s, grid::Index n,
                          double* __restrict flux) {
#pragma GCC ivdep
  for (grid::Index k = 0; k < n; ++k)
    flux[k] = flux_weno3(m.r2[k] * s.u2[k], m.r1[k] * s.u1[k], m.r0[k] * s.u0[k], m.l1[k] * s.u_1[k],
                         m.l0[k] * s.u0[k], m.l_1[k] * s.u1[k], weights(k));
}

}  // namespace sluice::numerics
