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

}  // namespace

SplitStep::SplitStep(numerics::FourierTransform& transform, Equation& equation, Splitting splitting,
                     const SpaceParameters& space, bool increment_form)
    : transform_(&transform),
      equation_(&equation),
      splitting_(std::move(splitting)),
      space_(space),
      increment_(increment_form),
      fused_(equation.parameters().components == 1),
      in_place_(transform.in_place() && transform.spec().dimensions > 1),
      timed_(transform.physical()->owned_size() >= least_timed_points),
      modes_({"modes", "1", "modes of psi"}, transform.spectral()) {
  if (increment_ && !in_place_)
    change_ = ComplexField({"change", "1", "change of psi"}, transform.physical());
}

void SplitStep::make_tables(double dt) {
  if (dt == table_dt_) return;
  tables_.clear();
  table_of_drift_.clear();
  const auto factors = dealiasing_factors(space_, *transform_, splitting_.drifts.size());
  const double scale = 1.0 / static_cast<double>(transform_->total_points());
  std::vector<double> made;
  for (const double drift : splitting_.drifts) {
    const auto found = std::find(made.begin(), made.end(), drift);
    table_of_drift_.push_back(static_cast<std::size_t>(found - made.begin()));
    if (found != made.end()) continue;
    made.push_back(drift);
    tables_.push_back(make_drift_table(*transform_, drift * dt, factors, increment_, scale));
  }
  table_dt_ = dt;
}

void SplitStep::advance(Components& psi, double t, double dt) {
  make_tables(dt);
  const std::size_t drifts = splitting_.drifts.size();
  double drifted = 0;
  for (std::size_t stage = 0; stage <= drifts; ++stage) {
    {
      const Timed timer("kick", timed_);
      const bool add_change = stage > 0 && increment_ && fused_;
      kick(*equation_, splitting_.kicks[stage] * dt, t + drifted * dt, add_change ? &change() : nullptr, psi);
    }
    if (stage == drifts) break;
    drift(tables_[table_of_drift_[stage]], splitting_.drifts[stage] * dt, psi);
    drifted += splitting_.drifts[stage];
  }
}

void SplitStep::drift(const DriftTable& table, double tau, Components& psi) {
  for (auto& one : psi) {
    drift_component(table, one);
    if (fused_ || !increment_) continue;
    double* u = as_doubles(one.data());
    const double* v = as_doubles(change().data());
    for (Index i = 0; i < 2 * one.layout().owned_size(); ++i) u[i] += v[i];
  }
  if (equation_->parameters().rabi != 0) couple(tau, psi);
}

void SplitStep::drift_component(const DriftTable& table, ComplexField& psi) {
  if (transform_->convolves()) {
    const Timed timer("transform and multiply", timed_);
    const auto times_table = [&](Index first, Index planes, grid::Complex* modes) {
      multiply(*transform_, table, first, planes, modes);
    };
    return transform_->convolve(psi, times_table, increment_ ? change_ : psi);
  }
  {
    const Timed timer("transform", timed_);
    transform_->forward(psi, modes_);
  }
  {
    const Timed timer("multiply", timed_);
    multiply(*transform_, table, modes_);
  }
  const Timed timer("transform", timed_);
  if (!increment_)
    transform_->inverse(modes_, psi);
  else if (in_place_)
    transform_->inverse(modes_);
  else
    transform_->inverse(modes_, change_);
}

/// Rabi coupling commutes with the kinetic part: psi <- exp(-i tau (rabi/2) sigma_x) psi, exactly.
void SplitStep::couple(double tau, Components& psi) const {
  const auto turned = phase_factor_minus_one(-0.5 * equation_->parameters().rabi * tau);
  grid::Complex *u = psi[0].data(), *v = psi[1].data();
  for (Index i = 0; i < psi[0].layout().owned_size(); ++i) {
    const grid::Complex a = u[i], b = v[i];
    u[i] += turned.real() * a + grid::Complex(-b.imag(), b.real()) * turned.imag();
    v[i] += turned.real() * b + grid::Complex(-a.imag(), a.real()) * turned.imag();
  }
}

}  // namespace sluice::solvers::nlse
