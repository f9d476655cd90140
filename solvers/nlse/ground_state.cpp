#include "nlse/ground_state.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "base/log.hpp"
#include "nlse/mode_vectors.hpp"

namespace sluice::solvers::nlse {

using grid::Complex;
using grid::ComplexField;
using grid::Index;

GroundState::GroundState(const Tools& tools)
    : tools_(tools),
      rates_(*tools.transform, *tools.equation),
      squared_(squared_wavenumbers(*tools.transform)),
      modes_({"modes", "1", "modes of psi"}, tools.transform->spectral()) {
  const std::size_t n = tools.parameters->components();
  for (std::size_t a = 0; a < n; ++a) {
    direction_.emplace_back(grid::FieldInfo{component_name("direction", a, n), "1", "conjugate direction"},
                            tools.transform->physical());
    descent_.emplace_back(grid::FieldInfo{component_name("descent", a, n), "1", "preconditioned residual"},
                          tools.transform->physical());
  }
  for (Components* one : {&image_, &residue_, &trial_})
    *one = make_components("work", n, tools.transform->physical());
  weights_.assign(n,
                  std::vector<double>(static_cast<std::size_t>(tools.transform->physical()->owned_size())));
  norm_.assign(n, 0);
  turn_.assign(n, 0);
}

void GroundState::state(run::State& state) {
  for (auto& one : direction_) state.field(one);
  for (auto& one : descent_) state.field(one);
  state.real("residual", residual_);
  state.real("slope", slope_);
  state.real("angle", angle_);
  state.integer("iterations", iterations_);
}

double GroundState::product(const ComplexField& a, const ComplexField& b) const {
  base::CompensatedSum sum;
  for (Index i = 0; i < a.layout().owned_size(); ++i) sum.add((std::conj(a.data()[i]) * b.data()[i]).real());
  return tools_.transform->communicator().sum(sum.value());
}

double GroundState::product(const Components& a, const Components& b) const {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += product(a[i], b[i]);
  return sum;
}

void GroundState::hamiltonian(Components& psi, double t, Components& to) {
  const double scale = 0.5 / static_cast<double>(tools_.transform->total_points());
  rates_(psi, t, to);  // -i (H - kinetic) psi
  for (std::size_t a = 0; a < psi.size(); ++a) {
    tools_.transform->forward(psi[a], modes_);
    for (std::size_t i = 0; i < squared_.size(); ++i) modes_.data()[i] *= scale * squared_[i];
    // Kinetic part through residue_, which is free here.
    tools_.transform->inverse(modes_, residue_[a]);
    for (Index i = 0; i < to[a].layout().owned_size(); ++i) {
      const Complex rate = to[a].data()[i];
      to[a].data()[i] = residue_[a].data()[i] + Complex(-rate.imag(), rate.real());
    }
  }
}

void GroundState::set_weights(double shift, Components& psi, double t) {
  auto& equation = *tools_.equation;
  equation.prepare(psi, t);
  for_each_block(equation.coordinates().rows(), psi, [&](const Block& block) {
    alignas(64) double frequency[block_size], growth[block_size];
    for (std::size_t a = 0; a < psi.size(); ++a) {
      equation.local(block, a, frequency, growth);
      for (Index k = 0; k < block.size; ++k)
        weights_[a][static_cast<std::size_t>(block.first + k)] =
            1 / std::sqrt(1 + std::max(0.0, -frequency[k]) / shift);
    }
  });
}

void GroundState::precondition(double shift, const Components& from, Components& to) {
  const double scale = 1.0 / static_cast<double>(tools_.transform->total_points());
  for (std::size_t a = 0; a < from.size(); ++a) {
    const auto weigh = [&](const ComplexField& values) {
      for (std::size_t i = 0; i < weights_[a].size(); ++i)
        to[a].data()[i] = weights_[a][i] * values.data()[i];
    };
    weigh(from[a]);
    tools_.transform->forward(to[a], modes_);
    for (std::size_t i = 0; i < squared_.size(); ++i) modes_.data()[i] *= scale / (shift + 0.5 * squared_[i]);
    tools_.transform->inverse(modes_, to[a]);
    weigh(to[a]);
  }
}

void GroundState::new_direction(Components& psi, double t) {
  double squared_residual = 0, squared_size = 0, energy = 0;
  for (std::size_t a = 0; a < psi.size(); ++a) {
    const double mass = product(psi[a], psi[a]);
    const double mu = product(psi[a], image_[a]) / mass;
    for (Index i = 0; i < psi[a].layout().owned_size(); ++i)
      residue_[a].data()[i] = image_[a].data()[i] - mu * psi[a].data()[i];
    norm_[a] = std::sqrt(mass);
    squared_size += mass;
    squared_residual += product(residue_[a], residue_[a]);
    energy += std::abs(mu) * mass;
  }
  residual_ = std::sqrt(squared_residual / squared_size);
  const double shift = energy / squared_size + 1e-3;
  set_weights(shift, psi, t);
  precondition(shift, residue_, trial_);  // the new descent
  const double now = product(residue_, trial_), crossed = product(residue_, descent_);
  const double beta = slope_ > 0 ? std::max(0.0, (now - crossed) / slope_) : 0;  // Polak-Ribiere
  slope_ = now;
  for (std::size_t a = 0; a < psi.size(); ++a) {
    for (Index i = 0; i < psi[a].layout().owned_size(); ++i) {
      descent_[a].data()[i] = trial_[a].data()[i];
      direction_[a].data()[i] = beta * direction_[a].data()[i] - trial_[a].data()[i];
    }
    const double along = product(psi[a], direction_[a]) / (norm_[a] * norm_[a]);
    for (Index i = 0; i < psi[a].layout().owned_size(); ++i)
      direction_[a].data()[i] -= along * psi[a].data()[i];
    turn_[a] = std::sqrt(product(direction_[a], direction_[a])) / norm_[a];
  }
}

void GroundState::move(double angle, const Components& psi, Components& to) const {
  for (std::size_t a = 0; a < psi.size(); ++a) {
    const double turned = angle * turn_[a];
    const double c = std::cos(turned), s = turn_[a] > 0 ? std::sin(turned) / turn_[a] : 0;
    for (Index i = 0; i < psi[a].layout().owned_size(); ++i)
      to[a].data()[i] = c * psi[a].data()[i] + s * direction_[a].data()[i];
  }
}

void GroundState::search(Components& psi, double t) {
  double slope = product(image_, direction_);
  if (slope > 0) {  // no descent: begin anew along the preconditioned residual
    for (std::size_t a = 0; a < psi.size(); ++a)
      for (Index i = 0; i < psi[a].layout().owned_size(); ++i)
        direction_[a].data()[i] = residue_[a].data()[i] * -1.0;
    for (std::size_t a = 0; a < psi.size(); ++a)
      turn_[a] = std::sqrt(product(direction_[a], direction_[a])) / norm_[a];
    slope = product(image_, direction_);
  }
  const double most = 0.5 / std::max(1e-300, *std::max_element(turn_.begin(), turn_.end()));
  double trial = std::min(angle_, most);
  move(trial, psi, trial_);
  hamiltonian(trial_, t, image_);
  double at_trial = 0;  // slope of the energy there
  for (std::size_t a = 0; a < psi.size(); ++a) {
    const double turned = trial * turn_[a];
    at_trial += std::cos(turned) * product(image_[a], direction_[a]) -
                std::sin(turned) * turn_[a] * product(image_[a], psi[a]);
  }
  const bool curved_up = at_trial > slope;
  angle_ =
      curved_up ? std::min({trial * slope / (slope - at_trial), 4 * trial, most}) : std::min(2 * trial, most);
  move(angle_, psi, trial_);
}

run::StepResult GroundState::advance(Components& psi, double t, double dt_max) {
  if (finished()) return {.accepted = true, .dt_taken = dt_max, .dt_next = dt_max};
  if (!image_known_) hamiltonian(psi, t, image_);
  new_direction(psi, t);
  search(psi, t);
  for (std::size_t a = 0; a < psi.size(); ++a) {  // mass to the last bit
    const double factor = norm_[a] / std::sqrt(product(trial_[a], trial_[a]));
    for (Index i = 0; i < psi[a].layout().owned_size(); ++i) psi[a].data()[i] = factor * trial_[a].data()[i];
  }
  hamiltonian(psi, t, image_);
  image_known_ = true;
  ++iterations_;
  if (!std::isfinite(residual_)) throw base::AgreedError("ground_state: the residual is not a number");
  return {.accepted = true,
          .dt_taken = std::min(tools_.parameters->time.dt, dt_max),
          .dt_next = tools_.parameters->time.dt};
}

std::vector<run::Quantity> GroundState::diagnostics() const {
  return {{"residual", "1", std::max(residual_, 0.0)}};
}

std::string GroundState::summary() const {
  return fmt::format("ground_state: {} iterations, residual {:.3g}", iterations_, residual_);
}

void relax_to_ground_state(const Tools& tools, Components& psi) {
  constexpr int most_iterations = 20000;
  NlseParameters parameters = *tools.parameters;
  parameters.time.residual = *parameters.initial.relax_residual;
  if (!parameters.initial.relax_frequency.empty())
    parameters.equation.frequency = parameters.initial.relax_frequency;
  Equation equation(parameters, *tools.grid, *tools.transform);
  GroundState relaxing({&parameters, tools.grid, tools.transform, &equation});
  for (int i = 0; i < most_iterations; ++i) {
    (void)relaxing.advance(psi, 0, 1e300);
    if (relaxing.finished()) {
      base::log::info("initial state: {}", relaxing.summary());
      return;
    }
  }
  throw base::AgreedError("initial.relax.residual: not met; " + relaxing.summary());
}

std::int64_t GroundState::transforms() const { return (6 + 2 * rates_.transforms()) * iterations_; }

}  // namespace sluice::solvers::nlse
