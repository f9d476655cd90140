#include "nlse/measures.hpp"

#include <cmath>
#include <numbers>

namespace sluice::solvers::nlse {
namespace {

using base::CompensatedSum;
using grid::ComplexField;
using grid::Index;
using run::Quantity;
using Complex = std::complex<double>;

/// Calls function(x, value) for every owned point.
template <class Function>
void for_each_point(const Scene& scene, const ComplexField& psi, Function function) {
  const auto& layout = psi.layout();
  const auto& axes = scene.grid->axes;
  const auto view = psi.view();
  const auto coordinate = [&](std::size_t axis, Index local) {
    return axis < axes.size() ? axes[axis].points[static_cast<std::size_t>(layout.offset()[axis] + local)]
                              : 0.0;
  };
  for (Index i = 0; i < layout.count()[0]; ++i)
    for (Index j = 0; j < layout.count()[1]; ++j)
      for (Index k = 0; k < layout.count()[2]; ++k)
        function(Point{coordinate(0, i), coordinate(1, j), coordinate(2, k)}, view(i, j, k));
}

double cell_volume(const Scene& scene) {
  double volume = 1;
  for (const auto& axis : scene.grid->axes) volume *= axis.length() / static_cast<double>(axis.size());
  return volume;
}

/// Sums over owned points to sums over all.
template <std::size_t n>
std::array<double, n> total(const Scene& scene, const std::array<CompensatedSum, n>& parts) {
  std::array<double, n> sums{};
  for (std::size_t i = 0; i < n; ++i) sums[i] = parts[i].value();
  scene.transform->communicator().sum(sums);
  return sums;
}

double potential_at(const Scene& scene, const Point& x) {
  const auto& p = *scene.parameters;
  double value = 0;
  if (p.potential == "harmonic")
    for (std::size_t axis = 0; axis < p.points.size(); ++axis) {
      const double y = of_axis(p.frequency, axis) * (x[axis] - of_axis(p.centre, axis));
      value += 0.5 * y * y;
    }
  return value;
}

/// sum over modes of |F|^2 (k_0, k_1, k_2, |k|^2) / points = sums over points of the momentum density along
/// each axis and of |grad psi|^2 (Parseval). The Nyquist mode carries no momentum.
std::array<double, 4> spectral_sums(const Scene& scene, const ComplexField& modes) {
  const auto& transform = *scene.transform;
  const auto& count = modes.layout().count();
  const auto view = modes.view();
  std::array<CompensatedSum, 4> sums;
  const double norm = 1.0 / static_cast<double>(transform.total_points());
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j)
      for (Index k = 0; k < count[2]; ++k) {
        const double power = std::norm(view(i, j, k)) * norm;
        const std::array<Index, 3> local{i, j, k};
        double k_squared = 0;
        for (int d = 0; d < 3; ++d) {
          const auto axis = static_cast<std::size_t>(transform.axis_of_dimension(d));
          const auto at = static_cast<std::size_t>(local[static_cast<std::size_t>(d)]);
          const double wavenumber = transform.wavenumbers(d)[at];
          k_squared += wavenumber * wavenumber;
          if (2 * std::abs(transform.modes(d)[at]) != transform.spec().points[axis])
            sums[axis].add(wavenumber * power);
        }
        sums[3].add(k_squared * power);
      }
  return total(scene, sums);
}

}  // namespace

std::vector<Quantity> invariants(const Scene& scene, const Equation& equation, ComplexField& psi,
                                 ComplexField& modes) {
  std::array<CompensatedSum, 2> in_space;
  for_each_point(scene, psi, [&](const Point& x, const Complex& value) {
    const double density = std::norm(value);
    in_space[0].add(density);
    in_space[1].add((potential_at(scene, x) - 0.5 * equation.g * density) * density);
  });
  const auto [mass, potential] = total(scene, in_space);
  scene.transform->forward(psi, modes);
  const auto spectral = spectral_sums(scene, modes);
  const double volume = cell_volume(scene);
  std::vector<Quantity> result{{"mass", "1", mass * volume}};
  for (std::size_t axis = 0; axis < scene.grid->axes.size(); ++axis)
    result.push_back({"momentum_" + scene.grid->axes[axis].name, "1", spectral[axis] * volume});
  result.push_back({"energy", "1", (0.5 * spectral[3] + potential) * volume});
  return result;
}

