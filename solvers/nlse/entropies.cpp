#include <cmath>

#include "nlse/measures.hpp"

namespace sluice::solvers::nlse {
namespace {

using base::CompensatedSum;
using grid::Index;
using Complex = std::complex<double>;

constexpr double least_part = 1e-15;  // below is round-off

/// Sums over p = w / sum w: -p ln p, number, sqrt p, p^2; the largest p.
struct Sums {
  double shannon = 0, number = 0, roots = 0, squares = 0, largest = 0;
};

/// `weight(i)` for 0 <= i < n. Collective.
template <class Weight>
Sums sums_of(const base::Communicator& communicator, Index n, Weight weight) {
  CompensatedSum whole;
  for (Index i = 0; i < n; ++i) whole.add(weight(i));
  const double all = communicator.sum(whole.value());
  std::array<CompensatedSum, 4> parts;
  double largest = 0;
  for (Index i = 0; i < n; ++i) {
    const double p = weight(i) / all;
    if (!(p > least_part)) continue;
    parts[0].add(-p * std::log(p));
    parts[1].add(1);
    parts[2].add(std::sqrt(p));
    parts[3].add(p * p);
    largest = std::max(largest, p);
  }
  std::array<double, 4> sums{parts[0].value(), parts[1].value(), parts[2].value(), parts[3].value()};
  communicator.sum(sums);
  return {sums[0], sums[1], sums[2], sums[3], communicator.max(largest)};
}

}  // namespace

// Renyi, Proc. 4th Berkeley Symp. 1 (1961) 547: ln(sum p^a)/(1 - a). Tsallis, J. Stat. Phys. 52 (1988) 479:
// (1 - sum p^q)/(q - 1).
std::vector<run::Quantity> entropies(const Scene& scene, Components& psi, grid::ComplexField& modes) {
  const auto& communicator = scene.transform->communicator();
  const auto space = sums_of(communicator, psi[0].layout().owned_size(), [&](Index i) {
    double n = 0;
    for (const auto& one : psi) n += std::norm(one.data()[i]);
    return n;
  });
  std::vector<double> power(static_cast<std::size_t>(modes.layout().owned_size()), 0.0);
  for (auto& one : psi) {
    scene.transform->forward(one, modes);
    for (std::size_t i = 0; i < power.size(); ++i) power[i] += std::norm(modes.data()[i]);
  }
  const auto spectrum = sums_of(communicator, static_cast<Index>(power.size()),
                                [&](Index i) { return power[static_cast<std::size_t>(i)]; });
  std::vector<run::Quantity> result;
  const auto add = [&](const std::string& prefix, const Sums& of) {
    result.push_back({prefix + "shannon", "1", of.shannon});
    result.push_back({prefix + "renyi_0", "1", std::log(of.number)});
    result.push_back({prefix + "renyi_half", "1", 2 * std::log(of.roots)});
    result.push_back({prefix + "renyi_2", "1", -std::log(of.squares)});
    result.push_back({prefix + "renyi_inf", "1", -std::log(of.largest)});
    result.push_back({prefix + "tsallis_half", "1", 2 * (of.roots - 1)});
    result.push_back({prefix + "tsallis_2", "1", 1 - of.squares});
  };
  add("entropy_", space);
  add("entropy_spectral_", spectrum);
  return result;
}

}  // namespace sluice::solvers::nlse
