#include "run/running_mean.hpp"

#include <cmath>

namespace sluice::run {

// B. P. Welford, Technometrics 4 (1962) 419: no cancellation, however small the variance.
void RunningMean::add(double time, std::span<const double> values) {
  if (samples_ == 0) first_time_ = time;
  last_time_ = time;
  ++samples_;
  mean_.resize(values.size(), 0.0);
  squares_.resize(values.size(), 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double deviation = values[i] - mean_[i];
    mean_[i] += deviation / static_cast<double>(samples_);
    squares_[i] += deviation * (values[i] - mean_[i]);
  }
}

double RunningMean::deviation(std::size_t at) const {
  return samples_ > 1 ? std::sqrt(squares_[at] / static_cast<double>(samples_ - 1)) : 0.0;
}

void RunningMean::state(State& state) {
  state.reals("mean", mean_);
  state.reals("squares", squares_);
  state.integer("samples", samples_);
  state.real("first_time", first_time_);
  state.real("last_time", last_time_);
}

void RunningMean::describe(Hdf5File& out, const std::string& time_unit) const {
  out.write_attribute("/", "samples", samples_);
  out.write_attribute("/", "first_time", first_time_);
  out.write_attribute("/", "last_time", last_time_);
  out.write_attribute("/", "time_unit", time_unit);
}

}  // namespace sluice::run
