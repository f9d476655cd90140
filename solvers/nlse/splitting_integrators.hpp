// Splittings with equal steps, and with steps by Richardson's error estimate.
#pragma once
#include "nlse/integrator.hpp"
#include "nlse/self_paced.hpp"
#include "nlse/split_step.hpp"
#include "numerics/stepping.hpp"

namespace sluice::solvers::nlse {

class FixedSplitting final : public Integrator {
 public:
  FixedSplitting(const Tools& tools, Splitting splitting);
  run::StepResult advance(Components& psi, double t, double dt_max) override;
  void state(run::State& state) override;
  [[nodiscard]] std::string summary() const override;
  [[nodiscard]] std::int64_t transforms() const override;
  [[nodiscard]] grid::ComplexField& modes() override { return split_step_.modes(); }

 private:
  Tools tools_;
  SplitStep split_step_;
  numerics::EqualSteps equal_;
  std::int64_t steps_ = 0;
};

/// A step is taken whole and in two halves; what the halves give is kept, and the difference over 2^order - 1
/// is its error (Richardson; Hairer, Norsett and Wanner, section II.4). Half again the work of equal steps of
/// the same length. A required time within the step is met by two shorter steps from its start, whose error
/// is smaller: 2/3 of the work of a step.
class AdaptiveSplitting final : public SelfPaced {
 public:
  AdaptiveSplitting(const Tools& tools, const Splitting& splitting);
  void state(run::State& state) override;
  [[nodiscard]] std::string summary() const override;
  [[nodiscard]] std::int64_t transforms() const override;
  [[nodiscard]] grid::ComplexField& modes() override { return whole_step_.modes(); }

 protected:
  double attempt(double t, double length) override;
  void finish(Components& psi) override;
  void interpolate(double part, Components& psi) override;

 private:
  Tools tools_;
  SplitStep whole_step_, half_step_;  ///< Two, so that tables of both lengths stay.
  Components end_, whole_;            ///< psi at the end of the step, by halves and by the whole.
  std::int64_t landings_ = 0;
};

}  // namespace sluice::solvers::nlse
