#include "surrogate/guard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "surrogate/layers.hpp"

namespace sluice::surrogate {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

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

void conserve(std::span<double> values, std::span<const double> weights, std::span<const double> variance,
              double defect, double weight_norm) {
  const double factor = defect / weight_norm;
  for (std::size_t n = 0; n < values.size(); ++n)
    values[n] -= factor * weights[n] * (variance.empty() ? 1.0 : variance[n]);
}

/// All that one pass over the points gives; summed over the ranks in one go. Five sums an output.
struct Guard::Sums {
  double points = 0, not_finite = 0, outside = 0, beyond = 0;
  struct Output {
    double integral = 0, modulus = 0, weight_norm = 0;  ///< g.mu, g.|mu|, g.g
    double work = 0, square = 0;                        ///< g.(2 u d + d^2) and g.u^2 of the field u
  };
  std::vector<Output> outputs{};
  [[nodiscard]] std::vector<double> packed() const {
    std::vector<double> values{points, not_finite, outside, beyond};
    for (const Output& o : outputs)
      values.insert(values.end(), {o.integral, o.modulus, o.weight_norm, o.work, o.square});
    return values;
  }
  void unpack(const std::vector<double>& values) {
    points = values[0], not_finite = values[1], outside = values[2], beyond = values[3];
    std::size_t at = 4;
    for (Output& o : outputs)
      for (double* value : {&o.integral, &o.modulus, &o.weight_norm, &o.work, &o.square})
        *value = values[at++];
  }
};

Guard::Guard(const GuardParameters& parameters, const Weights& weights, const grid::Grid& grid,
             const grid::LayoutPtr& layout)
    : parameters_(parameters), inputs_(weights.inputs), outputs_(weights.outputs), layout_(layout) {
  for (const Channel& channel : inputs_) {
    const double low = channel.lower.value_or(-infinite), high = channel.upper.value_or(infinite);
    const double margin = channel.lower && channel.upper ? parameters.box_margin * (high - low) : 0;
    low_.push_back(low - margin);
    high_.push_back(high + margin);
  }
  if (parameters.distance) {
    if (weights.input_mean.empty() || weights.input_covariance.empty())
      throw base::AgreedError(
          "guard.distance needs input_mean and input_covariance in the weights file; it has none");
    mean_ = weights.input_mean;
    whiten_ = whitening(weights.input_covariance, inputs_.size());
  }
  conserved_.assign(outputs_.size(), false);
  for (const std::string& name : parameters.conserve) {
    const auto found = std::ranges::find(outputs_, name, &Channel::field);
    if (found == outputs_.end()) {
      std::string known;
      for (const Channel& channel : outputs_) known += (known.empty() ? "" : ", ") + channel.field;
      throw base::AgreedError("guard.conserve: '" + name +
                              "' is not an output of the surrogate; it has: " + known);
    }
    conserved_[static_cast<std::size_t>(found - outputs_.begin())] = true;
  }
  for (int d = 0; d < 3; ++d) volume_[d] = widths(grid, *layout, d);
}

bool Guard::outside(const double* x) const {
  for (std::size_t c = 0; c < inputs_.size(); ++c)
    if (!(x[c] >= low_[c] && x[c] <= high_[c])) return true;
  if (whiten_.empty()) return false;
  double square = 0;
  const std::size_t n = inputs_.size();
  for (std::size_t i = 0; i < n; ++i) {
    double z = 0;
    for (std::size_t j = 0; j <= i; ++j)
      z += whiten_[i * n + j] * ((x[j] - inputs_[j].shift) / inputs_[j].scale - mean_[j]);
    square += z * z;
  }
  return !(square <= *parameters_.distance * *parameters_.distance);
}

/// Rows of the owned block with the volume that a row's cells share; the last axis in use varies along it.
template <class Visit>
void Guard::for_each_row_with_volume(Visit visit) const {
  const int last = layout_->dimensions() - 1;
  if (layout_->owned_size() == 0) return;
  const Index rows = last > 0 ? layout_->count()[0] : 1, inner = last > 1 ? layout_->count()[1] : 1;
  for (Index i = 0; i < rows; ++i)
    for (Index j = 0; j < inner; ++j) {
      const double shared = (last > 0 ? volume_[0][static_cast<std::size_t>(i)] : 1.0) *
                            (last > 1 ? volume_[1][static_cast<std::size_t>(j)] : 1.0);
      visit(i, j, shared, volume_[last]);
    }
}

Guard::Sums Guard::look(std::span<const ChannelView> inputs, std::span<const grid::RealField> outputs,
                        const GuardedCall& call) const {
  Sums sums;
  sums.outputs.resize(outputs.size());
  std::vector<double> x(inputs.size());
  bool watched = !whiten_.empty();
  for (std::size_t c = 0; c < inputs_.size(); ++c)
    watched = watched || low_[c] > -infinite || high_[c] < infinite;
  for_each_row_with_volume([&](Index i, Index j, double shared, const std::vector<double>& along) {
    const auto length = static_cast<Index>(along.size());
    sums.points += static_cast<double>(length);
    for (std::size_t o = 0; o < outputs.size(); ++o) {
      const double* d = outputs[o].data() + outputs[o].layout().position(i, j);
      const bool added = !call.fields.empty();
      const double* u =
          added ? call.fields[o].data + call.fields[o].layout->position(i, j) * call.fields[o].stride : d;
      const Index stride = added ? call.fields[o].stride : 1;
      look_at_row(sums, o, {.d = d, .u = u, .stride = stride, .factor = added ? call.factor : 0.0}, shared,
                  along);
    }
    for (Index k = 0; watched && k < length; ++k) {
      for (std::size_t c = 0; c < inputs.size(); ++c)
        x[c] = inputs[c].data[(inputs[c].layout->position(i, j) + k) * inputs[c].stride];
      if (outside(x.data())) sums.outside += 1;
    }
  });
  return sums;
}

void Guard::look_at_row(Sums& sums, std::size_t o, const Row& row, double shared,
                        const std::vector<double>& along) const {
  Sums::Output& sum = sums.outputs[o];
  const double low = outputs_[o].lower.value_or(-infinite), high = outputs_[o].upper.value_or(infinite);
  double integral = 0, modulus = 0, norm = 0, work = 0, square = 0, zero = 0;
  Index beyond = 0;
  const auto length = static_cast<Index>(along.size());
  for (Index k = 0; k < length; ++k) {
    const double d = row.d[k], g = shared * along[static_cast<std::size_t>(k)];
    const double u = row.u[k * row.stride], change = row.factor * d;
    zero += 0 * d;  // stays 0 as long as every value is finite
    beyond += d < low || d > high ? 1 : 0;
    integral += g * d;
    modulus += g * std::abs(d);
    norm += g * g;
    work += g * change * (2 * u + change);
    square += g * u * u;
  }
  if (!(zero == 0)) sums.not_finite += 1;
  sums.beyond += static_cast<double>(beyond);
  sum.integral += integral;
  sum.modulus += modulus;
  sum.weight_norm += norm;
  sum.work += work;
  sum.square += square;
}

/// Why the call is to be refused; empty if it is not. What is not finite has been refused before.
std::string Guard::complaint(const Sums& sums) {
  if (sums.outside > parameters_.outside * sums.points) {
    ++counters[GuardCounters::outside];
    return fmt::format(
        "the inputs of {:.0f} of {:.0f} points lie outside the training data (allowed: {:.4g} of them)",
        sums.outside, sums.points, parameters_.outside);
  }
  if (sums.beyond > 0) {
    ++counters[GuardCounters::out_of_bounds];
    if (parameters_.bounds == "refuse")
      return fmt::format("{:.0f} output values lie beyond their bounds", sums.beyond);
  }
  for (std::size_t o = 0; o < outputs_.size(); ++o) {
    if (!conserved_[o] || sums.outputs[o].modulus == 0) continue;
    last_defect_ = std::abs(sums.outputs[o].integral) / sums.outputs[o].modulus;
    if (parameters_.defect && last_defect_ > *parameters_.defect) {
      ++counters[GuardCounters::defect];
      return fmt::format("the integral of '{}' is {:.3g} of that of its modulus (allowed: {:.3g})",
                         outputs_[o].field, last_defect_, *parameters_.defect);
    }
  }
  return {};
}

void Guard::limit(std::span<grid::RealField> outputs) const {
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const double low = outputs_[o].lower.value_or(-infinite), high = outputs_[o].upper.value_or(infinite);
    for (double& value : outputs[o].span()) value = std::clamp(value, low, high);
  }
}

