// A surrogate as corrector: what it predicts from the solver's outputs is added to them between steps, under
// guard.
#include "hooks/hooks.hpp"
#include "run/surrogate_change.hpp"
#include "run/surrogates.hpp"

namespace sluice::hooks {

namespace {

struct CorrectorParameters {
  std::string use, outputs_are = "tendency";
};

class SurrogateCorrector : public run::Corrector {
 public:
  SurrogateCorrector(const CorrectorParameters& parameters, const run::HookContext& context)
      : rates_(parameters.outputs_are == "tendency"),
        last_time_(context.resume_time),
        change_("hook surrogate: use: " + parameters.use,
                context.surrogates->get("hook surrogate: use", parameters.use), *context.solver,
                rates_ ? context.solver->time_unit() : "1") {}

  std::vector<run::Increment> correct(const run::Look& look) override {
    const double dt = look.moment.time - last_time_;
    last_time_ = look.moment.time;
    return change_.call(look.solver->grid(), *look.outputs, rates_ ? dt : 1.0, dt);
  }

  void state(run::State& state) override {
    Corrector::state(state);
    state.real("last_time", last_time_);
  }

 private:
  bool rates_;
  double last_time_;
  run::SurrogateChange change_;
};

class SurrogateCase : public run::HookCase {
 public:
  void declare(base::Parameters& parameters) override {
    parameters.text("use", parameters_.use,
                    {.help = "name of the surrogate under `surrogates:`", .required = true});
    parameters.choice("outputs_are", parameters_.outputs_are,
                      {{"tendency", "rates: multiplied with the time since the last call, then added"},
                       {"increment", "added as they are at every call"}},
                      {.help = "what the surrogate's outputs mean"});
    schedule_.declare(parameters, false, time_unit);
  }
  [[nodiscard]] std::unique_ptr<run::Hook> build(const run::HookContext& context) const override {
    auto hook = std::make_unique<SurrogateCorrector>(parameters_, context);
    hook->schedule = schedule_;
    return hook;
  }

 private:
  CorrectorParameters parameters_;
  run::Schedule schedule_;
};

}  // namespace

std::unique_ptr<run::HookCase> make_surrogate() { return std::make_unique<SurrogateCase>(); }

}  // namespace sluice::hooks
