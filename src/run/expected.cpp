#include "run/expected.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace sluice::run {

ExpectedTable::ExpectedTable(const std::vector<ExpectedValue>& expected)
    : expected_(expected), taken_(expected.size(), 0), got_(expected.size(), 0.0), list_(list()) {}

std::string ExpectedTable::list() const {
  std::string text;
  for (const ExpectedValue& one : expected_)
    text += one.quantity + (one.at_step ? " " + std::to_string(*one.at_step) : "") + "\n";
  return text;
}

void ExpectedTable::check_names(const std::vector<std::string>& names) const {
  for (std::size_t i = 0; i < expected_.size(); ++i) {
    const std::string& name = expected_[i].quantity;
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string near = base::nearest_name(name, names);
    throw base::InputError(fmt::format("expected.{}.quantity: '{}' is unknown{}; this case has: {}", i, name,
                                       near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                                       fmt::join(names, ", ")));
  }
}

bool ExpectedTable::due(std::int64_t step) const {
  return std::any_of(expected_.begin(), expected_.end(),
                     [step](const ExpectedValue& one) { return one.at_step && *one.at_step == step; });
}

void ExpectedTable::take(std::int64_t step, const std::function<double(const std::string&)>& value) {
  for (std::size_t i = 0; i < expected_.size(); ++i)
    if (expected_[i].at_step && *expected_[i].at_step == step) {
      got_[i] = value(expected_[i].quantity);
      taken_[i] = 1;
    }
}

void ExpectedTable::take_end(const std::function<double(const std::string&)>& value) {
  for (std::size_t i = 0; i < expected_.size(); ++i)
    if (!expected_[i].at_step) {
      got_[i] = value(expected_[i].quantity);
      taken_[i] = 1;
    }
}

void ExpectedTable::state(State& state) {
  state.integers("taken", taken_);
  state.reals("got", got_);
  state.text("list", list_);
}

void ExpectedTable::restored() {
  if (list_ == list() && taken_.size() == expected_.size()) return;
  list_ = list();
  taken_.assign(expected_.size(), 0);
  got_.assign(expected_.size(), 0.0);
}

bool ExpectedTable::met(std::size_t index) const {
  const ExpectedValue& one = expected_[index];
  const double difference = std::abs(got_[index] - one.value);
  return (one.absolute && difference <= *one.absolute) ||
         (one.relative && difference <= *one.relative * std::abs(one.value));
}

ExpectedTable::Verdict ExpectedTable::verdict(bool reached_end) const {
  Verdict verdict;
  for (std::size_t i = 0; i < expected_.size(); ++i) {
    if (taken_[i] != 0)
      ++(met(i) ? verdict.met : verdict.unmet);
    else
      ++(reached_end ? verdict.unmet : verdict.unchecked);
  }
  return verdict;
}

std::string ExpectedTable::table() const {
  std::string text = fmt::format("{:<24} {:>8} {:>22} {:>22} {:>12}  {}", "expected", "step", "value", "got",
                                 "tolerance", "");
  for (std::size_t i = 0; i < expected_.size(); ++i) {
    const ExpectedValue& one = expected_[i];
    const std::string tolerance = one.absolute   ? fmt::format("{:.3g}", *one.absolute)
                                  : one.relative ? fmt::format("{:.3g} rel", *one.relative)
                                                 : "none";
    const std::string got = taken_[i] != 0 ? fmt::format("{:.15g}", got_[i]) : "-";
    text += fmt::format("\n{:<24} {:>8} {:>22} {:>22} {:>12}  {}", one.quantity,
                        one.at_step ? std::to_string(*one.at_step) : "end", fmt::format("{:.15g}", one.value),
                        got, tolerance,
                        taken_[i] == 0 ? "not checked"
                        : met(i)       ? "ok"
                                       : "NOT MET");
  }
  return text;
}

}  // namespace sluice::run
