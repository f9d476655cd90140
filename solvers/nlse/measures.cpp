#include "nlse/measures.hpp"

#include <cmath>

namespace sluice::solvers::nlse {
namespace {

using base::CompensatedSum;
using grid::ComplexField;
using grid::Index;
using run::Quantity;
using Complex = std::complex<double>;

/// Calls function(x, whole density) for every owned point.
template <class Function>
void for_each_density(const Scene& scene, const Components& psi, Function function) {
  scene.equation->coordinates().for_each([&](const Point& x, Index place) {
    double density = 0;
    for (const auto& one : psi) density += std::norm(one.data()[place]);
    function(x, density);
  });
}

/// Sums over owned points to sums over all.
template <std::size_t n>
std::array<double, n> total(const Scene& scene, const std::array<CompensatedSum, n>& parts) {
  std::array<double, n> sums{};
  for (std::size_t i = 0; i < n; ++i) sums[i] = parts[i].value();
  scene.transform->communicator().sum(sums);
  return sums;
}

/// sum over modes of |F|^2 (k_0, k_1, k_2, |k|^2, 1 in the top third) / points = sums over points (Parseval).
/// The Nyquist mode carries no momentum. Not summed over ranks.
void add_spectral_sums(const numerics::FourierTransform& transform, const ComplexField& modes,
                       std::array<CompensatedSum, 5>& sums) {
  const auto& count = modes.layout().count();
  const auto view = modes.view();
  const double norm = 1.0 / static_cast<double>(transform.total_points());
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j)
      for (Index k = 0; k < count[2]; ++k) {
        const double power = std::norm(view(i, j, k)) * norm;
        const std::array<Index, 3> local{i, j, k};
        double k_squared = 0;
        bool top = false;
        for (int d = 0; d < transform.spec().dimensions; ++d) {
          const auto axis = static_cast<std::size_t>(transform.axis_of_dimension(d));
          const auto at = static_cast<std::size_t>(local[static_cast<std::size_t>(d)]);
          const double wavenumber = transform.wavenumbers(d)[at];
          const auto mode = std::abs(transform.modes(d)[at]);
          k_squared += wavenumber * wavenumber;
          top = top || 3 * mode > transform.spec().points[axis];
          if (2 * mode != transform.spec().points[axis]) sums[axis].add(wavenumber * power);
        }
        sums[3].add(k_squared * power);
        if (top) sums[4].add(power);
      }
}

}  // namespace

double cell_volume(const grid::Grid& grid) {
  double volume = 1;
  for (const auto& axis : grid.axes) volume *= axis.length() / static_cast<double>(axis.size());
  return volume;
}

Budget budget(const Scene& scene, Components& psi, double t, ComplexField& modes) {
  auto& equation = *scene.equation;
  equation.prepare(psi, t);
  std::array<CompensatedSum, most_components> mass;
  std::array<CompensatedSum, 4> local;  // energy, -frequency, trap, coupling
  const Rows& rows = equation.coordinates().rows();
  const auto& trap = equation.separable();
  for_each_block(rows, psi, [&](const Block& block) {
    alignas(64) double energy[block_size], frequency[block_size], growth[block_size];
    equation.energy(block, energy);
    const double outer = trap.outer(rows, block.row);
    const double* inner = trap.axis[static_cast<std::size_t>(rows.dimension)].data() + block.begin;
    for (Index k = 0; k < block.size; ++k) {
      local[0].add(energy[k]);
      local[2].add((outer + inner[k]) * block.whole_density(k));
    }
    for (std::size_t a = 0; a < psi.size(); ++a) {
      equation.local(block, a, frequency, growth);
      for (Index k = 0; k < block.size; ++k) {
        mass[a].add(block.density[a][k]);
        local[1].add(-frequency[k] * block.density[a][k]);
      }
    }
  });
  if (equation.parameters().rabi != 0)
    for (Index i = 0; i < psi[0].layout().owned_size(); ++i)
      local[3].add((std::conj(psi[0].data()[i]) * psi[1].data()[i]).real());
  std::array<CompensatedSum, 5> spectral;
  for (auto& one : psi) {
    scene.transform->forward(one, modes);
    add_spectral_sums(*scene.transform, modes, spectral);
  }
  const double volume = cell_volume(*scene.grid);
  const auto masses = total(scene, mass);
  const auto in_space = total(scene, local);
  const auto waves = total(scene, spectral);
  Budget result;
  for (std::size_t a = 0; a < psi.size(); ++a) {
    result.component_mass.push_back(masses[a] * volume);
    result.mass += masses[a] * volume;
  }
  for (std::size_t d = 0; d < 3; ++d) result.momentum[d] = waves[d] * volume;
  result.kinetic = 0.5 * waves[3] * volume;
  result.local = in_space[0] * volume;
  result.frequency = in_space[1] * volume;
  result.trap = in_space[2] * volume;
  result.coupling = equation.parameters().rabi * in_space[3] * volume;
  result.tail = result.mass > 0 ? std::sqrt(waves[4] * volume / result.mass) : 0;
  if (scene.parameters->wants_angular_momentum())
    for (auto& one : psi)
      result.angular_momentum += volume * scene.transform->communicator().sum(local_angular_momentum(
                                              *scene.transform, equation.coordinates(), one));
  result.rotation = -equation.parameters().rotation * result.angular_momentum;
  return result;
}

