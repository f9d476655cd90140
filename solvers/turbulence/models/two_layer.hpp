// Two-layer quasi-geostrophic flow in pyqg's conventions, lengths in m, times in s (or any other units that
// agree):
//   q_i,t + J(psi_i, q_i + delta_i2 eta) + U_i (q_i + delta_i2 eta)_x + Q_i,y psi_i,x
//                                      = -delta_i2 r lap psi_2 - nu_p (-lap)^p q_i + closure + relaxation to
//                                      a jet
//   q_1 = lap psi_1 + F1 (psi_2 - psi_1),  q_2 = lap psi_2 + F2 (psi_1 - psi_2)
//   F1 = 1/(rd^2 (1 + delta)),  F2 = delta F1,  Q_1,y = beta + F1 (U1 - U2),  Q_2,y = beta - F2 (U1 - U2)
// Mean flow, beta, drag, viscosity and relaxation are one matrix at every wavenumber.
#pragma once
#include <array>

#include "base/parameters.hpp"
#include "base/random.hpp"
#include "turbulence/closures/layer_closure.hpp"
#include "turbulence/integrators.hpp"
#include "turbulence/model.hpp"
#include "turbulence/models/relaxed_jet.hpp"
#include "turbulence/shells.hpp"
#include "turbulence/topography.hpp"

namespace sluice::solvers::turbulence {

struct TwoLayerParameters {
  double beta = 1.5e-11, radius = 15000, delta = 0.25, upper_flow = 0.025, lower_flow = 0, drag = 5.787e-7,
         hyperviscosity = 0, noise = 1;
  std::int64_t hyperviscosity_order = 4;
  RelaxedJetParameters jet;
  TopographyParameters topography;
  LayerClosureParameters closure;
  void declare(base::Parameters& parameters);
  void validate(const base::Parameters& parameters) const;
};

class TwoLayer final : public Model {
 public:
  /// Collective.
  TwoLayer(Space& space, const TwoLayerParameters& parameters, const run::Context& context);
  [[nodiscard]] std::vector<grid::FieldInfo> fields() const override {
    return {{"q1", "s^-1", "potential vorticity of the upper layer"},
            {"q2", "s^-1", "potential vorticity of the lower layer"}};
  }
  [[nodiscard]] Complex symbol(std::size_t, double, double, double) const override { return 0; }
  [[nodiscard]] bool coupled() const override { return true; }
  [[nodiscard]] Matrix2 coupling(double kx, double ky) const override;
  void nonlinear(const Modes& u, double t, Modes& n) override;
  [[nodiscard]] bool whole(const Modes& u, double t, Modes& n) override;
  void begin_step(const Modes& u, double t, double dt, std::int64_t step) override;
  [[nodiscard]] double advection_rate() const override { return rate_; }
  [[nodiscard]] double tail_ratio(const Modes& u) const override;
  void initialize(Modes& u) override;
  [[nodiscard]] std::vector<run::Quantity> invariants(const Modes&, double) override { return {}; }
  [[nodiscard]] std::vector<run::Quantity> diagnostics(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> samples(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> from_means(const std::vector<double>& means) const override;
  [[nodiscard]] std::vector<run::Curve> curves(const Modes& u, double t) override;
  [[nodiscard]] std::vector<grid::FieldInfo> further_outputs() const override;
  [[nodiscard]] int face_of(std::size_t output) const override {
    return output < 4 || output > 7 ? -1 : static_cast<int>(output % 2);
  }
  void further_output(std::size_t which, const Modes& u, ComplexField& modes) override;

 private:
  using Layers = LayerFlow::Layers;
  // Parts of N.
  void exchange(const Modes& q, ComplexField& modes);
  [[nodiscard]] std::vector<run::Curve> transfers(const Modes& q);
  void advection_modes(std::size_t layer, const Modes& q);
  void advect(std::size_t layer, const Modes& q, ComplexField& n);
  void multiply_velocities();
  void multiply_together(const Modes& q);
  template <class LinearOrNone>
  void advect_together(const Modes& q, Modes& n, LinearOrNone linear);
  void advection(const Modes& q, Modes& n);
  void add_mean_topography(Modes& n) const;
  void add_jet(const Modes& q, Modes& n);
  void add_closure(const Modes& q, Modes& n);
  [[nodiscard]] double viscosity(double k2) const;
  [[nodiscard]] Layers streamfunctions(const Modes& q, Index at, double kx, double ky) const;

  /// L without viscosity, of the q of both layers at a wavenumber.
  struct Linear {
    LayerFlow flow;
    std::array<double, 2> mean, gradient;
    double drag, relaxation;
    [[nodiscard]] Layers operator()(double kx, double ky, Complex q1, Complex q2) const;
  };
  [[nodiscard]] Linear linear() const;

  /// Rates of change of something by the terms.
  struct Rates {
    double production = 0, drag = 0, viscous = 0, relaxation = 0, topography = 0, closure = 0, whole = 0;
  };
  /// Of the energy of both layers [m^2 s^-3] and of their potential enstrophy [s^-3].
  struct Budget {
    Rates energy, enstrophy;
    std::array<double, 2> closure_enstrophy{};  ///< Of half the square of each layer's q.
  };
  [[nodiscard]] Budget budget(const Modes& q);
  void linear_rates(const Modes& q, Rates& rates) const;
  void linear_enstrophy_rates(const Modes& q, Rates& rates) const;
  [[nodiscard]] double energy_rate(const Modes& q, const Modes& tendency) const;
  [[nodiscard]] double enstrophy_rate(const Modes& q, const Modes& tendency) const;
  [[nodiscard]] Layers advected(const Modes& q, Index at) const;
  void whole_rate(const Modes& q, Modes& n);
  [[nodiscard]] std::array<double, 2> energies(const Modes& q) const;
  [[nodiscard]] double potential_energy(const Modes& q) const;

  Space* space_;
  TwoLayerParameters parameters_;
  base::RandomKey key_;
  Shells shells_;
  LayerFlow flow_;
  std::array<double, 2> mean_, gradient_;
  RelaxedJet jet_;
  ComplexField topography_;
  std::unique_ptr<LayerClosure> closure_;
  RealField q_, u_, v_;
  ComplexField scratch_, uq_, vq_;
  bool together_;                 ///< Both layers are advected at once.
  std::vector<RealField> below_;  ///< u and v of the lower layer, then.
  Modes products_;                ///< For what there are no others, then.
  std::vector<double> viscous_;   ///< Rates of the viscosity at every place in memory, then, if there is any.
  Modes tendency_, zeta_;
  double rate_ = 0;
  bool measure_rate_ = true;
};

}  // namespace sluice::solvers::turbulence
