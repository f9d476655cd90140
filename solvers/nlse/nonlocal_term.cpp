// Interactions over a distance by their Fourier symbol: dipoles (Goral and Santos, Phys. Rev. A 66 (2002)
// 023613, eq. (6)), Gaussian and diffusive (thermal) responses of nonlinear optics.
#include <cmath>
#include <functional>

#include "nlse/local_terms.hpp"

namespace sluice::solvers::nlse {
namespace {

using grid::Index;

class Nonlocal final : public Term {
 public:
  Nonlocal(const EquationParameters& parameters, numerics::FourierTransform& transform)
      : transform_(&transform),
        potential_({"potential", "1", "nonlocal potential"}, transform.physical()),
        modes_({"modes", "1", "modes of the density"}, transform.spectral()) {
    const auto& count = transform.spectral()->count();
    const auto symbol = symbol_of(parameters);
    const double scale = 1.0 / static_cast<double>(transform.total_points());
    for (Index i = 0; i < count[0]; ++i)
      for (Index j = 0; j < count[1]; ++j)
        for (Index k = 0; k < count[2]; ++k) {
          const std::array<Index, 3> local{i, j, k};
          Point wave{};
          for (int d = 0; d < transform.spec().dimensions; ++d)
            wave[static_cast<std::size_t>(transform.axis_of_dimension(d))] =
                transform.wavenumbers(d)[static_cast<std::size_t>(local[static_cast<std::size_t>(d)])];
          symbol_.push_back(parameters.nonlocal_strength * symbol(wave) * scale);
        }
  }

  void prepare(Components& psi, double) override {
    for (Index i = 0; i < potential_.layout().owned_size(); ++i) {
      double n = 0;
      for (const auto& one : psi) n += std::norm(one.data()[i]);
      potential_.data()[i] = n;
    }
    transform_->forward(potential_, modes_);
    for (std::size_t i = 0; i < symbol_.size(); ++i) modes_.data()[i] *= symbol_[i];
    transform_->inverse(modes_, potential_);
  }
  void add(const Block& block, std::size_t, double* frequency, double*) const override {
    const auto* v = potential_.data() + block.first;
    for (Index k = 0; k < block.size; ++k) frequency[k] -= v[k].real();
  }
  void add_energy(const Block& block, double* energy) const override {
    const auto* v = potential_.data() + block.first;
    for (Index k = 0; k < block.size; ++k) energy[k] += 0.5 * v[k].real() * block.whole_density(k);
  }
  [[nodiscard]] bool needs_whole_psi() const override { return true; }

 private:
  static std::function<double(const Point&)> symbol_of(const EquationParameters& p) {
    const double range = p.nonlocal_range;
    const auto squared = [](const Point& k) { return k[0] * k[0] + k[1] * k[1] + k[2] * k[2]; };
    if (p.nonlocal == "gaussian")
      return [=](const Point& k) { return std::exp(-0.5 * range * range * squared(k)); };
    if (p.nonlocal == "diffusive")
      return [=](const Point& k) { return 1 / (1 + range * range * squared(k)); };
    const auto n = p.dipole_axis;
    const double length = n[0] * n[0] + n[1] * n[1] + n[2] * n[2];
    return [=](const Point& k) {
      const double along = k[0] * n[0] + k[1] * n[1] + k[2] * n[2], all = squared(k);
      return all > 0 ? 3 * along * along / (all * length) - 1 : 0.0;
    };
  }

  numerics::FourierTransform* transform_;
  grid::ComplexField potential_, modes_;
  std::vector<double> symbol_;
};

}  // namespace

std::unique_ptr<Term> make_nonlocal(const EquationParameters& parameters,
                                    numerics::FourierTransform& transform) {
  return std::make_unique<Nonlocal>(parameters, transform);
}

}  // namespace sluice::solvers::nlse
