#include "surrogate/inspection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "surrogate/layers.hpp"

namespace sluice::surrogate {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr Index lanes = 8;   // sums side by side, so that the compiler makes vector instructions of them
constexpr Index tile = 512;  // cells: flags that stay in the first cache

using Lanes = std::array<double, lanes>;

double total(const Lanes& sums) {
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

/// Inverse of the Cholesky factor of a symmetric positive matrix, row by row; AgreedError if it is not one.
std::vector<double> whitening(const std::vector<double>& covariance, std::size_t n) {
  std::vector<double> factor(n * n, 0.0), inverse(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = covariance[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= factor[i * n + k] * factor[j * n + k];
      if (i == j && !(sum > 0))
        throw base::AgreedError("input_covariance of the weights file is not positive definite");
      factor[i * n + j] = i == j ? std::sqrt(sum) : sum / factor[j * n + j];
    }
  for (std::size_t j = 0; j < n; ++j)
    for (std::size_t i = j; i < n; ++i) {
      double sum = i == j ? 1.0 : 0.0;
      for (std::size_t k = j; k < i; ++k) sum -= factor[i * n + k] * inverse[k * n + j];
      inverse[i * n + j] = sum / factor[i * n + i];
    }
  return inverse;
}

/// Volumes of the owned cells along one axis. On the sphere theta's are differences of -cos, so that the
/// product with the widths in phi is the area over the radius squared.
std::vector<double> widths(const grid::Grid& grid, const grid::Layout& layout, int d) {
  std::vector<double> list;
  const auto axis = static_cast<std::size_t>(d);
  if (axis >= grid.axes.size())
    return std::vector<double>(static_cast<std::size_t>(layout.count()[axis]), 1.0);
  const auto& faces = grid.axes[axis].faces;
  for (Index i = 0; i < layout.count()[axis]; ++i) {
    const auto face = static_cast<std::size_t>(layout.offset()[axis] + i);
    const bool colatitude = grid.geometry == grid::Geometry::sphere && d == 0;
    list.push_back(colatitude ? std::cos(faces[face]) - std::cos(faces[face + 1])
                              : faces[face + 1] - faces[face]);
  }
  return list;
}

}  // namespace

/// Cells (i, j, 0..length) with the volume that they share and the one that varies along the row.
struct Inspection::Place {
  Index i, j, length;
  double shared;
  const double* along;
};

struct Inspection::Sums {
  double zero = 0;  ///< Stays 0 as long as every value is finite.
  double beyond = 0, integral = 0, modulus = 0, work = 0, square = 0;
  double weight = 0, spread = 0, size = 0;  ///< g.S g, g.S, g.mu^2
};

Inspection::Inspection(const GuardParameters& parameters, const Weights& weights, const grid::Grid& grid,
                       const grid::LayoutPtr& layout)
    : layout_(layout) {
  for (const Channel& channel : weights.inputs) {
    const double low = channel.lower.value_or(-infinite), high = channel.upper.value_or(infinite);
    const double margin = channel.lower && channel.upper ? parameters.box_margin * (high - low) : 0;
    low_.push_back(low - margin);
    high_.push_back(high + margin);
    watched_ = watched_ || channel.lower || channel.upper;
  }
  for (const Channel& channel : weights.outputs) {
    least_.push_back(channel.lower.value_or(-infinite));
    most_.push_back(channel.upper.value_or(infinite));
  }
  for (int d = 0; d < 3; ++d) volume_[static_cast<std::size_t>(d)] = widths(grid, *layout, d);
  each_row([&](const Place& p) {
    for (Index k = 0; k < p.length; ++k) weight_norm_ += p.shared * p.along[k] * p.shared * p.along[k];
  });
  if (!parameters.distance) return;
  if (weights.input_mean.empty() || weights.input_covariance.empty())
    throw base::AgreedError(
        "guard.distance needs input_mean and input_covariance in the weights file; it has none");
  watched_ = true;
  distance_ = *parameters.distance;
  const std::size_t n = weights.inputs.size();
  matrix_ = whitening(weights.input_covariance, n);
  shift_.assign(n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const Channel& channel = weights.inputs[j];
      shift_[i] -= matrix_[i * n + j] * (channel.shift / channel.scale + weights.input_mean[j]);
      matrix_[i * n + j] /= channel.scale;
    }
}

/// The last axis in use varies along a row.
template <class Visit>
void Inspection::each_row(Visit visit) const {
  if (layout_->owned_size() == 0) return;
  const int last = layout_->dimensions() - 1;
  const Index rows = last > 0 ? layout_->count()[0] : 1, inner = last > 1 ? layout_->count()[1] : 1;
  const auto& along = volume_[static_cast<std::size_t>(last)];
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < inner; ++j)
      visit(Place{.i = i,
                  .j = j,
                  .length = static_cast<Index>(along.size()),
                  .shared = (last > 0 ? volume_[0][static_cast<std::size_t>(i)] : 1.0) *
                            (last > 1 ? volume_[1][static_cast<std::size_t>(j)] : 1.0),
                  .along = along.data()});
}

namespace {

/// Calls kernel(cell, lane) for all cells of a row: whole groups of lanes first.
template <class Kernel>
void in_lanes(Index length, Kernel kernel) {
  Index k = 0;
  for (; k + lanes <= length; k += lanes)
    for (Index lane = 0; lane < lanes; ++lane) kernel(k + lane, static_cast<std::size_t>(lane));
  for (; k < length; ++k) kernel(k, 0);
}

}  // namespace

void Inspection::look_at_outputs(std::span<const grid::RealField> outputs, const GuardedCall& call,
                                 bool integrals, const Place& place, std::vector<Sums>& sums) const {
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const double* __restrict d = outputs[o].data() + outputs[o].layout().position(place.i, place.j);
    const double* __restrict g = place.along;
    const double low = least_[o], high = most_[o];
    Lanes zero{}, beyond{};
    in_lanes(place.length, [&](Index k, std::size_t lane) {
      zero[lane] += 0 * d[k];
      beyond[lane] += (d[k] < low ? 1.0 : 0.0) + (d[k] > high ? 1.0 : 0.0);
    });
    sums[o].zero += total(zero);
    sums[o].beyond += total(beyond);
    if (integrals) {
      Lanes integral{}, modulus{};
      in_lanes(place.length, [&](Index k, std::size_t lane) {
        integral[lane] += g[k] * d[k];
        modulus[lane] += g[k] * std::abs(d[k]);
      });
      sums[o].integral += place.shared * total(integral);
      sums[o].modulus += place.shared * total(modulus);
    }
    if (call.fields.empty()) continue;
    const ChannelView& field = call.fields[o];
    const double* __restrict u = field.data + field.layout->position(place.i, place.j) * field.stride;
    const Index stride = field.stride;
    Lanes work{}, square{};
    in_lanes(place.length, [&](Index k, std::size_t lane) {
      const double value = u[k * stride], change = call.factor * d[k];
      work[lane] += g[k] * change * (2 * value + change);
      square[lane] += g[k] * value * value;
    });
    sums[o].work += place.shared * total(work);
    sums[o].square += place.shared * total(square);
  }
}

