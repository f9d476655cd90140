// Closures of the layered models: what the grid does not resolve of the potential vorticity's equations.
#pragma once
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "turbulence/plane.hpp"

namespace sluice::solvers::turbulence {

/// Stream functions of two layers.
struct LayerFlow {
  using Layers = std::array<Complex, 2>;
  double f1, f2;                 ///< Couplings of the layers [1/length^2].
  std::array<double, 2> weight;  ///< Parts of the depth.
  /// Of one layer, from the potential vorticities of it and of the other one.
  [[nodiscard]] Complex streamfunction(std::size_t layer, double k2, Complex own, Complex other) const {
    const double f_own = layer == 0 ? f1 : f2, f_other = layer == 0 ? f2 : f1;
    const double scale = (k2 > 0 ? -1.0 : 0.0) / (k2 > 0 ? k2 * (k2 + f1 + f2) : 1.0);  // without a branch
    return times(scale * (k2 + f_other), own) + times(scale * f_own, other);
  }
  [[nodiscard]] Layers streamfunctions(double k2, Complex q1, Complex q2) const {
    return {streamfunction(0, k2, q1, q2), streamfunction(1, k2, q2, q1)};
  }
};

struct LayerClosureParameters {
  std::string type = "none";
  double coefficient = 0.15, backscatter = 1.2;
  void declare(base::Parameters& parameters);
};

class LayerClosure {
 public:
  virtual ~LayerClosure() = default;
  /// n += tendencies of the potential vorticities, from the relative vorticities zeta = lap psi. Collective.
  virtual void add_tendency(const Modes& zeta, Modes& n) = 0;
};

/// Null for type none. Collective.
[[nodiscard]] std::unique_ptr<LayerClosure> make_layer_closure(const LayerClosureParameters& parameters,
                                                               const LayerFlow& flow, Space& space);

}  // namespace sluice::solvers::turbulence
