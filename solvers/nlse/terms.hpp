// The equation as a sum of terms: psi_t = (i/2) lap psi + sum over terms of (i frequency + growth) psi, and
// what is not local in space (rotation, coupling).
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "base/expression.hpp"
#include "nlse/parameters.hpp"
#include "nlse/rows.hpp"
#include "numerics/spectral/fourier.hpp"

namespace sluice::solvers::nlse {

inline constexpr std::size_t most_components = 8;
inline constexpr grid::Index block_size = 256;

/// Up to block_size points of one row.
struct Block {
  grid::Index row = 0, begin = 0, size = 0;
  grid::Index first = 0;  ///< Place of the first point in the memory of a field.
  std::size_t components = 1;
  std::array<const double*, most_components> density{};  ///< |psi_a|^2 at the points.
  [[nodiscard]] double whole_density(grid::Index k) const {
    double sum = density[0][k];
    for (std::size_t a = 1; a < components; ++a) sum += density[a][k];
    return sum;
  }
};

/// One local term. Virtual calls are one a block.
class Term {
 public:
  virtual ~Term() = default;
  /// Before `add` with another psi or time. Collective.
  virtual void prepare(Components&, double /*t*/) {}
  /// Adds what turns (and makes grow) component a at the points of the block.
  virtual void add(const Block& block, std::size_t a, double* frequency, double* growth) const = 0;
  /// Adds the density of the conserved energy.
  virtual void add_energy(const Block&, double* /*energy*/) const {}
  [[nodiscard]] virtual bool grows() const { return false; }
  [[nodiscard]] virtual bool needs_whole_psi() const { return false; }  ///< `prepare` looks at psi.
};

/// Terms of a potential that is a sum of functions of one coordinate each.
struct SeparablePotential {
  std::array<std::vector<double>, 3> axis;  ///< At the owned points along each dimension.
  [[nodiscard]] double outer(const Rows& rows, grid::Index row) const {
    double sum = 0;
    for (int d = 0; d < rows.dimension; ++d) sum += axis[static_cast<std::size_t>(d)][rows.outer(row, d)];
    return sum;
  }
};

class Equation {
 public:
  /// The transform must outlive this. Reads the file of the potential if there is one. Collective.
  Equation(const NlseParameters& parameters, const grid::Grid& grid, numerics::FourierTransform& transform);

  void prepare(Components& psi, double t);  ///< Collective.
  /// Frequency and growth of component a; both are set.
  void local(const Block& block, std::size_t a, double* frequency, double* growth) const;
  /// Density of the energy of all local terms; set.
  void energy(const Block& block, double* energy) const;

  [[nodiscard]] const EquationParameters& parameters() const { return parameters_; }
  [[nodiscard]] bool grows() const { return grows_; }
  [[nodiscard]] bool needs_whole_psi() const { return needs_whole_psi_; }
  /// One component, cubic, a separable potential: the fused kick does.
  [[nodiscard]] bool simple() const { return simple_; }
  [[nodiscard]] const SeparablePotential& separable() const { return *separable_; }
  [[nodiscard]] const Coordinates& coordinates() const { return coordinates_; }

 private:
  EquationParameters parameters_;
  Coordinates coordinates_;
  std::shared_ptr<SeparablePotential> separable_;  // shared with the term that adds it
  std::vector<std::unique_ptr<Term>> terms_;
  bool grows_ = false, needs_whole_psi_ = false, simple_ = false;
};

/// Calls work(block) for all owned points, with the densities of psi. Not collective.
template <class Work>
void for_each_block(const Rows& rows, const Components& psi, Work work) {
  alignas(64) std::array<std::array<double, block_size>, most_components> density;
  Block block;
  block.components = psi.size();
  for (std::size_t a = 0; a < psi.size(); ++a) block.density[a] = density[a].data();
  for (block.row = 0; block.row < rows.count; ++block.row)
    for (block.begin = 0; block.begin < rows.points; block.begin += block_size) {
      block.size = std::min(block_size, rows.points - block.begin);
      block.first = block.row * rows.points + block.begin;
      for (std::size_t a = 0; a < psi.size(); ++a) {
        const double* u = as_doubles(psi[a].data() + block.first);
        for (grid::Index k = 0; k < block.size; ++k)
          density[a][static_cast<std::size_t>(k)] = u[2 * k] * u[2 * k] + u[2 * k + 1] * u[2 * k + 1];
      }
      work(block);
    }
}

}  // namespace sluice::solvers::nlse
