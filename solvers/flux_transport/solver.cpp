#include "solver.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "balance.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/timer.hpp"
#include "diagnostics.hpp"
#include "flow.hpp"
#include "flow_files.hpp"
#include "inflow.hpp"
#include "seeds.hpp"
#include "supergranules.hpp"

namespace sluice::solvers::flux_transport {

namespace {

using grid::Index;

const grid::FieldInfo radial_field{"B_r", "G", "radial magnetic field"};

/// Tells the block which waves its rows keep.
std::optional<numerics::PolarFilter> make_filter(numerics::SphereBlock& block,
                                                 const GridParameters& parameters) {
  if (parameters.polar_filter == 0) return std::nullopt;
  block.keep_waves(parameters.polar_filter);
  return std::optional<numerics::PolarFilter>(std::in_place, block);
}

grid::RealField work_field(const numerics::SphereBlock& block) {
  return {{"work", "G", "work"}, block.layout()};
}

}  // namespace

grid::Grid make_grid(const base::Communicator& communicator, const FluxTransportParameters& parameters) {
  const std::string kind = parameters.initial.kind();
  if ((kind != "map" && kind != "snapshot") || !parameters.grid.of_map || is_fits(parameters.initial.map))
    return grid::Grid::uniform_sphere(parameters.grid.n_theta, parameters.grid.n_phi, 1.0, "R_sun");
  Axes axes = kind == "map" ? read_map_axes(communicator, parameters.initial.map)
                            : read_snapshot_axes(communicator, parameters.initial.snapshot);
  return grid::Grid::sphere(std::move(axes.theta), std::move(axes.phi), 1.0, "R_sun");
}

grid::LayoutPtr make_layout(const base::Communicator& communicator, const FluxTransportParameters& parameters,
                            const grid::Grid& grid) {
  const auto& ranks = parameters.grid.ranks;
  return numerics::SphereBlock::make_layout(communicator, grid,
                                            {static_cast<int>(ranks[0]), static_cast<int>(ranks[1])});
}

FluxTransport::FluxTransport(const FluxTransportParameters& parameters, const run::Context& context)
    : parameters_(parameters),
      seed_(context.seed),
      grid_(make_grid(context.communicator, parameters)),
      block_(grid_, make_layout(context.communicator, parameters, grid_)),
      field_(radial_field, block_.layout()),
      scratch_{work_field(block_), work_field(block_), work_field(block_)},
      exchange_(block_.layout()),
      filter_(make_filter(block_, parameters.grid)),
      advector_(block_, parameters_, filter_ ? &*filter_ : nullptr),
      exact_(exact_solution(parameters)),
      sources_(block_, parameters.sources, context),
      assimilation_(block_, parameters.assimilation),
      spectrum_(block_, parameters.diagnostics) {
  if (parameters_.flow.output) {
    u_theta_ = grid::RealField({"u_theta", "m s^-1", "southward velocity"}, block_.layout());
    u_phi_ = grid::RealField({"u_phi", "m s^-1", "eastward velocity"}, block_.layout());
  }
  if (!parameters_.flow.files.list.empty())
    advector_.add(std::make_unique<FlowFiles>(block_, parameters_.flow.files));
  if (parameters_.flow.inflow.strength != 0)
    advector_.add(std::make_unique<Inflow>(block_, parameters_.flow.inflow));
  if (parameters_.flow.supergranules.speed > 0)
    advector_.add(std::make_unique<Supergranules>(
        block_, parameters_.flow, key_of(parameters_.flow.supergranules.seed, context, supergranule_stream)));
  if (!parameters.diffusion.off())
    diffuser_.emplace(block_, parameters.diffusion, parameters.step.safety, context.petsc_options,
                      filter_ ? &*filter_ : nullptr);
  if (!context.petsc_options.empty() && (!diffuser_ || !parameters.diffusion.implicit()))
    throw base::InputError(
        "petsc: options are given, but only diffusion.scheme crank_nicolson and implicit_euler use PETSc");
}

void FluxTransport::fill(const PointFunction& formula) {
  const auto b = field_.view();
  for (Index i = 0; i < block_.rows(); ++i) {
    const Index j = block_.first_row() + i;
    for (Index k = 0; k < block_.columns(); ++k)
      b(i, k) = formula(grid_.axes[0].points[static_cast<std::size_t>(j)],
                        block_.is_pole(j)
                            ? 0.0
                            : grid_.axes[1].points[static_cast<std::size_t>(block_.first_column() + k)]);
  }
}

void FluxTransport::fill(const SurfaceMap& map) {
  const auto values = on_grid(map, block_);
  const auto b = field_.view();
  for (Index i = 0; i < block_.rows(); ++i)
    for (Index k = 0; k < block_.columns(); ++k)
      b(i, k) = values[static_cast<std::size_t>((block_.first_row() + i) * block_.columns_global() +
                                                block_.first_column() + k)];
}

void FluxTransport::balance_flux() {
  const double net = signed_flux(block_, field_).value, factor = balance_polarities(block_, field_);
  if (factor == 0)
    throw base::AgreedError("initial.balance_flux: the field has only one polarity; it cannot be balanced");
  base::log::info("initial field: net flux {:.3g} Mx balanced by a factor {:.6g}", net, factor);
}

void FluxTransport::initialize() {
  const auto& initial = parameters_.initial;
  const std::string kind = initial.kind();
  const auto& communicator = block_.layout()->communicator();
  if (kind == "map")
    fill(read_surface_map(communicator, initial.map, {.layer = initial.realization, .fill = initial.fill}));
  else if (kind == "snapshot")
    fill(make_surface_map(read_snapshot(communicator, initial.snapshot)));
  else
    fill(initial_formula(initial, seed_));
  if (initial.balance_flux || kind == "dipole_and_regions") balance_flux();
}

void FluxTransport::state(run::State& state) {
  state.field(field_);
  state.real("segment_end", steps_.segment_end);
  state.real("segment_step", steps_.dt);
  state.integer("started", started_);
  state.real("start_time", start_time_);
  state.real("time", time_);
  advector_.state(state);
  sources_.state(state);
  assimilation_.state(state);
}

void FluxTransport::diffuse(double dt) {
  if (!diffuser_) return;
  const base::ScopedTimer timer("diffusion");
  diffuser_->advance(field_, dt, scratch_, exchange_);
}

void FluxTransport::emerge(double t0, double t1) {
  if (!sources_.active()) return;
  const base::ScopedTimer timer("sources");
  sources_.advance(field_, t0, t1);
}

void FluxTransport::assimilate(double t) {
  if (!assimilation_.active()) return;
  const base::ScopedTimer timer("assimilation");
  if (started_ == 0) assimilation_.begin(t);
  assimilation_.advance(field_, t);
}

run::StepResult FluxTransport::advance(double t, double dt_max) {
  assimilate(t);  // a map of the very start
  if (started_ == 0) start_time_ = t;
  started_ = 1;
  advector_.begin(t, field_);
  const double nominal =
      std::min(advector_.limit(), parameters_.step.maximum.value_or(std::numeric_limits<double>::infinity()));
  const double dt =
      steps_.next(t, std::min({dt_max, advector_.next_change() - t, assimilation_.way(t)}), nominal);
  advector_.prepare(t, dt, field_, exchange_);
  if (parameters_.step.splitting == "strang") {
    emerge(t, t + 0.5 * dt);
    advector_.advance(field_, 0.5 * dt, scratch_, exchange_);
    diffuse(dt);
    advector_.advance(field_, 0.5 * dt, scratch_, exchange_);
  } else {
    advector_.advance(field_, dt, scratch_, exchange_);
    diffuse(dt);
  }
  emerge(t, t + dt);
  time_ = t + dt;
  assimilate(time_);
  return {.accepted = true, .dt_taken = dt, .dt_next = nominal};
}

run::Output FluxTransport::velocity(grid::RealField& component) {
  return {component.info(), 1, [this, &component] {
            advector_.velocities(u_theta_, u_phi_);
            return component.erased();
          }};
}

std::vector<run::Output> FluxTransport::outputs() {
  std::vector<run::Output> list{{radial_field, 1, [this] { return field_.erased(); }}};
  if (parameters_.flow.output) list.insert(list.end(), {velocity(u_theta_), velocity(u_phi_)});
  return list;
}

std::vector<run::Quantity> FluxTransport::invariants() { return {signed_flux(block_, field_)}; }

std::vector<run::Quantity> FluxTransport::diagnostics() {
  auto quantities = field_diagnostics(block_, field_);
  const auto spectrum = spectrum_.quantities(field_);
  quantities.insert(quantities.end(), spectrum.begin(), spectrum.end());
  if (!exact_) return quantities;
  const double elapsed = started_ == 0 ? 0.0 : time_ - start_time_;
  const auto errors = error_diagnostics(
      block_, field_, [&](double theta, double phi) { return exact_(theta, phi, elapsed); });
  quantities.insert(quantities.end(), errors.begin(), errors.end());
  return quantities;
}

void FluxTransport::apply(std::span<const run::Increment> increments) {
  for (const auto& increment : increments) {
    if (increment.output != radial_field.name)
      throw base::AgreedError("a corrector wants to change '" + increment.output + "'; 'B_r' is allowed");
    // A pole is one unknown: its increment is the mean over the row.
    auto& change = scratch_.a;
    std::fill(change.span().begin(), change.span().end(), 0.0);
    grid::add(increment.change, change);
    block_.close_poles(change);
    grid::add(change.erased(), field_);
  }
}

std::vector<std::string> FluxTransport::summary() const {
  std::vector<std::string> lines{fmt::format("advection: {} stages", advector_.stages())};
  if (diffuser_)
    lines.push_back(fmt::format("diffusion: {} {} steps, {} {}; explicit limit {:.3g} h",
                                diffuser_->super_steps(), parameters_.diffusion.scheme, diffuser_->stages(),
                                parameters_.diffusion.implicit() ? "iterations" : "stages",
                                diffuser_->explicit_limit()));
  for (const auto& line : sources_.summary()) lines.push_back(line);
  return lines;
}

}  // namespace sluice::solvers::flux_transport
