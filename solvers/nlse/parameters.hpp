// Parameters of the nlse solver. Everything is dimensionless; lists have one value an axis, or one for all
// axes.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "grid/grid.hpp"
#include "numerics/spectral/fourier.hpp"

namespace sluice::solvers::nlse {

/// a sech(a sqrt(g) (x - x0 - v t)) exp(i [v x + (g a^2 - v^2) t/2 + phase])
struct Soliton {
  double amplitude = 1, position = 0, velocity = 0, phase = 0;
  void declare(base::Parameters& parameters);
};

/// (amplitude + perturbation cos(q x)) exp(i [k x + phase]), k and q given by whole numbers of waves in the
/// box.
struct PlaneWave {
  double amplitude = 1, phase = 0, perturbation = 0;
  std::vector<std::int64_t> waves{0}, perturbation_waves{1};
  void declare(base::Parameters& parameters);
};

/// amplitude exp(-sum (x - centre)^2 / (2 width^2)) exp(i [velocity x + phase])
struct Gaussian {
  double amplitude = 1, phase = 0;
  std::vector<double> width{1}, centre{0}, velocity{0};
  void declare(base::Parameters& parameters);
};

struct NlseParameters {
  std::vector<std::int64_t> points{512};
  std::vector<double> lower{-25}, upper{25};
  double g = 1;
  std::string potential = "none";
  std::vector<double> frequency{1}, centre{0};
  std::string integrator = "srkn6b";
  double dt = 1e-3;
  bool increment_form = true;
  std::string initial = "solitons";
  std::vector<Soliton> solitons{Soliton{}};
  PlaneWave plane_wave;
  Gaussian gaussian;
  std::string file;
  std::string planning = "measured";

  void declare(base::Parameters& parameters);
  /// InputError for combinations that no single bound can refuse.
  void validate(const base::Parameters& parameters) const;

  [[nodiscard]] int dimensions() const { return static_cast<int>(points.size()); }
  [[nodiscard]] grid::Grid make_grid() const;
  [[nodiscard]] numerics::FourierSpec fourier_spec() const;
};

/// The value of an axis: a list of one stands for all axes.
template <class T>
[[nodiscard]] T of_axis(const std::vector<T>& values, std::size_t axis) {
  return values.size() == 1 ? values.front() : values[axis];
}

}  // namespace sluice::solvers::nlse
