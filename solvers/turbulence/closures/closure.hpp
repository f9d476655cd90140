// Subgrid closures of two-dimensional vorticity models: one file each, chosen by name.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/parameters.hpp"
#include "run/solver.hpp"
#include "turbulence/plane.hpp"

namespace sluice::solvers::turbulence {

struct ClosureParameters {
  std::string type = "none";
  std::string coefficient_scope = "global";
  double coefficient = 0.17;
  double backscatter = 0.9;
  std::string magnitude = "leith";
  double filter_width = 1;
  std::string file;
  std::string use, fallback = "none";  ///< Of surrogate.
  std::int64_t every_steps = 0;        ///< Of surrogate; 0: at every stage.
  std::vector<std::int64_t> agents;    ///< Of surrogate: along each axis; empty: every point is asked.
  void declare(base::Parameters& parameters);
  void validate(const base::Parameters& parameters) const;
};

/// kappa in div(kappa grad w).
struct Diffusivity {
  RealField* values = nullptr;          ///< On the product grid.
  const ComplexField* modes = nullptr;  ///< Its kept modes, to which the values are limited.
};

/// A diffusivity of the vorticity, or else the momentum stress tau_ij of what the grid does not resolve, a
/// tendency among the modes, or both. It is evaluated at every stage.
class Closure {
 public:
  virtual ~Closure() = default;
  /// First of all for the modes w, which the others then are of; where there is one, the others are not
  /// asked. Collective.
  [[nodiscard]] virtual std::optional<Diffusivity> diffusivity(const ComplexField&) { return std::nullopt; }
  /// p += tau_12, q += tau_22 - tau_11, on the product grid. Collective.
  virtual void add_stress(const ComplexField& w, RealField& p, RealField& q);
  /// n += tendency of the vorticity, among the kept modes. Collective.
  virtual void add_tendency(const ComplexField& w, ComplexField& n);
  /// True if `add_stress` does anything.
  [[nodiscard]] virtual bool has_stress() const { return false; }
  /// Of the last evaluation: mean eddy viscosity, coefficient.
  [[nodiscard]] virtual std::vector<run::Quantity> quantities() const { return {}; }
  /// A coefficient field that somebody else provides, on the solver's own grid; null if there is none. After
  /// a change `field_changed`, collective.
  [[nodiscard]] virtual RealField* field() { return nullptr; }
  virtual void field_changed() {}
  /// Before every step, from its state. Collective.
  virtual void begin_step(const ComplexField&, std::int64_t) {}
  /// True if something that it asks during a step may be refused; `step_stands`, after every step, is false
  /// if something was: the step is done again from its state after `fall_back`.
  [[nodiscard]] virtual bool may_refuse() const { return false; }
  [[nodiscard]] virtual bool step_stands() { return true; }
  virtual void fall_back() {}
  /// While true it is only looked at: an evaluation leaves no trace.
  virtual void look(bool) {}
  virtual void state(run::State&) {}
  virtual void restored() {}
};

inline void Closure::add_stress(const ComplexField&, RealField&, RealField&) {}
inline void Closure::add_tendency(const ComplexField&, ComplexField&) {}

/// The space must outlive it. Collective.
[[nodiscard]] std::unique_ptr<Closure> make_closure(const ClosureParameters& parameters, Space& space,
                                                    run::Surrogates* surrogates);
/// One of the case's surrogates, with a classical closure to fall back on (learned.cpp). Collective.
[[nodiscard]] std::unique_ptr<Closure> make_learned(const ClosureParameters& parameters, Space& space,
                                                    run::Surrogates* surrogates);

[[nodiscard]] std::unique_ptr<Closure> make_no_closure(const ClosureParameters& parameters, Space& space);
[[nodiscard]] std::unique_ptr<Closure> make_smagorinsky(const ClosureParameters& parameters, Space& space);
[[nodiscard]] std::unique_ptr<Closure> make_leith(const ClosureParameters& parameters, Space& space);
[[nodiscard]] std::unique_ptr<Closure> make_dynamic(const ClosureParameters& parameters, Space& space);
[[nodiscard]] std::unique_ptr<Closure> make_backscatter(const ClosureParameters& parameters, Space& space);
[[nodiscard]] std::unique_ptr<Closure> make_given_field(const ClosureParameters& parameters, Space& space);

/// Width of the grid's filter: `filter_width` spacings (of the axis with the larger one).
[[nodiscard]] double filter_width(const ClosureParameters& parameters, const Space& space);

/// Fields on the product grid that eddy viscosities are made of.
class Gradients {
 public:
  explicit Gradients(Space& space);
  /// S11 = u_x, S12 = (u_y + v_x)/2 of the flow of w. Collective.
  void strain(const ComplexField& w);
  /// |grad w|. Collective.
  void slope(const ComplexField& w);
  RealField s11, s12, size;
  /// size = |S| = 2 sqrt(S11^2 + S12^2), after `strain`.
  void size_of_strain();

 private:
  Space* space_;
  ComplexField scratch_;
  RealField other_;
};

/// p += tau_12, q += tau_22 - tau_11 for tau = -2 nu S, nu = factor size^power(1): a viscosity that varies.
void add_eddy_stress(const Gradients& gradients, double factor, RealField& p, RealField& q);

}  // namespace sluice::solvers::turbulence
