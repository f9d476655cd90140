#include "surrogate/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"

namespace sluice::surrogate {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

}  // namespace

Guard::Guard(const GuardParameters& parameters, const Weights& weights, const grid::Grid& grid,
             const grid::LayoutPtr& layout)
    : parameters_(parameters), outputs_(weights.outputs), inspection_(parameters, weights, grid, layout) {
  conserved_.assign(outputs_.size(), false);
  for (const std::string& name : parameters.conserve) {
    if (name == declared_laws) continue;  // the seat's, by `declare_conserved`
    const auto found = std::ranges::find(outputs_, name, &Channel::field);
    if (found == outputs_.end()) {
      std::string known;
      for (const Channel& channel : outputs_) known += (known.empty() ? "" : ", ") + channel.field;
      throw base::AgreedError("guard.conserve: '" + name +
                              "' is not an output of the surrogate; it has: " + known);
    }
    conserved_[static_cast<std::size_t>(found - outputs_.begin())] = true;
  }
}

void Guard::declare_conserved(const std::vector<bool>& by_the_solver) {
  if (std::ranges::find(parameters_.conserve, declared_laws) == parameters_.conserve.end()) return;
  for (std::size_t o = 0; o < outputs_.size(); ++o) conserved_[o] = conserved_[o] || by_the_solver[o];
}

/// Why the call is to be refused; empty if it is not. What is not finite has been refused before.
std::string Guard::complaint(const Findings& sums) {
  if (sums.outside > parameters_.outside * sums.points) {
    ++counters[GuardCounters::outside];
    return fmt::format(
        "the inputs of {:.0f} of {:.0f} points lie outside the training data (allowed: {:.4g} of them)",
        sums.outside, sums.points, parameters_.outside);
  }
  if (sums.beyond > 0) {
    ++counters[GuardCounters::out_of_bounds];
    if (parameters_.bounds == "refuse")
      return fmt::format("{:.0f} output values lie beyond their bounds", sums.beyond);
  }
  for (std::size_t o = 0; parameters_.disagreement && o < outputs_.size(); ++o) {
    const Findings::Output& output = sums.outputs[o];
    if (output.spread <= *parameters_.disagreement * *parameters_.disagreement * output.size) continue;
    ++counters[GuardCounters::disagreement];
    return fmt::format("the members of the committee differ by {:.3g} of '{}' (allowed: {:.3g})",
                       std::sqrt(output.spread / output.size), outputs_[o].field, *parameters_.disagreement);
  }
  for (std::size_t o = 0; o < outputs_.size(); ++o) {
    if (!conserved_[o] || sums.outputs[o].modulus == 0) continue;
    last_defect_ = std::abs(sums.outputs[o].integral) / sums.outputs[o].modulus;
    if (parameters_.defect && last_defect_ > *parameters_.defect) {
      ++counters[GuardCounters::defect];
      return fmt::format("the integral of '{}' is {:.3g} of that of its modulus (allowed: {:.3g})",
                         outputs_[o].field, last_defect_, *parameters_.defect);
    }
  }
  return {};
}

void Guard::limit(std::span<grid::RealField> outputs) const {
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const double low = outputs_[o].lower.value_or(-infinite), high = outputs_[o].upper.value_or(infinite);
    for (double& value : outputs[o].span()) value = std::clamp(value, low, high);
  }
}

/// Bayesian update with a conservation law (Hansen et al., ICML 2023, ProbConserv, equation 8 in the limit of
/// an exact law g.mu = 0): mu <- mu - S g (g.S g)^-1 g.mu, g the cells' volumes, S the variances, 1 where
/// there are none.
void Guard::project(std::span<grid::RealField> outputs, const Findings& sums,
                    std::span<const grid::RealField> variances) const {
  for (std::size_t o = 0; o < outputs.size(); ++o)
    if (conserved_[o] && sums.outputs[o].integral != 0)
      inspection_.subtract_volumes(outputs[o], sums.outputs[o].integral / sums.outputs[o].weight_norm,
                                   variances.empty() || !sums.outputs[o].varies ? nullptr : &variances[o]);
}

