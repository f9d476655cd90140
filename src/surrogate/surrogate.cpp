#include "surrogate/surrogate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/timer.hpp"

namespace sluice::surrogate {

namespace {

Precision precision_of(const std::string& name) {
  return name == "double" ? Precision::real : Precision::single;
}

}  // namespace

Surrogate::Surrogate(std::string name, Declaration declaration, Weights weights,
                     std::vector<Weights> committee)
    : name_(std::move(name)),
      declaration_(std::move(declaration)),
      weights_(std::move(weights)),
      committee_(std::move(committee)) {
  for (std::size_t m = 0; m < committee_.size(); ++m)
    check_member(name_, weights_, committee_[m], declaration_.committee[m].weights);
  take_bounds_of_case();
}

/// What the case says about a channel goes before what the file says.
void Surrogate::take_bounds_of_case() {
  const auto take = [](const std::vector<Channel>& declared, std::vector<Channel>& held) {
    for (std::size_t c = 0; c < declared.size() && c < held.size(); ++c) {
      if (declared[c].lower) held[c].lower = declared[c].lower;
      if (declared[c].upper) held[c].upper = declared[c].upper;
    }
  };
  take(declaration_.inputs, weights_.inputs);
  take(declaration_.outputs, weights_.outputs);
}

Surrogate::~Surrogate() = default;

void Surrogate::bind(const grid::Grid& grid, const grid::LayoutPtr& layout) {
  if (layout_ && layout_->same_decomposition(*layout)) return;
  if (layout_)
    throw base::AgreedError(
        fmt::format("surrogates.{}: is used on two decompositions; declare it twice", name_));
  try {
    layout_ = bare_layout(*layout);
    grid_ = grid;
    make();
  } catch (const base::AgreedError& error) {
    throw base::AgreedError(fmt::format("surrogates.{}: {}", name_, error.what()));
  }
  for (const Channel& channel : weights_.outputs)
    for (std::vector<grid::RealField>* fields : {&results_, &variances_, &one_})
      if (fields == &results_ || !committee_.empty())
        fields->emplace_back(grid::FieldInfo{.name = channel.field, .unit = channel.unit, .long_name = ""},
                             layout_);
  const grid::RealField zeros({.name = "zeros", .unit = "1", .long_name = ""}, layout_);
  const std::vector<ChannelView> nothing(weights_.inputs.size(), {.data = zeros.data(), .layout = layout_});
  predict(nothing);
}

void Surrogate::declare_conserved(const std::vector<bool>& by_the_solver) {
  conserved_ = by_the_solver;
  guard_->declare_conserved(by_the_solver);
}

/// Network and guard of the weights. Collective.
void Surrogate::make() {
  const GuardCounters kept = counters();
  network_ = make_network(weights_, layout_, precision_of(declaration_.precision));
  committee_networks_.clear();
  for (const Weights& member : committee_)
    committee_networks_.push_back(make_network(member, layout_, precision_of(declaration_.precision)));
  guard_.emplace(declaration_.guard, weights_, grid_, layout_);
  guard_->counters = kept;
  if (!conserved_.empty()) guard_->declare_conserved(conserved_);
}

/// Results and, of a committee, their mean and variance as they come (Welford, Technometrics 4 (1962) 419).
void Surrogate::predict(std::span<const ChannelView> inputs) {
  network_->evaluate(inputs, results_);
  for (grid::RealField& variance : variances_) std::ranges::fill(variance.span(), 0.0);
  double members = 1;
  for (const auto& network : committee_networks_) {
    network->evaluate(inputs, one_);
    ++members;
    for (std::size_t o = 0; o < results_.size(); ++o) {
      double* __restrict mean = results_[o].data();
      double* __restrict variance = variances_[o].data();
      const double* __restrict value = one_[o].data();
      const auto size = static_cast<grid::Index>(results_[o].span().size());
      for (grid::Index i = 0; i < size; ++i) {
        const double difference = value[i] - mean[i];
        mean[i] += difference / members;
        variance[i] += difference * (value[i] - mean[i]);
      }
    }
  }
  for (grid::RealField& variance : variances_)
    for (double& value : variance.span()) value /= members - 1;
}

std::string Surrogate::committee_hash() const {
  std::string hashes;
  for (const Weights& member : committee_) hashes += content_hash(description_of(member), member.tensors);
  return hashes.empty() ? hashes : content_hash(hashes, {});
}

void Surrogate::check_can_learn(const std::string& where) const {
  if (!committee_.empty())
    throw base::AgreedError(fmt::format(
        "{}: surrogates.{} is a committee, whose members are files; one network alone learns in a run", where,
        name_));
}

Verdict Surrogate::call(std::span<const ChannelView> inputs, const GuardedCall& seat) {
  if (is_off()) return Verdict::off;
  {
    const base::ScopedTimer timer("surrogate " + name_);
    predict(inputs);
  }
  if (explore) explore(inputs, results_);
  const base::ScopedTimer timer("guard " + name_);
  Verdict verdict{};
  try {
    verdict = guard_->judge(inputs, results_, seat, variances_);
  } catch (const base::AgreedError& error) {
    throw base::AgreedError(fmt::format("surrogate {}: {}", name_, error.what()));
  }
  if (verdict == Verdict::refused) report_refusal();
  return verdict;
}

void Surrogate::overrule(const std::string& reason) {
  try {
    guard_->overrule(reason);
  } catch (const base::AgreedError& error) {
    throw base::AgreedError(fmt::format("surrogate {}: {}", name_, error.what()));
  }
  report_refusal();
}

void Surrogate::report_refusal() {
  if (guard_->counters[GuardCounters::in_a_row] == 1)
    base::log::warn("surrogate {}: a call was refused: {}", name_, guard_->reason());
  if (guard_->is_off())
    base::log::warn("surrogate {}: switched off after {} refused calls in a row; the last: {}", name_,
                    guard_->counters[GuardCounters::in_a_row], guard_->reason());
}

Verdict Surrogate::try_out(std::span<const ChannelView> inputs, const GuardedCall& seat) {
  if (is_off()) return Verdict::off;
  predict(inputs);
  return guard_->try_out(inputs, results_, seat, variances_);
}

void Surrogate::publish(Weights weights) {
  weights_ = std::move(weights);
  take_bounds_of_case();
  if (layout_) make();
}

void Surrogate::take(std::span<const double> values) {
  save();
  saved_weights.assign(values.begin(), values.end());
  saved_counters[GuardCounters::off] = 0;
  saved_counters[GuardCounters::in_a_row] = 0;
  saved_learning.back() += 1;  // the version
  restored();
}

void Surrogate::save() {
  saved_weights = weights_.flat();
  saved_statistics = weights_.statistics();
  saved_learning = {learning.loss, learning.validation, static_cast<double>(learning.version)};
  saved_script = weights_.script.hash;
  saved_committee = committee_hash();
  const auto& values = counters().values;
  saved_counters.assign(values.begin(), values.end());
}

void Surrogate::restored() {
  if (saved_script != weights_.script.hash)
    throw base::AgreedError(fmt::format(
        "surrogates.{}: the checkpoint is of another TorchScript module (sha256 {}) than {} (sha256 {})",
        name_, saved_script, weights_.script.file, weights_.script.hash));
  if (saved_committee != committee_hash())
    throw base::AgreedError(
        fmt::format("surrogates.{}: the checkpoint is of a committee with other members", name_));
  if (saved_counters.size() == counters_.values.size())
    std::copy(saved_counters.begin(), saved_counters.end(), counters_.values.begin());
  if (guard_) guard_->counters = counters_;
  learning.loss = saved_learning[0];
  learning.validation = saved_learning[1];
  learning.version = static_cast<std::int64_t>(saved_learning[2]);
  if (saved_weights == weights_.flat()) return;
  if (learning.version == 0)
    base::log::warn(
        "surrogate {}: goes on with the weights of the checkpoint, which are not those of the case", name_);
  Weights weights = weights_;
  weights.set_flat(saved_weights);
  weights.set_statistics(saved_statistics);
  publish(std::move(weights));
}

std::string Surrogate::summary() const {
  const GuardCounters& c = counters();
  using Counters = GuardCounters;
  std::string text =
      fmt::format("surrogate {}: {} calls, {} accepted, {} limited, {} refused", name_, c[Counters::calls],
                  c[Counters::accepted], c[Counters::limited], c[Counters::refused]);
  std::string why;
  const auto add = [&](const char* what, Counters::Name which) {
    if (c[which] > 0) why += fmt::format("{}{} {}", why.empty() ? "" : ", ", what, c[which]);
  };
  add("not finite", Counters::not_finite);
  add("inputs outside", Counters::outside);
  add("out of bounds", Counters::out_of_bounds);
  add("defect", Counters::defect);
  add("disagreement", Counters::disagreement);
  add("growth", Counters::growth);
  add("by its seat", Counters::by_seat);
  return text + (why.empty() ? "" : " (" + why + ")") + (c[Counters::off] != 0 ? "; switched off" : "");
}

}  // namespace sluice::surrogate
