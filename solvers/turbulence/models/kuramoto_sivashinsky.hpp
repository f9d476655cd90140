// Kuramoto-Sivashinsky with coefficients and the extra terms of the MEDIDA study:
//   u_t + a u u_x + b u_xx + c u_xxx + d u_xxxx + e (u^3)_x/2 + g u^2 u_xx + r u + s u^3 = 0
// Swift-Hohenberg, u_t = epsilon u - (1 + d_xx)^2 u - u^3 (Phys. Rev. A 15 (1977) 319): a = 0, b = 2, d = 1,
// r = 1 - epsilon, s = 1.
#pragma once
#include "base/parameters.hpp"
#include "base/random.hpp"
#include "turbulence/model.hpp"
#include "turbulence/shells.hpp"

namespace sluice::solvers::turbulence {

struct KuramotoSivashinskyParameters {
  double advection = 1, diffusion = 1, dispersion = 0, dissipation = 1, cubic_flux = 0, cubic_diffusion = 0,
         damping = 0, cubic_damping = 0;
  std::string initial = "cosine";
  double amplitude = 1;
  void declare(base::Parameters& parameters);
};

class KuramotoSivashinsky final : public Model {
 public:
  KuramotoSivashinsky(Space& space, const KuramotoSivashinskyParameters& parameters,
                      const run::Context& context);
  [[nodiscard]] std::vector<grid::FieldInfo> fields() const override { return {{"u", "1", "u"}}; }
  [[nodiscard]] Complex symbol(std::size_t, double k, double, double) const override;
  void nonlinear(const Modes& u, double t, Modes& n) override;
  void begin_step(const Modes& u, double t, double dt, std::int64_t step) override;
  [[nodiscard]] double advection_rate() const override { return rate_; }
  [[nodiscard]] double tail_ratio(const Modes& u) const override;
  void initialize(Modes& u) override;
  [[nodiscard]] std::vector<run::Quantity> invariants(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> diagnostics(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> samples(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> from_means(const std::vector<double>& means) const override;
  [[nodiscard]] std::vector<run::Curve> curves(const Modes& u, double t) override;

 private:
  [[nodiscard]] double mean_square(const Modes& u) const;
  [[nodiscard]] bool conserves() const;
  [[nodiscard]] bool has_sources() const;
  void make_sources(const Modes& u);
  Space* space_;
  KuramotoSivashinskyParameters parameters_;
  base::RandomKey key_;
  Shells shells_;
  RealField u_, second_;
  ComplexField scratch_;
  double rate_ = 0;
  bool measure_rate_ = true;
};

}  // namespace sluice::solvers::turbulence
