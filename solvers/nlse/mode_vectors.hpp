// Arithmetic of Runge-Kutta stages on arrays of modes of several components.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "nlse/rows.hpp"

namespace sluice::solvers::nlse {

[[nodiscard]] inline Components make_components(const std::string& name, std::size_t count,
                                                const grid::LayoutPtr& layout) {
  Components result;
  for (std::size_t a = 0; a < count; ++a) result.emplace_back(grid::FieldInfo{name, "1", name}, layout);
  return result;
}

inline void copy(const Components& from, Components& to) {
  for (std::size_t a = 0; a < from.size(); ++a)
    std::copy_n(from[a].data(), from[a].layout().owned_size(), to[a].data());
}

/// to += factor * from.
inline void add_scaled(double factor, const Components& from, Components& to) {
  for (std::size_t a = 0; a < from.size(); ++a) {
    const double* u = as_doubles(from[a].data());
    double* v = as_doubles(to[a].data());
    const grid::Index n = 2 * from[a].layout().owned_size();
    for (grid::Index i = 0; i < n; ++i) v[i] += factor * u[i];
  }
}

/// to = factor * sum of weights[s] * stages[s], those with weight zero left out.
inline void combine(double factor, std::span<const double> weights, std::span<const Components> stages,
                    Components& to) {
  for (auto& one : to) std::fill_n(one.data(), one.layout().owned_size(), grid::Complex{});
  for (std::size_t s = 0; s < weights.size(); ++s)
    if (weights[s] != 0) add_scaled(factor * weights[s], stages[s], to);
}

/// Sum of |z|^2 over the owned numbers of all ranks. Collective.
[[nodiscard]] inline double squared_norm(const base::Communicator& communicator, const Components& z) {
  base::CompensatedSum sum;
  for (const auto& one : z)
    for (grid::Index i = 0; i < one.layout().owned_size(); ++i) sum.add(std::norm(one.data()[i]));
  return communicator.sum(sum.value());
}

}  // namespace sluice::solvers::nlse
