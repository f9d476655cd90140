// nu = (C Delta)^2 |S|, |S| = 2 sqrt(S11^2 + S12^2): Smagorinsky, Mon. Weather Rev. 91 (1963) 99, eq.
// (4.20). Global: the root mean square of |S| over the box in place of |S|, as in Mojgani et al., arXiv
// 2312.00907.
#include <cmath>

#include "turbulence/closures/closure.hpp"

namespace sluice::solvers::turbulence {
namespace {

class GlobalSmagorinsky final : public Closure {
 public:
  GlobalSmagorinsky(double factor, Space& space) : space_(&space), factor_(factor) {}
  void add_tendency(const ComplexField& w, ComplexField& n) override {
    // <|S|^2> = <w^2>: they differ by a divergence.
    viscosity_ = factor_ * std::sqrt(mean_product(*space_, w, w, [](double, double) { return 1.0; }));
    space_->each_mode([&, nu = viscosity_](Index at, double kx, double ky, double) {
      n.data()[at] -= nu * (kx * kx + ky * ky) * w.data()[at];
    });
  }
  [[nodiscard]] std::vector<run::Quantity> quantities() const override {
    return {{.name = "eddy_viscosity", .unit = "1", .value = viscosity_}};
  }

 private:
  Space* space_;
  double factor_, viscosity_ = 0;
};

class LocalSmagorinsky final : public Closure {
 public:
  LocalSmagorinsky(double factor, Space& space) : space_(&space), factor_(factor), gradients_(space) {}
  void add_stress(const ComplexField& w, RealField& p, RealField& q) override {
    gradients_.strain(w);
    gradients_.size_of_strain();
    add_eddy_stress(gradients_, factor_, p, q);
  }
  [[nodiscard]] bool has_stress() const override { return true; }
  [[nodiscard]] std::vector<run::Quantity> quantities() const override {
    return {{.name = "eddy_viscosity",
             .unit = "1",
             .value = factor_ * mean_of(*space_, gradients_.size, [](double s) { return s; })}};
  }

 private:
  Space* space_;
  double factor_;
  Gradients gradients_;
};

}  // namespace

std::unique_ptr<Closure> make_smagorinsky(const ClosureParameters& parameters, Space& space) {
  const double width = parameters.coefficient * filter_width(parameters, space), factor = width * width;
  if (parameters.coefficient_scope == "local") return std::make_unique<LocalSmagorinsky>(factor, space);
  return std::make_unique<GlobalSmagorinsky>(factor, space);
}

}  // namespace sluice::solvers::turbulence
