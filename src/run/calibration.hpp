// A surrogate that is scored by how runs go: the members of an ensemble differ in its weights, meet after
// every window of time, and go on with the weights that ensemble Kalman inversion makes of what their windows
// say (numerics/ensemble_inversion.hpp). Nobody takes derivatives, and nobody needs to know what would have
// been right in one step.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "numerics/ensemble_inversion.hpp"
#include "run/meeting.hpp"
#include "surrogate/surrogate.hpp"

namespace sluice::run {

/// SolverCase::meeting_key of a case whose members are calibrated.
inline constexpr const char* calibration_key = "calibration.method";

struct CalibrationParameters {
  std::string method = "none";
  double first = 0, every = 10;
  double spread = 0.3, tikhonov = 0, inflation = 1, length = 1;
  std::int64_t seed = 0;
  void declare(base::Parameters& parameters);
  [[nodiscard]] bool active() const { return method != "none"; }
};

/// A number that the runs are to say, and how far off it may be.
struct CalibrationTarget {
  std::string name;
  double value = 0, deviation = 1;
};

/// What a solver whose runs are scored derives from beside Solver.
class Calibrated {
 public:
  virtual ~Calibrated() = default;
  /// Whose weights are sought.
  [[nodiscard]] virtual surrogate::Surrogate& calibrated() = 0;
  /// Of the window that ends now, in the order of the targets. Collective over the member's ranks.
  [[nodiscard]] virtual std::vector<double> observed() = 0;
  virtual void begin_window() = 0;
  /// Kept in the solver's state for the meetings, the same in every member.
  [[nodiscard]] virtual std::vector<double>& calibration_memory() = 0;
};

/// Writes learning.csv, calibrated.h5 (weights of the members' mean) and best.h5 (of the best member so far).
class Calibration final : public Meeting {
 public:
  Calibration(const CalibrationParameters& parameters, std::vector<CalibrationTarget> targets,
              const MeetingContext& context);
  [[nodiscard]] std::vector<double> times(double begin, double end) const override;
  void hold(const Gathering& gathering) override;

 private:
  void begin(const Gathering& gathering);
  void learn(const Gathering& gathering);
  struct Lesson;
  [[nodiscard]] Lesson collect(const Gathering& gathering) const;
  void keep_best(const Gathering& gathering, Lesson& lesson) const;
  void write(const Gathering& gathering, const Lesson& lesson) const;
  void write_weights_of(const Gathering& gathering, const char* name, const std::vector<double>& values,
                        const std::string& note) const;

  CalibrationParameters parameters_;
  std::vector<CalibrationTarget> targets_;
  numerics::InversionData data_;
  MeetingContext context_;
};

}  // namespace sluice::run
