// Biharmonic dissipation -nu_4 lap^2 w with nu_4 = (C Delta)^4 |S| or (C Delta)^5 |grad w|, and a negative
// viscosity that returns a stated fraction of the energy which that removes: Jansen and Held, Ocean Modelling
// 80 (2014) 36, eqs. (8)-(11), with means over the box as in Guan et al., arXiv 2409.04985.
#include <cmath>

#include "turbulence/closures/closure.hpp"

namespace sluice::solvers::turbulence {
namespace {

class Backscatter final : public Closure {
 public:
  Backscatter(const ClosureParameters& parameters, Space& space)
      : space_(&space),
        factor_(std::pow(parameters.coefficient * filter_width(parameters, space),
                         parameters.magnitude == "leith" ? 5 : 4)),
        returned_(parameters.backscatter) {
    if (parameters.magnitude == "leith") gradients_ = std::make_unique<Gradients>(space);
  }
  void add_tendency(const ComplexField& w, ComplexField& n) override {
    const double enstrophy = mean_product(*space_, w, w, [](double, double) { return 1.0; });
    biharmonic_ = factor_ * magnitude(w, enstrophy);
    const double removed =
        biharmonic_ * mean_product(*space_, w, w, [](double kx, double ky) { return kx * kx + ky * ky; });
    negative_ = enstrophy > 0 ? returned_ * removed / enstrophy : 0.0;
    space_->each_mode([&, four = biharmonic_, two = negative_](Index at, double kx, double ky, double) {
      const double k2 = kx * kx + ky * ky;
      n.data()[at] -= (four * k2 - two) * k2 * w.data()[at];
    });
  }
  [[nodiscard]] std::vector<run::Quantity> quantities() const override {
    return {{.name = "biharmonic_viscosity", .unit = "1", .value = biharmonic_},
            {.name = "backscatter_viscosity", .unit = "1", .value = negative_}};
  }

 private:
  double magnitude(const ComplexField& w, double enstrophy) {
    if (!gradients_) return std::sqrt(enstrophy);
    gradients_->slope(w);
    return mean_of(*space_, gradients_->size, [](double slope) { return slope; });
  }
  Space* space_;
  double factor_, returned_, biharmonic_ = 0, negative_ = 0;
  std::unique_ptr<Gradients> gradients_;
};

}  // namespace

std::unique_ptr<Closure> make_backscatter(const ClosureParameters& parameters, Space& space) {
  return std::make_unique<Backscatter>(parameters, space);
}

}  // namespace sluice::solvers::turbulence
