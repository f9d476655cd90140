#include "turbulence/closures/layer_closure.hpp"

#include <algorithm>

#include "turbulence/closures/closure.hpp"

namespace sluice::solvers::turbulence {
namespace {

/// nu = (C dx)^2 |S|, |S| = 2 sqrt(S11^2 + S12^2) in each layer, tau = -2 nu S in its momentum: Smagorinsky,
/// Mon. Weather Rev. 91 (1963) 99, eq. (4.20).
class LayerSmagorinsky final : public LayerClosure {
 public:
  LayerSmagorinsky(double width, Space& space)
      : space_(&space),
        factor_(width * width),
        gradients_(space),
        p_(space.make_products("p")),
        q_(space.make_products("q")),
        p_modes_(space.make_modes("p")),
        q_modes_(space.make_modes("q")) {}

  void add_tendency(const Modes& zeta, Modes& n) override {
    for (std::size_t layer = 0; layer < zeta.size(); ++layer) {
      gradients_.strain(zeta[layer]);
      gradients_.size_of_strain();
      std::fill(p_.span().begin(), p_.span().end(), 0.0);
      std::fill(q_.span().begin(), q_.span().end(), 0.0);
      add_eddy_stress(gradients_, factor_, p_, q_);
      space_->from_products(p_, p_modes_);
      space_->from_products(q_, q_modes_);
      space_->each_mode([&](Index at, double kx, double ky, double) {
        n[layer].data()[at] += (kx * kx - ky * ky) * p_modes_.data()[at] + (kx * ky) * q_modes_.data()[at];
      });
    }
  }

 private:
  Space* space_;
  double factor_;
  Gradients gradients_;
  RealField p_, q_;
  ComplexField p_modes_, q_modes_;
};

/// Biharmonic dissipation D_i = -lap(nu_i dx^2 lap zeta_i), nu_i Smagorinsky's of the layer, and a negative
/// viscosity that returns a stated part of its energy: Jansen and Held, Ocean Modelling 80 (2014) 36, eqs.
/// (8)-(11), as in the comparison of Ross et al., J. Adv. Model. Earth Syst. 15 (2023) e2022MS003258:
///   B_i = -c lap zeta_i sum_i H_i <psi_i D_i> / sum_i H_i <psi_i lap zeta_i>
class LayerBackscatter final : public LayerClosure {
 public:
  LayerBackscatter(double width, double returned, const LayerFlow& flow, Space& space)
      : space_(&space),
        factor_(width * width * space.spacing(0) * space.spacing(0)),
        returned_(returned),
        flow_(flow),
        gradients_(space),
        values_(space.make_products("lap zeta")) {
    for (const char* name : {"dissipation_1", "dissipation_2"})
      dissipation_.push_back(space.make_modes(name));
  }

  void add_tendency(const Modes& zeta, Modes& n) override {
    double removed = 0, enstrophy = 0;
    for (std::size_t layer = 0; layer < zeta.size(); ++layer) {
      dissipate(zeta[layer], dissipation_[layer]);
      removed -=
          flow_.weight[layer] * mean_product(*space_, zeta[layer], dissipation_[layer], inverse_square);
      enstrophy += flow_.weight[layer] *
                   mean_product(*space_, zeta[layer], zeta[layer], [](double, double) { return 1.0; });
    }
    const double negative = enstrophy > 0 ? returned_ * removed / enstrophy : 0.0;
    for (std::size_t layer = 0; layer < zeta.size(); ++layer)
      space_->each_mode([&](Index at, double kx, double ky, double) {
        n[layer].data()[at] +=
            dissipation_[layer].data()[at] + negative * (kx * kx + ky * ky) * zeta[layer].data()[at];
      });
  }

 private:
  void dissipate(const ComplexField& zeta, ComplexField& to) {
    gradients_.strain(zeta);
    gradients_.size_of_strain();
    make_modes(*space_, zeta, to, [](double kx, double ky, Complex z) { return -(kx * kx + ky * ky) * z; });
    space_->to_products(to, values_);
    each_row(values_.layout(), [&](Index first, Index count) {
      for (Index i = first; i < first + count; ++i) values_.data()[i] *= factor_ * gradients_.size.data()[i];
    });
    space_->from_products(values_, to);
    space_->each_mode([&](Index at, double kx, double ky, double) { to.data()[at] *= kx * kx + ky * ky; });
  }
  Space* space_;
  double factor_, returned_;
  LayerFlow flow_;
  Gradients gradients_;
  RealField values_;
  Modes dissipation_;
};

}  // namespace

void LayerClosureParameters::declare(base::Parameters& p) {
  p.choice("type", type,
           {{"none", "no closure"},
            {"smagorinsky", "eddy viscosity (C dx)^2 |S| in each layer (Smagorinsky 1963)"},
            {"backscatter",
             "biharmonic viscosity C^2 dx^4 |S|, a part of whose energy comes back (Jansen and Held 2014)"}},
           {.help = "closure of model two_layer"});
  p.real(
      "coefficient", coefficient,
      {.help = "C; in the comparison of Ross et al. 0.15 for smagorinsky, 0.0837 (square root of 0.007) for "
               "backscatter",
       .unit = "1",
       .minimum = 0});
  p.real("backscatter", backscatter,
         {.help = "of backscatter: fraction of the energy that is returned", .unit = "1", .minimum = 0});
}

std::unique_ptr<LayerClosure> make_layer_closure(const LayerClosureParameters& parameters,
                                                 const LayerFlow& flow, Space& space) {
  const double width = parameters.coefficient * space.spacing(0);
  if (parameters.type == "smagorinsky") return std::make_unique<LayerSmagorinsky>(width, space);
  if (parameters.type == "backscatter")
    return std::make_unique<LayerBackscatter>(width, parameters.backscatter, flow, space);
  return nullptr;
}

}  // namespace sluice::solvers::turbulence