void Inspection::look_at_budgets(std::span<const grid::RealField> outputs, const GuardedCall& call,
                                 const Place& place, std::vector<double>& rates) const {
  for (std::size_t b = 0; b < call.budgets.size(); ++b)
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      const ChannelView& weight = call.budgets[b].weights[o];
      const double* __restrict d = outputs[o].data() + outputs[o].layout().position(place.i, place.j);
      const double* __restrict a = weight.data + weight.layout->position(place.i, place.j) * weight.stride;
      const Index stride = weight.stride;
      Lanes rate{};
      in_lanes(place.length,
               [&](Index k, std::size_t lane) { rate[lane] += place.along[k] * a[k * stride] * d[k]; });
      rates[b] += place.shared * total(rate);
    }
}

void Inspection::look_at_variances(std::span<const grid::RealField> outputs,
                                   std::span<const grid::RealField> variances, const Place& place,
                                   std::vector<Sums>& sums) const {
  for (std::size_t o = 0; o < variances.size(); ++o) {
    const double* __restrict d = outputs[o].data() + outputs[o].layout().position(place.i, place.j);
    const double* __restrict s = variances[o].data() + variances[o].layout().position(place.i, place.j);
    const double* __restrict g = place.along;
    Lanes weight{}, spread{}, size{};
    in_lanes(place.length, [&](Index k, std::size_t lane) {
      weight[lane] += g[k] * g[k] * s[k];
      spread[lane] += g[k] * s[k];
      size[lane] += g[k] * d[k] * d[k];
    });
    sums[o].weight += place.shared * place.shared * total(weight);
    sums[o].spread += place.shared * total(spread);
    sums[o].size += place.shared * total(size);
  }
}