void Guard::project(std::span<grid::RealField> outputs, const Sums& sums) const {
  std::vector<double> weights;
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    if (!conserved_[o]) continue;
    for_each_row_with_volume([&](Index i, Index j, double shared, const std::vector<double>& along) {
      weights.assign(along.begin(), along.end());
      for (double& g : weights) g *= shared;
      double* row = outputs[o].data() + outputs[o].layout().position(i, j);
      conserve({row, along.size()}, weights, {}, sums.outputs[o].integral, sums.outputs[o].weight_norm);
    });
  }
}

/// Scales corrections down by s <= 1 so that the energy, which changes by s b + s^2 a (b = g.2 u d, a =
/// g.d^2, work = a + b), grows no more than allowed; true if one was.
bool Guard::limit_growth(std::span<grid::RealField> outputs, const Sums& sums, const GuardedCall& call) {
  if (!parameters_.growth || call.fields.empty()) return false;
  bool limited = false;
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const double allowed = *parameters_.growth * call.dt * sums.outputs[o].square;
    if (sums.outputs[o].work <= allowed) continue;
    // With s <= 1 and a >= 0: s b + s^2 a <= s (b + a) = s work.
    const double scale = std::max(0.0, allowed / sums.outputs[o].work);
    for (double& value : outputs[o].span()) value *= scale;
    limited = true;
  }
  if (limited) ++counters[GuardCounters::growth];
  return limited;
}

