// What a case file can say about a diffusion run.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "grid/grid.hpp"

namespace sluice::solvers::diffusion {

struct UnitParameters {
  std::string u = "1", length = "1", time = "1", heat = "1";
  void declare(base::Parameters& parameters);
};

struct GridParameters {
  std::vector<std::int64_t> points{64, 64};
  std::vector<double> lower{0.0}, upper{1.0};  ///< One number stands for all axes.
  void declare(base::Parameters& parameters);
};

/// One side of the box.
struct SideParameters {
  std::string type = "dirichlet";
  double value = 0;     ///< dirichlet: u; neumann: heat flux into the box; robin: g
  double a = 1, b = 1;  ///< robin: a u + b du/dn = g
  void declare(base::Parameters& parameters);
  bool operator==(const SideParameters&) const = default;
};

/// k(x, u) = k0 * form(x) * (1 + slope * u^exponent)
struct ConductivityParameters {
  std::string form = "constant";
  double value = 1;                        ///< k0
  std::int64_t axis = 0;                   ///< layered: normal of the layers
  std::vector<double> interfaces{0.5};     ///< layered: where they meet
  std::vector<double> factors{1.0, 10.0};  ///< layered: of each layer
  double amplitude = 0.5;                  ///< sine
  std::vector<std::int64_t> modes{1};      ///< sine: full waves along each axis
  double slope = 0;
  std::int64_t exponent = 1;
  void declare(base::Parameters& parameters);
};

/// A bump amplitude * exp(-|x - centre|^2 / (2 width^2)), or a constant.
struct ShapeParameters {
  std::string type;
  double value = 0;
  std::vector<double> centre{0.5};
  double width = 0.1;
  void declare(base::Parameters& parameters, const std::string& what, bool may_be_exact);
};

struct ExactParameters {
  std::string type = "none";
  double amplitude = 1, offset = 0;
  std::vector<double> modes{1.0};   ///< half waves along each axis
  std::vector<double> phases{0.0};  ///< [rad]
  std::optional<double> decay;      ///< unset: free decay, no source needed
  double left = 1, right = 0;       ///< kirchhoff: values at the ends of the x axis
  void declare(base::Parameters& parameters);
};

struct TimeParameters {
  std::string scheme = "crank_nicolson";
  double dt = 0.01;                  ///< fixed steps
  std::optional<double> dt_initial;  ///< adaptive; unset: the time of diffusion across a cell
  double error_relative = 1e-4, error_absolute = 1e-6;
  void declare(base::Parameters& parameters);
};

struct SolveParameters {
  std::string preconditioner = "multigrid";
  double tolerance = 1e-10;
  std::int64_t maximum_iterations = 500;
  std::string use;           ///< A surrogate that is asked before the preconditioner; empty: none.
  double contraction = 0.8;  ///< What its corrections may leave of a residual.
  std::string pairs = "none";
  void declare(base::Parameters& parameters);
};

struct DiffusionParameters {
  UnitParameters units;
  GridParameters grid;
  double capacity = 1;
  std::array<std::array<SideParameters, 2>, 3> sides;  ///< [axis][lower, upper]
  ConductivityParameters conductivity;
  ShapeParameters source{.type = "none"};
  ShapeParameters initial{.type = "constant"};
  ExactParameters exact;
  TimeParameters time;
  SolveParameters solve;

  void declare(base::Parameters& parameters);
  /// InputError for what no single bound can refuse.
  void validate(const base::Parameters& parameters) const;
  [[nodiscard]] int dimensions() const { return static_cast<int>(grid.points.size()); }
  [[nodiscard]] bool periodic(std::size_t axis) const { return sides[axis][0].type == "periodic"; }
  [[nodiscard]] bool linear() const { return conductivity.slope == 0; }
  [[nodiscard]] bool stationary() const { return time.scheme == "stationary"; }
  [[nodiscard]] bool adaptive() const { return time.scheme == "adaptive"; }
  [[nodiscard]] bool floating() const;  ///< No side fixes u: a steady state is known up to a constant only.
  [[nodiscard]] grid::Grid make_grid() const;
};

/// The value for an axis of a list that may hold one number for all axes.
template <class T>
[[nodiscard]] T along(const std::vector<T>& values, std::size_t axis) {
  return values.size() == 1 ? values[0] : values[axis];
}

}  // namespace sluice::solvers::diffusion
