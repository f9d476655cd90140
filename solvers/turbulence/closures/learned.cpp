// One of the case's surrogates as closure: an eddy viscosity (tau = -2 nu S), a diffusivity of the vorticity
// as factor in Leith's scaling, div(factor Delta^3 <|grad w|> grad w), or the subgrid tendency of the
// vorticity itself, from fields of the resolved flow, under guard. The factor may have a second part, times a
// pattern of strain and rotation. Every point is asked, or a few agents (agents.hpp). In steps that the guard
// refuses, and after it has switched the surrogate off, a classical closure stands in.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "run/surrogates.hpp"
#include "turbulence/closures/agents.hpp"
#include "turbulence/closures/closure.hpp"
#include "turbulence/closures/resolved.hpp"

namespace sluice::solvers::turbulence {
namespace {

constexpr const char* viscosity_name = "eddy_viscosity";
constexpr const char* tendency_name = "subgrid_tendency";
constexpr const char* diffusivity_name = "leith_factor";
constexpr const char* pattern_name = "okubo_weiss_factor";

class Learned final : public Closure {
 public:
  Learned(const ClosureParameters& parameters, Space& space, surrogate::Surrogate& surrogate)
      : space_(&space),
        surrogate_(&surrogate),
        resolved_(space),
        every_(parameters.every_steps),
        output_({surrogate.outputs().front().field, "1", "of the closure"}, space.transform().physical()),
        modes_(space.make_modes("modes")),
        gradients_(space),
        by_(kind_of(output_.info().name)),
        width_(filter_width(parameters, space)) {
    check(parameters.use, !parameters.agents.empty());
    ClosureParameters classical = parameters;
    classical.type = parameters.fallback;
    classical_ = make_closure(classical, space, nullptr);
    patterned_ = surrogate.outputs().size() == 2;
    if (!parameters.agents.empty()) agents_.emplace(space, parameters.agents);
    if (agents_)
      surrogate_->bind(agents_->grid(), agents_->layout());
    else
      surrogate_->bind(resolved_.grid(), space.transform().physical());
    surrogate_->declare_conserved(
        std::vector<bool>(surrogate.outputs().size(), by_ == By::tendency));  // a divergence
    if (by_ == By::diffusivity) part_ = space.make_modes("part");
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

  [[nodiscard]] std::optional<Diffusivity> diffusivity(const ComplexField& w) override {
    uses_output_ = usable(w);
    if (!uses_output_ || by_ != By::diffusivity) return std::nullopt;
    return Diffusivity{.values = &gradients_.size, .modes = &modes_};
  }
  [[nodiscard]] bool has_stress() const override {
    return uses_output_ ? by_ == By::viscosity : classical_->has_stress();
  }
  void add_stress(const ComplexField& w, RealField& p, RealField& q) override {
    if (!uses_output_) {
      classical_->add_stress(w, p, q);
    } else {
      gradients_.strain(w);
      add_eddy_stress(gradients_, 1, p, q);
    }
  }
  void add_tendency(const ComplexField& w, ComplexField& n) override {
    if (!uses_output_) return classical_->add_tendency(w, n);
    if (by_ == By::viscosity) return;
    space_->each_mode([&](Index at, double, double, double) { n.data()[at] += modes_.data()[at]; });
  }

  [[nodiscard]] std::vector<run::Quantity> quantities() const override {
    if (by_ == By::tendency) return {};
    base::CompensatedSum sum;
    each_row(output_.layout(), [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) sum.add(output_.data()[i]);
    });
    const double mean = space_->communicator().sum(sum.value()) / space_->points();
    return {{.name = by_ == By::viscosity ? "learned_eddy_viscosity" : "learned_diffusivity",
             .unit = "1",
             .value = uses_output_ ? mean : 0.0}};
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
  using By = Resolved::By;
  [[nodiscard]] static By kind_of(const std::string& output) {
    return output == viscosity_name     ? By::viscosity
           : output == diffusivity_name ? By::diffusivity
                                        : By::tendency;
  }

  void check(const std::string& name, bool with_agents) const {
    const std::string where = "closure.use: " + name;
    const auto& outputs = surrogate_->outputs();
    const bool pair = outputs.size() == 2 && by_ == By::diffusivity && outputs.back().field == pattern_name;
    if ((outputs.size() != 1 && !pair) || (by_ == By::tendency && output_.info().name != tendency_name))
      throw base::InputError(fmt::format(
          "{}: its outputs are {}; the closure wants one, '{}', '{}' or '{}', or '{}' with '{}'", where,
          names(outputs), viscosity_name, diffusivity_name, tendency_name, diffusivity_name, pattern_name));
    if (by_ == By::tendency && with_agents)
      throw base::InputError(fmt::format("{}: agents give coefficients, not '{}'", where, tendency_name));
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
    resolved_.look_at(w);
    auto inputs = resolved_.views(surrogate_->inputs());
    const RealField* pattern = patterned_ ? &resolved_.pattern() : nullptr;
    std::vector<surrogate::Budget> budgets;
    const double unit = by_ == By::diffusivity ? width_ * width_ * width_ * resolved_.mean_gradient() : 1.0;
    if (surrogate_->bounds_growth()) budgets = resolved_.budgets(by_, unit, patterned_);
    std::vector<std::vector<RealField>> seen;
    if (agents_) {
      inputs = gathered(inputs, seen);
      for (surrogate::Budget& budget : budgets) budget.weights = gathered(budget.weights, seen);
    }
    const surrogate::GuardedCall seat{.budgets = budgets, .part_of_step = true};
    const auto verdict = only_looking ? surrogate_->try_out(inputs, seat) : surrogate_->call(inputs, seat);
    if (verdict == surrogate::Verdict::refused) {
      if (!only_looking && surrogate_->is_off()) refused_ = every_ == 0;
      return false;
    }
    take(0, output_);
    if (pattern != nullptr) {
      RealField part(output_.info(), output_.layout_pointer());
      take(1, part);
      each_row(output_.layout(), [&](Index first, Index count) {
        for (Index i = first; i < first + count; ++i)
          output_.data()[i] += part.data()[i] * pattern->data()[i];
      });
    }
    if (unit != 1)
      for (double& value : output_.span()) value *= unit;
    spread();
    return true;
  }

  /// What the agents see of these fields; `kept` holds it.
  std::vector<surrogate::ChannelView> gathered(const std::vector<surrogate::ChannelView>& fields,
                                               std::vector<std::vector<RealField>>& kept) const {
    kept.push_back(agents_->gather(fields));
    std::vector<surrogate::ChannelView> views;
    for (const RealField& one : kept.back())
      views.push_back({.data = one.data(), .layout = one.layout_pointer()});
    return views;
  }

  /// The which-th result, on the solver's grid.
  void take(std::size_t which, RealField& values) {
    const RealField& result = surrogate_->results()[which];
    if (agents_) return agents_->spread(result, values);
    std::fill(values.span().begin(), values.span().end(), 0.0);
    grid::add(surrogate_->results()[which].erased(), values);
  }

  /// The output to where it is used: the modes, the grid of the products, or both.
  void spread() {
    if (by_ == By::viscosity && space_->dealiasing() != Dealiasing::padded) {
      std::copy_n(output_.data(), output_.layout().allocated_size(), gradients_.size.data());
      return;
    }
    space_->transform().forward(output_, modes_);
    if (by_ == By::tendency) return;
    ComplexField& destroyed = by_ == By::diffusivity ? part_ : modes_;
    make_modes(*space_, modes_, destroyed, [](double, double, Complex z) { return z; });
    space_->to_products(destroyed, gradients_.size);
  }

  Space* space_;
  surrogate::Surrogate* surrogate_;
  Resolved resolved_;
  std::optional<Agents> agents_;
  bool patterned_ = false;
  std::unique_ptr<Closure> classical_;
  std::int64_t every_, step_ = 0;
  std::int64_t classical_step_ = -1;  ///< Is done without the surrogate.
  std::int64_t held_is_good_ = 0;
  bool refused_ = false, looking_ = false, uses_output_ = false;
  RealField output_;  ///< On the solver's grid.
  ComplexField modes_;
  Gradients gradients_;  ///< Their size is the eddy viscosity or the diffusivity.
  By by_;
  double width_;
  ComplexField part_;  ///< Of a diffusivity.
};

}  // namespace

std::unique_ptr<Closure> make_learned(const ClosureParameters& parameters, Space& space,
                                      run::Surrogates* surrogates) {
  if (surrogates == nullptr) throw base::InputError("closure.type: surrogate needs the case's `surrogates:`");
  return std::make_unique<Learned>(parameters, space, surrogates->get("closure.use", parameters.use));
}

}  // namespace sluice::solvers::turbulence
