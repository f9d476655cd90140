// Private to this room: geometric multigrid on the sphere, on Sluice's decomposition.
#pragma once
#include <string>
#include <vector>

#include "numerics/petsc/handles.hpp"
#include "numerics/sphere_block.hpp"

namespace sluice::numerics::petsc {

/// The points of one level: some of the rows and columns of the grid, both poles (one unknown each) and
/// column 0 among them. A point belongs to the rank that owns it on the finest level; unknowns of a rank are
/// numbered north pole, rows, south pole.
class SphereLevel {
 public:
  explicit SphereLevel(const SphereBlock& block);  ///< All points.
  /// Every second row and column of it, along the directions in which points lie close: a line of longitudes
  /// is smoothed as a whole, so that the spacing at the equator decides.
  [[nodiscard]] SphereLevel coarsened() const;
  [[nodiscard]] bool coarsest() const;

  [[nodiscard]] Index rows() const { return static_cast<Index>(rows_.size()); }
  [[nodiscard]] Index columns() const { return static_cast<Index>(columns_.size()); }
  [[nodiscard]] double theta(Index a) const { return block_->theta[at(rows_[at(a)])]; }
  [[nodiscard]] double phi(Index b) const { return block_->phi[at(columns_[at(b)])]; }  ///< Below columns().
  [[nodiscard]] PetscInt number(Index a, Index b) const;  ///< Of the unknown; b does not matter at a pole.
  [[nodiscard]] PetscInt owned() const { return counts_[at(rank_)]; }
  /// Sizes of the lines of longitude, or parts of lines, that this rank owns; a pole is one of size 1.
  [[nodiscard]] std::vector<PetscInt> lines() const;
  /// Calls visit(a, b) on the owned points in the order of their numbers.
  template <class Visit>
  void for_each_owned(Visit&& visit) const;
  /// Linear interpolation from `coarse`, which this was coarsened to.
  [[nodiscard]] MatHandle interpolation_from(const SphereLevel& coarse) const;

 private:
  static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
  SphereLevel(const SphereBlock& block, std::vector<Index> rows, std::vector<Index> columns);
  void number_points();
  [[nodiscard]] bool is_pole(Index a) const { return a == 0 || a + 1 == rows(); }
  [[nodiscard]] bool keeps_pole(int p, int q, bool north) const;

  const SphereBlock* block_;
  std::vector<Index> rows_, columns_;  ///< Indices on the finest level.
  int rank_;
  std::vector<int> row_process_, column_process_;  ///< By row, column: coordinate of the owner.
  std::vector<Index> row_begin_, column_begin_;    ///< By process coordinate, first own; one more than those.
  std::vector<PetscInt> counts_, offsets_;         ///< By rank.
};

/// Levels from fine to coarse and the interpolation between them; coarse matrices are Galerkin products.
class SphereHierarchy {
 public:
  explicit SphereHierarchy(const SphereBlock& block);  ///< Collective.
  [[nodiscard]] int levels() const { return static_cast<int>(levels_.size()); }
  /// Makes `preconditioner` a V cycle on this hierarchy, smoothed by Chebyshev iterations on the lines of
  /// longitude (block Jacobi), solved directly at the bottom. Solves along the lines are exact with the
  /// option mg_levels_sub_pc_type lu.
  void configure(PC preconditioner) const;

 private:
  std::vector<SphereLevel> levels_;
  std::vector<MatHandle> interpolations_, restrictions_;  ///< From level l + 1 (coarse) to l; transposes.
};

}  // namespace sluice::numerics::petsc
