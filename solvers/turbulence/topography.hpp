// What the bottom adds to the potential vorticity: eta = f0 h/H, h the height of the bottom over its mean and
// H the depth of the fluid layer on it.
#pragma once
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

struct TopographyParameters {
  std::string type = "none";
  double amplitude = 0;
  std::vector<std::int64_t> waves{1, 0};
  std::string file;
  void declare(base::Parameters& parameters);
  [[nodiscard]] bool active() const { return type != "none"; }
};

/// Modes of eta, unnormalised, without its mean. Collective.
[[nodiscard]] ComplexField make_topography(const TopographyParameters& parameters, Space& space);

}  // namespace sluice::solvers::turbulence
