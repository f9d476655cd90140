#include "flux_transport.hpp"

#include <fmt/format.h>

#include "ensemble_kalman.hpp"
#include "flow.hpp"
#include "solver.hpp"

namespace sluice::solvers::flux_transport {

namespace {

class FluxTransportCase final : public run::SolverCase {
 public:
  [[nodiscard]] std::string time_unit() const override { return "h"; }
  void declare(base::Parameters& p) override { parameters_.declare(p); }
  void validate(const base::Parameters& p) const override { parameters_.validate(p); }

  [[nodiscard]] std::string meeting_key() const override {
    return parameters_.assimilation.by_meetings() ? "assimilation.method" : "";
  }
  [[nodiscard]] std::unique_ptr<run::Meeting> meeting(const run::MeetingContext& context) const override {
    return std::make_unique<EnsembleKalman>(make_grid(context.world, parameters_), parameters_.assimilation,
                                            context);
  }

  [[nodiscard]] run::Plan plan(const base::Communicator& communicator) const override {
    run::Plan plan{.grid = make_grid(communicator, parameters_), .layout = {}};
    plan.layout = make_layout(communicator, parameters_, plan.grid);
    const int fields = 4 +
                       (is_zonal(parameters_.flow)                               ? 0
                        : parameters_.advection.scheme == "weno3_lax_friedrichs" ? 6
                                                                                 : 2) +
                       (parameters_.flow.output ? 2 : 0);
    plan.bytes_per_rank = communicator.max(std::int64_t{fields} * 8 * plan.layout->allocated_size());
    const std::string kind = parameters_.initial.kind();
    if ((kind == "map" || kind == "snapshot") && parameters_.grid.of_map && !is_fits(parameters_.initial.map))
      plan.notes.push_back("grid from " +
                           (kind == "map" ? parameters_.initial.map : parameters_.initial.snapshot) +
                           " (grid.n_theta and grid.n_phi are not used)");
    plan.notes.push_back("initial field: " + kind);
    return plan;
  }

  [[nodiscard]] std::unique_ptr<run::Solver> build(const run::Context& context) const override {
    return std::make_unique<FluxTransport>(parameters_, context);
  }

 private:
  FluxTransportParameters parameters_;
};

}  // namespace

std::unique_ptr<run::SolverCase> make_case() { return std::make_unique<FluxTransportCase>(); }

}  // namespace sluice::solvers::flux_transport