std::vector<Quantity> moments(const Scene& scene, const Components& psi) {
  std::array<CompensatedSum, 4> first;
  double peak = 0;
  for_each_density(scene, psi, [&](const Point& x, double density) {
    peak = density > peak || std::isnan(density) ? density : peak;
    first[3].add(density);
    for (std::size_t axis = 0; axis < 3; ++axis) first[axis].add(density * x[axis]);
  });
  const auto sums = total(scene, first);
  const Point mean{sums[0] / sums[3], sums[1] / sums[3], sums[2] / sums[3]};
  std::array<CompensatedSum, 3> second;
  for_each_density(scene, psi, [&](const Point& x, double density) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      second[axis].add(density * (x[axis] - mean[axis]) * (x[axis] - mean[axis]));
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

std::vector<Quantity> errors(const Scene& scene, const ExactSolution& exact, double t,
                             const Components& psi) {
  std::array<CompensatedSum, 2> sums;
  double most = 0, largest = 0;
  scene.equation->coordinates().for_each([&](const Point& x, Index place) {
    for (std::size_t a = 0; a < psi.size(); ++a) {
      const Complex expected = exact(a, x, t), difference = psi[a].data()[place] - expected;
      sums[0].add(std::norm(difference));
      sums[1].add(std::norm(expected));
      most = std::max(most, std::abs(difference));
      largest = std::max(largest, std::abs(expected));
    }
  });
  const auto [difference, size] = total(scene, sums);
  const auto& communicator = scene.transform->communicator();
  return {{"error_l2", "1", std::sqrt(difference / size)},
          {"error_max", "1", communicator.max(most) / communicator.max(largest)}};
}

std::vector<Quantity> probes(const Scene& scene, const Components& psi) {
  const auto& all = scene.parameters->probes;
  const auto& layout = psi[0].layout();
  std::vector<double> density(all.size(), 0.0);
  for (std::size_t j = 0; j < all.size(); ++j) {
    std::array<Index, 3> local{};
    bool mine = true;
    for (std::size_t d = 0; d < scene.grid->axes.size(); ++d) {
      const auto& axis = scene.grid->axes[d];
      const auto n = static_cast<Index>(axis.size());
      const double from = (all[j].at[d] - axis.points.front()) / axis.length() * static_cast<double>(n);
      local[d] = (std::llround(from) % n + n) % n - layout.offset()[d];
      mine = mine && local[d] >= 0 && local[d] < layout.count()[d];
    }
    if (!mine) continue;
    for (const auto& one : psi) density[j] += std::norm(one.view()(local[0], local[1], local[2]));
  }
  scene.transform->communicator().sum(density);
  std::vector<Quantity> result;
  for (std::size_t j = 0; j < all.size(); ++j)
    result.push_back({"probe_" + std::to_string(j + 1), "1", density[j]});
  return result;
}

Quantity sideband(const Scene& scene, const ComplexField& psi) {
  const auto& wave = scene.parameters->initial.plane_wave;
  const Box box = box_of(*scene.parameters);
  PlaneWave mode;
  mode.waves.clear();
  for (std::size_t axis = 0; axis < static_cast<std::size_t>(box.dimensions); ++axis)
    mode.waves.push_back(of_axis(wave.waves, axis) + of_axis(wave.perturbation_waves, axis));
  std::array<CompensatedSum, 2> sums;
  scene.equation->coordinates().for_each([&](const Point& x, Index place) {
    const Complex part = psi.data()[place] * std::conj(plane_wave(mode, 0, box, x, 0));
    sums[0].add(part.real());
    sums[1].add(part.imag());
  });
  const auto [re, im] = total(scene, sums);
  return {"sideband", "1", std::hypot(re, im) / static_cast<double>(scene.transform->total_points())};
}

}  // namespace sluice::solvers::nlse