/// Scales outputs down so that neither the squares of the fields that they are added to nor a budget grow
/// faster than allowed; true if some were.
bool Guard::limit_growth(std::span<grid::RealField> outputs, const Findings& sums, const GuardedCall& call) {
  if (!parameters_.growth) return false;
  std::vector<double> scale(outputs.size(), 1.0);
  for (std::size_t o = 0; o < call.fields.size(); ++o) {
    // Scaled by s <= 1 the sum of squares changes by s b + s^2 a, b = g.2 u d, a = g.d^2 >= 0, which is at
    // most s (b + a) = s work.
    const double allowed = *parameters_.growth * call.dt * sums.outputs[o].square;
    if (sums.outputs[o].work > allowed) scale[o] = std::max(0.0, allowed / sums.outputs[o].work);
  }
  for (std::size_t b = 0; b < call.budgets.size(); ++b) {
    const double allowed = *parameters_.growth * call.budgets[b].content;
    if (sums.rates[b] <= allowed) continue;
    for (double& s : scale) s = std::min(s, std::max(0.0, allowed / sums.rates[b]));
    reason_ = fmt::format("it would add to the {} at the rate {:.3g} (allowed: {:.3g})", call.budgets[b].name,
                          sums.rates[b], allowed);
  }
  bool limited = false;
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    if (scale[o] == 1.0) continue;
    for (double& value : outputs[o].span()) value *= scale[o];
    limited = true;
  }
  if (limited) ++counters[GuardCounters::growth];
  return limited;
}

Verdict Guard::refuse(const std::string& reason) {
  reason_ = reason;
  ++counters[GuardCounters::refused];
  ++counters[GuardCounters::in_a_row];
  if (parameters_.policy == "stop") throw base::AgreedError("the call was refused: " + reason);
  if (parameters_.budget > 0 && counters[GuardCounters::in_a_row] >= parameters_.budget)
    counters[GuardCounters::off] = 1;
  return Verdict::refused;
}

Verdict Guard::judge(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs,
                     const GuardedCall& call, std::span<const grid::RealField> variances) {
  ++counters[GuardCounters::calls];
  const bool conserves = std::ranges::find(conserved_, true) != conserved_.end();
  const GuardedCall seen = parameters_.growth ? call : GuardedCall{};
  Findings sums = inspection_.look(inputs, outputs, seen, conserves, variances);
  if (sums.not_finite > 0) {
    ++counters[GuardCounters::not_finite];
    return refuse("it gives NaN or Inf");
  }
  if (const std::string reason = complaint(sums); !reason.empty()) {
    if (parameters_.policy != "warn") return refuse(reason);
    reason_ = reason;
  }
  const bool bounded = sums.beyond > 0 && parameters_.bounds == "limit";
  if (bounded) {
    limit(outputs);
    sums = inspection_.look({}, outputs, seen, conserves, variances);
  }
  if (conserves) {
    project(outputs, sums, variances);
    if (parameters_.growth) sums = inspection_.look({}, outputs, seen, false);
  }
  const bool slowed = limit_growth(outputs, sums, seen);
  if (!call.part_of_step) counters[GuardCounters::in_a_row] = 0;
  last_ = bounded || slowed ? GuardCounters::limited : GuardCounters::accepted;
  ++counters[last_];
  return bounded || slowed ? Verdict::limited : Verdict::accepted;
}

void Guard::overrule(const std::string& reason) {
  --counters[last_];
  ++counters[GuardCounters::by_seat];
  static_cast<void>(refuse(reason));
}

Verdict Guard::try_out(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs,
                       const GuardedCall& call, std::span<const grid::RealField> variances) {
  const GuardCounters kept = counters;
  const std::string policy = parameters_.policy, reason = reason_;
  if (policy == "stop") parameters_.policy = "fallback";
  const Verdict verdict = judge(inputs, outputs, call, variances);
  parameters_.policy = policy;
  counters = kept;
  reason_ = reason;
  return verdict;
}

}  // namespace sluice::surrogate
