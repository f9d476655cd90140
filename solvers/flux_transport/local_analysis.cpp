#include "local_analysis.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "parameters.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using grid::Index;
constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

}  // namespace

LocalAnalysis::LocalAnalysis(const numerics::SphereBlock& block, const KalmanParameters& kalman,
                             const Observations& observations, const Forecast& forecast)
    : block_(block),
      kalman_(kalman),
      observations_(observations),
      forecast_(forecast),
      radius_(kalman.radius * degree),
      cos_radius_(std::cos(radius_)),
      narrowest_(*std::min_element(block.d_phi.begin(), block.d_phi.end())),
      deviations_(forecast.values.size()),
      innovations_(forecast.values.size() / forecast.members),
      values_(forecast.members),
      transform_(forecast.members) {
  const std::size_t members = forecast.members, points = innovations_.size();
  for (std::size_t i = 0; i < points; ++i) {
    double mean = 0;
    for (std::size_t m = 0; m < members; ++m) mean += forecast.values[m * points + i];
    mean /= static_cast<double>(members);
    for (std::size_t m = 0; m < members; ++m)
      deviations_[i * members + m] = forecast.values[m * points + i] - mean;
    innovations_[i] = observations.data[at(forecast.near.begin * block.columns_global()) + i] - mean;
  }
}

/// Of row `from` within the radius of a point, continued beyond one turn; more than needed by less than two.
grid::Range LocalAnalysis::columns_within(Index row, Index column, Index from) const {
  if (block_.is_pole(from)) return {0, 1};
  const Index columns = block_.columns_global();
  const double across = block_.sin_theta[at(row)] * block_.sin_theta[at(from)],
               along = block_.cos_theta[at(row)] * block_.cos_theta[at(from)];
  if (along + across < cos_radius_) return {0, 0};
  const bool whole = block_.is_pole(row) || along - across > cos_radius_;
  const double widest = whole ? std::numbers::pi : std::acos((cos_radius_ - along) / across);
  const Index half = std::min(static_cast<Index>(widest / narrowest_) + 1, columns / 2);
  return {column - half, std::min(column + half + 1, column - half + columns)};
}

/// The largest taper of any.
double LocalAnalysis::gather_row(Index row, Index column, Index from) {
  const Index columns = block_.columns_global();
  const double across = block_.sin_theta[at(row)] * block_.sin_theta[at(from)],
               along = block_.cos_theta[at(row)] * block_.cos_theta[at(from)];
  double nearest = 0;
  const grid::Range within = columns_within(row, column, from);
  for (Index c = within.begin; c < within.end; ++c) {
    const Index k = block_.wrap(c);
    const double weight = observations_.weight[at(from * columns + k)];
    if (weight == 0) continue;
    const double cosine = along + across * std::cos(block_.phi[at(k)] - block_.phi[at(column)]);
    const double taper = numerics::gaspari_cohn(std::acos(std::clamp(cosine, -1.0, 1.0)) / radius_);
    if (taper == 0) continue;
    nearest = std::max(nearest, taper);
    const auto point = at((from - forecast_.near.begin) * columns + k);
    transform_.add(deviations_.data() + point * forecast_.members, innovations_[point], taper * weight);
  }
  return nearest;
}

/// Adds the observations around a point; the largest taper of any.
double LocalAnalysis::gather(Index row, Index column) {
  double nearest = 0;
  for (Index from = forecast_.near.begin; from < forecast_.near.end; ++from)
    nearest = std::max(nearest, gather_row(row, column, from));
  return nearest;
}

const std::vector<double>& LocalAnalysis::at_point(Index row, Index column) {
  if (block_.is_pole(row)) column = 0;
  const auto point = at((row - forecast_.near.begin) * block_.columns_global() + column);
  for (std::size_t m = 0; m < values_.size(); ++m)
    values_[m] = forecast_.values[m * innovations_.size() + point];
  transform_.begin();
  // Far from all data nothing changes; inflation fades in with the first of them.
  if (const double nearest = gather(row, column); nearest > 0) {
    transform_.solve(1 + (kalman_.inflation - 1) * nearest);
    transform_.apply(values_.data());
  }
  return values_;
}

}  // namespace sluice::solvers::flux_transport
