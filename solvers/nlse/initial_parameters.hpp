// Parameters of the initial states.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/parameters.hpp"

namespace sluice::solvers::nlse {

/// a sech(a sqrt(g) (x - x0 - v t)) exp(i [v x + (g a^2 - v^2) t/2 + phase])
struct Soliton {
  double amplitude = 1, position = 0, velocity = 0, phase = 0;
  std::vector<double> share{1};  ///< Of the components; scaled to a unit vector.
  void declare(base::Parameters& parameters);
};

/// Factor cos(theta) tanh(c cos(theta) (x - x0)) + i sin(theta), sin(theta) = velocity / c, c = A sqrt(-g).
struct DarkSoliton {
  double position = 0, velocity = 0;
  void declare(base::Parameters& parameters);
};

/// Exact breathers on a plane wave, at time `time` before or after their peak at t = 0, x = centre.
struct Breather {
  std::string kind = "akhmediev";
  double a = 0.25, amplitude = 1, time = -4, centre = 0;
  void declare(base::Parameters& parameters);
};

/// (amplitude + perturbation cos(q x)) exp(i [k x + phase]), k and q given by whole numbers of waves in the
/// box.
struct PlaneWave {
  double amplitude = 1, phase = 0, perturbation = 0;
  bool eigenmode = false;  ///< The perturbation is the growing eigenvector of the linear theory.
  std::vector<std::int64_t> waves{0}, perturbation_waves{1};
  void declare(base::Parameters& parameters);
};

/// amplitude exp(-sum (x - centre)^2 / (2 width^2)) exp(i [velocity x + phase])
struct Gaussian {
  double amplitude = 1, phase = 0;
  std::vector<double> width{1}, centre{0}, velocity{0};
  void declare(base::Parameters& parameters);
};

/// A phase winding of `charge` turns with a hole of radius `core`.
struct Vortex {
  double x = 0, y = 0, core = 1;
  std::int64_t charge = 1;
  void declare(base::Parameters& parameters);
};

struct InitialParameters {
  std::string type = "solitons";
  std::vector<Soliton> solitons{Soliton{}};
  std::vector<DarkSoliton> dark_solitons{DarkSoliton{.position = -10}, DarkSoliton{.position = 10}};
  double background = 1;
  Breather breather;
  PlaneWave plane_wave;
  Gaussian gaussian;
  double chemical_potential = 1;
  std::vector<std::string> real, imaginary;
  std::string file;
  std::vector<double> share{1};
  std::vector<Vortex> vortices;
  std::string phase;                     ///< Formula: psi *= exp(i phase).
  double noise = 0;                      ///< Standard deviation of what is added to real and imaginary part.
  std::optional<double> mass;            ///< psi is scaled to it.
  std::optional<double> relax_residual;  ///< psi is relaxed to the ground state.
  std::vector<double> relax_frequency;   ///< Of the trap in which it is; none: equation.frequency.
  void declare(base::Parameters& parameters);
};

}  // namespace sluice::solvers::nlse
