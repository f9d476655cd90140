// The smallest complete solver: u_t = -rate u on a 1-D periodic grid, exact solution u(x, t) = u(x, 0)
// exp(-rate t). Each step multiplies by exp(-rate dt), so only round-off separates it from the exact
// solution. Tests of the run, of hooks, checkpoints and of plug-ins use it; it implements everything that
// run/solver.hpp asks of a solver.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"
#include "numerics/stepping.hpp"
#include "run/solver.hpp"

namespace sluice::testing {

struct DecayParameters {
  std::int64_t points = 32;
  double rate = 0.5;
  double amplitude = 1.0;
  double dt = 0.1;
  std::int64_t reject_every = 0;
  std::optional<double> blow_up_at;
  std::int64_t blow_up_index = 0;

  void declare(base::Parameters& p) {
    p.group("grid", "the interval [0, 1), periodic", [this](base::Parameters& g) {
      g.integer("points", points, {.help = "number of cells", .minimum = 1});
    });
    p.group("decay", "u_t = -rate u", [this](base::Parameters& g) {
      g.real("rate", rate, {.help = "decay rate", .unit = "s^-1", .minimum = 0.0});
      g.real("amplitude", amplitude, {.help = "u(x, 0) = amplitude (1 + sin(2 pi x) / 2)", .unit = "1"});
      g.integer("reject_every", reject_every,
                {.help = "every so many calls of advance are refused once; 0 for never", .minimum = 0});
      g.real("blow_up_at", blow_up_at, {.help = "from this time on one cell is NaN", .unit = "s"});
      g.integer("blow_up_index", blow_up_index, {.help = "the cell that becomes NaN", .minimum = 0});
    });
    p.group("time", "steps", [this](base::Parameters& g) {
      g.real("dt", dt,
             {.help = "longest step",
              .unit = "s",
              .minimum = 0.0,
              .exclusive_minimum = true,
              .may_differ_at_restart = true});
    });
  }

  [[nodiscard]] grid::Grid grid() const {
    return grid::Grid::cartesian({.points = {points}, .lower = {0.0}, .upper = {1.0}, .periodic = {true}});
  }
};

class DecaySolver : public run::Solver {
 public:
  DecaySolver(const run::Context& context, const DecayParameters& parameters)
      : parameters_(parameters),
        grid_(parameters.grid()),
        u_({"u", "1", "decaying quantity"}, grid::Layout::block(context.communicator, grid_.layout_spec())) {}

  [[nodiscard]] const grid::Grid& grid() const override { return grid_; }
  [[nodiscard]] std::string time_unit() const override { return "s"; }

  void initialize() override {
    auto u = u_.view();
    const grid::Index first = u_.layout().offset()[0];
    for (grid::Index i = 0; i < u_.layout().count()[0]; ++i) u(i) = initial_value(first + i);
  }

  void state(run::State& state) override {
    state.field(u_);
    state.real("segment_end", steps_.segment_end);
    state.real("dt", steps_.dt);
    state.integer("calls", calls_);
  }

  run::StepResult advance(double t, double dt_max) override {
    ++calls_;
    const double dt = steps_.next(t, dt_max, parameters_.dt);
    if (parameters_.reject_every > 0 && calls_ % parameters_.reject_every == 0)
      return {.accepted = false, .dt_taken = 0, .dt_next = dt / 2};
    const double factor = std::exp(-parameters_.rate * dt);
    auto u = u_.view();
    for (grid::Index i = 0; i < u_.layout().count()[0]; ++i) u(i) *= factor;
    if (parameters_.blow_up_at && t + dt >= *parameters_.blow_up_at) {
      const grid::Index local = parameters_.blow_up_index - u_.layout().offset()[0];
      if (local >= 0 && local < u_.layout().count()[0]) u(local) = std::numeric_limits<double>::quiet_NaN();
    }
    return {.accepted = true, .dt_taken = dt, .dt_next = parameters_.dt};
  }

  [[nodiscard]] std::vector<run::Output> outputs() override {
    return {{.info = u_.info(), .components = 1, .compute = [this] { return u_.erased(); }}};
  }
  [[nodiscard]] std::vector<run::Quantity> invariants() override {
    return {{"mean", "1", grid::sum(u_.erased()) / static_cast<double>(parameters_.points)}};
  }
  [[nodiscard]] std::vector<run::Quantity> diagnostics() override {
    return {{"maximum", "1", grid::maximum(u_.erased())}};
  }

  void apply(std::span<const run::Increment> increments) override {
    for (const run::Increment& increment : increments) grid::add(increment.change, u_);
  }

  [[nodiscard]] std::vector<std::string> summary() const override {
    return {"calls of advance: " + std::to_string(calls_)};
  }

  /// u at the start of a fresh run, of a global cell.
  [[nodiscard]] double initial_value(grid::Index cell) const {
    const double x = grid_.axes[0].points[static_cast<std::size_t>(cell)];
    return parameters_.amplitude * (1.0 + 0.5 * std::sin(2.0 * std::numbers::pi * x));
  }
  [[nodiscard]] grid::RealField& field() { return u_; }

 private:
  DecayParameters parameters_;
  grid::Grid grid_;
  grid::RealField u_;
  numerics::EqualSteps steps_;
  std::int64_t calls_ = 0;
};

class DecayCase : public run::SolverCase {
 public:
  [[nodiscard]] std::string time_unit() const override { return "s"; }
  void declare(base::Parameters& parameters) override { values.declare(parameters); }
  void validate(const base::Parameters& parameters) const override {
    if (values.blow_up_index >= values.points)
      base::refuse(parameters, "decay.blow_up_index", "is beyond the last cell");
  }
  [[nodiscard]] run::Plan plan(const base::Communicator& communicator) const override {
    run::Plan plan{.grid = values.grid(), .layout = nullptr};
    plan.layout = grid::Layout::block(communicator, plan.grid.layout_spec());
    plan.bytes_per_rank = 8 * communicator.max(plan.layout->owned_size());
    plan.notes.push_back("steps of at most " + std::to_string(values.dt) + " s");
    return plan;
  }
  [[nodiscard]] std::unique_ptr<run::Solver> build(const run::Context& context) const override {
    return std::make_unique<DecaySolver>(context, values);
  }
  DecayParameters values;
};

inline std::unique_ptr<run::SolverCase> make_decay_case() { return std::make_unique<DecayCase>(); }

inline run::SolverEntry decay_entry() {
  return {"decay", "u_t = -rate u in one dimension, exact", make_decay_case};
}

}  // namespace sluice::testing
