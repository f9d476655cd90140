// One way of going on in time: splitting, Runge-Kutta, ground state.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "nlse/parameters.hpp"
#include "nlse/terms.hpp"
#include "run/solver.hpp"
#include "run/state.hpp"

namespace sluice::solvers::nlse {

class Integrator {
 public:
  virtual ~Integrator() = default;
  /// One step of psi from t, at most dt_max long. Collective.
  virtual run::StepResult advance(Components& psi, double t, double dt_max) = 0;
  /// Its memory beside psi.
  virtual void state(run::State&) {}
  /// The state has come back from a checkpoint or a copy.
  virtual void restored() {}
  /// Somebody else has changed psi: what was known of the way ahead no longer holds.
  virtual void changed() {}
  [[nodiscard]] virtual std::vector<run::Quantity> diagnostics() const { return {}; }
  [[nodiscard]] virtual std::string summary() const = 0;
  /// Transforms of one component since the start (of diagnostics none).
  [[nodiscard]] virtual std::int64_t transforms() const = 0;
  /// An array of modes, free between steps.
  [[nodiscard]] virtual grid::ComplexField& modes() = 0;
};

/// What every integrator works with.
struct Tools {
  const NlseParameters* parameters = nullptr;
  const grid::Grid* grid = nullptr;
  numerics::FourierTransform* transform = nullptr;
  Equation* equation = nullptr;
};

/// The one of `parameters.integrator()`. Collective.
[[nodiscard]] std::unique_ptr<Integrator> make_integrator(const Tools& tools);
/// "splitting srkn6b: order 4, 12 transforms a step".
[[nodiscard]] std::string describe_integrator(const std::string& name);
/// Fields in space (arrays of complex numbers) that it needs beside psi, with this many components.
[[nodiscard]] std::size_t arrays_of_integrator(const NlseParameters& parameters, bool in_place);

}  // namespace sluice::solvers::nlse
