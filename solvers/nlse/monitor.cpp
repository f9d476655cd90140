#include "nlse/monitor.hpp"

#include <cmath>

#include "base/log.hpp"
#include "nlse/initial.hpp"
#include "nlse/integrators.hpp"
#include "run/hook.hpp"

namespace sluice::solvers::nlse {
namespace {

using grid::Index;

constexpr double most_overlap = 1e-6;
constexpr double most_turn = 1.5;  // [rad] of the phase in one step

}  // namespace

double spectral_tail(const Scene& scene, Components& psi, grid::ComplexField& modes) {
  const auto& transform = *scene.transform;
  std::array<double, 2> power{};
  const Rows rows(*transform.spectral());
  const auto top = [&](int d, std::size_t i) {
    const auto axis = static_cast<std::size_t>(transform.axis_of_dimension(d));
    return 3 * std::abs(transform.modes(d)[i]) > transform.spec().points[axis];
  };
  for (auto& one : psi) {
    scene.transform->forward(one, modes);
    for (Index row = 0; row < rows.count; ++row) {
      bool outer = false;
      for (int d = 0; d < rows.dimension; ++d) outer = outer || top(d, rows.outer(row, d));
      for (Index k = 0; k < rows.points; ++k) {
        const double one_power = std::norm(modes.data()[row * rows.points + k]);
        power[0] += one_power;
        if (outer || top(rows.dimension, static_cast<std::size_t>(k))) power[1] += one_power;
      }
    }
  }
  transform.communicator().sum(power);
  return power[0] > 0 ? std::sqrt(power[1] / power[0]) : 0;
}

double Monitor::part_at_ends(const Components& psi) const {
  const auto& e = scene_.parameters->equation;
  std::array<double, 2> most{};  // at the ends, anywhere
  scene_.equation->coordinates().for_each([&](const Point& x, Index i) {
    bool end = false;
    for (std::size_t d = 0; d < scene_.grid->axes.size(); ++d)
      end = end || (of_axis(e.frequency, d) > 0 && x[d] == scene_.grid->axes[d].points.front());
    for (const auto& one : psi) {
      const double density = std::norm(one.data()[i]);
      most[1] = std::max(most[1], density);
      if (end) most[0] = std::max(most[0], density);
    }
  });
  for (double& one : most) one = scene_.transform->communicator().max(one);
  return most[1] > 0 ? std::sqrt(most[0] / most[1]) : 0;
}

void Monitor::look_at_start(const Components& psi) const {
  const auto& parameters = *scene_.parameters;
  auto overlap = overlap_of_images(parameters);
  if (parameters.equation.potential == "harmonic" && parameters.initial.noise == 0)
    overlap = std::max(overlap.value_or(0), part_at_ends(psi));
  if (overlap && *overlap > most_overlap)
    base::log::warn(
        "grid: the box is small for the initial state: where its periodic images meet it still has {:.2g} of "
        "its "
        "peak (more than {:.0e})",
        *overlap, most_overlap);
}

void Monitor::look(Components& psi, double t, double dt, grid::ComplexField& modes) {
  look_at_tail(psi, t, modes);
  look_at_phase(psi, t, dt);
}

void Monitor::look_at_tail(Components& psi, double t, grid::ComplexField& modes) {
  const auto& space = scene_.parameters->space;
  const double tail = spectral_tail(scene_, psi, modes);
  if (space.tail_stop > 0 && tail > space.tail_stop)
    throw run::StateError("modes above 2/3 of the highest hold " + std::to_string(tail) +
                          " of psi, more than space.tail_stop " + std::to_string(space.tail_stop) +
                          ": more points are needed");
  if (space.tail_warning == 0 || tail <= std::max(space.tail_warning, 2 * tail_told_)) return;
  tail_told_ = tail;
  base::log::warn(
      "t = {:.6g}: under-resolved: modes above 2/3 of the highest hold {:.2g} of psi (space.tail_warning "
      "{:.2g})",
      t, tail, space.tail_warning);
}

void Monitor::look_at_phase(Components& psi, double t, double dt) {
  const std::string name = scene_.parameters->integrator();
  if (name == "dop853" || name == "ground_state") return;  // they judge their steps
  auto& equation = *scene_.equation;
  equation.prepare(psi, t);
  const double peak = std::pow(scene_.transform->communicator().max([&] {
    double most = 0;
    for (const auto& one : psi)
      for (Index i = 0; i < one.layout().owned_size(); ++i) most = std::max(most, std::norm(one.data()[i]));
    return std::sqrt(most);
  }()),
                               2);
  double fastest = 0;
  for_each_block(equation.coordinates().rows(), psi, [&](const Block& block) {
    alignas(64) double frequency[block_size], growth[block_size];
    for (std::size_t a = 0; a < psi.size(); ++a) {
      equation.local(block, a, frequency, growth);
      for (Index k = 0; k < block.size; ++k)
        if (block.density[a][k] > 1e-6 * peak) fastest = std::max(fastest, std::abs(frequency[k]));
    }
  });
  const double turned = dt * scene_.transform->communicator().max(fastest);
  if (turned <= std::max(most_turn, 2 * phase_told_)) return;
  phase_told_ = turned;
  base::log::warn(
      "t = {:.6g}: a step of {:.3g} turns the phase of psi by {:.3g} rad where it is fastest; a step below "
      "{:.2g} resolves it",
      t, dt, turned, dt * most_turn / turned);
}

}  // namespace sluice::solvers::nlse
