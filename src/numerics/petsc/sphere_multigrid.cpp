#include "numerics/petsc/sphere_multigrid.hpp"

#include <algorithm>
#include <array>
#include <numbers>
#include <numeric>

namespace sluice::numerics::petsc {

namespace {

constexpr Index coarsest_points = 64;  // solved directly, by every rank for itself
constexpr Index fewest = 5;            // an axis of fewer points stays

std::vector<Index> every(Index count) {
  std::vector<Index> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), Index{0});
  return all;
}

/// Every second of them, and the last if asked.
std::vector<Index> halved(const std::vector<Index>& indices, bool with_last) {
  std::vector<Index> half;
  for (std::size_t i = 0; i < indices.size(); i += 2) half.push_back(indices[i]);
  if (with_last && half.back() != indices.back()) half.push_back(indices.back());
  return half;
}

/// Owner of each index, and where each owner's begin.
std::vector<int> owners(const std::vector<Index>& indices, const std::vector<Index>& splits,
                        std::vector<Index>& begin) {
  std::vector<int> owner;
  begin.assign(splits.size(), static_cast<Index>(indices.size()));
  owner.reserve(indices.size());
  for (const Index index : indices) {
    const auto after = std::upper_bound(splits.begin(), splits.end(), index);
    owner.push_back(static_cast<int>(after - splits.begin()) - 1);
  }
  for (std::size_t p = 0; p + 1 < splits.size(); ++p)
    begin[p] = std::lower_bound(indices.begin(), indices.end(), splits[p]) - indices.begin();
  return owner;
}

/// Two coarse points and their weights.
struct Neighbours {
  std::array<Index, 2> point;
  std::array<double, 2> weight;
};

}  // namespace

SphereLevel::SphereLevel(const SphereBlock& block)
    : SphereLevel(block, every(block.rows_global()), every(block.columns_global())) {}

SphereLevel::SphereLevel(const SphereBlock& block, std::vector<Index> rows, std::vector<Index> columns)
    : block_(&block),
      rows_(std::move(rows)),
      columns_(std::move(columns)),
      rank_(block.layout()->communicator().rank()) {
  row_process_ = owners(rows_, block.layout()->splits(0), row_begin_);
  column_process_ = owners(columns_, block.layout()->splits(1), column_begin_);
  number_points();
}

bool SphereLevel::keeps_pole(int p, int q, bool north) const {
  return column_process_.front() == q && (north ? row_process_.front() : row_process_.back()) == p;
}

void SphereLevel::number_points() {
  const auto size = at(block_->layout()->communicator().size());
  counts_.assign(size, 0);
  offsets_.assign(size + 1, 0);
  const auto& processes = block_->layout()->processes();
  for (int p = 0; p < processes[0]; ++p)
    for (int q = 0; q < processes[1]; ++q) {
      const Index begin = std::max<Index>(row_begin_[at(p)], 1),
                  end = std::min<Index>(row_begin_[at(p) + 1], rows() - 1);
      const Index count =
          std::max<Index>(end - begin, 0) * (column_begin_[at(q) + 1] - column_begin_[at(q)]) +
          (keeps_pole(p, q, true) ? 1 : 0) + (keeps_pole(p, q, false) ? 1 : 0);
      counts_[at(block_->layout()->rank_of({p, q, 0}))] = static_cast<PetscInt>(count);
    }
  std::partial_sum(counts_.begin(), counts_.end(), offsets_.begin() + 1);
}

PetscInt SphereLevel::number(Index a, Index b) const {
  const int p = row_process_[at(a)], q = is_pole(a) ? column_process_.front() : column_process_[at(b)];
  const auto rank = at(block_->layout()->rank_of({p, q, 0}));
  if (a == 0) return offsets_[rank];
  if (is_pole(a)) return offsets_[rank + 1] - 1;
  const Index begin = std::max<Index>(row_begin_[at(p)], 1), first = column_begin_[at(q)];
  return offsets_[rank] +
         static_cast<PetscInt>((keeps_pole(p, q, true) ? 1 : 0) +
                               (a - begin) * (column_begin_[at(q) + 1] - first) + (b - first));
}

template <class Visit>
void SphereLevel::for_each_owned(Visit&& visit) const {
  if (owned() == 0) return;
  const auto& coordinate = block_->layout()->process_coordinate();
  const int p = coordinate[0], q = coordinate[1];
  if (keeps_pole(p, q, true)) visit(Index{0}, Index{0});
  for (Index a = std::max<Index>(row_begin_[at(p)], 1); a < std::min(row_begin_[at(p) + 1], rows() - 1); ++a)
    for (Index b = column_begin_[at(q)]; b < column_begin_[at(q) + 1]; ++b) visit(a, b);
  if (keeps_pole(p, q, false)) visit(rows() - 1, Index{0});
}

