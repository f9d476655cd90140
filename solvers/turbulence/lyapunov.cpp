#include "turbulence/lyapunov.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::solvers::turbulence {

Lyapunov::Lyapunov(const Space& space, const TurbulenceParameters& parameters,
                   const std::vector<std::string>& names)
    : space_(&space),
      parameters_(parameters.lyapunov),
      copy_([&] {
        Modes modes;
        for (const auto& name : names) modes.push_back(space.make_modes(name));
        return modes;
      }()),
      copy_state_(space, copy_),
      integrator_(make_integrator(parameters.integrator, space, names.size())) {}

double Lyapunov::norm(const Modes& u) const {
  double sum = 0;
  for (std::size_t f = 0; f < copy_.size(); ++f)
    sum += space_->sum_modes([&](Index at, double, double, double) { return std::norm(u[f].data()[at]); });
  return std::sqrt(sum);
}

void Lyapunov::begin(const Modes& u, const base::RandomKey& key) {
  double size = norm(u);
  if (size == 0) size = space_->points();
  for (std::size_t f = 0; f < u.size(); ++f) {
    std::copy_n(u[f].data(), u[f].layout().owned_size(), copy_[f].data());
    // Any direction will do: the first interval turns it towards the fastest one. The longest wave, so that
    // it is smooth.
    space_->each_mode([&](Index at, double kx, double ky, double kz) {
      const double k2 = kx * kx + ky * ky + kz * kz;
      if (k2 > 0)
        copy_[f].data()[at] *=
            1 + parameters_.separation * std::cos(static_cast<double>(key.member) + kx + 2 * ky);
    });
  }
  separation_ = parameters_.separation * size;
  rescale(u, 0);
  steps_ = 0;
  growth_ = counted_ = last_time_ = 0;
  growths_.clear();
}

void Lyapunov::rescale(const Modes& u, double time) {
  double sum = 0;
  for (std::size_t f = 0; f < u.size(); ++f)
    sum += space_->sum_modes(
        [&](Index at, double, double, double) { return std::norm(copy_[f].data()[at] - u[f].data()[at]); });
  const double distance = std::sqrt(sum);
  if (!(distance > 0)) return;
  const double scale = separation_ / distance;
  for (std::size_t f = 0; f < u.size(); ++f)
    space_->each_mode([&](Index at, double, double, double) {
      copy_[f].data()[at] = u[f].data()[at] + scale * (copy_[f].data()[at] - u[f].data()[at]);
    });
  if (last_time_ >= parameters_.start && time > last_time_) {
    growth_ += -std::log(scale);
    counted_ += time - last_time_;
    growths_.push_back(-std::log(scale));
    growths_.push_back(time - last_time_);
  }
  last_time_ = time;
}

void Lyapunov::advance(Model& model, const Modes& u, double t, double dt, double time) {
  integrator_->advance(model, copy_, t, dt);
  if (++steps_ % parameters_.every == 0) rescale(u, time);
}

std::vector<run::Quantity> Lyapunov::quantities() const {
  constexpr std::size_t blocks = 10;
  const std::size_t intervals = growths_.size() / 2, length = intervals / blocks;
  double error = 0;
  if (length > 0) {
    double square = 0;
    for (std::size_t b = 0; b < blocks; ++b) {
      double growth = 0, time = 0;
      for (std::size_t i = b * length; i < (b + 1) * length; ++i)
        growth += growths_[2 * i], time += growths_[2 * i + 1];
      const double deviation = growth / time - growth_ / counted_;
      square += deviation * deviation;
    }
    error = std::sqrt(square / (blocks * (blocks - 1)));
  }
  return {{.name = "lyapunov", .unit = "1", .value = counted_ > 0 ? growth_ / counted_ : 0.0},
          {.name = "lyapunov_error", .unit = "1", .value = error}};
}

void Lyapunov::state(run::State& state) {
  state.within("lyapunov", [this](run::State& inner) {
    copy_state_.declare(inner);
    integrator_->state(inner);
    inner.real("separation", separation_);
    inner.real("growth", growth_);
    inner.real("counted", counted_);
    inner.real("last_time", last_time_);
    inner.integer("steps", steps_);
    inner.reals("growths", growths_);
  });
}

void Lyapunov::restored() {
  copy_state_.restored();
  integrator_->restored();
}

}  // namespace sluice::solvers::turbulence
