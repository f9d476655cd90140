#include "turbulence/calibration.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "run/state.hpp"
#include "turbulence/shells.hpp"

namespace sluice::solvers::turbulence {
namespace {

/// Sums in WindowStatistics::numbers_: window and samples, moments, exceedances, then the spectrum.
enum Place : std::size_t { window, samples, square, fourth, beyond_2, beyond_3, beyond_4, spectrum };

/// Least part of the points that an exceedance is given as, so that none is -infinity.
constexpr double least_part = 1e-6;

}  // namespace

void StatisticTarget::declare(base::Parameters& p) {
  p.choice("quantity", quantity,
           {{"kurtosis", "<w^4>/<w^2>^2"},
            {"enstrophy", "log10 of <w^2>/2"},
            {"beyond_2", "log10 of the part of the points with |w| above 2 of its root mean squares"},
            {"beyond_3", "the same above 3"},
            {"beyond_4", "the same above 4"}},
           {.help = "mean over the window", .required = true});
  p.real("value", value, {.help = "that it is to have", .required = true});
  p.real("deviation", deviation,
         {.help = "how far it may be off, sampling error included", .minimum = 0, .exclusive_minimum = true});
}

void CalibrationTargets::declare(base::Parameters& p) {
  method.declare(p);
  p.real("spin_up", spin_up,
         {.help = "part of every window, at its beginning, that does not count", .unit = "1", .minimum = 0});
  p.integer("every_steps", every_steps, {.help = "steps between samples", .minimum = 1});
  p.file("spectrum", spectrum,
         {.help = "text file, a wavenumber and an enstrophy a line: the one-dimensional spectrum (mean of x "
                  "and y) that the runs are to have; targets are its log10"});
  p.integers(
      "spectrum_range", spectrum_range,
      {.help = "first and last wavenumber that count", .minimum = 0, .minimum_size = 2, .maximum_size = 2});
  p.real("spectrum_deviation", spectrum_deviation,
         {.help = "how far its log10 may be off", .minimum = 0, .exclusive_minimum = true});
  p.list("statistics", statistics, {.help = "further targets"});
}

void CalibrationTargets::validate(const base::Parameters& parameters, bool has_surrogate) const {
  if (!method.active()) return;
  if (!has_surrogate)
    base::refuse(parameters, "calibration.method",
                 "needs the model navier_stokes with closure.type: surrogate, whose weights it seeks");
  if (spectrum.empty() && statistics.empty())
    base::refuse(parameters, "calibration.statistics",
                 "there is nothing to meet: calibration.spectrum or calibration.statistics is needed");
  if (spin_up >= method.every)
    base::refuse(parameters, "calibration.spin_up",
                 fmt::format("{} leaves nothing of windows of {}", spin_up, method.every));
  if (spectrum_range[0] > spectrum_range[1])
    base::refuse(parameters, "calibration.spectrum_range",
                 fmt::format("{} to {} is empty", spectrum_range[0], spectrum_range[1]));
}

std::vector<run::CalibrationTarget> CalibrationTargets::read(const base::Communicator& communicator) const {
  std::vector<run::CalibrationTarget> targets;
  if (!spectrum.empty()) {
    const auto values =
        read_spectrum(communicator, "calibration.spectrum", spectrum, spectrum_range[0], spectrum_range[1]);
    for (std::size_t n = 0; n < values.size(); ++n)
      targets.push_back(
          {.name = fmt::format("log10_spectrum_{}", spectrum_range[0] + static_cast<std::int64_t>(n)),
           .value = std::log10(values[n]),
           .deviation = spectrum_deviation});
  }
  for (const StatisticTarget& one : statistics)
    targets.push_back({.name = one.quantity, .value = one.value, .deviation = one.deviation});
  return targets;
}

void WindowStatistics::begin(double time) {
  numbers_.assign(static_cast<std::size_t>(spectrum), 0.0);
  numbers_[window] = time;
  if (!targets_->spectrum.empty())
    numbers_.resize(numbers_.size() + static_cast<std::size_t>(targets_->spectrum_range[1] + 1), 0.0);
}

void WindowStatistics::sample(const Space& space, const RealField& w, const std::vector<run::Curve>& curves) {
  const auto mean = [&](auto function) {
    base::CompensatedSum sum;
    each_row(w.layout(), [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) sum.add(function(w.data()[i]));
    });
    return space.communicator().sum(sum.value()) / space.points();
  };
  const double w2 = mean([](double z) { return z * z; });
  numbers_[samples] += 1;
  numbers_[square] += w2;
  numbers_[fourth] += mean([](double z) { return z * z * z * z; });
  for (const std::size_t n : {2, 3, 4}) {
    const double limit = static_cast<double>(n * n) * w2;
    numbers_[beyond_2 + n - 2] += mean([limit](double z) { return z * z > limit ? 1.0 : 0.0; });
  }
  for (const run::Curve& curve : curves)
    if (curve.name == "enstrophy_spectrum_x" || curve.name == "enstrophy_spectrum_y")
      for (std::size_t k = 0; spectrum + k < numbers_.size() && k < curve.values.size(); ++k)
        numbers_[spectrum + k] += 0.5 * curve.values[k];
}

std::vector<double> WindowStatistics::observed() const {
  const double count = numbers_.at(samples), w2 = numbers_[square] / count;
  std::vector<double> result;
  if (!targets_->spectrum.empty())
    for (std::int64_t k = targets_->spectrum_range[0]; k <= targets_->spectrum_range[1]; ++k)
      result.push_back(std::log10(numbers_[spectrum + static_cast<std::size_t>(k)] / count));
  for (const StatisticTarget& one : targets_->statistics) {
    if (one.quantity == "kurtosis")
      result.push_back(numbers_[fourth] / count / (w2 * w2));
    else if (one.quantity == "enstrophy")
      result.push_back(std::log10(0.5 * w2));
    else
      result.push_back(std::log10(std::max(
          least_part, numbers_[beyond_2 + static_cast<std::size_t>(one.quantity.back() - '2')] / count)));
  }
  return result;
}

void WindowStatistics::state(run::State& state) {
  state.reals("calibration_window", numbers_);
  state.reals("calibration_memory", memory);
}

}  // namespace sluice::solvers::turbulence