double Inspection::count_outside(std::span<const ChannelView> inputs, const Place& place) const {
  double within = 0;
  std::array<double, tile> inside;
  for (Index begin = 0; begin < place.length; begin += tile) {
    const Index cells = std::min(tile, place.length - begin);
    std::fill_n(inside.begin(), cells, 1.0);
    for (std::size_t c = 0; c < inputs.size(); ++c) {
      if (low_[c] == -infinite && high_[c] == infinite) continue;
      const Index stride = inputs[c].stride;
      const double* __restrict x =
          inputs[c].data + (inputs[c].layout->position(place.i, place.j) + begin) * stride;
      double* __restrict flag = inside.data();
      const double low = low_[c], high = high_[c];
      const auto check = [&](Index k, double value) {
        flag[k] *= (value >= low ? 1.0 : 0.0) * (value <= high ? 1.0 : 0.0);
      };
      if (stride == 1)
        for (Index k = 0; k < cells; ++k) check(k, x[k]);
      else
        for (Index k = 0; k < cells; ++k) check(k, x[k * stride]);
    }
    if (!matrix_.empty()) add_distance(inputs, place, begin, cells, inside.data());
    Lanes sum{};
    in_lanes(cells, [&](Index k, std::size_t lane) { sum[lane] += inside[static_cast<std::size_t>(k)]; });
    within += total(sum);
  }
  return static_cast<double>(place.length) - within;
}

/// inside *= (Mahalanobis distance from the training data is at most what is allowed).
void Inspection::add_distance(std::span<const ChannelView> inputs, const Place& place, Index begin,
                              Index cells, double* inside) const {
  std::array<double, tile> square, z;
  std::fill_n(square.begin(), cells, 0.0);
  const std::size_t n = inputs.size();
  for (std::size_t i = 0; i < n; ++i) {
    std::fill_n(z.begin(), cells, shift_[i]);
    for (std::size_t j = 0; j <= i; ++j) {
      const Index stride = inputs[j].stride;
      const double* x = inputs[j].data + (inputs[j].layout->position(place.i, place.j) + begin) * stride;
      const double factor = matrix_[i * n + j];
      for (Index k = 0; k < cells; ++k) z[static_cast<std::size_t>(k)] += factor * x[k * stride];
    }
    for (Index k = 0; k < cells; ++k) {
      const auto at = static_cast<std::size_t>(k);
      square[at] += z[at] * z[at];
    }
  }
  for (Index k = 0; k < cells; ++k)
    inside[k] *= square[static_cast<std::size_t>(k)] <= distance_ * distance_ ? 1.0 : 0.0;
}

Findings Inspection::look(std::span<const ChannelView> inputs, std::span<const grid::RealField> outputs,
                          const GuardedCall& call, bool integrals,
                          std::span<const grid::RealField> variances) const {
  std::vector<Sums> sums(outputs.size());
  std::vector<double> rates(call.budgets.size(), 0.0);
  double outside = 0;
  each_row([&](const Place& place) {
    look_at_outputs(outputs, call, integrals, place, sums);
    if (!rates.empty()) look_at_budgets(outputs, call, place, rates);
    if (!variances.empty()) look_at_variances(outputs, variances, place, sums);
    if (watched_) outside += count_outside(inputs, place);
  });
  return agreed(sums, std::move(rates), outside);
}

Findings Inspection::agreed(const std::vector<Sums>& sums, std::vector<double> rates, double outside) const {
  std::vector<double> packed{static_cast<double>(layout_->owned_size()), 0, outside, 0};
  for (const Sums& sum : sums) {
    packed[1] += sum.zero == 0 ? 0 : 1;
    packed[3] += sum.beyond;
    packed.insert(packed.end(), {sum.integral, sum.modulus, weight_norm_, sum.work, sum.square, sum.weight,
                                 sum.spread, sum.size});
  }
  packed.insert(packed.end(), rates.begin(), rates.end());
  // What is not finite is known by its count; its sums would say nothing.
  for (double& value : packed) value = std::isfinite(value) ? value : 0.0;
  layout_->communicator().sum(packed);
  Findings findings{.points = packed[0], .not_finite = packed[1], .outside = packed[2], .beyond = packed[3]};
  for (std::size_t at = 4; findings.outputs.size() < sums.size(); at += 8)
    findings.outputs.push_back({.integral = packed[at],
                                .modulus = packed[at + 1],
                                .weight_norm = packed[at + 5] > 0 ? packed[at + 5] : packed[at + 2],
                                .spread = packed[at + 6],
                                .size = packed[at + 7],
                                .varies = packed[at + 5] > 0,
                                .work = packed[at + 3],
                                .square = packed[at + 4]});
  findings.rates.assign(packed.end() - static_cast<std::ptrdiff_t>(rates.size()), packed.end());
  return findings;
}

void Inspection::subtract_volumes(grid::RealField& values, double factor,
                                  const grid::RealField* variances) const {
  each_row([&](const Place& place) {
    double* row = values.data() + values.layout().position(place.i, place.j);
    const double share = factor * place.shared;
    if (variances == nullptr) {
      for (Index k = 0; k < place.length; ++k) row[k] -= share * place.along[k];
    } else {
      const double* variance = variances->data() + variances->layout().position(place.i, place.j);
      for (Index k = 0; k < place.length; ++k) row[k] -= share * place.along[k] * variance[k];
    }
  });
}

}  // namespace sluice::surrogate
