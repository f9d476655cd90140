// A surrogate: declared once in the case file by name, checked against its weights and the solver, called
// under guard from whatever seat it has.
#pragma once
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "surrogate/guard.hpp"
#include "surrogate/network.hpp"
#include "surrogate/weights.hpp"

namespace sluice::surrogate {

/// Of a surrogate that is trained in the run.
struct Learning {
  bool active = false;
  double loss = std::numeric_limits<double>::quiet_NaN();  ///< Of the last batch.
  double validation = std::numeric_limits<double>::quiet_NaN();
  std::int64_t version = 0;   ///< How often weights were published.
  double gradient_steps = 0;  ///< At every occasion, as things are.
};

class Surrogate {
 public:
  /// `committee`: the further members; AgreedError unless they have the first's fields.
  Surrogate(std::string name, Declaration declaration, Weights weights, std::vector<Weights> committee = {});
  ~Surrogate();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const Weights& weights() const { return weights_; }
  [[nodiscard]] const std::vector<Channel>& inputs() const { return weights_.inputs; }
  [[nodiscard]] const std::vector<Channel>& outputs() const { return weights_.outputs; }

  /// Makes it ready for fields of this decomposition and calls it once on zeros, so that the first call of
  /// the run costs what every call costs. AgreedError if it does not fit. Collective.
  void bind(const grid::Grid& grid, const grid::LayoutPtr& layout);
  /// Which outputs the solver declares to have an integral of 0; after `bind`.
  void declare_conserved(const std::vector<bool>& by_the_solver);
  /// `call` would give `off`: it was switched off, or it is untrained and nothing was published yet.
  [[nodiscard]] bool is_off() const {
    const bool waits = learning.active && learning.version == 0 && declaration_.weights.empty();
    return waits || counters()[GuardCounters::off] != 0;
  }
  /// One guarded call. After `accepted` and `limited` the `results` hold what may be used; after `refused`
  /// and `off` the caller goes the classical way. Collective.
  [[nodiscard]] Verdict call(std::span<const ChannelView> inputs, const GuardedCall& seat);
  /// Changes what the network says before the guard of `call` sees it (actions about a policy's means);
  /// empty: nothing does.
  std::function<void(std::span<const ChannelView> inputs, std::span<grid::RealField> results)> explore{};
  /// The same without a trace in counters and log, for who only looks, and without `explore`. Collective.
  [[nodiscard]] Verdict try_out(std::span<const ChannelView> inputs, const GuardedCall& seat);
  /// The seat cannot use what the last call gave, which had been accepted or limited: it counts as refused.
  void overrule(const std::string& reason);
  /// With GuardedCall::part_of_step: all calls of a step were good.
  void step_stands() { guard_->counters[GuardCounters::in_a_row] = 0; }
  /// The case bounds what may be added to budgets.
  [[nodiscard]] bool bounds_growth() const { return declaration_.guard.growth.has_value(); }
  [[nodiscard]] std::span<grid::RealField> results() { return results_; }
  /// Of a committee: variance of what its members said in the last call, a field an output; else empty.
  [[nodiscard]] std::span<const grid::RealField> variances() const { return variances_; }
  /// AgreedError "where: ..." of a committee: what it is made of are files.
  void check_can_learn(const std::string& where) const;

  /// New weights of the same shapes and their normalisation, from the next call on; what the case says about
  /// bounds stays. Collective once it is bound.
  void publish(Weights weights);
  /// The same with these values of all tensors; if it was switched off it is on again, for it may do better
  /// now.
  void take(std::span<const double> values);
  Learning learning;
  [[nodiscard]] const GuardCounters& counters() const { return guard_ ? guard_->counters : counters_; }
  /// "surrogate relax: 100 calls, 98 accepted, 2 refused (2 not finite)"
  [[nodiscard]] std::string summary() const;

  // What a checkpoint keeps; `restored` after they were filled again.
  std::vector<double> saved_weights, saved_statistics, saved_learning;
  std::string saved_script;     ///< Hash of the TorchScript module.
  std::string saved_committee;  ///< Hash of the committee's further members; empty without them.
  std::vector<std::int64_t> saved_counters;
  void save();
  void restored();

 private:
  std::string name_;
  Declaration declaration_;
  Weights weights_;
  std::vector<Weights> committee_;
  std::unique_ptr<Network> network_;
  std::vector<std::unique_ptr<Network>> committee_networks_;
  std::optional<Guard> guard_;
  GuardCounters counters_;  // until it is bound
  grid::LayoutPtr layout_;
  std::vector<grid::RealField> results_, variances_, one_;
  grid::Grid grid_;
  std::vector<bool> conserved_;

  void take_bounds_of_case();
  void make();
  void predict(std::span<const ChannelView> inputs);
  [[nodiscard]] std::string committee_hash() const;
  void report_refusal();
};

}  // namespace sluice::surrogate
