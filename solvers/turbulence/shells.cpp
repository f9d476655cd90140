#include "turbulence/shells.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <numbers>
#include <utility>

namespace sluice::solvers::turbulence {

Shells::Shells(const Space& space) : space_(&space) {
  const auto& spec = space.transform().spec();
  width_ =
      2 * std::numbers::pi / *std::max_element(spec.length.begin(), spec.length.begin() + spec.dimensions);
  double square = 0;
  space.each_mode([&](Index, double kx, double ky, double kz) {
    square = std::max(square, kx * kx + ky * ky + kz * kz);
  });
  const double largest = std::sqrt(space.communicator().max(square));
  for (std::int64_t n = 0; n <= std::lround(largest / width_); ++n)
    wavenumbers_.push_back(static_cast<double>(n) * width_);
}

std::vector<double> Shells::sums(const std::function<double(Index, double, double, double)>& value) const {
  std::vector<base::CompensatedSum> shells(wavenumbers_.size());
  space_->each_mode_weighted([&](double weight, Index at, double kx, double ky, double kz) {
    const auto shell = static_cast<std::size_t>(std::lround(std::sqrt(kx * kx + ky * ky + kz * kz) / width_));
    shells[std::min(shell, shells.size() - 1)].add(weight * value(at, kx, ky, kz));
  });
  std::vector<double> result;
  for (const auto& one : shells) result.push_back(one.value());
  space_->communicator().sum(result);
  return result;
}

std::vector<double> Shells::flux(const std::vector<double>& transfer) {
  std::vector<double> result;
  double sum = 0;
  for (const double one : transfer) result.push_back(-(sum += one));
  return result;
}

run::Curve Shells::curve(const std::string& name, const std::string& long_name,
                         std::vector<double> values) const {
  return {.name = name,
          .unit = "1",
          .long_name = long_name,
          .abscissa = "wavenumber",
          .abscissa_unit = "1",
          .at = wavenumbers_,
          .values = std::move(values)};
}

std::vector<double> sums_along(const Space& space, int axis,
                               const std::function<double(Index, double, double, double)>& value) {
  const auto a = static_cast<std::size_t>(axis);
  const auto& spec = space.transform().spec();
  const double width = 2 * std::numbers::pi / spec.length[a];
  std::vector<base::CompensatedSum> sums(static_cast<std::size_t>((spec.points[a] + 1) / 2));
  space.each_mode_weighted([&](double weight, Index at, double kx, double ky, double kz) {
    const std::array<double, 3> k{kx, ky, kz};
    const auto n = static_cast<std::size_t>(std::lround(std::abs(k[a]) / width));
    if (n < sums.size()) sums[n].add((n == 0 ? 1.0 : 0.5) * weight * value(at, kx, ky, kz));
  });
  std::vector<double> result;
  for (const auto& one : sums) result.push_back(one.value());
  space.communicator().sum(result);
  return result;
}

std::vector<double> enstrophy_spectrum(const Space& space, const ComplexField& w, std::size_t count) {
  const auto& length = space.transform().spec().length;
  const double norm = 1 / (space.points() * space.points());
  std::vector<base::CompensatedSum> sums(count);
  space.each_mode_weighted([&](double weight, Index at, double kx, double ky, double) {
    const double value = 0.5 * norm * weight * std::norm(w.data()[at]);
    for (const auto& [k, extent] : {std::pair{kx, length[0]}, {ky, length[1]}}) {
      const auto n = static_cast<std::size_t>(std::lround(std::abs(k) * extent / (2 * std::numbers::pi)));
      if (n < count) sums[n].add((n == 0 ? 0.5 : 0.25) * value);  // half of an axis, half of k and -k
    }
  });
  std::vector<double> result;
  for (const auto& one : sums) result.push_back(one.value());
  space.communicator().sum(result);
  return result;
}

std::vector<double> read_spectrum(const base::Communicator& communicator, const std::string& key,
                                  const std::string& file, std::int64_t first, std::int64_t last) {
  std::vector<double> values;
  base::agree(communicator, [&] {
    std::map<std::int64_t, double> table;
    std::ifstream in(file);
    for (double k = 0, value = 0; in >> k >> value;) table[std::lround(k)] = value;
    for (std::int64_t k = first; k <= last; ++k) {
      if (!table.contains(k) || !(table[k] > 0))
        throw base::InputError(key + ": " + file + " has no positive value at wavenumber " +
                               std::to_string(k));
      values.push_back(table[k]);
    }
  });
  return values;
}

}  // namespace sluice::solvers::turbulence
