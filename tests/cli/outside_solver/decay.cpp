// A solver outside the tree of Sluice: u_t = -rate u in one dimension, each step by the exact factor
// exp(-rate dt).
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"
#include "numerics/stepping.hpp"
#include "run/solver.hpp"

namespace {

using namespace sluice;

struct Parameters {
  std::int64_t points = 32;
  double rate = 1.0, initial = 1.0, dt = 0.1;

  void declare(base::Parameters& p) {
    p.group("grid", "the interval [0, 1)", [this](base::Parameters& g) {
      g.integer("points", points, {.help = "number of cells", .minimum = 1});
    });
    p.group("decay", "u_t = -rate u", [this](base::Parameters& g) {
      g.real("rate", rate, {.help = "decay rate", .unit = "s^-1", .minimum = 0.0});
      g.real("initial", initial, {.help = "mean of u at the start", .unit = "1"});
    });
    p.group("time", "steps", [this](base::Parameters& g) {
      g.real("dt", dt, {.help = "longest step", .unit = "s", .minimum = 0.0, .exclusive_minimum = true});
    });
  }

  [[nodiscard]] grid::Grid grid() const {
    return grid::Grid::cartesian({.points = {points}, .lower = {0.0}, .upper = {1.0}, .periodic = {true}});
  }
};

class Decay : public run::Solver {
 public:
  Decay(const run::Context& context, const Parameters& parameters)
      : parameters_(parameters),
        grid_(parameters.grid()),
        u_({"u", "1", "decaying quantity"}, grid::Layout::block(context.communicator, grid_.layout_spec())) {}

  [[nodiscard]] const grid::Grid& grid() const override { return grid_; }
  [[nodiscard]] std::string time_unit() const override { return "s"; }
  void initialize() override {
    for (double& value : u_.span()) value = parameters_.initial;
  }
  void state(run::State& state) override {
    state.field(u_);
    state.real("segment_end", steps_.segment_end);
    state.real("dt", steps_.dt);
  }
  run::StepResult advance(double t, double dt_max) override {
    const double dt = steps_.next(t, dt_max, parameters_.dt);
    const double factor = std::exp(-parameters_.rate * dt);
    for (double& value : u_.span()) value *= factor;
    return {.accepted = true, .dt_taken = dt, .dt_next = parameters_.dt};
  }
  [[nodiscard]] std::vector<run::Output> outputs() override {
    return {{.info = u_.info(), .components = 1, .compute = [this] { return u_.erased(); }}};
  }
  [[nodiscard]] std::vector<run::Quantity> invariants() override {
    return {{"mean", "1", grid::sum(u_.erased()) / static_cast<double>(parameters_.points)}};
  }

 private:
  Parameters parameters_;
  grid::Grid grid_;
  grid::RealField u_;
  numerics::EqualSteps steps_;
};

class DecayCase : public run::SolverCase {
 public:
  [[nodiscard]] std::string time_unit() const override { return "s"; }
  void declare(base::Parameters& parameters) override { values_.declare(parameters); }
  void validate(const base::Parameters&) const override {}
  [[nodiscard]] run::Plan plan(const base::Communicator& communicator) const override {
    run::Plan plan{.grid = values_.grid(), .layout = nullptr};
    plan.layout = grid::Layout::block(communicator, plan.grid.layout_spec());
    plan.bytes_per_rank = 8 * communicator.max(plan.layout->owned_size());
    return plan;
  }
  [[nodiscard]] std::unique_ptr<run::Solver> build(const run::Context& context) const override {
    return std::make_unique<Decay>(context, values_);
  }

 private:
  Parameters values_;
};

}  // namespace

extern "C" int sluice_interface_version() { return sluice::run::solver_interface_version; }

extern "C" const sluice::run::SolverEntry* sluice_solvers(int* count) {
  static const sluice::run::SolverEntry entries[] = {
      {"outside_decay", "u_t = -rate u, from outside the tree",
       []() -> std::unique_ptr<sluice::run::SolverCase> { return std::make_unique<DecayCase>(); }}};
  *count = 1;
  return entries;
}
