#include "nlse/etdrk4.hpp"
#include "nlse/ground_state.hpp"
#include "nlse/integrator.hpp"
#include "nlse/runge_kutta_integrators.hpp"
#include "nlse/splitting_integrators.hpp"

namespace sluice::solvers::nlse {

std::unique_ptr<Integrator> make_integrator(const Tools& tools) {
  const std::string name = tools.parameters->integrator();
  if (name == "rk4ip") return std::make_unique<FixedRungeKutta>(tools, classical_tableau());
  if (name == "dop853") return std::make_unique<AdaptiveRungeKutta>(tools, dop853_tableau());
  if (name == "etdrk4") return std::make_unique<Etdrk4>(tools);
  if (name == "ground_state") return std::make_unique<GroundState>(tools);
  if (tools.parameters->time.adaptive) return std::make_unique<AdaptiveSplitting>(tools, splitting(name));
  return std::make_unique<FixedSplitting>(tools, splitting(name));
}

std::string describe_integrator(const std::string& name) {
  if (name == "rk4ip") return "rk4ip: order 4, 9 transforms a step";
  if (name == "dop853") return "dop853: order 8, adaptive, 25 transforms a step";
  if (name == "etdrk4") return "etdrk4: order 4, 9 transforms a step";
  if (name == "ground_state") return "ground_state: 6 transforms an iteration";
  const Splitting scheme = splitting(name);
  return "splitting " + name + ": order " + std::to_string(scheme.order) + ", " +
         std::to_string(2 * scheme.drifts.size()) + " transforms a step";
}

std::size_t arrays_of_integrator(const NlseParameters& parameters, bool in_place) {
  const std::size_t n = parameters.components();
  const std::string name = parameters.integrator();
  const std::size_t rotation = parameters.equation.rotation != 0 ? 3 : 0;
  if (name == "rk4ip") return (4 + 4) * n + rotation;
  if (name == "dop853") return (16 + 5) * n + rotation;
  if (name == "etdrk4") return 7 * n + 8 + rotation;
  if (name == "ground_state") return 5 * n + 2 + rotation;
  const std::size_t change = parameters.time.increment_form && !in_place ? 1 : 0;
  return parameters.time.adaptive ? 2 * (1 + change) + 3 * n : 1 + change;
}

}  // namespace sluice::solvers::nlse
