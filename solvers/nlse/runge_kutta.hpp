// Runge-Kutta methods in the interaction picture: the kinetic part is solved exactly, what is left is not
// stiff (Hult, J. Lightwave Technol. 25 (2007) 3770; Caradoc-Davies, thesis, Otago 2000). Among the modes,
// v(t) = E(t) w(t), E = exp(-i k^2 t/2), w' = E(-t) N(E(t) w).
#pragma once
#include <optional>

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
};
[[nodiscard]] Tableau classical_tableau();
[[nodiscard]] Tableau dop853_tableau();

class InteractionRungeKutta final : public Integrator {
 public:
  InteractionRungeKutta(const Tools& tools, Tableau tableau);
  run::StepResult advance(Components& psi, double t, double dt_max) override;
  void state(run::State& state) override;
  [[nodiscard]] std::string summary() const override;
  [[nodiscard]] std::int64_t transforms() const override;
  [[nodiscard]] grid::ComplexField& modes() override { return work_[0]; }

 private:
  void make_tables(double dt);
  void stages(Components& psi, double t, double dt);
  /// Of the last step tried, in units of the tolerance. Collective.
  [[nodiscard]] double error(double dt);
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
};

}  // namespace sluice::solvers::nlse
