// What a model is: u_t = L u + N(u, t), L diagonal among the modes, or a matrix of two fields at every mode.
#pragma once
#include <string>
#include <vector>

#include "run/curve.hpp"
#include "run/solver.hpp"
#include "turbulence/coupled.hpp"

namespace sluice::solvers::turbulence {

class Model {
 public:
  virtual ~Model() = default;
  /// Names and units of the evolving fields, in space.
  [[nodiscard]] virtual std::vector<grid::FieldInfo> fields() const = 0;
  /// L of a field at a wavenumber [1/time]; its real part is a growth rate.
  [[nodiscard]] virtual Complex symbol(std::size_t field, double kx, double ky, double kz) const = 0;
  /// True if L couples the model's two fields: then `coupling` is L, and nobody asks for `symbol`.
  [[nodiscard]] virtual bool coupled() const { return false; }
  [[nodiscard]] virtual Matrix2 coupling(double kx, double ky) const;
  /// N(u, t) for every kept mode. Collective.
  virtual void nonlinear(const Modes& u, double t, Modes& n) = 0;
  /// n = L u + N(u, t), if the model has a shorter way to both than to one after the other; else it does
  /// nothing and returns false. Collective.
  [[nodiscard]] virtual bool whole(const Modes& u, double t, Modes& n);
  /// The part of N that a coarser grid gets wrong: N without forcing that does not depend on u. Collective.
  virtual void products(const Modes& u, Modes& n) { nonlinear(u, 0, n); }
  /// Called before every step: what is held over it (random forcing). Collective.
  virtual void begin_step(const Modes& u, double t, double dt, std::int64_t step);
  /// Of the state's enstrophy (resolution.hpp); 0: the model has none. Collective.
  [[nodiscard]] virtual double tail_ratio(const Modes& u) const;
  /// Sum over the axes of the largest speed over the spacing, as the last call of `nonlinear` saw it on this
  /// rank [1/time]: times dt it is the CFL number.
  [[nodiscard]] virtual double advection_rate() const = 0;

  /// Initial state, by the name in the case file. Collective.
  virtual void initialize(Modes& u) = 0;
  /// Which of many random states `initialize` gives from now on.
  virtual void choose_start(std::uint64_t) {}
  [[nodiscard]] virtual std::vector<run::Quantity> invariants(const Modes& u, double t) = 0;
  [[nodiscard]] virtual std::vector<run::Quantity> diagnostics(const Modes& u, double t) = 0;
  /// Numbers whose means over time are worth having (a cheap list; `time.mean_*` says when they are taken).
  /// Collective.
  [[nodiscard]] virtual std::vector<run::Quantity> samples(const Modes& u, double t);
  /// What follows from the means of `samples`.
  [[nodiscard]] virtual std::vector<run::Quantity> from_means(const std::vector<double>& means) const;
  /// Further outputs in space beside the evolving fields: names and units.
  [[nodiscard]] virtual std::vector<grid::FieldInfo> further_outputs() const { return {}; }
  /// The axis along which an output (evolving fields first, then the further ones) is the component of a
  /// velocity, -1 for others.
  [[nodiscard]] virtual int face_of(std::size_t) const { return -1; }
  /// Modes of one of them, linear in u. Collective.
  virtual void further_output(std::size_t which, const Modes& u, ComplexField& modes);
  /// Curves of this moment (spectra, fluxes). Collective.
  [[nodiscard]] virtual std::vector<run::Curve> curves(const Modes& u, double t);
  /// A field that a corrector may change beside the evolving ones (a closure's coefficient); null if there is
  /// none.
  [[nodiscard]] virtual RealField* given_field() { return nullptr; }
  virtual void given_field_changed() {}
  /// True if a part of the model may refuse during a step; `step_stands`, after every step, is false if one
  /// did: the step is done again from its state after `fall_back`.
  [[nodiscard]] virtual bool may_refuse() const { return false; }
  [[nodiscard]] virtual bool step_stands() { return true; }
  virtual void fall_back() {}
  /// What the model remembers between steps.
  virtual void state(run::State& state);
  virtual void restored() {}
};

inline Matrix2 Model::coupling(double, double) const { return {}; }
inline bool Model::whole(const Modes&, double, Modes&) { return false; }
inline double Model::tail_ratio(const Modes&) const { return 0; }
inline void Model::begin_step(const Modes&, double, double, std::int64_t) {}
inline std::vector<run::Quantity> Model::samples(const Modes&, double) { return {}; }
inline std::vector<run::Quantity> Model::from_means(const std::vector<double>&) const { return {}; }
inline void Model::further_output(std::size_t, const Modes&, ComplexField&) {}
inline std::vector<run::Curve> Model::curves(const Modes&, double) { return {}; }
inline void Model::state(run::State&) {}

}  // namespace sluice::solvers::turbulence
