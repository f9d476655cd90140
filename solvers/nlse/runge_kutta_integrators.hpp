// Runge-Kutta methods in the interaction picture with equal steps, and with steps by their own error.
#pragma once
#include "nlse/runge_kutta.hpp"
#include "nlse/self_paced.hpp"
#include "numerics/stepping.hpp"

namespace sluice::solvers::nlse {

class FixedRungeKutta final : public Integrator {
 public:
  FixedRungeKutta(const Tools& tools, Tableau tableau);
  run::StepResult advance(Components& psi, double t, double dt_max) override;
  void state(run::State& state) override;
  [[nodiscard]] std::string summary() const override;
  [[nodiscard]] std::int64_t transforms() const override;
  [[nodiscard]] grid::ComplexField& modes() override { return method_.modes(); }

 private:
  [[nodiscard]] std::int64_t evaluations() const;

  Tools tools_;
  InteractionSteps method_;
  numerics::EqualSteps equal_;
  std::int64_t steps_ = 0;
};

/// Required times within a step are met by the interpolant of the method.
class AdaptiveRungeKutta final : public SelfPaced {
 public:
  AdaptiveRungeKutta(const Tools& tools, Tableau tableau);
  void state(run::State& state) override;
  [[nodiscard]] std::string summary() const override;
  [[nodiscard]] std::int64_t transforms() const override;
  [[nodiscard]] grid::ComplexField& modes() override { return method_.modes(); }

 protected:
  double attempt(double t, double length) override;
  void finish(Components& psi) override;
  void interpolate(double part, Components& psi) override;

 private:
  [[nodiscard]] std::int64_t evaluations() const;

  InteractionSteps method_;
  std::int64_t interpolated_ = 0;       ///< Steps with an interpolant,
  std::int64_t last_interpolated_ = 0;  ///< the last of them.
};

}  // namespace sluice::solvers::nlse
