// Runge-Kutta methods in the interaction picture: the kinetic part is solved exactly, what is left is not
// stiff (Hult, J. Lightwave Technol. 25 (2007) 3770; Caradoc-Davies, thesis, Otago 2000). Among the modes,
// v(t) = E(t) w(t), E = exp(-i k^2 t/2), w' = E(-t) N(E(t) w).
//
// The adaptive method takes its own steps, whatever times are asked for: of a step that goes beyond a
// required time psi is given there by the interpolant, and the rest of the step is kept.
#pragma once
#include <optional>
#include <span>

#include "nlse/integrator.hpp"
#include "nlse/rates.hpp"
#include "nlse/step_control.hpp"
#include "numerics/stepping.hpp"

namespace sluice::solvers::nlse {

struct Tableau {
  std::string name;
  int order = 4;
  std::vector<double> c, b;
  std::vector<std::vector<double>> a;
  std::vector<double> error3, error5;  ///< Of DOP853; empty: fixed steps.
  // Interpolant of order 7: the stage at the end of the step and three more.
  std::vector<double> dense_c{};
  std::vector<std::vector<double>> dense_a{}, dense_d{};
};
[[nodiscard]] Tableau classical_tableau();
[[nodiscard]] Tableau dop853_tableau();

class InteractionRungeKutta final : public Integrator {
 public:
  InteractionRungeKutta(const Tools& tools, Tableau tableau);
  run::StepResult advance(Components& psi, double t, double dt_max) override;
  void state(run::State& state) override;
  void restored() override { known_ = false; }
  void changed() override { ahead_ = 0; }
  [[nodiscard]] std::string summary() const override;
  [[nodiscard]] std::int64_t transforms() const override;
  [[nodiscard]] grid::ComplexField& modes() override { return work_[0]; }

 private:
  run::StepResult advance_fixed(Components& psi, double t, double dt_max);
  /// Takes a step of the controller's length from psi at t; psi stays where it is.
  void begin_step(const Components& psi, double t);
  void finish_step(Components& psi);
  /// psi at `part` of the step that has begun.
  void interpolate(double part, Components& psi);
  void make_tables(double dt);
  void add_table(double c, double dt);
  /// Stage s: rate at start_ + dt sum of row[j] stages_[j], j < s, at t + c_s dt. Collective.
  void stage(std::size_t s, std::span<const double> row, double t, double dt);
  void stages(Components& psi, double t, double dt);
  void dense_stages();
  /// Of the last step tried, in units of the tolerance. Collective.
  [[nodiscard]] double error(double dt);
  /// psi at the start of a step to psi at its end. start_ is overwritten.
  void accept(Components& psi, double dt);
  void rate_in_modes(Components& psi, double t, Components& to);

  Tools tools_;
  Tableau tableau_;
  Rates rates_;
  ModeFactors mask_, filter_;
  std::vector<Components> stages_;  ///< E(-c dt) N of every stage, modes.
  Components start_, work_;         ///< Modes.
  Components space_, rate_;         ///< In space.
  double table_dt_ = 0;
  std::vector<DriftTable> forth_, back_;  ///< E(c dt), E(-c dt).
  DriftTable whole_, change_;             ///< E(dt), E(dt) - 1.
  numerics::EqualSteps equal_;
  std::optional<StepControl> control_;
  std::int64_t steps_ = 0, evaluations_ = 0;

  // The step that has begun, of the adaptive method.
  Components begin_;  ///< psi at its start, in space.
  double begin_time_ = 0, length_ = 0;
  double reached_ = 0;      ///< End of the step before.
  std::int64_t ahead_ = 0;  ///< 1: its end has not been handed out yet.
  bool known_ = false;      ///< stages_ and start_ are those of this step (else they are made again).
  bool dense_known_ = false;
};

}  // namespace sluice::solvers::nlse
