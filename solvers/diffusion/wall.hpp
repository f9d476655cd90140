// Flux through a bounded side: a point function.
#pragma once
#include "diffusion/conductivity.hpp"

namespace sluice::solvers::diffusion {

/// What is given on a side at one point. Neumann: flux k du/dn = g. Else: a u + b du/dn = g (Dirichlet: a =
/// 1, b = 0).
struct WallCondition {
  bool flux = false;
  double a = 1, b = 0, g = 0;
};

struct WallFlux {
  double flux = 0;        ///< Heat into the box per area and time.
  double derivative = 0;  ///< By u of the cell at the wall.
};

/// With u_w at the wall and u in the centre of a cell of width h, du/dn = (u_w - u) / (h/2); the condition
/// gives u_w.
[[nodiscard]] inline WallFlux wall_flux(const WallCondition& wall, const Conductivity& conductivity, double k,
                                        double h, double u) {
  if (wall.flux) return {wall.g, 0};
  const double per_distance = 2 / h, sum = wall.a + wall.b * per_distance;
  const double u_wall = (wall.g + wall.b * per_distance * u) / sum, u_wall_by_u = wall.b * per_distance / sum;
  const double slope = per_distance * (wall.g - wall.a * u) / sum, slope_by_u = -per_distance * wall.a / sum;
  const double response = conductivity.response(u_wall);
  return {k * response * slope,
          k * (response * slope_by_u + conductivity.response_derivative(u_wall) * u_wall_by_u * slope)};
}

}  // namespace sluice::solvers::diffusion
