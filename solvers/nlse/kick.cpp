#include "nlse/kick.hpp"

#include <cmath>

#include "nlse/kernels.hpp"

namespace sluice::solvers::nlse {
namespace {

using grid::ComplexField;
using grid::Index;

/// One number a point of a block for every component.
using BlockArrays = std::array<std::array<double, block_size>, most_components>;

void add_change(const ComplexField& change, ComplexField& psi) {
  double* u = as_doubles(psi.data());
  const double* v = as_doubles(change.data());
  const Index n = 2 * psi.layout().owned_size();
  for (Index i = 0; i < n; ++i) u[i] += v[i];
}

template <bool with_change, bool with_potential>
void kick_rows(const Equation& equation, double tau, const ComplexField* change, ComplexField& psi) {
  const Rows& rows = equation.coordinates().rows();
  const Kick strength{.density = tau * equation.parameters().g[0], .potential = tau};
  const auto& potential = equation.separable();
  const double* inner = potential.axis[static_cast<std::size_t>(rows.dimension)].data();
  for (Index row = 0; row < rows.count; ++row) {
    const Index begin = row * rows.points;
    kick_row<with_change, with_potential>(strength, potential.outer(rows, row), inner,
                                          with_change ? as_doubles(change->data() + begin) : nullptr,
                                          as_doubles(psi.data() + begin), rows.points);
  }
}

void kick_simple(const Equation& equation, double tau, const ComplexField* change, ComplexField& psi) {
  const bool trapped = equation.parameters().has_potential();
  if (change)
    (trapped ? kick_rows<true, true> : kick_rows<true, false>)(equation, tau, change, psi);
  else
    (trapped ? kick_rows<false, true> : kick_rows<false, false>)(equation, tau, change, psi);
}

void turn(const Equation& equation, double tau, const Block& points, Components& psi) {
  alignas(64) double frequency[block_size], growth[block_size];
  KickBlock block;
  for (std::size_t a = 0; a < psi.size(); ++a) {
    equation.local(points, a, frequency, growth);
    for (Index begin = 0; begin < points.size; begin += kick_block) {
      const Index size = std::min<Index>(kick_block, points.size - begin);
      double* u = as_doubles(psi[a].data() + points.first + begin);
      constexpr numerics::AboveLimit above(small_angle);
      std::uint64_t marks = 0;
      for (Index k = 0; k < size; ++k) {
        block.re[k] = u[2 * k];
        block.im[k] = u[2 * k + 1];
        block.angle[k] = tau * frequency[begin + k];
        marks |= above.mark(block.angle[k]);
      }
      store_turned(block, numerics::AboveLimit::any(marks), u, size);
    }
  }
}

/// theta' = frequency(n), delta' = growth(n), n_a = n_a(0) exp(2 delta_a): classical Runge-Kutta.
void turn_and_grow(const Equation& equation, double tau, const Block& block, Components& psi) {
  BlockArrays density, theta{}, delta{}, stage{};
  Block moved = block;
  for (std::size_t a = 0; a < psi.size(); ++a) moved.density[a] = density[a].data();
  constexpr std::array<double, 4> reach{0, 0.5, 0.5, 1}, weight{1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6};
  for (std::size_t s = 0; s < 4; ++s) {
    for (std::size_t a = 0; a < psi.size(); ++a)
      for (Index k = 0; k < block.size; ++k) {
        const auto at = static_cast<std::size_t>(k);
        density[a][at] = block.density[a][k] * (s == 0 ? 1.0 : std::exp(2 * tau * reach[s] * stage[a][at]));
      }
    for (std::size_t a = 0; a < psi.size(); ++a) {
      alignas(64) double frequency[block_size];
      equation.local(moved, a, frequency, stage[a].data());
      for (std::size_t k = 0; k < static_cast<std::size_t>(block.size); ++k) {
        theta[a][k] += weight[s] * tau * frequency[k];
        delta[a][k] += weight[s] * tau * stage[a][k];
      }
    }
  }
  for (std::size_t a = 0; a < psi.size(); ++a) {
    grid::Complex* u = psi[a].data() + block.first;
    for (std::size_t k = 0; k < static_cast<std::size_t>(block.size); ++k) {
      const double grown = std::expm1(delta[a][k]);
      const auto turned = phase_factor_minus_one(theta[a][k]);
      u[k] += u[k] * (grown * (1.0 + turned) + turned);
    }
  }
}

}  // namespace

void kick(Equation& equation, double tau, double t, const ComplexField* change, Components& psi) {
  if (equation.simple()) return kick_simple(equation, tau, change, psi[0]);
  if (change) add_change(*change, psi[0]);
  equation.prepare(psi, t);
  const bool grows = equation.grows();
  for_each_block(equation.coordinates().rows(), psi, [&](const Block& block) {
    if (grows)
      turn_and_grow(equation, tau, block, psi);
    else
      turn(equation, tau, block, psi);
  });
}

}  // namespace sluice::solvers::nlse
