// Two-dimensional Navier-Stokes in vorticity form on the beta plane:
//   w_t + J(psi, w) + beta psi_x = nu lap w - nu_p (-lap)^p w - alpha w + F + closure,  lap psi = w
#pragma once
#include <memory>

#include "turbulence/closures/closure.hpp"
#include "turbulence/forcing.hpp"
#include "turbulence/initial_vorticity.hpp"
#include "turbulence/model.hpp"
#include "turbulence/shells.hpp"

namespace sluice::solvers::turbulence {

struct NavierStokesParameters {
  double viscosity = 1e-3, drag = 0, beta = 0, hyperviscosity = 0;
  std::int64_t hyperviscosity_order = 4;
  void declare(base::Parameters& parameters);
};

class NavierStokes final : public Model {
 public:
  struct Parts {
    NavierStokesParameters equation;
    ForcingParameters forcing;
    ClosureParameters closure;
    InitialVorticity initial;
  };
  /// Collective.
  NavierStokes(Space& space, const Parts& parts, const run::Context& context);

  [[nodiscard]] std::vector<grid::FieldInfo> fields() const override {
    return {{"vorticity", "1", "vorticity"}};
  }
  [[nodiscard]] Complex symbol(std::size_t, double kx, double ky, double) const override;
  void nonlinear(const Modes& u, double t, Modes& n) override;
  void products(const Modes& u, Modes& n) override;
  void begin_step(const Modes& u, double t, double dt, std::int64_t step) override;
  [[nodiscard]] double advection_rate() const override { return rate_; }
  [[nodiscard]] double tail_ratio(const Modes& u) const override;
  void initialize(Modes& u) override;
  void choose_start(std::uint64_t number) override { parts_.initial.start = number; }
  [[nodiscard]] std::vector<run::Quantity> invariants(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> diagnostics(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> samples(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> from_means(const std::vector<double>& means) const override;
  [[nodiscard]] std::vector<grid::FieldInfo> further_outputs() const override;
  [[nodiscard]] int face_of(std::size_t output) const override {
    return output == 2 || output == 3 ? static_cast<int>(output) - 2 : -1;
  }
  void further_output(std::size_t which, const Modes& u, ComplexField& modes) override;
  [[nodiscard]] std::vector<run::Curve> curves(const Modes& u, double t) override;
  [[nodiscard]] RealField* given_field() override { return closure_->field(); }
  void given_field_changed() override { closure_->field_changed(); }
  [[nodiscard]] bool may_refuse() const override { return closure_->may_refuse(); }
  [[nodiscard]] bool step_stands() override { return closure_->step_stands(); }
  void fall_back() override { closure_->fall_back(); }
  void state(run::State& state) override;
  void restored() override;

 private:
  enum class Terms { all, advection, closure };
  void velocities(const ComplexField& w);
  void stresses(const ComplexField& w, bool of_flow, bool of_closure);
  void add_skew_advection(const ComplexField& w, ComplexField& n);
  void add_diffusion(const ComplexField& w, const Diffusivity& kappa, ComplexField& n);
  void transport(const ComplexField& w, bool of_flow, const Diffusivity& kappa, ComplexField& n);
  void tendency(const ComplexField& w, Terms terms, ComplexField& n);
  [[nodiscard]] double dissipation(double kx, double ky) const;
  struct Rates {
    double energy = 0, enstrophy = 0;
  };
  [[nodiscard]] Rates rates_of(const ComplexField& w, const ComplexField& tendency) const;
  template <class Damping>
  [[nodiscard]] Rates rates_of_symbol(const ComplexField& w, Damping damping) const;
  [[nodiscard]] std::vector<run::Quantity> budget(const ComplexField& w);
  [[nodiscard]] bool ideal() const;

  Space* space_;
  Parts parts_;
  Forcing forcing_;
  std::unique_ptr<Closure> closure_;
  Shells shells_;
  RealField p_, q_;
  std::vector<RealField> slopes_;  ///< w_x, w_y, lap w; for a diffusivity.
  ComplexField p_modes_, q_modes_, scratch_;
  Modes tendency_;
  double rate_ = 0;
  bool measure_rate_ = true;
};

}  // namespace sluice::solvers::turbulence
