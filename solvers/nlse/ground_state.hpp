// Ground states: imaginary time as preconditioned conjugate gradients on the states of given mass. Antoine,
// Levitt and Tang, J. Comput. Phys. 343 (2017) 92, algorithm 2, with the combined preconditioner (eq. (22)).
#pragma once
#include "nlse/integrator.hpp"
#include "nlse/rates.hpp"

namespace sluice::solvers::nlse {

class GroundState final : public Integrator {
 public:
  explicit GroundState(const Tools& tools);
  /// One iteration, for which the clock goes on by `time.dt`. Once the residual is met nothing is done any
  /// more, and the clock goes all the way at once.
  run::StepResult advance(Components& psi, double t, double dt_max) override;
  void state(run::State& state) override;
  [[nodiscard]] std::vector<run::Quantity> diagnostics() const override;
  [[nodiscard]] std::string summary() const override;
  [[nodiscard]] std::int64_t transforms() const override;
  [[nodiscard]] grid::ComplexField& modes() override { return modes_; }
  [[nodiscard]] bool finished() const {
    return residual_ >= 0 && residual_ < tools_.parameters->time.residual;
  }

 private:
  /// to = H psi. Collective.
  void hamiltonian(Components& psi, double t, Components& to);
  /// to = w (shift + k^2/2)^-1 w from, w = (1 + (V - f)/shift)^-1/2 where V > f, else 1: both parts of H are
  /// tamed (P_C of eq. (22)).
  void precondition(double shift, const Components& from, Components& to);
  void set_weights(double shift, Components& psi, double t);
  /// Residual of psi and what it is preconditioned to; the new direction.
  void new_direction(Components& psi, double t);
  /// The angle along the direction at which the energy is least, by one secant of its slope. Collective.
  void search(Components& psi, double t);
  void move(double angle, const Components& psi, Components& to) const;
  [[nodiscard]] double product(const Components& a, const Components& b) const;
  [[nodiscard]] double product(const grid::ComplexField& a, const grid::ComplexField& b) const;

  Tools tools_;
  Rates rates_;
  std::vector<double> squared_;
  grid::ComplexField modes_;
  Components direction_, descent_;            ///< State: conjugate direction, preconditioned residual.
  Components image_, residue_, trial_;        ///< H psi, H psi - mu psi, psi moved.
  std::vector<std::vector<double>> weights_;  ///< w of every component.
  std::vector<double> norm_, turn_;           ///< Of each component: ||psi||, ||direction|| / ||psi||.
  bool image_known_ = false;                  ///< image_ is H of the present psi.
  double residual_ = -1, slope_ = 0, angle_ = 0.1;
  std::int64_t iterations_ = 0;
};

/// Relaxes psi at constant mass of each component until `initial.relax.residual` is met, in the trap of
/// `initial.relax.frequency`. AgreedError if it is not met. Collective.
void relax_to_ground_state(const Tools& tools, Components& psi);

}  // namespace sluice::solvers::nlse
