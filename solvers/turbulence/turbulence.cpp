#include "turbulence/turbulence.hpp"

#include "turbulence/solver.hpp"

namespace sluice::solvers::turbulence {
namespace {

class TurbulenceCase final : public run::SolverCase {
 public:
  void declare(base::Parameters& parameters) override { parameters_.declare(parameters); }
  void validate(const base::Parameters& parameters) const override { parameters_.validate(parameters); }

  [[nodiscard]] std::string meeting_key() const override {
    if (parameters_.reinforcement.method.active()) return run::reinforcement_key;
    return parameters_.calibration.method.active() ? run::calibration_key : "";
  }
  [[nodiscard]] std::unique_ptr<run::Meeting> meeting(const run::MeetingContext& context) const override {
    if (const auto& agents = parameters_.navier_stokes.closure.agents;
        parameters_.reinforcement.method.active())
      return std::make_unique<run::Reinforcement>(parameters_.reinforcement.method,
                                                  static_cast<std::size_t>(agents[0] * agents[1]), context);
    return std::make_unique<run::Calibration>(parameters_.calibration.method,
                                              parameters_.calibration.read(context.world), context);
  }

  [[nodiscard]] run::Plan plan(const base::Communicator& communicator) const override {
    if (parameters_.model == "lorenz96") return lorenz96_plan(communicator);
    const auto spec = parameters_.fourier_spec();
    const auto layouts = numerics::FourierTransform::layouts(communicator, spec);
    const std::int64_t arrays = 12;  // two products in space, their modes, and the stages of a scheme
    return {.grid = parameters_.make_grid(),
            .layout = layouts.physical,
            .bytes_per_rank = communicator.max(arrays * 16 * layouts.spectral->owned_size()),
            .notes = {
                "model " + parameters_.model + ", " + parameters_.integrator + ", dealiasing " +
                    parameters_.dealiasing,
                "transforms: slabs, at most " + std::to_string(parameters_.points[0]) + " ranks own points"}};
  }

  [[nodiscard]] std::unique_ptr<run::Solver> build(const run::Context& context) const override {
    if (parameters_.model == "lorenz96")
      return std::make_unique<Lorenz96Solver>(parameters_.lorenz96_run(), parameters_.make_grid(), context);
    return std::make_unique<TurbulenceSolver>(parameters_, context);
  }

 private:
  [[nodiscard]] run::Plan lorenz96_plan(const base::Communicator& communicator) const {
    const auto layout = Lorenz96Solver::layout(communicator, parameters_.points[0], parameters_.points[1]);
    const std::int64_t copies = parameters_.lyapunov.every > 0 ? 2 : 1;
    return {.grid = parameters_.make_grid(),
            .layout = layout,
            .bytes_per_rank =
                communicator.max(8 * copies * layout->owned_size() * (1 + parameters_.lorenz96.fast)),
            .notes = {"model lorenz96, classical Runge-Kutta, systems are dealt out to the ranks"}};
  }

  TurbulenceParameters parameters_;
};

}  // namespace

std::unique_ptr<run::SolverCase> make_case() { return std::make_unique<TurbulenceCase>(); }

}  // namespace sluice::solvers::turbulence
