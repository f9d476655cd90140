#include "run/score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "numerics/spectral/mode_map.hpp"

namespace sluice::run {

double wasserstein(std::vector<double> a, std::vector<double> b) {
  if (a.empty() || b.empty()) throw base::InputError("a distance of distributions needs values");
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  const auto of_a = 1 / static_cast<double>(a.size()), of_b = 1 / static_cast<double>(b.size());
  double sum = 0, at = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double end_a = static_cast<double>(i + 1) * of_a, end_b = static_cast<double>(j + 1) * of_b,
                 end = std::min(end_a, end_b);
    sum += (end - at) * std::abs(a[i] - b[j]);
    at = end;
    // Equal ends must move both, whatever the rounding.
    const auto left = static_cast<double>(i + 1) * static_cast<double>(b.size()),
               right = static_cast<double>(j + 1) * static_cast<double>(a.size());
    if (left <= right) ++i;
    if (right <= left) ++j;
  }
  return sum;
}

namespace {

/// Cumulative distribution of a histogram, linear inside the bins.
class Distribution {
 public:
  explicit Distribution(const Histogram& histogram) : edges_(histogram.edges), below_{0} {
    if (edges_.size() != histogram.density.size() + 1 || edges_.size() < 2)
      throw base::InputError("a histogram needs one edge more than it has densities");
    for (std::size_t i = 0; i < histogram.density.size(); ++i)
      below_.push_back(below_.back() + histogram.density[i] * (edges_[i + 1] - edges_[i]));
    if (!(below_.back() > 0)) throw base::InputError("a histogram is empty");
    const double total = below_.back();
    for (double& one : below_) one /= total;
  }
  [[nodiscard]] double operator()(double value) const {
    if (value <= edges_.front()) return 0;
    if (value >= edges_.back()) return 1;
    const auto above = std::upper_bound(edges_.begin(), edges_.end(), value);
    const auto i = static_cast<std::size_t>(above - edges_.begin()) - 1;
    const double part = (value - edges_[i]) / (edges_[i + 1] - edges_[i]);
    return below_[i] + part * (below_[i + 1] - below_[i]);
  }

 private:
  std::vector<double> edges_, below_;
};

}  // namespace

double wasserstein(const Histogram& a, const Histogram& b) {
  const Distribution of_a(a), of_b(b);
  std::vector<double> edges = a.edges;
  edges.insert(edges.end(), b.edges.begin(), b.edges.end());
  std::sort(edges.begin(), edges.end());
  double sum = 0, before = of_a(edges.front()) - of_b(edges.front());
  for (std::size_t i = 0; i + 1 < edges.size(); ++i) {
    const double after = of_a(edges[i + 1]) - of_b(edges[i + 1]), size = std::abs(before) + std::abs(after);
    // The size of a straight line's integral: a trapezium, or two triangles if it changes sign.
    const double mean = before * after >= 0 ? size / 2 : (before * before + after * after) / (2 * size);
    sum += (edges[i + 1] - edges[i]) * mean;
    before = after;
  }
  return sum;
}

CurveError curve_error(const Curve& curve, const Curve& reference, double last) {
  double squares = 0, of_reference = 0, logs = 0;
  std::size_t number = 0, positive = 0;
  for (std::size_t i = 0, j = 0; i < curve.at.size() && j < reference.at.size();) {
    const double tolerance = 1e-6 * std::max(std::abs(curve.at[i]), std::abs(reference.at[j]));
    if (std::abs(curve.at[i] - reference.at[j]) > tolerance) {
      curve.at[i] < reference.at[j] ? ++i : ++j;
      continue;
    }
    if (curve.at[i] > last) break;
    const double value = curve.values[i++], wanted = reference.values[j++];
    squares += (value - wanted) * (value - wanted);
    of_reference += wanted * wanted;
    ++number;
    if (!(value > 0) || !(wanted > 0)) continue;
    logs += std::pow(std::log10(value / wanted), 2);
    ++positive;
  }
  if (number == 0)
    throw base::InputError(fmt::format("{}: both runs have no {} in common", curve.name, curve.abscissa));
  return {.rms = std::sqrt(squares / static_cast<double>(number)),
          .relative = of_reference > 0 ? std::sqrt(squares / of_reference) : 0.0,
          .decades = positive > 0 ? std::sqrt(logs / static_cast<double>(positive)) : 0.0};
}

double correlation(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size() || a.empty())
    throw base::InputError(fmt::format("a correlation of {} and {} values", a.size(), b.size()));
  double mean_a = 0, mean_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) mean_a += a[i], mean_b += b[i];
  mean_a /= static_cast<double>(a.size());
  mean_b /= static_cast<double>(a.size());
  double both = 0, own_a = 0, own_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double x = a[i] - mean_a, y = b[i] - mean_b;
    both += x * y;
    own_a += x * x;
    own_b += y * y;
  }
  return own_a > 0 && own_b > 0 ? both / std::sqrt(own_a * own_b) : 0.0;
}

double duration_above(std::span<const double> times, std::span<const double> correlations, double least) {
  double sum = 0;
  for (std::size_t i = 1; i < times.size(); ++i)
    if (correlations[i] > least) sum += times[i] - times[i - 1];
  return sum;
}

FieldValues coarsened(const FieldValues& field, const std::vector<std::int64_t>& shape) {
  if (field.shape == shape) return field;
  if (field.shape.size() != shape.size() || shape.empty() || shape.size() > 3)
    throw base::InputError(fmt::format("a field of {} axes cannot be compared with one of {}",
                                       field.shape.size(), shape.size()));
  const auto self = base::Communicator::self();
  numerics::FourierSpec fine{
      .dimensions = static_cast<int>(shape.size()), .real = true, .planning = numerics::Planning::estimated},
      coarse = fine;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] > field.shape[axis])
      throw base::InputError(
          fmt::format("axis {}: {} points cannot be made from {}", axis, shape[axis], field.shape[axis]));
    fine.points[axis] = field.shape[axis];
    coarse.points[axis] = shape[axis];
  }
  numerics::FourierTransform from(self, fine), to(self, coarse);
  grid::RealField values({"f", "1", "f"}, from.physical()), result({"f", "1", "f"}, to.physical());
  grid::ComplexField modes({"F", "1", "F"}, from.spectral()), kept({"F", "1", "F"}, to.spectral());
  const auto each = [](grid::RealField& one, auto work) {
    const auto view = one.view();
    const grid::Index3& count = one.layout().count();
    std::size_t next = 0;
    for (grid::Index i = 0; i < count[0]; ++i)
      for (grid::Index j = 0; j < count[1]; ++j)
        for (grid::Index k = 0; k < count[2]; ++k) work(view(i, j, k), next++);
  };
  each(values, [&](double& value, std::size_t n) { value = field.values.at(n); });
  from.forward(values, modes);
  numerics::ModeMap(to, from).to_coarse(modes, 1 / static_cast<double>(from.total_points()), kept);
  to.inverse(kept, result);
  FieldValues reduced{.shape = shape, .values = {}};
  each(result, [&](double& value, std::size_t) { reduced.values.push_back(value); });
  return reduced;
}

}  // namespace sluice::run
