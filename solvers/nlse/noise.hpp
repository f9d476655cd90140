// Random force between steps. Its numbers depend on seed, member, component, place and step alone, so they
// are the same on any number of ranks.
#pragma once
#include "base/random.hpp"
#include "nlse/integrator.hpp"

namespace sluice::solvers::nlse {

class Noise {
 public:
  /// All of `tools` must outlive this.
  Noise(const Tools& tools, std::uint64_t seed, std::uint32_t member);
  /// What the noise does to psi in the step of length dt with this number. Collective.
  void act(Components& psi, std::int64_t step, double dt, grid::ComplexField& modes);
  /// The Ornstein-Uhlenbeck process; nothing for white noise.
  void state(run::State& state);

 private:
  /// force_ = independent numbers of variance 1/volume, with the spectrum of the noise. Collective.
  void draw(std::size_t component, std::int64_t step, grid::ComplexField& modes);
  void remember(std::size_t component, std::int64_t step, double dt, grid::ComplexField& modes);

  Tools tools_;
  NoiseParameters parameters_;
  std::uint64_t seed_;
  std::uint32_t member_;
  double volume_ = 1;         ///< Of a cell.
  grid::ComplexField force_;  ///< Of this step.
  Components memory_;         ///< State with a correlation time.
};

}  // namespace sluice::solvers::nlse
