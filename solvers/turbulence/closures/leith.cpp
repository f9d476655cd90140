// nu = (C Delta)^3 |grad w|: Leith, Phys. Fluids 11 (1968) 671; Physica D 98 (1996) 481, eq. (9). Global:
// the mean of |grad w| over the box in place of |grad w|.
#include "turbulence/closures/closure.hpp"

namespace sluice::solvers::turbulence {
namespace {

class Leith final : public Closure {
 public:
  Leith(double factor, bool local, Space& space)
      : space_(&space), factor_(factor), local_(local), gradients_(space) {}
  void add_tendency(const ComplexField& w, ComplexField& n) override {
    if (local_) return;
    gradients_.slope(w);
    space_->each_mode([&, nu = viscosity()](Index at, double kx, double ky, double) {
      n.data()[at] -= nu * (kx * kx + ky * ky) * w.data()[at];
    });
  }
  void add_stress(const ComplexField& w, RealField& p, RealField& q) override {
    if (!local_) return;
    gradients_.strain(w);
    gradients_.slope(w);
    add_eddy_stress(gradients_, factor_, p, q);
  }
  [[nodiscard]] bool has_stress() const override { return local_; }
  [[nodiscard]] std::vector<run::Quantity> quantities() const override {
    return {{.name = "eddy_viscosity", .unit = "1", .value = viscosity()}};
  }

 private:
  [[nodiscard]] double viscosity() const {
    return factor_ * mean_of(*space_, gradients_.size, [](double slope) { return slope; });
  }
  Space* space_;
  double factor_;
  bool local_;
  Gradients gradients_;
};

}  // namespace

std::unique_ptr<Closure> make_leith(const ClosureParameters& parameters, Space& space) {
  const double width = parameters.coefficient * filter_width(parameters, space);
  return std::make_unique<Leith>(width * width * width, parameters.coefficient_scope == "local", space);
}

}  // namespace sluice::solvers::turbulence
