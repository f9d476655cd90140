#include "ensemble_kalman.hpp"

#include <algorithm>
#include <cmath>

#include "base/log.hpp"
#include "parameters.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using grid::Index;
constexpr std::size_t at(Index i) { return static_cast<std::size_t>(i); }

/// This rank's share of the rows.
grid::Range rows_of(const base::Communicator& world, Index rows) {
  return {rows * world.rank() / world.size(), rows * (world.rank() + 1) / world.size()};
}

}  // namespace

EnsembleKalman::EnsembleKalman(const grid::Grid& grid, const AssimilationParameters& parameters,
                               const run::MeetingContext& context)
    : grid_(grid),
      parameters_(parameters),
      block_(grid_, numerics::SphereBlock::make_layout(context.world, grid_)),
      maps_(block_, parameters),
      rows_(rows_of(context.world, block_.rows_global())),
      report_(grid_, context) {}

std::vector<double> EnsembleKalman::times(double begin, double end) const {
  std::vector<double> times;
  for (const auto& entry : maps_.entries())
    if (entry.time >= begin - time_tolerance(begin) && entry.time <= end + time_tolerance(end))
      times.push_back(std::clamp(entry.time, begin, end));
  return times;
}

/// The rows within the radius of some of `rows`.
grid::Range EnsembleKalman::reach(grid::Range rows) const {
  if (rows.size() == 0) return rows;
  const double radius = parameters_.kalman.radius * degree;
  const double north = block_.theta[at(rows.begin)] - radius, south = block_.theta[at(rows.end - 1)] + radius;
  while (rows.begin > 0 && block_.theta[at(rows.begin - 1)] > north) --rows.begin;
  while (rows.end < block_.rows_global() && block_.theta[at(rows.end)] < south) ++rows.end;
  return rows;
}

Observations EnsembleKalman::observe(const ObservedMaps::Entry& entry) const {
  Observations all{.data = maps_.data(entry), .variance = maps_.cosines(entry), .weight = {}};
  const KalmanParameters& kalman = parameters_.kalman;
  const double equator = block_.d_theta[at(block_.rows_global() / 2)];
  all.weight.assign(all.variance.size(), 0.0);
  for (Index j = 0; j < block_.rows_global(); ++j)
    for (Index k = 0; k < block_.columns_global(); ++k) {
      const auto place = at(j * block_.columns_global() + k);
      const double mu = all.variance[place];
      all.variance[place] = 0;
      // A pole is one point, stored once a longitude.
      if (!(mu > std::max(parameters_.limit, 0.0)) || !maps_.counts(j) || (block_.is_pole(j) && k > 0))
        continue;
      all.variance[place] = std::pow(kalman.error * std::pow(mu, -kalman.error_power), 2);
      const double share = block_.is_pole(j)
                               ? block_.pole_area[j == 0 ? 0 : 1] / (equator * block_.d_phi[at(k)])
                               : block_.area(j, k) / (equator * block_.d_phi[at(k)]);
      all.weight[place] = share / all.variance[place];
    }
  return all;
}

std::vector<double> EnsembleKalman::analyse(const Observations& observations,
                                            const Forecast& forecast) const {
  LocalAnalysis local(block_, parameters_.kalman, observations, forecast);
  const Index columns = block_.columns_global();
  const auto points = at(rows_.size() * columns);
  std::vector<double> analysis(forecast.members * points);
  for (Index j = rows_.begin; j < rows_.end; ++j)
    for (Index k = 0; k < columns; ++k) {
      const auto& values = local.at_point(j, k);
      const auto to = at((j - rows_.begin) * columns + k);
      for (std::size_t m = 0; m < forecast.members; ++m) analysis[m * points + to] = values[m];
    }
  return analysis;
}

