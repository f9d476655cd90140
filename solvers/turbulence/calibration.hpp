// What a run of the vorticity equation is scored by while its closure is calibrated: statistics of a window
// of time against given ones.
#pragma once
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "run/calibration.hpp"
#include "run/curve.hpp"
#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

struct StatisticTarget {
  std::string quantity;
  double value = 0, deviation = 1;
  void declare(base::Parameters& parameters);
};

struct CalibrationTargets {
  run::CalibrationParameters method;
  double spin_up = 0;
  std::int64_t every_steps = 50;
  std::string spectrum;
  std::vector<std::int64_t> spectrum_range{1, 20};
  double spectrum_deviation = 0.1;
  std::vector<StatisticTarget> statistics;
  void declare(base::Parameters& parameters);
  void validate(const base::Parameters& parameters, bool has_surrogate) const;
  /// Reads the spectrum. InputError. Collective.
  [[nodiscard]] std::vector<run::CalibrationTarget> read(const base::Communicator& communicator) const;
};

/// Means over the window, in the order of CalibrationTargets::read. All numbers are the same on every rank.
class WindowStatistics {
 public:
  explicit WindowStatistics(const CalibrationTargets& targets) : targets_(&targets) {}
  void begin(double time);
  [[nodiscard]] bool is_due(std::int64_t step, double time) const {
    return step % targets_->every_steps == 0 && !numbers_.empty() && time >= numbers_[0] + targets_->spin_up;
  }
  /// `w`: the vorticity in space. Collective.
  void sample(const Space& space, const RealField& w, const std::vector<run::Curve>& curves);
  [[nodiscard]] std::vector<double> observed() const;
  std::vector<double> memory;  ///< Of the meetings.
  void state(run::State& state);

 private:
  const CalibrationTargets* targets_;
  std::vector<double> numbers_;  ///< Beginning of the window, samples, sums.
};

}  // namespace sluice::solvers::turbulence
