// Exponential time differencing of order 4: Cox and Matthews, J. Comput. Phys. 176 (2002) 430, eqs.
// (26)-(29); coefficients without cancellation as in Kassam and Trefethen, SIAM J. Sci. Comput. 26 (2005)
// 1214, here by their Taylor series where the argument is small.
#pragma once
#include "nlse/integrator.hpp"
#include "nlse/rates.hpp"
#include "numerics/stepping.hpp"

namespace sluice::solvers::nlse {

/// phi_n(i y) = sum over j of (i y)^j / (j + n)!, n = 1, 2, 3.
[[nodiscard]] std::array<std::complex<double>, 3> phi_functions(double y);

class Etdrk4 final : public Integrator {
 public:
  explicit Etdrk4(const Tools& tools);
  run::StepResult advance(Components& psi, double t, double dt_max) override;
  void state(run::State& state) override;
  [[nodiscard]] std::string summary() const override;
  [[nodiscard]] std::int64_t transforms() const override;
  [[nodiscard]] grid::ComplexField& modes() override { return stage_[0]; }

 private:
  using Numbers = std::vector<std::complex<double>>;
  void make_tables(double dt);
  /// rate = modes of N at the state with these modes (destroyed). Collective.
  void rate_at(Components& modes, double t, Components& rate);
  void rate_of(Components& psi, double t, Components& rate);

  Tools tools_;
  Rates rates_;
  ModeFactors mask_, filter_;
  std::vector<double> squared_;                                       ///< |k|^2 of the owned modes.
  Numbers half_, half_less_one_, whole_less_one_, q_, f1_, f2_, f3_;  ///< Factors of the owned modes.
  Components start_, stage_, rate_start_, rate_a_, rate_b_;           ///< Modes.
  Components space_, rate_;                                           ///< In space.
  numerics::EqualSteps equal_;
  double table_dt_ = 0;
  std::int64_t steps_ = 0;
};

}  // namespace sluice::solvers::nlse
