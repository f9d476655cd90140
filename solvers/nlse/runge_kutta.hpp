// Runge-Kutta methods in the interaction picture: the kinetic part is solved exactly, what is left is not
// stiff (Hult, J. Lightwave Technol. 25 (2007) 3770; Caradoc-Davies, thesis, Otago 2000). Among the modes,
// v(t) = E(t) w(t), E = exp(-i k^2 t/2), w' = E(-t) N(E(t) w).
#pragma once
#include <span>

#include "nlse/integrator.hpp"
#include "nlse/rates.hpp"

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

/// One step at a time of a method: its stages, its end, its error, what lies between.
class InteractionSteps {
 public:
  InteractionSteps(const Tools& tools, Tableau tableau);
  /// Stages of the step from psi at t. Collective.
  void begin(const Components& psi, double t, double dt);
  /// psi at the start of the step to psi at its end. Collective.
  void finish(Components& psi);
  /// psi at `part` of the step, by the interpolant. Collective.
  void interpolate(double part, Components& psi);
  /// Estimate for the step, 2-norm of the modes. Collective.
  [[nodiscard]] double error();

  [[nodiscard]] const Tableau& tableau() const { return tableau_; }
  [[nodiscard]] std::int64_t dense_stages() const {
    return static_cast<std::int64_t>(tableau_.dense_c.size()) + 1;
  }
  /// With so many steps and evaluations of the rate.
  [[nodiscard]] std::int64_t transforms(std::int64_t steps, std::int64_t evaluations) const;
  /// Modes of psi at the start of the step.
  [[nodiscard]] const Components& start() const { return start_; }
  [[nodiscard]] grid::ComplexField& modes() { return work_[0]; }

 private:
  void make_tables(double dt);
  void add_table(double c, double dt);
  /// Stage s: rate at start_ + dt sum of row[j] stages_[j], j < s, at t + c dt. Collective.
  void stage(std::size_t s, std::span<const double> row, double c);
  void make_dense_stages();
  void rate_in_modes(Components& psi, double t, Components& to);

  Tools tools_;
  Tableau tableau_;
  Rates rates_;
  ModeFactors mask_, filter_;
  std::vector<Components> stages_;  ///< E(-c dt) N of every stage, modes.
  Components start_, work_;         ///< Modes.
  Components space_, rate_;         ///< In space.
  double t_ = 0, dt_ = 0;           ///< Of the step.
  double table_dt_ = 0;
  std::vector<DriftTable> forth_, back_;  ///< E(c dt), E(-c dt).
  DriftTable whole_, change_;             ///< E(dt), E(dt) - 1.
  bool dense_known_ = false;
};

}  // namespace sluice::solvers::nlse
