#include "diffusion/solver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "numerics/petsc/session.hpp"
#include "run/surrogates.hpp"

namespace sluice::solvers::diffusion {

using grid::Index3;
using numerics::petsc::End;

namespace {

std::unique_ptr<surrogate::SurrogatePreconditioner> make_learned(const SolveParameters& parameters,
                                                                 const run::Context& context,
                                                                 const grid::Grid& grid,
                                                                 const grid::LayoutPtr& layout) {
  constexpr const char* where = "solve.surrogate.use";
  if (parameters.use.empty()) return {};
  if (context.surrogates == nullptr)
    throw base::InputError(std::string(where) + ": needs the case's `surrogates:`");
  return std::make_unique<surrogate::SurrogatePreconditioner>(
      where, context.surrogates->get(where, parameters.use), grid, layout, parameters.contraction);
}

numerics::petsc::ImplicitSpec solve_spec(const DiffusionParameters& parameters, const run::Context& context,
                                         numerics::petsc::GivenPreconditioner* learned) {
  numerics::petsc::ImplicitSpec spec{.prefix = "diffusion_", .options = context.petsc_options};
  spec.given = learned;
  spec.pairs = parameters.solve.pairs;
  for (std::size_t d = 0; d < 3; ++d)
    for (std::size_t side = 0; side < 2; ++side)
      spec.ends[d][side] = parameters.sides[d][side].type == "dirichlet" ? End::fixed : End::free;
  spec.preconditioner = parameters.solve.preconditioner;
  spec.tolerance = parameters.solve.tolerance;
  spec.maximum_iterations = static_cast<int>(parameters.solve.maximum_iterations);
  spec.adaptive = parameters.adaptive();
  spec.error_relative = parameters.time.error_relative;
  spec.error_absolute = parameters.time.error_absolute;
  return spec;
}

}  // namespace

DiffusionSolver::DiffusionSolver(const DiffusionParameters& parameters, const grid::Grid& grid,
                                 const grid::LayoutPtr& layout, const run::Context& context)
    : parameters_(parameters),
      grid_(grid),
      u_({"u", parameters.units.u, "temperature"}, layout),
      k_({"k", "1", "conductivity"}, layout),
      error_({"error", parameters_.units.u, "difference from the exact solution"}, layout),
      operator_(parameters, grid_, layout),
      learned_(make_learned(parameters.solve, context, grid_, layout)),
      implicit_(operator_, grid_, layout, solve_spec(parameters, context, learned_.get())) {
  set_initial_state();
  implicit_.prepare(0.0, parameters_.stationary() ? 0.0 : parameters_.time.dt, theta(), u_);
}

void DiffusionSolver::set_initial_state() {
  const auto& given = parameters_.initial;
  operator_.for_each_cell([&](const Index3& cell, std::size_t n) {
    const Point x = operator_.centre(cell);
    u_.data()[n] =
        given.type == "exact" ? operator_.exact().at(x, 0.0).u : shape_value(given, x, grid_.axes.size());
  });
}

void DiffusionSolver::initialize() {
  set_initial_state();
  heat_start_ = heat();
  dt_controller_ = parameters_.time.dt_initial.value_or(0);
  if (dt_controller_ > 0) return;
  double narrowest = grid_.axes[0].width(0);
  for (const auto& axis : grid_.axes) narrowest = std::min(narrowest, axis.width(0));
  dt_controller_ = 0.5 * parameters_.capacity * narrowest * narrowest / operator_.conductivity().largest();
}

void DiffusionSolver::state(run::State& state) {
  state.field(u_);
  state.real("segment_end", equal_steps_.segment_end);
  state.real("segment_dt", equal_steps_.dt);
  state.real("origin", origin_);
  state.real("time", time_);
  state.real("dt_controller", dt_controller_);
  state.real("heat_start", heat_start_);
  state.real("heat_supplied", heat_supplied_);
  state.integer("steps", steps_);
  state.integer("rejected", rejected_);
  state.integer("linear_iterations", linear_iterations_);
  state.integer("newton_iterations", newton_iterations_);
  state.integer("all_linear_iterations", all_linear_);
  state.integer("all_newton_iterations", all_newton_);
  if (parameters_.solve.pairs == "none") return;
  auto& pairs = implicit_.pairs();
  state.within("pairs", [&pairs](run::State& inner) {
    inner.field(pairs.residual);
    inner.field(pairs.correction);
    inner.integer("solves", pairs.solves);
    inner.integer("iterations", pairs.iterations);
  });
}

run::StepResult DiffusionSolver::advance(double t, double dt_max) {
  if (steps_ == 0) origin_ = t;
  time_ = t - origin_;
  run::StepResult result{.accepted = true, .dt_taken = dt_max, .dt_next = dt_max};
  if (parameters_.stationary())
    count(implicit_.stationary(time_, u_));
  else
    result = parameters_.adaptive() ? step_adaptive(dt_max) : step_fixed(t, dt_max);
  ++steps_;
  if (!parameters_.stationary()) time_ += result.dt_taken;
  return result;
}

void DiffusionSolver::count(const numerics::petsc::SolveReport& report) {
  linear_iterations_ = report.linear_iterations;
  newton_iterations_ = report.newton_iterations;
  all_linear_ += linear_iterations_;
  all_newton_ += newton_iterations_;
  heat_supplied_ += operator_.cell_volume() * report.supply;
}

run::StepResult DiffusionSolver::step_fixed(double t, double dt_max) {
  const double dt = equal_steps_.next(t, dt_max, parameters_.time.dt);
  count(implicit_.theta_step(time_, dt, theta(), u_));
  return {.accepted = true, .dt_taken = dt, .dt_next = parameters_.time.dt};
}

run::StepResult DiffusionSolver::step_adaptive(double dt_max) {
  double dt = std::min(dt_controller_, dt_max);
  if (dt < dt_max && dt_max < 2 * dt) dt = 0.5 * dt_max;  // two halves rather than a step and a rest
  const auto report = implicit_.adaptive_step(time_, dt, u_);
  count(report.solve);
  rejected_ += report.rejected;
  const bool clipped = report.rejected == 0 && dt < dt_controller_;  // says nothing against the longer step
  dt_controller_ = clipped ? std::max(dt_controller_, report.dt_next) : report.dt_next;
  return {.accepted = true, .dt_taken = report.dt_taken, .dt_next = dt_controller_};
}

double DiffusionSolver::heat() const {
  return parameters_.capacity * operator_.cell_volume() * grid::sum(u_.erased());
}

void DiffusionSolver::compute_conductivity() {
  operator_.for_each_cell([&](const Index3& cell, std::size_t n) {
    const auto& k = operator_.conductivity();
    k_.data()[n] = k.at(operator_.centre(cell)) * k.response(u_.data()[n]);
  });
}

void DiffusionSolver::compute_error() {
  operator_.for_each_cell([&](const Index3& cell, std::size_t n) {
    error_.data()[n] = u_.data()[n] - operator_.exact().at(operator_.centre(cell), time_).u;
  });
}

std::vector<run::Output> DiffusionSolver::outputs() {
  std::vector<run::Output> list{
      {.info = u_.info(), .components = 1, .compute = [this] { return u_.erased(); }}};
  list.push_back({.info = k_.info(), .components = 1, .compute = [this] {
                    compute_conductivity();
                    return k_.erased();
                  }});
  if (operator_.exact().known())
    list.push_back({.info = error_.info(), .components = 1, .compute = [this] {
                      compute_error();
                      return error_.erased();
                    }});
  if (parameters_.solve.pairs == "none") return list;
  for (grid::RealField* field : {&implicit_.pairs().residual, &implicit_.pairs().correction})
    list.push_back({.info = field->info(), .components = 1, .compute = [field] { return field->erased(); }});
  return list;
}

std::vector<run::Quantity> DiffusionSolver::invariants() {
  return {{"heat_content", parameters_.units.heat, heat()}};
}

std::vector<run::Quantity> DiffusionSolver::diagnostics() {
  std::vector<run::Quantity> list;
  if (!parameters_.stationary())
    list.push_back({"heat_balance_residual", parameters_.units.heat, heat() - heat_start_ - heat_supplied_});
  list.push_back({"u_minimum", parameters_.units.u, grid::minimum(u_.erased())});
  list.push_back({"u_maximum", parameters_.units.u, grid::maximum(u_.erased())});
  list.push_back({"linear_iterations", "", static_cast<double>(linear_iterations_)});
  if (!operator_.linear()) list.push_back({"newton_iterations", "", static_cast<double>(newton_iterations_)});
  if (operator_.exact().known()) {
    compute_error();
    const auto error = error_.erased();
    list.push_back(
        {"error_l2", parameters_.units.u, grid::norm2(error) / std::sqrt(static_cast<double>(grid_.size()))});
    list.push_back({"error_max", parameters_.units.u, grid::maximum_absolute(error)});
  }
  return list;
}

void DiffusionSolver::apply(std::span<const run::Increment> increments) {
  for (const auto& increment : increments) {
    if (increment.output != "u")
      throw base::AgreedError(fmt::format(
          "a corrector wants to change '{}'; the diffusion solver lets 'u' be changed", increment.output));
    grid::add(increment.change, u_);
    heat_supplied_ += parameters_.capacity * operator_.cell_volume() * grid::sum(increment.change);
  }
}

/// Solves stop at a residual that depends on the order of sums; differences stay below this multiple of it.
double DiffusionSolver::rank_tolerance() const { return std::max(1e-11, 100 * parameters_.solve.tolerance); }

std::vector<std::string> DiffusionSolver::summary() const {
  const double steps = static_cast<double>(std::max<std::int64_t>(steps_, 1));
  std::vector<std::string> lines{
      fmt::format("solve: {} (PETSc {})", implicit_.method(), numerics::petsc::version())};
  lines.push_back(fmt::format("{} steps, {:.1f} linear iterations a step", steps_,
                              static_cast<double>(all_linear_) / steps));
  if (!operator_.linear())
    lines.back() +=
        fmt::format(", {:.1f} Newton iterations a step", static_cast<double>(all_newton_) / steps);
  if (parameters_.adaptive()) lines.back() += fmt::format(", {} steps rejected", rejected_);
  return lines;
}

}  // namespace sluice::solvers::diffusion
