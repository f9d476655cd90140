#include "nlse/terms.hpp"

#include <cmath>

#include "nlse/local_terms.hpp"
#include "run/hdf5.hpp"

namespace sluice::solvers::nlse {
namespace {

using grid::Index;

/// Harmonic trap and lattice, at the owned points; zeros if there is neither.
SeparablePotential separable_potential(const EquationParameters& p, const grid::Grid& grid,
                                       const Coordinates& coordinates) {
  SeparablePotential potential;
  for (std::size_t d = 0; d < grid.axes.size(); ++d)
    for (const double x : coordinates.axis(static_cast<int>(d))) {
      double v = 0;
      if (p.potential == "harmonic") {
        const double y = of_axis(p.frequency, d) * (x - of_axis(p.centre, d));
        v += 0.5 * y * y;
      }
      const double s = std::sin(of_axis(p.lattice_wavenumber, d) * x);
      potential.axis[d].push_back(v + of_axis(p.lattice_depth, d) * s * s);
    }
  return potential;
}

/// Collective.
std::vector<double> potential_from_file(const std::string& name, const grid::LayoutPtr& layout) {
  auto file = run::Hdf5File::open(layout->communicator(), name);
  grid::RealField values({"V", "1", "potential"}, layout);
  file.read_field("/V", layout, values.data(), 1);
  return {values.data(), values.data() + layout->owned_size()};
}

}  // namespace

Equation::Equation(const NlseParameters& all, const grid::Grid& grid, numerics::FourierTransform& transform)
    : parameters_(all.equation),
      coordinates_(grid, *transform.physical()),
      separable_(
          std::make_shared<SeparablePotential>(separable_potential(all.equation, grid, coordinates_))) {
  const auto& p = parameters_;
  if (p.nonlinearity == "cubic" || p.nonlinearity == "cubic_quintic") terms_.push_back(make_cubic(p));
  if (p.nonlinearity == "cubic_quintic") terms_.push_back(make_quintic(p.quintic));
  if (p.nonlinearity == "saturable") terms_.push_back(make_saturable(p.g[0], p.saturation));
  if (p.nonlinearity == "expression") terms_.push_back(make_formula(p.f));
  terms_.push_back(make_separable(separable_, coordinates_.rows()));
  simple_ = p.components == 1 && p.nonlinearity == "cubic";
  const std::size_t simple_terms = terms_.size();
  if (!p.potential_file.empty())
    terms_.push_back(make_sampled(potential_from_file(p.potential_file, transform.physical())));
  for (std::size_t a = 0; a < p.v.size(); ++a)
    terms_.push_back(make_potential_formula(p.v[a], p.v.size() == 1 ? -1 : static_cast<int>(a),
                                            all.dimensions(), coordinates_));
  if (p.loss != 0 || p.loss_two_body != 0 || p.loss_three_body != 0) terms_.push_back(make_loss(p));
  if (p.absorber_width > 0) terms_.push_back(make_absorber(p, grid, coordinates_));
  if (p.nonlocal != "none") terms_.push_back(make_nonlocal(p, transform));
  simple_ = simple_ && terms_.size() == simple_terms;
  for (const auto& term : terms_) {
    grows_ = grows_ || term->grows();
    needs_whole_psi_ = needs_whole_psi_ || term->needs_whole_psi();
  }
}

void Equation::prepare(Components& psi, double t) {
  for (const auto& term : terms_) term->prepare(psi, t);
}

void Equation::local(const Block& block, std::size_t a, double* frequency, double* growth) const {
  std::fill_n(frequency, block.size, 0.0);
  std::fill_n(growth, block.size, 0.0);
  for (const auto& term : terms_) term->add(block, a, frequency, growth);
}

void Equation::energy(const Block& block, double* energy) const {
  std::fill_n(energy, block.size, 0.0);
  for (const auto& term : terms_) term->add_energy(block, energy);
}

}  // namespace sluice::solvers::nlse
