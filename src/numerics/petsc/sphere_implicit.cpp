#include "numerics/petsc/sphere_implicit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.hpp"
#include "base/timer.hpp"
#include "numerics/petsc/handles.hpp"
#include "numerics/petsc/session.hpp"
#include "numerics/petsc/sphere_multigrid.hpp"

namespace sluice::numerics::petsc {

namespace {

// hypre's BoomerAMG gives the same bits every time; PETSc's own GAMG adds in the order of arrival.
#ifdef PETSC_HAVE_HYPRE
constexpr const char* algebraic_multigrid = PCHYPRE;
#else
constexpr const char* algebraic_multigrid = PCGAMG;
#endif

PetscInt integer(double number) { return static_cast<PetscInt>(number); }
PetscInt integer(Index number) { return static_cast<PetscInt>(number); }

/// Solves along the lines of the geometric multigrid are exact where the case does not ask for others.
std::map<std::string, std::string> line_options(const SphereImplicitSpec& spec) {
  const std::string name = spec.prefix + "mg_levels_sub_pc_type";
  if (!spec.geometric || spec.options.contains(name) || spec.options.contains("-" + name)) return {};
  return {{name, "lu"}};
}

const SphereBlock& started(const SphereBlock& block, Index unknowns) {
  start(block.layout()->communicator());
  if (unknowns > static_cast<Index>(std::numeric_limits<PetscInt>::max()))
    throw base::AgreedError(
        fmt::format("implicit diffusion: {} unknowns are more than this PETSc can number", unknowns));
  return block;
}

}  // namespace

struct SphereImplicit::Impl {
  Impl(const SphereDiffusion& given, const SphereImplicitSpec& spec);
  void number_unknowns();
  void make_matrix();
  void assemble(double s);
  void add_pole(bool north, double s);
  /// Calls visit(i, k, position in the local vector) on each unknown that this rank owns.
  template <class Visit>
  void for_each_unknown(Visit&& visit) const;
  [[nodiscard]] bool keeps_pole(bool north) const {
    return block.first_column() == 0 && block.columns() > 0 &&
           (north ? block.owns_north() : block.owns_south());
  }

