// Pairs of a residual and its correction from the linear solves, to learn preconditioners from.
#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "numerics/petsc/implicit_detail.hpp"

namespace sluice::numerics::petsc {
namespace {

constexpr std::uint32_t probe_stream = 0x9e0be;

PetscErrorCode monitor(KSP ksp, PetscInt iteration, PetscReal, void* context) {
  return guarded(
      [&] { static_cast<ImplicitSolver::Impl*>(context)->look(ksp, static_cast<int>(iteration)); });
}

PetscErrorCode after_solve(KSP ksp, Vec, Vec, void* context) {
  return guarded([&] { static_cast<ImplicitSolver::Impl*>(context)->finish_pair(ksp); });
}

void keep(Vec vector, double factor, grid::RealField& field) {
  check(VecScale(vector, factor));
  const double* values = nullptr;
  check(VecGetArrayRead(vector, &values));
  copy_to_field(values, field);
  check(VecRestoreArrayRead(vector, &values));
}

}  // namespace

ImplicitSolver::Pairs::Pairs(const grid::LayoutPtr& layout)
    : residual({"residual", "1", "residual, root mean square 1"}, layout->with_halo({0, 0, 0})),
      correction({"correction", "1", "solution for the residual, times the matrix's diagonal"},
                 layout->with_halo({0, 0, 0})) {}

void ImplicitSolver::Impl::watch(KSP ksp) {
  pairs.emplace(system.layout());
  seen_residual = make_vector(*system.layout());
  seen_error = make_vector(*system.layout());
  if (spec.pairs == "solves") check(KSPMonitorSet(ksp, monitor, this, nullptr));
  check(KSPSetPostSolve(ksp, after_solve, this));
}

void ImplicitSolver::Impl::look(KSP ksp, int iteration) {
  if (iteration != pairs->solves % std::max<std::int64_t>(pairs->iterations, 1) && iteration != 0) return;
  Vec solution = nullptr;
  check(KSPBuildSolution(ksp, nullptr, &solution));
  check(VecCopy(solution, seen_error));
}

/// e at the owned cells, the same on any number of ranks.
void ImplicitSolver::Impl::draw_probe() {
  const grid::Layout& layout = *system.layout();
  const grid::Index3 &count = layout.count(), &offset = layout.offset(), &global = layout.global();
  const base::RandomKey key{.stream = probe_stream};
  double* values = nullptr;
  check(VecGetArrayWrite(seen_error, &values));
  std::size_t n = 0;
  for (grid::Index i = 0; i < count[0]; ++i)
    for (grid::Index j = 0; j < count[1]; ++j)
      for (grid::Index k = 0; k < count[2]; ++k) {
        const grid::Index cell = ((offset[0] + i) * global[1] + offset[1] + j) * global[2] + offset[2] + k;
        values[n++] = base::random_normal(key, static_cast<std::uint64_t>(cell),
                                          static_cast<std::uint64_t>(pairs->solves))[0];
      }
  check(VecRestoreArrayWrite(seen_error, &values));
}

void ImplicitSolver::Impl::finish_pair(KSP ksp) {
  PetscInt iterations = 0;
  Mat matrix = nullptr;
  check(KSPGetIterationNumber(ksp, &iterations));
  check(KSPGetOperators(ksp, &matrix, nullptr));
  if (spec.pairs == "probes") {
    draw_probe();
  } else {
    Vec solution = nullptr;
    check(KSPGetSolution(ksp, &solution));
    check(VecAYPX(seen_error, -1.0, solution));
  }
  ++pairs->solves;
  pairs->iterations = iterations;
  PetscReal norm = 0, diagonal = 0;
  PetscInt size = 0;
  check(MatGetDiagonal(matrix, seen_residual));
  check(VecNorm(seen_residual, NORM_INFINITY, &diagonal));
  check(MatMult(matrix, seen_error, seen_residual));
  check(VecNorm(seen_residual, NORM_2, &norm));
  check(VecGetSize(seen_residual, &size));
  if (norm == 0) return;  // there was nothing to solve; the pair before stays
  const double scale = norm / std::sqrt(static_cast<double>(size));
  keep(seen_residual, 1 / scale, pairs->residual);
  keep(seen_error, diagonal / scale, pairs->correction);
}

}  // namespace sluice::numerics::petsc