std::vector<PetscInt> SphereLevel::lines() const {
  std::vector<PetscInt> sizes;
  Index line = -1;
  for_each_owned([&](Index a, Index) {
    if (a != line) sizes.push_back(0);
    line = a;
    ++sizes.back();
  });
  return sizes;
}

bool SphereLevel::coarsest() const { return rows() * columns() <= coarsest_points || rows() < fewest; }

SphereLevel SphereLevel::coarsened() const {
  constexpr double close = 1.5;  // spacings within this factor are halved together
  const double along_theta = std::numbers::pi / double(rows() - 1),
               along_phi = columns() < fewest ? 1e30 : 2 * std::numbers::pi / double(columns());
  const double least = std::min(along_theta, along_phi);
  const auto fewer_columns = along_phi <= close * least ? halved(columns_, false) : columns_;
  return {*block_, along_theta <= close * least ? halved(rows_, true) : rows_, fewer_columns};
}

MatHandle SphereLevel::interpolation_from(const SphereLevel& coarse) const {
  MatHandle matrix;
  check(MatCreateAIJ(block_->layout()->communicator().handle(), owned(), coarse.owned(), PETSC_DETERMINE,
                     PETSC_DETERMINE, 4, nullptr, 4, nullptr, matrix.out()));
  const auto below = [](const std::vector<Index>& points, Index index) {  // the coarse point at or before it
    return std::upper_bound(points.begin(), points.end(), index) - points.begin() - 1;
  };
  const auto along_theta = [&](Index a) -> Neighbours {
    const Index c = below(coarse.rows_, rows_[at(a)]);
    if (coarse.rows_[at(c)] == rows_[at(a)]) return {{c, c}, {1, 0}};
    const double share = (theta(a) - coarse.theta(c)) / (coarse.theta(c + 1) - coarse.theta(c));
    return {{c, c + 1}, {1 - share, share}};
  };
  const auto along_phi = [&](Index b) -> Neighbours {
    const Index c = below(coarse.columns_, columns_[at(b)]);
    if (coarse.columns_[at(c)] == columns_[at(b)]) return {{c, c}, {1, 0}};
    const bool wraps = c + 1 == coarse.columns();
    const double east = wraps ? coarse.phi(0) + 2 * std::numbers::pi : coarse.phi(c + 1);
    const double share = (phi(b) - coarse.phi(c)) / (east - coarse.phi(c));
    return {{c, wraps ? 0 : c + 1}, {1 - share, share}};
  };
  for_each_owned([&](Index a, Index b) {
    const PetscInt row = number(a, b);
    const Neighbours rows = along_theta(a), columns = along_phi(b);
    for (const std::size_t i : {0U, 1U})
      for (const std::size_t k : {0U, 1U}) {
        const double weight = rows.weight[i] * columns.weight[k];
        const PetscInt column = coarse.number(rows.point[i], columns.point[k]);
        if (weight != 0) check(MatSetValues(matrix, 1, &row, 1, &column, &weight, ADD_VALUES));
      }
  });
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  return matrix;
}

SphereHierarchy::SphereHierarchy(const SphereBlock& block) : levels_{SphereLevel(block)} {
  while (!levels_.back().coarsest()) {
    levels_.push_back(levels_.back().coarsened());
    interpolations_.push_back(levels_[levels_.size() - 2].interpolation_from(levels_.back()));
    // An explicit transpose: PETSc's products with an implicit one add in the order of arrival.
    MatHandle transpose;
    check(MatTranspose(interpolations_.back(), MAT_INITIAL_MATRIX, transpose.out()));
    restrictions_.push_back(std::move(transpose));
  }
}

void SphereHierarchy::configure(PC preconditioner) const {
  check(PCSetType(preconditioner, PCMG));
  check(PCMGSetLevels(preconditioner, levels(), nullptr));
  check(PCMGSetGalerkin(preconditioner, PC_MG_GALERKIN_BOTH));
  for (int level = 1; level < levels();
       ++level) {  // PETSc counts from the coarsest, this class from the finest
    const auto fine = static_cast<std::size_t>(levels() - 1 - level);
    check(PCMGSetInterpolation(preconditioner, level, interpolations_[fine]));
    check(PCMGSetRestriction(preconditioner, level, restrictions_[fine]));
    KSP smoother = nullptr;
    PC lines = nullptr;
    check(PCMGGetSmoother(preconditioner, level, &smoother));
    check(KSPGetPC(smoother, &lines));
    check(PCSetType(lines, PCBJACOBI));
    // A line's neighbours are two others, which makes 2 the largest eigenvalue of block Jacobi; estimates
    // from a few iterations fall short of it.
    check(KSPChebyshevSetEigenvalues(smoother, 2.1, 0.25));
    const auto sizes = levels_[fine].lines();
    if (!sizes.empty())
      check(PCBJacobiSetLocalBlocks(lines, static_cast<PetscInt>(sizes.size()), sizes.data()));
  }
}

}  // namespace sluice::numerics::petsc
