#include "numerics/spectral/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::numerics {

using grid::Index;

Spectrum shell_spectrum(const FourierTransform& transform, const grid::ComplexField& modes) {
  const auto& spec = transform.spec();
  Spectrum result;
  const auto dimensions = static_cast<std::size_t>(spec.dimensions);
  result.width =
      2 * std::numbers::pi / *std::max_element(spec.length.begin(), spec.length.begin() + spec.dimensions);
  double largest = 0;
  for (std::size_t d = 0; d < dimensions; ++d) {
    const auto highest = spec.points[d] / 2;
    const double nyquist = 2 * std::numbers::pi * static_cast<double>(highest) / spec.length[d];
    largest += nyquist * nyquist;
  }
  const auto shells = static_cast<std::size_t>(std::lround(std::sqrt(largest) / result.width)) + 1;
  std::vector<base::CompensatedSum> power(shells), number(shells);
  const auto& count = transform.spectral()->count();
  const auto view = modes.view();
  const double norm = 1.0 / static_cast<double>(transform.total_points());
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j)
      for (Index k = 0; k < count[2]; ++k) {
        const double wavenumber = std::hypot(transform.wavenumbers(0)[static_cast<std::size_t>(i)],
                                             transform.wavenumbers(1)[static_cast<std::size_t>(j)],
                                             transform.wavenumbers(2)[static_cast<std::size_t>(k)]);
        const auto shell =
            std::min(shells - 1, static_cast<std::size_t>(std::lround(wavenumber / result.width)));
        const double times = transform.multiplicity(i, j, k);
        power[shell].add(times * std::norm(view(i, j, k) * norm));
        number[shell].add(times);
      }
  for (std::size_t shell = 0; shell < shells; ++shell) {
    result.power.push_back(power[shell].value());
    result.modes.push_back(number[shell].value());
  }
  transform.communicator().sum(result.power);
  transform.communicator().sum(result.modes);
  return result;
}

}  // namespace sluice::numerics
