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
  [[nodiscard]] Layers streamfunctions(double k2, Complex q1, Complex q2) const {
    if (k2 == 0) return {};
    const double scale = -1 / (k2 * (k2 + f1 + f2));
    return {scale * ((k2 + f2) * q1 + f1 * q2), scale * (f2 * q1 + (k2 + f1) * q2)};
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
