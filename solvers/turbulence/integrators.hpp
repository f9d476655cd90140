// Time integrators of u_t = L u + N(u, t) with L diagonal among the modes, or coupling two fields at a mode.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "run/state.hpp"
#include "turbulence/model.hpp"
#include "turbulence/modes_state.hpp"

namespace sluice::solvers::turbulence {

class Integrator {
 public:
  /// The space must outlive it.
  explicit Integrator(const Space& space) : space_(&space) {}
  virtual ~Integrator() = default;
  Integrator(const Integrator&) = delete;
  Integrator& operator=(const Integrator&) = delete;
  /// One step of length dt, and then the filter of the space. Collective.
  void advance(Model& model, Modes& u, double t, double dt) {
    step(model, u, t, dt);
    if (!filters()) space_->apply_filter(u);
  }
  /// Tendencies of earlier steps, if it needs them. Collective.
  virtual void state(run::State&) {}
  virtual void restored() {}
  /// The state comes from elsewhere: earlier steps do not lead to it.
  virtual void forget() {}
  [[nodiscard]] virtual int order() const = 0;
  /// Evaluations of N a step.
  [[nodiscard]] virtual int stages() const = 0;

 protected:
  virtual void step(Model& model, Modes& u, double t, double dt) = 0;
  /// True if `step` applies the filter itself.
  [[nodiscard]] virtual bool filters() const { return false; }
  const Space* space_;
};

/// Choices for the case file.
[[nodiscard]] std::vector<base::Option> integrator_options();
/// `name` is one of the options. The space must outlive it.
[[nodiscard]] std::unique_ptr<Integrator> make_integrator(const std::string& name, const Space& space,
                                                          std::size_t fields);

// etdrk4.cpp, ifrk.cpp, multistep.cpp
[[nodiscard]] std::unique_ptr<Integrator> make_etdrk4(const Space& space, std::size_t fields);
[[nodiscard]] std::unique_ptr<Integrator> make_ifrk3(const Space& space, std::size_t fields);
[[nodiscard]] std::unique_ptr<Integrator> make_ifrk4(const Space& space, std::size_t fields);
[[nodiscard]] std::unique_ptr<Integrator> make_ab2cn(const Space& space, std::size_t fields);
[[nodiscard]] std::unique_ptr<Integrator> make_ab3(const Space& space, std::size_t fields);

/// L of one field at every kept mode, in their order.
[[nodiscard]] std::vector<Complex> symbols(const Space& space, const Model& model, std::size_t field);
/// L of both fields of a coupled model, the same.
[[nodiscard]] std::vector<Matrix2> couplings(const Space& space, const Model& model);
/// True if L of the field has no imaginary part: then tables hold real numbers.
[[nodiscard]] bool is_real(const std::vector<Complex>& symbols);
[[nodiscard]] Modes make_all(const Space& space, std::size_t fields, const std::string& name);

}  // namespace sluice::solvers::turbulence
