// Two-layer quasi-geostrophic flow in pyqg's conventions, lengths in m, times in s:
//   q_i,t + J(psi_i, q_i) + U_i q_i,x + Q_i,y psi_i,x = -delta_i2 r lap psi_2
//   q_1 = lap psi_1 + F1 (psi_2 - psi_1),  q_2 = lap psi_2 + F2 (psi_1 - psi_2)
//   F1 = 1/(rd^2 (1 + delta)),  F2 = delta F1,  Q_1,y = beta + F1 (U1 - U2),  Q_2,y = beta - F2 (U1 - U2)
#pragma once
#include <array>

#include "base/parameters.hpp"
#include "base/random.hpp"
#include "turbulence/integrators.hpp"
#include "turbulence/model.hpp"
#include "turbulence/shells.hpp"

namespace sluice::solvers::turbulence {

struct TwoLayerParameters {
  double beta = 1.5e-11, radius = 15000, delta = 0.25, upper_flow = 0.025, lower_flow = 0, drag = 5.787e-7;
  void declare(base::Parameters& parameters);
};

class TwoLayer final : public Model {
 public:
  TwoLayer(Space& space, const TwoLayerParameters& parameters, const run::Context& context);
  [[nodiscard]] std::vector<grid::FieldInfo> fields() const override {
    return {{"q1", "s^-1", "potential vorticity of the upper layer"},
            {"q2", "s^-1", "potential vorticity of the lower layer"}};
  }
  [[nodiscard]] Complex symbol(std::size_t, double, double, double) const override { return 0; }
  void nonlinear(const Modes& u, double t, Modes& n) override;
  void begin_step(const Modes& u, double t, double dt, std::int64_t step) override;
  [[nodiscard]] double advection_rate() const override { return rate_; }
  void initialize(Modes& u) override;
  [[nodiscard]] std::vector<run::Quantity> invariants(const Modes&, double) override { return {}; }
  [[nodiscard]] std::vector<run::Quantity> diagnostics(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> samples(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> from_means(const std::vector<double>& means) const override;
  [[nodiscard]] std::vector<run::Curve> curves(const Modes& u, double t) override;

 private:
  using Pair = std::array<Complex, 2>;
  [[nodiscard]] Pair streamfunctions(double k2, Complex q1, Complex q2) const;
  void advect(std::size_t layer, const Modes& u, ComplexField& n);
  [[nodiscard]] std::array<double, 2> energies(const Modes& u) const;
  [[nodiscard]] double residual(const Modes& u);

  Space* space_;
  TwoLayerParameters parameters_;
  base::RandomKey key_;
  Shells shells_;
  double f1_, f2_;
  std::array<double, 2> flow_, gradient_, weight_;
  RealField q_, u_, v_;
  ComplexField scratch_, uq_, vq_;
  Modes tendency_;
  double rate_ = 0;
  bool measure_rate_ = true;
};

}  // namespace sluice::solvers::turbulence
