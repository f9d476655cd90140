// One quasi-geostrophic layer in pyqg's conventions, in any units that agree:
//   q_t + J(psi, q + eta) + U (q + eta)_x + Q_y psi_x = -r lap psi - nu_p (-lap)^p q,  q = lap psi -
//   psi/rd^2,  Q_y = beta + U/rd^2
// (Vallis, Atmospheric and Oceanic Fluid Dynamics (2006), sec. 5.3). Mean flow, beta, drag and viscosity are
// exact.
#pragma once
#include "base/parameters.hpp"
#include "base/random.hpp"
#include "turbulence/model.hpp"
#include "turbulence/shells.hpp"
#include "turbulence/topography.hpp"

namespace sluice::solvers::turbulence {

struct BarotropicParameters {
  double beta = 0, radius = 0, flow = 0, drag = 0, hyperviscosity = 0, peak = 6, energy = 0.5;
  std::int64_t hyperviscosity_order = 1;
  TopographyParameters topography;
  void declare(base::Parameters& parameters);
  void validate(const base::Parameters& parameters) const;
};

class Barotropic final : public Model {
 public:
  /// Collective.
  Barotropic(Space& space, const BarotropicParameters& parameters, const run::Context& context);
  [[nodiscard]] std::vector<grid::FieldInfo> fields() const override {
    return {{"q", "1", "potential vorticity"}};
  }
  [[nodiscard]] Complex symbol(std::size_t, double kx, double ky, double) const override;
  void nonlinear(const Modes& u, double t, Modes& n) override;
  void begin_step(const Modes&, double, double, std::int64_t) override { measure_rate_ = true; }
  [[nodiscard]] double advection_rate() const override { return rate_; }
  [[nodiscard]] double tail_ratio(const Modes& u) const override;
  void initialize(Modes& u) override;
  [[nodiscard]] std::vector<run::Quantity> invariants(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> diagnostics(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> samples(const Modes& u, double t) override;
  [[nodiscard]] std::vector<grid::FieldInfo> further_outputs() const override {
    return {{"streamfunction", "1", "stream function"}};
  }
  void further_output(std::size_t which, const Modes& u, ComplexField& modes) override;
  [[nodiscard]] std::vector<run::Curve> curves(const Modes& u, double t) override;

 private:
  /// psi = -inversion q
  [[nodiscard]] double inversion(double kx, double ky) const;
  [[nodiscard]] double viscosity(double k2) const;
  /// Kinetic and potential: <|grad psi|^2 + psi^2/rd^2>/2 = -<psi q>/2. Collective.
  [[nodiscard]] double energy(const ComplexField& q) const;
  [[nodiscard]] double energy_residual(const Modes& u);

  Space* space_;
  BarotropicParameters parameters_;
  base::RandomKey key_;
  double stretching_;  ///< 1/rd^2
  Shells shells_;
  ComplexField topography_;
  RealField q_, u_, v_;
  ComplexField q_modes_, u_modes_, v_modes_;
  Modes tendency_;
  double rate_ = 0;
  bool measure_rate_ = true;
};

}  // namespace sluice::solvers::turbulence
