// Lorenz, Proc. Seminar on Predictability (ECMWF 1996) 1; two scales as there, sec. 4. Classical Runge-Kutta.
#include "turbulence/lorenz96.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "run/hook.hpp"

namespace sluice::solvers::turbulence {

using grid::Index;

void Lorenz96Parameters::declare(base::Parameters& p) {
  p.integer("fast", fast, {.help = "J, fast variables to a slow one; 0: one scale", .minimum = 0});
  p.real("forcing", forcing, {.help = "F", .unit = "1"});
  p.real("coupling", coupling, {.help = "h", .unit = "1"});
  p.real("amplitude_ratio", amplitude_ratio,
         {.help = "b", .unit = "1", .minimum = 0, .exclusive_minimum = true});
  p.real("time_ratio", time_ratio, {.help = "c", .unit = "1", .minimum = 0, .exclusive_minimum = true});
}

grid::LayoutPtr Lorenz96Solver::layout(const base::Communicator& communicator, std::int64_t systems,
                                       std::int64_t variables) {
  return grid::Layout::block(communicator, {.dimensions = 2,
                                            .global = {systems, std::max<Index>(variables, 1), 1},
                                            .periodic = {false, true, false},
                                            .processes = {0, 1, 1}});
}

Lorenz96Solver::Lorenz96Solver(const Lorenz96Run& run, const grid::Grid& grid, const run::Context& context)
    : run_(run),
      grid_(grid),
      context_(context),
      slow_(layout(context.communicator, run.systems, run.variables)),
      fast_(layout(context.communicator, run.systems, run.variables * run.equation.fast)),
      first_(make_ensemble("")),
      second_(make_ensemble("_copy")),
      growth_({"growth", "1", "logarithm of growth"}, layout(context.communicator, run.systems, 1)) {
  for (auto& one : work_) one.resize(static_cast<std::size_t>(run.variables * (1 + run.equation.fast)));
}

Lorenz96Solver::Ensemble Lorenz96Solver::make_ensemble(const std::string& suffix) const {
  return {grid::RealField({"X" + suffix, "1", "slow variables"}, slow_),
          grid::RealField({"Y" + suffix, "1", "fast variables"}, fast_)};
}

void Lorenz96Solver::initialize() {
  const base::RandomKey key{.seed = context_.seed, .member = context_.member, .stream = 0x7f05};
  for (auto* ensemble : {&first_, &second_})
    for (auto* field : {&ensemble->x, &ensemble->y}) {
      const auto& layout = field->layout();
      const bool slow = field == &ensemble->x;
      for (Index i = 0; i < layout.owned_size(); ++i) {
        const auto place = static_cast<std::uint64_t>(layout.offset()[0] * layout.global()[1] + i);
        const double noise = base::random_normal(key, place, slow ? 0 : 1)[0];
        field->data()[i] = slow                     ? 0.5 * run_.equation.forcing + noise
                           : run_.equation.fast > 0 ? 0.1 * noise
                                                    : 0.0;
        if (ensemble == &second_ && slow)
          field->data()[i] += run_.separation * base::random_normal(key, place, 2)[0];
      }
    }
}

void Lorenz96Solver::state(run::State& state) {
  state.field(first_.x);
  if (run_.equation.fast > 0) state.field(first_.y);
  if (run_.lyapunov_every > 0) {
    state.field(second_.x);
    if (run_.equation.fast > 0) state.field(second_.y);
    state.field(growth_);
  }
  state.real("segment_end", steps_.segment_end);
  state.real("dt", steps_.dt);
  state.real("start", start_);
  state.real("time", time_);
  state.real("last_rescaling", last_rescaling_);
  state.real("counted", counted_);
  state.integer("steps", taken_);
  state.integer("samples", samples_);
  state.reals("sums", sums_);
}

void Lorenz96Solver::tendency(const double* x, const double* y, double* dx, double* dy) const {
  const Index k = run_.variables, j = run_.equation.fast, all = k * j;
  const auto& e = run_.equation;
  const double exchange = e.coupling * e.time_ratio / e.amplitude_ratio;
  for (Index n = 0; n < k; ++n) {
    double fast = 0;
    for (Index m = 0; m < j; ++m) fast += y[n * j + m];
    const double before = x[n == 0 ? k - 1 : n - 1], before2 = x[n < 2 ? n + k - 2 : n - 2],
                 after = x[n + 1 == k ? 0 : n + 1];
    dx[n] = -before * (before2 - after) - x[n] + e.forcing - exchange * fast;
  }
  const double fast_advection = e.time_ratio * e.amplitude_ratio;
  for (Index m = 0; m < all; ++m) {
    const double after = y[m + 1 == all ? 0 : m + 1], after2 = y[m + 2 >= all ? m + 2 - all : m + 2],
                 before = y[m == 0 ? all - 1 : m - 1];
    dy[m] = -fast_advection * after * (after2 - before) - e.time_ratio * y[m] + exchange * x[m / j];
  }
}

void Lorenz96Solver::step(Ensemble& ensemble, double dt) {
  const Index slow = run_.variables, fast = slow * run_.equation.fast, systems = slow_->count()[0];
  auto& [start, stage, rate, sum] = work_;
  for (Index s = 0; s < systems; ++s) {
    double *x = ensemble.x.data() + s * slow, *y = ensemble.y.data() + s * std::max<Index>(fast, 1);
    std::copy_n(x, slow, start.data());
    std::copy_n(y, fast, start.data() + slow);
    stage = start;
    constexpr std::array<double, 4> next{0.5, 0.5, 1.0, 0.0}, weight{1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
    sum = start;
    for (std::size_t n = 0; n < 4; ++n) {
      tendency(stage.data(), stage.data() + slow, rate.data(), rate.data() + slow);
      for (std::size_t i = 0; i < start.size(); ++i) {
        sum[i] += weight[n] * dt * rate[i];
        stage[i] = start[i] + next[n] * dt * rate[i];
      }
    }
    std::copy_n(sum.data(), slow, x);
    std::copy_n(sum.data() + slow, fast, y);
  }
}

void Lorenz96Solver::rescale(double time) {
  const Index slow = run_.variables, fast = slow * run_.equation.fast;
  for (Index s = 0; s < slow_->count()[0]; ++s) {
    double square = 0;
    const auto each = [&](auto work) {
      for (Index i = s * slow; i < (s + 1) * slow; ++i) work(first_.x.data()[i], second_.x.data()[i]);
      for (Index i = s * fast; i < (s + 1) * fast; ++i) work(first_.y.data()[i], second_.y.data()[i]);
    };
    each([&](double a, double& b) { square += (b - a) * (b - a); });
    if (!(square > 0)) continue;
    const double scale = run_.separation / std::sqrt(square);
    each([&](double a, double& b) { b = a + scale * (b - a); });
    if (last_rescaling_ >= run_.lyapunov_start && time > last_rescaling_)
      growth_.data()[s] -= std::log(scale);
  }
  if (last_rescaling_ >= run_.lyapunov_start && time > last_rescaling_) counted_ += time - last_rescaling_;
  last_rescaling_ = time;
}

void Lorenz96Solver::sample() {
  if (run_.mean_every <= 0 || taken_ % run_.mean_every != 0 || time_ - start_ < run_.mean_start) return;
  base::CompensatedSum one, two, fast;
  const double exchange = run_.equation.coupling * run_.equation.time_ratio / run_.equation.amplitude_ratio;
  for (Index i = 0; i < slow_->owned_size(); ++i) {
    one.add(first_.x.data()[i]);
    two.add(first_.x.data()[i] * first_.x.data()[i]);
  }
  if (run_.equation.fast > 0)
    for (Index i = 0; i < fast_->owned_size(); ++i) fast.add(exchange * first_.y.data()[i]);
  std::array<double, 3> all{one.value(), two.value(), fast.value()};
  slow_->communicator().sum(all);
  for (std::size_t n = 0; n < 3; ++n) sums_[n] += all[n] / static_cast<double>(slow_->global_size());
  ++samples_;
}

run::StepResult Lorenz96Solver::advance(double t, double dt_max) {
  const double dt = steps_.next(t, dt_max, run_.dt);
  if (taken_ == 0) start_ = t;
  step(first_, dt);
  if (run_.lyapunov_every > 0) step(second_, dt);
  time_ = t + dt;
  ++taken_;
  double bad = 0;
  for (Index i = 0; i < slow_->owned_size(); ++i) bad += 0 * first_.x.data()[i];
  if (slow_->communicator().any(!std::isfinite(bad)))
    throw run::StateError("step " + std::to_string(taken_) + ": X is not finite; a shorter time.dt may help");
  if (run_.lyapunov_every > 0 && taken_ % run_.lyapunov_every == 0) rescale(time_ - start_);
  sample();
  return {.accepted = true, .dt_taken = dt, .dt_next = steps_.dt};
}

std::vector<run::Output> Lorenz96Solver::outputs() {
  return {{.info = first_.x.info(), .components = 1, .compute = [this] { return first_.x.erased(); }}};
}

std::vector<run::Quantity> Lorenz96Solver::diagnostics() {
  std::vector<run::Quantity> result;
  const auto say = [&](const std::string& name, double value) {
    result.push_back({.name = name, .unit = "1", .value = value});
  };
  const auto cells = static_cast<double>(slow_->global_size());
  say("X_mean_now", grid::sum(first_.x.erased()) / cells);
  if (run_.mean_every > 0) {
    const double n = samples_ > 0 ? static_cast<double>(samples_) : 1, mean = sums_[0] / n;
    say("X_mean", mean);
    say("X_deviation", std::sqrt(std::max(0.0, sums_[1] / n - mean * mean)));
    say("U_mean", sums_[2] / n);
  }
  if (run_.lyapunov_every > 0) {
    const auto systems = static_cast<double>(run_.systems), time = counted_ > 0 ? counted_ : 1;
    const double sum = grid::sum(growth_.erased()), norm = grid::norm2(growth_.erased());
    const double variance =
        systems > 1 ? std::max(0.0, norm * norm - sum * sum / systems) / (systems - 1) : 0.0;
    say("lyapunov", sum / systems / time);
    say("lyapunov_error", std::sqrt(variance / systems) / time);
  }
  return result;
}

}  // namespace sluice::solvers::turbulence
