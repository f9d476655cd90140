// Vortices in two dimensions: the phase turns by 2 pi around a square of four points; the zero inside by a
// bilinear interpolant.
#include <cmath>
#include <numbers>

#include "nlse/measures.hpp"

namespace sluice::solvers::nlse {
namespace {

using grid::Complex;
using grid::Index;

constexpr Index reach = 3;  // cells around a square where |psi|^2 is looked at
constexpr double least_density = 0.05;

double turn(const Complex& from, const Complex& to) { return std::arg(to * std::conj(from)); }

/// Corners of the square in the order (0,0), (1,0), (1,1), (0,1).
using Corners = std::array<Complex, 4>;

int winding(const Corners& z) {
  double sum = 0;
  for (std::size_t c = 0; c < 4; ++c) sum += turn(z[c], z[(c + 1) % 4]);
  return static_cast<int>(std::lround(sum / (2 * std::numbers::pi)));
}

/// Where the bilinear interpolant is zero, in parts of the square, by Newton's method from its middle.
std::array<double, 2> zero_inside(const Corners& z) {
  double s = 0.5, t = 0.5;
  for (int i = 0; i < 20; ++i) {
    const Complex f = z[0] * (1 - s) * (1 - t) + z[1] * s * (1 - t) + z[2] * s * t + z[3] * (1 - s) * t;
    const Complex fs = (z[1] - z[0]) * (1 - t) + (z[2] - z[3]) * t,
                  ft = (z[3] - z[0]) * (1 - s) + (z[2] - z[1]) * s;
    const double determinant = fs.real() * ft.imag() - fs.imag() * ft.real();
    if (determinant == 0) break;
    s -= (f.real() * ft.imag() - f.imag() * ft.real()) / determinant;
    t -= (fs.real() * f.imag() - fs.imag() * f.real()) / determinant;
  }
  return {std::clamp(s, 0.0, 1.0), std::clamp(t, 0.0, 1.0)};
}

/// The numbers of all ranks, in their order, on every rank. Collective.
std::vector<double> of_all_ranks(const base::Communicator& communicator, const std::vector<double>& mine) {
  std::size_t first = 0, total = 0;
  const auto sizes = communicator.gather_all(static_cast<std::int64_t>(mine.size()));
  for (std::size_t rank = 0; rank < sizes.size(); ++rank) {
    if (rank == static_cast<std::size_t>(communicator.rank())) first = total;
    total += static_cast<std::size_t>(sizes[rank]);
  }
  std::vector<double> all(total, 0.0);
  std::copy(mine.begin(), mine.end(), all.begin() + static_cast<std::ptrdiff_t>(first));
  communicator.sum(all);
  return all;
}

}  // namespace

// Ranks have slabs along the first axis, so that in their order the list runs through the grid row by row.
std::vector<VortexFound> find_vortices(const Scene& scene, const grid::ComplexField& psi) {
  const auto layout = psi.layout().with_halo({reach, reach, 0});
  grid::ComplexField padded(psi.info(), layout);
  const auto from = psi.view();
  const auto to = padded.view();
  for (Index i = 0; i < layout->count()[0]; ++i)
    for (Index j = 0; j < layout->count()[1]; ++j) to(i, j) = from(i, j);
  grid::HaloExchange exchange(layout, 2);
  exchange(padded);
  const double peak = std::pow(grid::maximum_absolute(psi.erased()), 2);
  const auto at = [](const grid::Axis& axis, Index global, double part) {
    return axis.points[static_cast<std::size_t>(global)] +
           part * axis.length() / static_cast<double>(axis.size());
  };
  std::vector<double> mine;  // x, y, charge
  for (Index i = 0; i < layout->count()[0]; ++i)
    for (Index j = 0; j < layout->count()[1]; ++j) {
      const Corners z{to(i, j), to(i + 1, j), to(i + 1, j + 1), to(i, j + 1)};
      const int charge = winding(z);
      if (charge == 0) continue;
      double around = 0;
      for (Index di = -reach; di <= reach; ++di)
        for (Index dj = -reach; dj <= reach; ++dj) around = std::max(around, std::norm(to(i + di, j + dj)));
      if (around < least_density * peak) continue;
      const auto inside = zero_inside(z);
      mine.insert(mine.end(),
                  {at(scene.grid->axes[0], layout->offset()[0] + i, inside[0]),
                   at(scene.grid->axes[1], layout->offset()[1] + j, inside[1]), static_cast<double>(charge)});
    }
  std::vector<VortexFound> found;
  const auto all = of_all_ranks(scene.transform->communicator(), mine);
  for (std::size_t i = 0; i < all.size(); i += 3)
    found.push_back({.x = all[i], .y = all[i + 1], .charge = static_cast<int>(all[i + 2])});
  return found;
}

std::vector<run::Quantity> vortices(const Scene& scene, const grid::ComplexField& psi) {
  std::array<double, 6> sums{};  // number, x, y of each sign
  for (const auto& one : find_vortices(scene, psi)) {
    const std::size_t sign = one.charge > 0 ? 0 : 3;
    sums[sign] += 1;
    sums[sign + 1] += one.x;
    sums[sign + 2] += one.y;
  }
  const auto mean = [&](std::size_t place, std::size_t sign) {
    return sums[sign] > 0 ? sums[place] / sums[sign] : 0;
  };
  return {{"vortices_plus", "1", sums[0]},     {"vortices_minus", "1", sums[3]},
          {"vortex_plus_x", "1", mean(1, 0)},  {"vortex_plus_y", "1", mean(2, 0)},
          {"vortex_minus_x", "1", mean(4, 3)}, {"vortex_minus_y", "1", mean(5, 3)}};
}

}  // namespace sluice::solvers::nlse
