#include <fmt/format.h>

#include "diffusion/diffusion.hpp"
#include "diffusion/solver.hpp"

namespace sluice::solvers::diffusion {
namespace {

class DiffusionCase : public run::SolverCase {
 public:
  void declare(base::Parameters& parameters) override { parameters_.declare(parameters); }
  void validate(const base::Parameters& parameters) const override { parameters_.validate(parameters); }
  [[nodiscard]] bool stationary() const override { return parameters_.stationary(); }

  [[nodiscard]] run::Plan plan(const base::Communicator& communicator) const override {
    grid::Grid grid = parameters_.make_grid();
    auto layout = grid::Layout::block(communicator, grid.layout_spec());
    const std::int64_t cells = communicator.max(layout->owned_size());
    run::Plan plan{
        .grid = std::move(grid), .layout = std::move(layout), .bytes_per_rank = cells * bytes_per_cell()};
    plan.notes.push_back(fmt::format("{}{}, preconditioner {}", parameters_.time.scheme,
                                     parameters_.linear() ? "" : ", Newton",
                                     parameters_.solve.preconditioner));
    if (parameters_.stationary() || parameters_.adaptive()) return plan;
    plan.notes.push_back(
        fmt::format("time step {:g} {} at most", parameters_.time.dt, parameters_.units.time));
    return plan;
  }

  [[nodiscard]] std::unique_ptr<run::Solver> build(const run::Context& context) const override {
    const grid::Grid grid = parameters_.make_grid();
    return std::make_unique<DiffusionSolver>(
        parameters_, grid, grid::Layout::block(context.communicator, grid.layout_spec()), context);
  }

 private:
  /// Fields, matrix (value and index, twice: PETSc's and ours), coarse grids with their full stencils, Krylov
  /// and stages.
  [[nodiscard]] std::int64_t bytes_per_cell() const {
    const int dimensions = parameters_.dimensions();
    const std::int64_t entries = 1 + 2 * dimensions,
                       fields = 8 + (parameters_.adaptive() ? 16 : 6) + (parameters_.linear() ? 6 : 34);
    const std::int64_t coarse_stencil = dimensions == 1 ? 3 : dimensions == 2 ? 9 : 27;
    const std::int64_t coarser =
        (std::int64_t{1} << dimensions) - 1;  // all coarse grids have 1/coarser of the cells
    return 8 * fields + 24 * entries + 12 * (std::int64_t{1} << dimensions) +
           (12 * coarse_stencil + 64) / coarser;
  }

  DiffusionParameters parameters_;
};

}  // namespace

std::unique_ptr<run::SolverCase> make_case() { return std::make_unique<DiffusionCase>(); }

}  // namespace sluice::solvers::diffusion
