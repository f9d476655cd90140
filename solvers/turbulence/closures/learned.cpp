// One of the case's surrogates as closure: an eddy viscosity (tau = -2 nu S) or the subgrid tendency of the
// vorticity itself, from fields of the resolved flow, under guard. In steps that the guard refuses, and after
// it has switched the surrogate off, a classical closure stands in.
#include <fmt/format.h>

#include <algorithm>

#include "run/surrogates.hpp"
#include "turbulence/closures/closure.hpp"
#include "turbulence/closures/resolved.hpp"

namespace sluice::solvers::turbulence {
namespace {

constexpr const char* viscosity_name = "eddy_viscosity";
constexpr const char* tendency_name = "subgrid_tendency";

class Learned final : public Closure {
 public:
  Learned(const ClosureParameters& parameters, Space& space, surrogate::Surrogate& surrogate)
      : space_(&space),
        surrogate_(&surrogate),
        resolved_(space),
        every_(parameters.every_steps),
        output_({surrogate.outputs().front().field, "1", "of the closure"}, space.transform().physical()),
        modes_(space.make_modes("modes")),
        gradients_(space) {
    check(parameters.use);
    ClosureParameters classical = parameters;
    classical.type = parameters.fallback;
    classical_ = make_closure(classical, space, nullptr);
    surrogate_->bind(resolved_.grid(), space.transform().physical());
    surrogate_->declare_conserved({!is_viscosity()});  // the tendency is a divergence
  }

  void begin_step(const ComplexField& w, std::int64_t step) override {
    step_ = step;
    refused_ = false;
    if (every_ > 0 && step % every_ == 0) {
      held_is_good_ = ask(w, false) ? 1 : 0;
      if (held_is_good_ != 0) surrogate_->step_stands();
    }
  }
  [[nodiscard]] bool may_refuse() const override { return every_ == 0 && !surrogate_->is_off(); }
  [[nodiscard]] bool step_stands() override {
    if (!refused_ && step_ != classical_step_) surrogate_->step_stands();
    return !refused_;
  }
  void fall_back() override { classical_step_ = step_; }
  void look(bool only) override { looking_ = only; }

  [[nodiscard]] bool has_stress() const override { return true; }
  void add_stress(const ComplexField& w, RealField& p, RealField& q) override {
    uses_output_ = usable(w);
    if (!uses_output_) {
      classical_->add_stress(w, p, q);
    } else if (is_viscosity()) {
      gradients_.strain(w);
      add_eddy_stress(gradients_, 1, p, q);
    }
  }
  /// Always after `add_stress` of the same modes.
  void add_tendency(const ComplexField& w, ComplexField& n) override {
    if (!uses_output_) return classical_->add_tendency(w, n);
    if (is_viscosity()) return;
    space_->each_mode([&](Index at, double, double, double) { n.data()[at] += modes_.data()[at]; });
  }

  [[nodiscard]] std::vector<run::Quantity> quantities() const override {
    if (!is_viscosity()) return {};
    const double mean = mean_of(*space_, gradients_.size, [](double nu) { return nu; });
    return {{.name = "learned_eddy_viscosity", .unit = "1", .value = uses_output_ ? mean : 0.0}};
  }
  void state(run::State& state) override {
    classical_->state(state);
    if (every_ == 0) return;
    state.field(output_);
    state.integer("closure_held", held_is_good_);
  }
  void restored() override {
    classical_->restored();
    if (every_ > 0) spread();
  }

 private:
  [[nodiscard]] bool is_viscosity() const { return output_.info().name == viscosity_name; }

  void check(const std::string& name) const {
    const std::string where = "closure.use: " + name;
    if (surrogate_->outputs().size() != 1 || (!is_viscosity() && output_.info().name != tendency_name))
      throw base::InputError(fmt::format("{}: its outputs are {}; the closure wants one, '{}' or '{}'", where,
                                         names(surrogate_->outputs()), viscosity_name, tendency_name));
    for (const auto* list : {&surrogate_->inputs(), &surrogate_->outputs()})
      for (const surrogate::Channel& channel : *list)
        if (channel.unit != "1")
          throw base::InputError(
              fmt::format("{}: '{}' is in [{}]; the solver's is in [1]", where, channel.field, channel.unit));
    for (const surrogate::Channel& channel : surrogate_->inputs()) resolved_.check(where, channel.field);
  }
  static std::string names(const std::vector<surrogate::Channel>& channels) {
    std::string text;
    for (const surrogate::Channel& channel : channels)
      text += (text.empty() ? "'" : ", '") + channel.field + "'";
    return text;
  }

  /// True if the surrogate's output stands for these modes.
  bool usable(const ComplexField& w) {
    if (every_ > 0) return held_is_good_ != 0;
    if (refused_ || step_ == classical_step_) return looking_ && ask(w, true);
    const bool good = ask(w, looking_);
    if (!good && !looking_ && !surrogate_->is_off()) refused_ = true;
    return good;
  }

  /// One guarded call. Collective.
  bool ask(const ComplexField& w, bool only_looking) {
    if (surrogate_->is_off()) return false;
    const auto inputs = resolved_.views(w, surrogate_->inputs());
    std::vector<surrogate::Budget> budgets;
    if (surrogate_->bounds_growth()) budgets = resolved_.budgets(w, is_viscosity());
    const surrogate::GuardedCall seat{.budgets = budgets, .part_of_step = true};
    const auto verdict = only_looking ? surrogate_->try_out(inputs, seat) : surrogate_->call(inputs, seat);
    if (verdict == surrogate::Verdict::refused) {
      if (!only_looking && surrogate_->is_off()) refused_ = every_ == 0;
      return false;
    }
    std::fill(output_.span().begin(), output_.span().end(), 0.0);
    grid::add(surrogate_->results().front().erased(), output_);
    spread();
    return true;
  }

  /// The output to where it is used: the modes, or the grid of the products.
  void spread() {
    if (is_viscosity() && space_->dealiasing() != Dealiasing::padded) {
      std::copy_n(output_.data(), output_.layout().allocated_size(), gradients_.size.data());
      return;
    }
    space_->transform().forward(output_, modes_);
    if (!is_viscosity()) return;
    space_->clear_rest(modes_);
    space_->to_products(modes_, gradients_.size);
  }

  Space* space_;
  surrogate::Surrogate* surrogate_;
  Resolved resolved_;
  std::unique_ptr<Closure> classical_;
  std::int64_t every_, step_ = 0;
  std::int64_t classical_step_ = -1;  ///< Is done without the surrogate.
  std::int64_t held_is_good_ = 0;
  bool refused_ = false, looking_ = false, uses_output_ = false;
  RealField output_;  ///< On the solver's grid.
  ComplexField modes_;
  Gradients gradients_;
};

}  // namespace

std::unique_ptr<Closure> make_learned(const ClosureParameters& parameters, Space& space,
                                      run::Surrogates* surrogates) {
  if (surrogates == nullptr) throw base::InputError("closure.type: surrogate needs the case's `surrogates:`");
  return std::make_unique<Learned>(parameters, space, surrogates->get("closure.use", parameters.use));
}

}  // namespace sluice::solvers::turbulence
