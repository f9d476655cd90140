// Parameters of the nlse solver. Everything is dimensionless; lists have one value an axis (or component), or
// one for all.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "grid/grid.hpp"
#include "nlse/initial_parameters.hpp"
#include "numerics/spectral/fourier.hpp"

namespace sluice::solvers::nlse {

/// The value of an axis: a list of one stands for all axes.
template <class T>
[[nodiscard]] T of_axis(const std::vector<T>& values, std::size_t axis) {
  return values.size() == 1 ? values.front() : values[axis];
}

struct EquationParameters {
  std::int64_t components = 1;
  std::string nonlinearity = "cubic";
  std::vector<double> g{1};  ///< One for all pairs, or components^2, row by row.
  double quintic = 0, saturation = 1;
  std::string f;
  std::string potential = "none";
  std::vector<double> frequency{1}, centre{0};
  std::vector<double> lattice_depth{0}, lattice_wavenumber{1};
  std::string potential_file;
  std::vector<std::string> v;
  double loss = 0, loss_two_body = 0, loss_three_body = 0;
  double absorber_width = 0, absorber_strength = 0;
  double rotation = 0, rabi = 0;
  std::string nonlocal = "none";
  double nonlocal_strength = 0, nonlocal_range = 1;
  std::vector<double> dipole_axis{0, 0, 1};
  void declare(base::Parameters& parameters);

  /// Strength of the pair (a, b).
  [[nodiscard]] double pair(std::size_t a, std::size_t b) const {
    return g.size() == 1 ? g.front() : g[a * static_cast<std::size_t>(components) + b];
  }
  [[nodiscard]] bool has_loss() const;
  [[nodiscard]] bool has_potential() const;
  [[nodiscard]] bool changes_in_time() const;  ///< The potential contains t.
};

struct NoiseParameters {
  std::string type = "none";
  double amplitude = 0, length = 0, time = 0;
  void declare(base::Parameters& parameters);
};

struct TimeParameters {
  std::string integrator = "default";
  double dt = 1e-3;
  bool increment_form = true;
  bool adaptive = false;
  double tolerance = 1e-8;
  double residual = 1e-10;
  void declare(base::Parameters& parameters);
};

struct SpaceParameters {
  std::string dealiasing = "none";
  double filter_order = 36, filter_strength = 36;
  double tail_warning = 1e-3;
  double tail_stop = 0;  ///< 0: never.
  std::int64_t check_every = 100;
  void declare(base::Parameters& parameters);
};

/// A place where the density goes to the history.
struct Probe {
  std::vector<double> at{0};  ///< A coordinate along each axis.
  void declare(base::Parameters& parameters);
};

struct NlseParameters {
  std::vector<std::int64_t> points{512};
  std::vector<double> lower{-25}, upper{25};
  EquationParameters equation;
  NoiseParameters noise;
  TimeParameters time;
  SpaceParameters space;
  InitialParameters initial;
  bool entropies = false, angular_momentum = false, vortices = false;
  std::vector<Probe> probes;
  std::string planning = "measured";

  void declare(base::Parameters& parameters);
  /// InputError for combinations that no single bound can refuse.
  void validate(const base::Parameters& parameters) const;

  [[nodiscard]] int dimensions() const { return static_cast<int>(points.size()); }
  [[nodiscard]] std::size_t components() const { return static_cast<std::size_t>(equation.components); }
  /// What "default" stands for with this equation.
  [[nodiscard]] std::string integrator() const;
  [[nodiscard]] bool wants_angular_momentum() const {
    return dimensions() > 1 && (angular_momentum || equation.rotation != 0);
  }
  [[nodiscard]] grid::Grid make_grid() const;
  [[nodiscard]] numerics::FourierSpec fourier_spec() const;
};

/// Variables of formulas in space and time: those of the axes there are, and t.
[[nodiscard]] std::vector<std::string> space_time_variables(int dimensions);
/// "psi" of one component, else "psi1", "psi2", ...
[[nodiscard]] std::string component_name(const std::string& base, std::size_t component,
                                         std::size_t components);

}  // namespace sluice::solvers::nlse