/// What is known of this rank's rows before the analysis, for the report.
KalmanAnalysis EnsembleKalman::before(const Observations& observations, const Forecast& forecast) const {
  KalmanAnalysis result;
  result.rows = rows_;
  result.members = forecast.members;
  const Index columns = block_.columns_global();
  const auto wide = at(forecast.near.size() * columns), own = at(rows_.size() * columns),
             skipped = at((rows_.begin - forecast.near.begin) * columns);
  for (std::size_t m = 0; m < forecast.members; ++m)
    for (std::size_t i = 0; i < own; ++i) result.before.push_back(forecast.values[m * wide + skipped + i]);
  for (std::size_t i = 0; i < own; ++i) {
    const auto place = at(rows_.begin * columns) + i;
    result.data.push_back(observations.data[place]);
    result.variance.push_back(observations.variance[place]);
    result.share.push_back(observations.weight[place] * observations.variance[place]);
  }
  return result;
}

/// Takes the net flux off a change where the analysis is uncertain: the update by an exact observation of the
/// net flux, with the analysis' variances and no correlations.
void EnsembleKalman::balance(grid::RealField& change, const grid::RealField& variance) const {
  const numerics::SphereBlock own(grid_, change.layout_pointer());
  own.close_poles(change);
  const auto d = change.view();
  const auto w = variance.view();
  base::CompensatedSum net, uncertain;
  for (Index i = 0; i < own.rows(); ++i)
    for (Index k = 0; k < own.columns(); ++k) {
      const double area = own.summation_area(own.first_row() + i, own.first_column() + k);
      net.add(area * d(i, k));
      uncertain.add(area * w(i, k));
    }
  double total[2] = {net.value(), uncertain.value()};
  own.layout()->communicator().sum(std::span<double>(total));
  if (!(total[1] > 0)) return;
  for (Index i = 0; i < own.rows(); ++i)
    for (Index k = 0; k < own.columns(); ++k) d(i, k) -= total[0] / total[1] * w(i, k);
}

/// Collective over the world.
void EnsembleKalman::change(const run::Gathering& gathering, const run::MemberExchange& exchange,
                            const KalmanAnalysis& result) const {
  const std::size_t members = result.members, points = result.after.size() / members;
  std::vector<double> increments(result.after.size()), variances(result.after.size());
  for (std::size_t i = 0; i < points; ++i) {
    double mean = 0, squares = 0;
    for (std::size_t m = 0; m < members; ++m) mean += result.after[m * points + i];
    mean /= static_cast<double>(members);
    for (std::size_t m = 0; m < members; ++m) squares += std::pow(result.after[m * points + i] - mean, 2);
    for (std::size_t m = 0; m < members; ++m) {
      increments[m * points + i] = result.after[m * points + i] - result.before[m * points + i];
      variances[m * points + i] = squares / static_cast<double>(members - 1);
    }
  }
  auto changes = exchange.hand_back(rows_, increments, {"assimilated", "G", "change of the field by data"});
  const auto uncertain = exchange.hand_back(rows_, variances, {"variance", "G^2", "of the analysis"});
  for (std::size_t n = 0; n < changes.size(); ++n) {
    if (parameters_.balance_flux) balance(changes[n], uncertain[n]);
    const run::Increment increment{.output = "B_r", .change = changes[n].erased()};
    gathering.own[n].solver->apply(std::span(&increment, 1));
  }
}

void EnsembleKalman::hold(const run::Gathering& gathering) {
  const std::size_t members = gathering.members.size();
  if (members < 2) {
    base::log::warn("t = {:.10g} h: fewer than two members have come; the map is not used", gathering.time);
    return;
  }
  const auto entry =
      std::min_element(maps_.entries().begin(), maps_.entries().end(), [&](const auto& a, const auto& b) {
        return std::abs(a.time - gathering.time) < std::abs(b.time - gathering.time);
      });
  const Observations observations = observe(*entry);
  std::vector<grid::FieldView> fields;
  for (const run::Attendant& one : gathering.own) fields.push_back(one.outputs->get("B_r"));
  const run::MemberExchange exchange(gathering, fields);
  Forecast forecast{.members = members, .near = reach(rows_), .values = {}};
  forecast.values = exchange.collect(forecast.near);
  KalmanAnalysis result = before(observations, forecast);
  base::agree(block_.layout()->communicator(), [&] { result.after = analyse(observations, forecast); });
  change(gathering, exchange, result);
  result.after = exchange.collect(rows_);  // the output is the field itself: as it has become
  report_.write(gathering, result);
}

}  // namespace sluice::solvers::flux_transport
