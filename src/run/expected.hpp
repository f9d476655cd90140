// The numbers that a case expects of its run, checked when their step has come or at the end.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "run/case.hpp"
#include "run/state.hpp"

namespace sluice::run {

class ExpectedTable {
 public:
  explicit ExpectedTable(const std::vector<ExpectedValue>& expected);
  /// `names`: what can be asked for. InputError with the nearest name otherwise.
  void check_names(const std::vector<std::string>& names) const;

  [[nodiscard]] bool empty() const { return expected_.empty(); }
  /// True if a value has to be taken after this step.
  [[nodiscard]] bool due(std::int64_t step) const;
  /// Takes the values of this step.
  void take(std::int64_t step, const std::function<double(const std::string& quantity)>& value);
  /// Takes the values of the end of the finished run.
  void take_end(const std::function<double(const std::string& quantity)>& value);
  void state(State& state);  ///< What has been taken.
  void restored();           ///< Forgets what was taken for another list of expected values.

  struct Verdict {
    int met = 0, unmet = 0, unchecked = 0;
  };
  /// `reached_end`: values that were never taken are unmet, not merely unchecked.
  [[nodiscard]] Verdict verdict(bool reached_end) const;
  [[nodiscard]] std::string table() const;

 private:
  [[nodiscard]] bool met(std::size_t index) const;
  [[nodiscard]] std::string list() const;

  std::vector<ExpectedValue> expected_;
  std::vector<std::int64_t> taken_;
  std::vector<double> got_;
  std::string list_;  ///< Quantities and steps, to know the list again.
};

}  // namespace sluice::run
