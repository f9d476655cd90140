// Integrators that choose their steps by their errors take them whatever times are asked for: of a step that
// goes beyond a required time psi is given there from within the step, and the rest of the step is kept. So
// observers change no bit.
#pragma once
#include "nlse/integrator.hpp"
#include "nlse/step_control.hpp"

namespace sluice::solvers::nlse {

class SelfPaced : public Integrator {
 public:
  /// `order` of the error of a step in its length.
  SelfPaced(const Tools& tools, int order);
  run::StepResult advance(Components& psi, double t, double dt_max) override;
  void state(run::State& state) override;
  void restored() override { known_ = false; }
  void changed() override { ahead_ = 0; }

 protected:
  /// Tries a step from begin(). Returns its error in units of the tolerance. Collective.
  virtual double attempt(double t, double length) = 0;
  /// psi at the end of the step that was tried last. Collective.
  virtual void finish(Components& psi) = 0;
  /// psi at `part` of the step that was tried last. Collective.
  virtual void interpolate(double part, Components& psi) = 0;

  [[nodiscard]] Components& begin() { return begin_; }
  [[nodiscard]] double begin_time() const { return begin_time_; }
  [[nodiscard]] double length() const { return length_; }
  [[nodiscard]] std::int64_t rejected() const { return control_.rejected(); }
  [[nodiscard]] std::int64_t steps() const { return steps_; }
  /// An error of `psi` (or of its modes, with that norm) in units of the tolerance. Collective.
  [[nodiscard]] double in_tolerances(double error, const Components& psi) const;

 private:
  void begin_step(const Components& psi, double t);
  void finish_step(Components& psi);

  Tools tools_;
  StepControl control_;
  Components begin_;  ///< psi at the start of the step that has begun, in space.
  double begin_time_ = 0, length_ = 0;
  double reached_ = 0;      ///< End of the step before.
  std::int64_t ahead_ = 0;  ///< 1: the end of the step has not been handed out yet.
  std::int64_t steps_ = 0;
  bool known_ = false;  ///< What attempt() has found is there (else it is asked again).
};

}  // namespace sluice::solvers::nlse
