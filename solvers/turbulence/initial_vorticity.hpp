// Initial states of the vorticity equation.
#pragma once
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "base/random.hpp"
#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

struct InitialVorticity {
  std::string type = "random";
  double amplitude = 1;                   ///< taylor_green, rossby_wave
  std::vector<std::int64_t> waves{1, 1};  ///< taylor_green, rossby_wave
  double radius = 0.5, speed = 1;         ///< lamb_dipole
  double peak = 10, energy = 0.5;         ///< random
  std::string file;                       ///< file
  base::RandomKey key{};
  std::uint64_t start = 0;  ///< random: which of many.

  void declare(base::Parameters& parameters);
  void validate(const base::Parameters& parameters) const;
  /// Collective.
  void fill(Space& space, ComplexField& w) const;
  /// True if every mode only follows its own linear term from it: then the solution is known.
  [[nodiscard]] bool is_exact() const { return type == "taylor_green" || type == "rossby_wave"; }

 private:
  void fill_waves(const Space& space, ComplexField& w) const;
  void fill_random(const Space& space, ComplexField& w) const;
  void fill_values(Space& space, ComplexField& w) const;
  void fill_from_file(Space& space, ComplexField& w) const;
};

}  // namespace sluice::solvers::turbulence
