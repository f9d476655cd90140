#include "turbulence/turbulence.hpp"

#include "turbulence/solver.hpp"

namespace sluice::solvers::turbulence {
namespace {

class TurbulenceCase final : public run::SolverCase {
 public:
  void declare(base::Parameters& parameters) override { parameters_.declare(parameters); }
  void validate(const base::Parameters& parameters) const override { parameters_.validate(parameters); }

  [[nodiscard]] run::Plan plan(const base::Communicator& communicator) const override {
    auto spec = parameters_.fourier_spec();
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
    return std::make_unique<TurbulenceSolver>(parameters_, context);
  }

 private:
  TurbulenceParameters parameters_;
};

}  // namespace

std::unique_ptr<run::SolverCase> make_case() { return std::make_unique<TurbulenceCase>(); }

}  // namespace sluice::solvers::turbulence
