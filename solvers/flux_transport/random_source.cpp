#include "random_source.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "balance.hpp"
#include "parameters.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using grid::Index;
constexpr double pi = std::numbers::pi;

/// Integral over [t0, t1] of the hat of frame n: 1 at n * width, 0 at its neighbours.
double hat_integral(double t0, double t1, double n, double width) {
  const auto primitive = [](double x) {  // of the hat at 0 with width 1, from -1
    x = std::clamp(x, -1.0, 1.0);
    return x < 0 ? 0.5 * (1 + x) * (1 + x) : 1 - 0.5 * (1 - x) * (1 - x);
  };
  return width * (primitive(t1 / width - n) - primitive(t0 / width - n));
}

}  // namespace

RandomSource::RandomSource(const numerics::SphereBlock& block, const RandomSourceParameters& parameters,
                           const base::RandomKey& key)
    : block_(block), parameters_(parameters), key_(key) {
  for (int i : {0, 1}) {
    frame_[i] = grid::RealField({"random_source", "G h^-1", "random source"}, block.layout());
    number_[i] = std::numeric_limits<std::int64_t>::min();
  }
}

// As HipFT's random flux emergence: Gaussian numbers of unit mean modulus, sqrt(pi/2) N(0, 1).
void RandomSource::make_frame(std::int64_t n, grid::RealField& frame) const {
  const auto b = frame.view();
  const double flux = parameters_.flux / flux_unit;
  const Index rows = block_.rows_global(), columns = block_.columns_global();
  const double cells = static_cast<double>((rows - 2) * columns + 2);
  for (Index i = 0; i < block_.rows(); ++i) {
    const Index j = block_.first_row() + i;
    const bool pole = block_.is_pole(j);
    for (Index k = 0; k < block_.columns(); ++k) {
      const Index column = block_.first_column() + k;
      const auto index = static_cast<std::uint64_t>(pole ? j * columns : j * columns + column);
      const double area = pole ? block_.pole_area[j == 0 ? 0 : 1] : block_.area(j, column);
      const double mean = parameters_.distribution == "cells" ? flux / (cells * area) : flux / (4 * pi);
      b(i, k) =
          mean * std::sqrt(0.5 * pi) * base::random_normal(key_, index, static_cast<std::uint64_t>(n))[0];
    }
  }
  if (parameters_.balance_flux) balance_polarities(block_, frame);
}

void RandomSource::add_integral(double t0, double t1, grid::RealField& field) {
  const double width = parameters_.lifetime;
  const auto first = static_cast<std::int64_t>(std::floor(t0 / width)),
             last = static_cast<std::int64_t>(std::floor(t1 / width)) + 1;
  const auto to = field.view();
  for (std::int64_t n = first; n <= last; ++n) {
    const double weight = hat_integral(t0, t1, static_cast<double>(n), width);
    if (weight == 0) continue;
    const std::size_t slot = static_cast<std::size_t>(n & 1);
    if (number_[slot] != n) make_frame(n, frame_[slot]);
    number_[slot] = n;
    const auto from = frame_[slot].view();
    for (Index i = 0; i < block_.rows(); ++i)
      for (Index k = 0; k < block_.columns(); ++k) to(i, k) += weight * from(i, k);
  }
}

}  // namespace sluice::solvers::flux_transport
