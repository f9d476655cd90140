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

}  // namespace

std::vector<run::Quantity> vortices(const Scene& scene, const grid::ComplexField& psi) {
  const auto layout = psi.layout().with_halo({reach, reach, 0});
  grid::ComplexField padded(psi.info(), layout);
  const auto from = psi.view();
  const auto to = padded.view();
  for (Index i = 0; i < layout->count()[0]; ++i)
    for (Index j = 0; j < layout->count()[1]; ++j) to(i, j) = from(i, j);
  grid::HaloExchange exchange(layout, 2);
  exchange(padded);
  const double peak = std::pow(grid::maximum_absolute(psi.erased()), 2);
  const auto &x = scene.grid->axes[0], &y = scene.grid->axes[1];
  std::array<double, 6> sums{};  // number, x, y of each sign
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
      const std::size_t sign = charge > 0 ? 0 : 3;
      const auto at = [](const grid::Axis& axis, Index global, double part) {
        return axis.points[static_cast<std::size_t>(global)] +
               part * axis.length() / static_cast<double>(axis.size());
      };
      sums[sign] += 1;
      sums[sign + 1] += at(x, layout->offset()[0] + i, inside[0]);
      sums[sign + 2] += at(y, layout->offset()[1] + j, inside[1]);
    }
  scene.transform->communicator().sum(sums);
  const auto mean = [&](std::size_t place, std::size_t sign) {
    return sums[sign] > 0 ? sums[place] / sums[sign] : 0;
  };
  return {{"vortices_plus", "1", sums[0]},     {"vortices_minus", "1", sums[3]},
          {"vortex_plus_x", "1", mean(1, 0)},  {"vortex_plus_y", "1", mean(2, 0)},
          {"vortex_minus_x", "1", mean(4, 3)}, {"vortex_minus_y", "1", mean(5, 3)}};
}

}  // namespace sluice::solvers::nlse
