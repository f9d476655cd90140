#include "turbulence/models/relaxed_jet.hpp"

#include <algorithm>
#include <cmath>

namespace sluice::solvers::turbulence {

void RelaxedJetParameters::declare(base::Parameters& p) {
  p.real("rate", rate,
         {.help = "of the relaxation of psi_1 - psi_2 to psi_R", .unit = "1/time", .minimum = 0});
  p.real("width", width,
         {.help = "sigma of the jet and of the sponges",
          .unit = "length",
          .minimum = 0,
          .exclusive_minimum = true});
  p.real("speed", speed, {.help = "of the jet of equilibrium", .unit = "length/time"});
  p.real("sponge", sponge,
         {.help = "rate in the sponges at both ends in y, which damp what varies along x",
          .unit = "1/time",
          .minimum = 0});
}

RelaxedJet::RelaxedJet(const RelaxedJetParameters& parameters, Space& space)
    : parameters_(parameters),
      space_(&space),
      equilibrium_(space.make_modes("psi_R")),
      scratch_(space.make_modes("sponge")) {
  if (!parameters_.active()) return;
  make_equilibrium();
  const auto& layout = *space.product_layout();
  const double length = space.transform().spec().length[1],
               spacing = length / static_cast<double>(layout.global()[1]);
  for (Index j = 0; j < layout.count()[1]; ++j) {
    const double y = static_cast<double>(layout.offset()[1] + j) * spacing;
    sponge_.push_back(parameters_.sponge * profile(std::min(y, length - y)));
  }
}

double RelaxedJet::profile(double d) const {
  const double c = std::cosh(d / parameters_.width);
  return 1 / (c * c);
}

void RelaxedJet::make_equilibrium() {
  RealField flow({"u_R", "1", "flow of equilibrium"}, space_->transform().physical());
  const auto& layout = flow.layout();
  const auto view = flow.view();
  const double length = space_->transform().spec().length[1];
  for (Index i = 0; i < layout.count()[0]; ++i)
    for (Index j = 0; j < layout.count()[1]; ++j) {
      const double y = static_cast<double>(layout.offset()[1] + j) * space_->spacing(1);
      view(i, j) = parameters_.speed * (profile(y - length / 2) - profile(std::min(y, length - y)));
    }
  space_->transform().forward(flow, equilibrium_);
  space_->clear_rest(equilibrium_);
  space_->each_mode([&](Index at, double kx, double ky, double) {  // psi_R = u / (-i ky)
    Complex& mode = equilibrium_.data()[at];
    mode = kx == 0 && ky != 0 ? times_i(1 / ky, mode) : Complex{};
  });
}

void RelaxedJet::add_forcing(double f1, double f2, Modes& n) const {
  if (parameters_.rate == 0) return;
  space_->each_mode([&](Index at, double, double, double) {
    const Complex force = parameters_.rate * equilibrium_.data()[at];
    n[0].data()[at] -= f1 * force;
    n[1].data()[at] += f2 * force;
  });
}

void RelaxedJet::add_sponge(RealField& q, ComplexField& n) {
  const auto width = static_cast<Index>(sponge_.size());
  each_row(q.layout(), [&](Index first, Index count) {
    for (Index j = 0; j < std::min(count, width); ++j)
      q.data()[first + j] *= sponge_[static_cast<std::size_t>(j)];
  });
  space_->from_products(q, scratch_);
  // s depends on y alone: what is constant along x is in the modes with kx = 0.
  space_->each_mode([&](Index at, double kx, double, double) {
    if (kx != 0) n.data()[at] -= scratch_.data()[at];
  });
}

}  // namespace sluice::solvers::turbulence