  const SphereDiffusion& diffusion;
  const SphereBlock& block;
  Options options, of_lines;
  SphereImplicitSpec spec;
  std::optional<SphereHierarchy> hierarchy;
  PetscInt owned = 0, first = 0;
  double pole_number[2]{};
  grid::RealField number;  ///< Of the unknown of each cell; a pole's along its whole row.
  MatHandle matrix;
  VecHandle right_side, solution;
  KspHandle ksp;
  double assembled_for = -1;
};

SphereImplicit::Impl::Impl(const SphereDiffusion& given, const SphereImplicitSpec& wanted)
    : diffusion(given),
      block(started(given.block(), given.block().rows_global() * given.block().columns_global())),
      options(wanted.options),
      of_lines(line_options(wanted)),
      spec(wanted),
      number({"number", "1", "number of an unknown"}, block.layout()) {
  number_unknowns();
  make_matrix();
  check(KSPCreate(block.layout()->communicator().handle(), ksp.out()));
  check(KSPSetOptionsPrefix(ksp, spec.prefix.c_str()));
  check(KSPSetType(ksp, KSPCG));
  check(KSPSetNormType(ksp, KSP_NORM_UNPRECONDITIONED));
  check(KSPSetTolerances(ksp, spec.tolerance, PETSC_DEFAULT, PETSC_DEFAULT, spec.maximum_iterations));
  check(KSPSetInitialGuessNonzero(ksp, PETSC_TRUE));
  PC preconditioner = nullptr;
  check(KSPGetPC(ksp, &preconditioner));
  if (spec.geometric)
    hierarchy.emplace(block).configure(preconditioner);
  else
    check(PCSetType(preconditioner, algebraic_multigrid));
  assemble(1 / diffusion.largest_row_sum());
  check(KSPSetFromOptions(ksp));
  check(KSPSetUp(ksp));
  options.refuse_unused();
}

template <class Visit>
void SphereImplicit::Impl::for_each_unknown(Visit&& visit) const {
  Index position = 0;
  if (keeps_pole(true)) visit(Index{0}, Index{0}, position++);
  const auto inner = block.inner_rows();
  for (Index j = inner.begin; j < inner.end; ++j)
    for (Index k = 0; k < block.columns(); ++k) visit(j - block.first_row(), k, position++);
  if (keeps_pole(false)) visit(block.rows() - 1, Index{0}, position++);
}

void SphereImplicit::Impl::number_unknowns() {
  Index count = 0;
  for_each_unknown([&](Index, Index, Index) { ++count; });
  owned = integer(count);
  const auto& communicator = block.layout()->communicator();
  const auto counts = communicator.gather_all(static_cast<std::int64_t>(count));
  for (int rank = 0; rank < communicator.rank(); ++rank)
    first += integer(counts[static_cast<std::size_t>(rank)]);
  const auto view = number.view();
  for_each_unknown([&](Index i, Index k, Index position) { view(i, k) = double(first) + double(position); });
  for (const bool north : {true, false}) {
    const Index row = north ? 0 : block.rows() - 1;
    double& pole = pole_number[north ? 0 : 1];
    pole = communicator.max(keeps_pole(north) ? view(row, 0) : -1.0);
    if (north ? block.owns_north() : block.owns_south()) std::fill_n(view.row(row), block.columns(), pole);
  }
  grid::HaloExchange exchange(block.layout());
  exchange(number);
}

void SphereImplicit::Impl::make_matrix() {
  const auto handle = block.layout()->communicator().handle();
  std::vector<PetscInt> own(static_cast<std::size_t>(owned), std::min<PetscInt>(5, owned)),
      others(own.size(), 4);
  const auto whole = integer(block.columns_global());
  for (const bool north : {true, false}) {
    if (!keeps_pole(north)) continue;
    const auto row = static_cast<std::size_t>(north ? 0 : owned - 1);
    own[row] = std::min<PetscInt>(whole + 1, owned);
    others[row] = whole;
  }
  check(MatCreateAIJ(handle, owned, owned, PETSC_DETERMINE, PETSC_DETERMINE, 0, own.data(), 0, others.data(),
                     matrix.out()));
  check(MatSetOption(matrix, MAT_SYMMETRIC, PETSC_TRUE));
  check(MatCreateVecs(matrix, solution.out(), right_side.out()));
}

void SphereImplicit::Impl::assemble(double s) {
  if (s == assembled_for) return;
  const base::ScopedTimer timer("matrix");
  check(MatZeroEntries(matrix));
  const auto numbers = number.view();
  const auto inner = block.inner_rows();
  for (Index j = inner.begin; j < inner.end; ++j) {
    const Index i = j - block.first_row();
    for (Index k = 0; k < block.columns(); ++k) {
      const double north = s * diffusion.conductance_north(i, k),
                   south = s * diffusion.conductance_north(i + 1, k),
                   west = s * diffusion.conductance_west(i, k),
                   east = s * diffusion.conductance_west(i, k + 1);
      const PetscInt row = integer(numbers(i, k));
      const PetscInt columns[5] = {row, integer(numbers(i - 1, k)), integer(numbers(i + 1, k)),
                                   integer(numbers(i, k - 1)), integer(numbers(i, k + 1))};
      const double values[5] = {block.area(j, block.first_column() + k) + (north + south) + (west + east),
                                -north, -south, -west, -east};
      check(MatSetValues(matrix, 1, &row, 5, columns, values, INSERT_VALUES));
    }
  }
  add_pole(true, s);
  add_pole(false, s);
  check(MatAssemblyBegin(matrix, MAT_FINAL_ASSEMBLY));
  check(MatAssemblyEnd(matrix, MAT_FINAL_ASSEMBLY));
  check(KSPSetOperators(ksp, matrix, matrix));
  assembled_for = s;
}

void SphereImplicit::Impl::add_pole(bool north, double s) {
  if (!(north ? block.owns_north() : block.owns_south())) return;
  const Index edge = north ? 1 : block.rows() - 1;  // the row whose north face is the pole's edge
  const Index beside = north ? 1 : block.rows() - 2;
  const auto row = integer(pole_number[north ? 0 : 1]);
  std::vector<double> conductances;
  for (Index k = 0; k < block.columns(); ++k) {
    conductances.push_back(s * diffusion.conductance_north(edge, k));
    const auto column = integer(number.view()(beside, k));
    const double value = -conductances.back();
    check(MatSetValues(matrix, 1, &row, 1, &column, &value, INSERT_VALUES));
  }
  const double diagonal = block.pole_area[north ? 0 : 1] + block.sum_row(conductances.data());
  if (keeps_pole(north)) check(MatSetValues(matrix, 1, &row, 1, &row, &diagonal, INSERT_VALUES));
}

SphereImplicit::SphereImplicit(const SphereDiffusion& diffusion, const SphereImplicitSpec& spec)
    : impl_(std::make_unique<Impl>(diffusion, spec)) {}

SphereImplicit::~SphereImplicit() = default;

int SphereImplicit::solve(double s, const grid::RealField& u, grid::RealField& x) {
  const base::ScopedTimer timer("solve");
  auto& impl = *impl_;
  const auto& block = impl.block;
  impl.assemble(s);
  double *right = nullptr, *guess = nullptr;
  const auto from = u.view();
  check(VecGetArrayWrite(impl.right_side, &right));
  check(VecGetArrayWrite(impl.solution, &guess));
  impl.for_each_unknown([&](Index i, Index k, Index position) {
    right[position] = block.summation_area(block.first_row() + i, block.first_column() + k) * from(i, k);
    guess[position] = from(i, k);
  });
  check(VecRestoreArrayWrite(impl.right_side, &right));
  check(VecRestoreArrayWrite(impl.solution, &guess));
  check(KSPSolve(impl.ksp, impl.right_side, impl.solution));
  KSPConvergedReason reason{};
  PetscInt iterations = 0;
  check(KSPGetConvergedReason(impl.ksp, &reason));
  check(KSPGetIterationNumber(impl.ksp, &iterations));
  if (reason < 0)
    throw base::AgreedError(
        fmt::format("{}solve: implicit diffusion does not converge: {} after {} iterations", impl.spec.prefix,
                    KSPConvergedReasons[reason], iterations));
  const double* values = nullptr;
  const auto to = x.view();
  check(VecGetArrayRead(impl.solution, &values));
  double poles[2] = {-std::numeric_limits<double>::max(), -std::numeric_limits<double>::max()};
  impl.for_each_unknown([&](Index i, Index k, Index position) {
    to(i, k) = values[position];
    const Index j = block.first_row() + i;
    if (block.is_pole(j)) poles[j == 0 ? 0 : 1] = values[position];
  });
  check(VecRestoreArrayRead(impl.solution, &values));
  block.layout()->communicator().max(std::span<double>(poles));
  if (block.owns_north()) std::fill_n(to.row(0), block.columns(), poles[0]);
  if (block.owns_south()) std::fill_n(to.row(block.rows() - 1), block.columns(), poles[1]);
  return static_cast<int>(iterations);
}

}  // namespace sluice::numerics::petsc
