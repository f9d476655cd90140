#include "nlse/split_step.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/timer.hpp"
#include "nlse/kernels.hpp"

namespace sluice::solvers::nlse {
namespace {

using grid::ComplexField;
using grid::Index;
using std::complex;

/// A timer where the work is worth one: on small grids the clock takes as long as the work.
class Timed {
 public:
  Timed(std::string_view name, bool timed) {
    if (timed) timer_.emplace(name);
  }

 private:
  std::optional<base::ScopedTimer> timer_;
};
constexpr Index least_timed_points = 16384;

double* as_doubles(complex<double>* data) { return reinterpret_cast<double*>(data); }
const double* as_doubles(const complex<double>* data) { return reinterpret_cast<const double*>(data); }

/// The part of an axis' potential that this rank owns; zeros if there is none.
std::vector<double> local_part(const std::vector<double>& whole, Index begin, Index count) {
  if (whole.empty()) return std::vector<double>(static_cast<std::size_t>(count), 0.0);
  return {whole.begin() + begin, whole.begin() + begin + count};
}

}  // namespace

SplitStep::SplitStep(numerics::FourierTransform& transform, Equation equation, Splitting splitting,
                     bool increment_form)
    : transform_(&transform),
      equation_(std::move(equation)),
      splitting_(std::move(splitting)),
      increment_(increment_form),
      row_dimension_(transform.spec().dimensions - 1),
      in_place_(transform.in_place() && row_dimension_ > 0),
      timed_(transform.physical()->owned_size() >= least_timed_points),
      modes_({"modes", "1", "modes of psi"}, transform.spectral()) {
  const auto& layout = *transform.physical();
  if (increment_ && !in_place_)
    change_ = ComplexField({"change", "1", "change of psi"}, transform.physical());
  for (std::size_t d = 0; d < 3; ++d)
    potential_[d] = local_part(equation_.potential[d], layout.offset()[d], layout.count()[d]);
}

SplitStep::DriftTable SplitStep::make_table(double tau) const {
  const double scale = 1.0 / static_cast<double>(transform_->total_points());
  DriftTable table;
  for (int d = 0; d <= row_dimension_; ++d) {
    auto& factors = d == row_dimension_ ? table.row : table.outer[static_cast<std::size_t>(d)];
    for (const double k : transform_->wavenumbers(d)) {
      const complex<double> factor = phase_factor_minus_one(-0.5 * k * k * tau) + (increment_ ? 0.0 : 1.0);
      factors.push_back(d == row_dimension_ ? factor * scale : factor);
    }
  }
  return table;
}

void SplitStep::make_tables(double dt) {
  if (dt == table_dt_) return;
  tables_.clear();
  table_of_drift_.clear();
  std::vector<double> made;
  for (const double drift : splitting_.drifts) {
    const auto found = std::find(made.begin(), made.end(), drift);
    table_of_drift_.push_back(static_cast<std::size_t>(found - made.begin()));
    if (found != made.end()) continue;
    made.push_back(drift);
    tables_.push_back(make_table(drift * dt));
  }
  table_dt_ = dt;
}

void SplitStep::advance(ComplexField& psi, double dt) {
  make_tables(dt);
  const std::size_t drifts = splitting_.drifts.size();
  for (std::size_t stage = 0; stage <= drifts; ++stage) {
    kick(splitting_.kicks[stage] * dt, stage > 0 && increment_, psi);
    if (stage < drifts) drift(tables_[table_of_drift_[stage]], psi);
  }
}

void SplitStep::kick(double tau, bool add_change, ComplexField& psi) {
  const Timed timer("kick", timed_);
  const auto& count = transform_->physical()->count();
  const Index rows = row_dimension_ == 0   ? std::min<Index>(count[0], 1)
                     : row_dimension_ == 1 ? count[0]
                                           : count[0] * count[1];
  const Index points = count[static_cast<std::size_t>(row_dimension_)];
  const Kick strength{.density = tau * equation_.g, .potential = tau};
  const double* inner = potential_[static_cast<std::size_t>(row_dimension_)].data();
  const ComplexField& change = in_place_ ? modes_ : change_;
  for (Index row = 0; row < rows; ++row) {
    double outer = 0;
    if (row_dimension_ == 1) outer = potential_[0][static_cast<std::size_t>(row)];
    if (row_dimension_ == 2)
      outer = potential_[0][static_cast<std::size_t>(row / count[1])] +
              potential_[1][static_cast<std::size_t>(row % count[1])];
    double* values = as_doubles(psi.data() + row * points);
    if (add_change)
      kick_row<true>(strength, outer, inner, as_doubles(change.data() + row * points), values, points);
    else
      kick_row<false>(strength, outer, inner, nullptr, values, points);
  }
}

void SplitStep::multiply(const DriftTable& table) {
  const Timed timer("multiply", timed_);
  const auto& count = transform_->spectral()->count();
  const Index rows = row_dimension_ == 0   ? std::min<Index>(count[0], 1)
                     : row_dimension_ == 1 ? count[0]
                                           : count[0] * count[1];
  const Index points = count[static_cast<std::size_t>(row_dimension_)];
  const double scale = 1.0 / static_cast<double>(transform_->total_points());
  for (Index row = 0; row < rows; ++row) {
    // Increments: (1 + a)(1 + b) - 1 = a + b + a b, never the difference of two numbers near one.
    complex<double> outer = increment_ ? 0.0 : 1.0;
    if (row_dimension_ == 1) outer = table.outer[0][static_cast<std::size_t>(row)];
    if (row_dimension_ == 2) {
      const auto a = table.outer[0][static_cast<std::size_t>(row / count[1])],
                 b = table.outer[1][static_cast<std::size_t>(row % count[1])];
      outer = increment_ ? a + b + a * b : a * b;
    }
    const complex<double> add = increment_ ? outer * scale : 0.0, times = increment_ ? 1.0 + outer : outer;
    drift_row(add, times, as_doubles(table.row.data()), as_doubles(modes_.data() + row * points), points);
  }
}

void SplitStep::drift(const DriftTable& table, ComplexField& psi) {
  {
    const Timed timer("transform", timed_);
    transform_->forward(psi, modes_);
  }
  multiply(table);
  const Timed timer("transform", timed_);
  if (!increment_)
    transform_->inverse(modes_, psi);
  else if (in_place_)
    transform_->inverse(modes_);
  else
    transform_->inverse(modes_, change_);
}

}  // namespace sluice::solvers::nlse
