// Incompressible flow in a periodic box of three dimensions, by its velocity:
//   u_t = P(-div(u u) + f) + nu lap u - nu_p (-lap)^p u,  P = 1 - k k/k^2,  div u = 0
// f = injection u/(2 E_f) on the modes with |k| <= forced, E_f their energy: it feeds `injection` at every
// moment (Machiels, Phys. Rev. Lett. 79 (1997) 3411).
#pragma once
#include <array>
#include <string>

#include "base/parameters.hpp"
#include "base/random.hpp"
#include "turbulence/integrators.hpp"
#include "turbulence/model.hpp"
#include "turbulence/shells.hpp"

namespace sluice::solvers::turbulence {

struct IsotropicParameters {
  double viscosity = 1e-2, hyperviscosity = 0, injection = 0, forced = 2.5, amplitude = 1, peak = 3;
  std::int64_t hyperviscosity_order = 2;
  std::string initial = "random";
  void declare(base::Parameters& parameters);
};

class Isotropic final : public Model {
 public:
  Isotropic(Space& space, const IsotropicParameters& parameters, const run::Context& context);
  [[nodiscard]] std::vector<grid::FieldInfo> fields() const override {
    return {{"u", "1", "velocity along x"}, {"v", "1", "velocity along y"}, {"w", "1", "velocity along z"}};
  }
  [[nodiscard]] Complex symbol(std::size_t, double kx, double ky, double kz) const override;
  void nonlinear(const Modes& u, double t, Modes& n) override;
  void products(const Modes& u, Modes& n) override { advection(u, n); }
  void begin_step(const Modes&, double, double, std::int64_t) override { measure_rate_ = true; }
  [[nodiscard]] double advection_rate() const override { return rate_; }
  [[nodiscard]] double tail_ratio(const Modes& u) const override;
  void initialize(Modes& u) override;
  [[nodiscard]] std::vector<run::Quantity> invariants(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> diagnostics(const Modes& u, double t) override;
  [[nodiscard]] std::vector<run::Quantity> samples(const Modes& u, double t) override;
  [[nodiscard]] std::vector<grid::FieldInfo> further_outputs() const override {
    return {{"vorticity_x", "1", "vorticity along x"},
            {"vorticity_y", "1", "vorticity along y"},
            {"vorticity_z", "1", "vorticity along z"}};
  }
  [[nodiscard]] int face_of(std::size_t output) const override {
    return output < 3 ? static_cast<int>(output) : -1;
  }
  void further_output(std::size_t which, const Modes& u, ComplexField& modes) override;
  [[nodiscard]] std::vector<run::Curve> curves(const Modes& u, double t) override;

 private:
  using Vector = std::array<Complex, 3>;
  /// n = -P div(u u). Collective.
  void advection(const Modes& u, Modes& n);
  void add_forcing(const Modes& u, Modes& n) const;
  void make_velocities(const Modes& u);
  void make_products();
  void measure_rate();
  void project(Modes& u) const;
  void fill_values(Modes& u);
  [[nodiscard]] bool is_forced(double k2) const { return k2 <= parameters_.forced * parameters_.forced; }
  [[nodiscard]] Vector vorticity(const Modes& u, Index at, double kx, double ky, double kz) const;
  /// Mean over the box of sum of weight(k^2) a_i b_i. Collective.
  template <class Weight>
  [[nodiscard]] double mean_dot(const Modes& a, const Modes& b, Weight weight) const;
  [[nodiscard]] double helicity(const Modes& u) const;
  [[nodiscard]] double divergence(const Modes& u) const;
  [[nodiscard]] double energy_residual(const Modes& u);

  Space* space_;
  IsotropicParameters parameters_;
  base::RandomKey key_;
  Shells shells_;
  std::array<RealField, 5> values_;  ///< Velocities, then the products.
  std::array<ComplexField, 5> stress_;
  Modes tendency_;
  double rate_ = 0;
  bool measure_rate_ = true;
};

template <class Weight>
double Isotropic::mean_dot(const Modes& a, const Modes& b, Weight weight) const {
  const double norm = 1 / (space_->points() * space_->points());
  return norm * space_->sum_modes([&](Index at, double kx, double ky, double kz) {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const Complex x = a[i].data()[at], y = b[i].data()[at];
      sum += x.real() * y.real() + x.imag() * y.imag();
    }
    return weight(kx * kx + ky * ky + kz * kz) * sum;
  });
}

}  // namespace sluice::solvers::turbulence
