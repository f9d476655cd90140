// Looks whether space and time are resolved, so that an under-resolved run is never silent.
#pragma once
#include "nlse/measures.hpp"

namespace sluice::solvers::nlse {

class Monitor {
 public:
  explicit Monitor(const Scene& scene) : scene_(scene) {}
  /// Warns about periodic images that overlap: of localized states whose form is known, and of whatever psi
  /// is in a trap. Collective.
  void look_at_start(const Components& psi) const;
  /// Warns about a spectrum that does not fall off and about phases that turn too far in a step of length dt;
  /// StateError above `space.tail_stop`. Warnings repeat when what they name has doubled. Collective.
  void look(Components& psi, double t, double dt, grid::ComplexField& modes);

 private:
  /// Largest |psi| at the ends of the trap's axes, in parts of its peak. Collective.
  [[nodiscard]] double part_at_ends(const Components& psi) const;
  void look_at_tail(Components& psi, double t, grid::ComplexField& modes);
  void look_at_phase(Components& psi, double t, double dt);
  Scene scene_;
  double tail_told_ = 0, phase_told_ = 0;
};

/// sqrt of the part of the mass in modes above 2/3 of the highest along some axis. `modes` is overwritten.
/// Collective.
[[nodiscard]] double spectral_tail(const Scene& scene, Components& psi, grid::ComplexField& modes);

}  // namespace sluice::solvers::nlse