Verdict Guard::refuse(const std::string& reason) {
  reason_ = reason;
  ++counters[GuardCounters::refused];
  ++counters[GuardCounters::in_a_row];
  if (parameters_.policy == "stop") throw base::AgreedError("the call was refused: " + reason);
  if (parameters_.budget > 0 && counters[GuardCounters::in_a_row] >= parameters_.budget)
    counters[GuardCounters::off] = 1;
  return Verdict::refused;
}

Guard::Sums Guard::agreed(Sums sums) const {
  std::vector<double> packed = sums.packed();
  // What is not finite is known by its count; its sums would say nothing.
  for (double& value : packed) value = std::isfinite(value) ? value : 0.0;
  layout_->communicator().sum(packed);
  sums.unpack(packed);
  return sums;
}

Verdict Guard::judge(std::span<const ChannelView> inputs, std::span<grid::RealField> outputs,
                     const GuardedCall& call) {
  ++counters[GuardCounters::calls];
  Sums sums = agreed(look(inputs, outputs, call));
  if (sums.not_finite > 0) {
    ++counters[GuardCounters::not_finite];
    return refuse("it gives NaN or Inf");
  }
  if (const std::string reason = complaint(sums); !reason.empty()) {
    if (parameters_.policy != "warn") return refuse(reason);
    reason_ = reason;
  }
  const bool bounded = sums.beyond > 0 && parameters_.bounds == "limit";
  if (bounded) {
    limit(outputs);
    sums = agreed(look(inputs, outputs, call));
  }
  if (std::ranges::find(conserved_, true) != conserved_.end()) {
    project(outputs, sums);
    if (parameters_.growth) sums = agreed(look(inputs, outputs, call));
  }
  const bool slowed = limit_growth(outputs, sums, call);
  counters[GuardCounters::in_a_row] = 0;
  ++counters[bounded || slowed ? GuardCounters::limited : GuardCounters::accepted];
  return bounded || slowed ? Verdict::limited : Verdict::accepted;
}

}  // namespace sluice::surrogate