std::vector<Quantity> moments(const Scene& scene, const ComplexField& psi) {
  std::array<CompensatedSum, 4> first;
  double peak = 0;
  for_each_point(scene, psi, [&](const Point& x, const Complex& value) {
    const double density = std::norm(value);
    peak = density > peak || std::isnan(density) ? density : peak;
    first[3].add(density);
    for (std::size_t axis = 0; axis < 3; ++axis) first[axis].add(density * x[axis]);
  });
  const auto sums = total(scene, first);
  const Point mean{sums[0] / sums[3], sums[1] / sums[3], sums[2] / sums[3]};
  std::array<CompensatedSum, 3> second;
  for_each_point(scene, psi, [&](const Point& x, const Complex& value) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      second[axis].add(std::norm(value) * (x[axis] - mean[axis]) * (x[axis] - mean[axis]));
  });
  const auto squares = total(scene, second);
  std::vector<Quantity> result{{"peak_density", "1", scene.transform->communicator().max(peak)}};
  for (std::size_t axis = 0; axis < scene.grid->axes.size(); ++axis) {
    const auto& name = scene.grid->axes[axis].name;
    result.push_back({"centre_" + name, "1", mean[axis]});
    result.push_back({"width_" + name, "1", std::sqrt(squares[axis] / sums[3])});
  }
  return result;
}

Quantity peak_position(const Scene& scene, const ComplexField& psi) {
  const auto& layout = psi.layout();
  const auto& communicator = scene.transform->communicator();
  double highest = -1;
  Index where = 0;
  for (Index i = 0; i < layout.count()[0]; ++i)
    if (const double density = std::norm(psi.data()[i]); density > highest) {
      highest = density;
      where = layout.offset()[0] + i;
    }
  const double over_all = communicator.max(highest);
  const std::int64_t n = layout.global()[0];
  where = communicator.min(highest == over_all ? static_cast<std::int64_t>(where) : n);
  std::array<double, 3> around{};  // densities before, at and after the highest: each owned by one rank
  for (Index shift = -1; shift <= 1; ++shift) {
    const Index at = (where + shift + n) % n - layout.offset()[0];
    if (at >= 0 && at < layout.count()[0])
      around[static_cast<std::size_t>(shift + 1)] = std::norm(psi.data()[at]);
  }
  communicator.sum(around);
  const auto& axis = scene.grid->axes[0];
  const double before = std::log(around[0] / around[1]), after = std::log(around[2] / around[1]);
  const double curvature = before + after;
  const double shift = std::isfinite(curvature) && curvature < 0 ? 0.5 * (before - after) / curvature : 0;
  const double spacing = axis.length() / static_cast<double>(n);
  return {"peak_position", "1", axis.points[static_cast<std::size_t>(where % n)] + shift * spacing};
}

Quantity error_l2(const Scene& scene, const ExactSolution& exact, double t, const ComplexField& psi) {
  std::array<CompensatedSum, 2> sums;
  for_each_point(scene, psi, [&](const Point& x, const Complex& value) {
    const Complex expected = exact(x, t);
    sums[0].add(std::norm(value - expected));
    sums[1].add(std::norm(expected));
  });
  const auto [difference, size] = total(scene, sums);
  return {"error_l2", "1", std::sqrt(difference / size)};
}

Quantity sideband(const Scene& scene, const ComplexField& psi) {
  const auto& wave = scene.parameters->plane_wave;
  const Box box = box_of(*scene.parameters);
  PlaneWave mode{.amplitude = 1, .waves = {}, .perturbation_waves = {0}};
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(box.dimensions); ++axis)
    mode.waves.push_back(of_axis(wave.waves, axis) + of_axis(wave.perturbation_waves, axis));
  std::array<CompensatedSum, 2> sums;
  for_each_point(scene, psi, [&](const Point& x, const Complex& value) {
    const Complex part = value * std::conj(plane_wave(mode, 0, box, x, 0));
    sums[0].add(part.real());
    sums[1].add(part.imag());
  });
  const auto [re, im] = total(scene, sums);
  return {"sideband", "1", std::hypot(re, im) / static_cast<double>(scene.transform->total_points())};
}

}  // namespace sluice::solvers::nlse
