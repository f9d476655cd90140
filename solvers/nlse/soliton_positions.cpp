#include <cmath>
#include <numbers>

#include "nlse/measures.hpp"

namespace sluice::solvers::nlse {
namespace {

using base::CompensatedSum;
using grid::Index;
using run::Quantity;
using Complex = std::complex<double>;

/// psi, psi' and psi'' of the trigonometric interpolant at x. Collective.
struct Jet {
  Complex value, slope, curvature;
};
Jet interpolate(const Scene& scene, const grid::ComplexField& modes, double x) {
  const auto& transform = *scene.transform;
  const double from = x - scene.grid->axes[0].points.front();
  std::array<CompensatedSum, 6> sums;
  for (std::size_t i = 0; i < transform.wavenumbers(0).size(); ++i) {
    const double k = transform.wavenumbers(0)[i];
    const Complex part = modes.data()[i] * std::polar(1.0, k * from);
    const Complex slope = Complex(0, k) * part, curvature = -k * k * part;
    sums[0].add(part.real());
    sums[1].add(part.imag());
    sums[2].add(slope.real());
    sums[3].add(slope.imag());
    sums[4].add(curvature.real());
    sums[5].add(curvature.imag());
  }
  std::array<double, 6> all{};
  for (std::size_t i = 0; i < 6; ++i)
    all[i] = sums[i].value() / static_cast<double>(transform.total_points());
  transform.communicator().sum(all);
  return {{all[0], all[1]}, {all[2], all[3]}, {all[4], all[5]}};
}

/// Grid point of the highest |psi|^2 within `reach` of x. Collective.
double highest_near(const Scene& scene, const grid::ComplexField& psi, double x, double reach) {
  const auto& axis = scene.grid->axes[0];
  double highest = -1, distance = 0;
  for (Index i = 0; i < psi.layout().count()[0]; ++i) {
    const double away = std::remainder(
        axis.points[static_cast<std::size_t>(psi.layout().offset()[0] + i)] - x, axis.length());
    if (std::abs(away) > reach) continue;
    if (const double density = std::norm(psi.data()[i]); density > highest) {
      highest = density;
      distance = away;
    }
  }
  const auto& communicator = scene.transform->communicator();
  const bool mine = highest == communicator.max(highest) && highest >= 0;
  return x + communicator.min(mine ? distance : reach);
}

/// Newton's method for d|psi|^2/dx = 0. Collective.
double peak_near(const Scene& scene, const grid::ComplexField& modes, double x) {
  const double spacing = scene.grid->axes[0].length() / static_cast<double>(scene.grid->axes[0].size());
  for (int i = 0; i < 20; ++i) {
    const Jet jet = interpolate(scene, modes, x);
    const double slope = (std::conj(jet.value) * jet.slope).real();
    const double curvature = std::norm(jet.slope) + (std::conj(jet.value) * jet.curvature).real();
    if (!(curvature < 0)) break;
    const double move = std::clamp(-slope / curvature, -spacing, spacing);
    x += move;
    if (std::abs(move) < 1e-14 * scene.grid->axes[0].length()) break;
  }
  return x;
}

}  // namespace

std::vector<Quantity> soliton_positions(const Scene& scene, double t, Components& psi,
                                        grid::ComplexField& modes) {
  const auto& all = scene.parameters->initial.solitons;
  const double g = scene.equation->parameters().g[0], length = scene.grid->axes[0].length();
  std::vector<Quantity> result;
  for (std::size_t j = 0; j < all.size(); ++j) {
    const auto& one = all[j];
    const auto share = unit_share(one, psi.size());
    std::size_t largest = 0;
    for (std::size_t a = 0; a < share.size(); ++a)
      if (std::abs(share[a]) > std::abs(share[largest])) largest = a;
    double reach = 2 / (one.amplitude * std::sqrt(g));
    for (const auto& other : all)
      if (&other != &one) reach += std::abs(collision_shift(one, other, g).position);
    const double free = one.position + one.velocity * t;
    scene.transform->forward(psi[largest], modes);
    const double x = peak_near(scene, modes, highest_near(scene, psi[largest], free, reach));
    const double eta2 = g * one.amplitude * one.amplitude;
    const double free_phase = one.velocity * x + 0.5 * (eta2 - one.velocity * one.velocity) * t + one.phase;
    const double phase = std::arg(interpolate(scene, modes, x).value * (share[largest] < 0 ? -1.0 : 1.0));
    const std::string number = std::to_string(j + 1);
    const auto& axis = scene.grid->axes[0];
    const double middle = axis.points.front() + 0.5 * length;
    result.push_back({"position_" + number, "1", middle + std::remainder(x - middle, length)});
    result.push_back({"shift_" + number, "1", x - free});
    result.push_back(
        {"phase_shift_" + number, "rad", std::remainder(phase - free_phase, 2 * std::numbers::pi)});
  }
  return result;
}

}  // namespace sluice::solvers::nlse
