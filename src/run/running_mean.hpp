// Mean and deviation over time of a list of numbers, for hooks that look again and again.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "run/hdf5.hpp"
#include "run/state.hpp"

namespace sluice::run {

class RunningMean {
 public:
  /// Moments before `start` do not count.
  explicit RunningMean(std::optional<double> start = {}) : start_(start) {}
  [[nodiscard]] bool counts(double time) const { return !start_ || time >= *start_; }
  /// The same number of values every time, the same on every rank.
  void add(double time, std::span<const double> values);

  [[nodiscard]] std::int64_t samples() const { return samples_; }
  [[nodiscard]] double mean(std::size_t at) const { return mean_[at]; }
  /// 0 after one sample.
  [[nodiscard]] double deviation(std::size_t at) const;

  void state(State& state);
  /// Says in the file's root how many samples there are, and of which times.
  void describe(Hdf5File& out, const std::string& time_unit) const;

 private:
  std::optional<double> start_;
  std::vector<double> mean_, squares_;
  std::int64_t samples_ = 0;
  double first_time_ = 0, last_time_ = 0;
};

}  // namespace sluice::run
