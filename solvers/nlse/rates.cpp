#include "nlse/rates.hpp"

#include "base/parallel.hpp"
#include "numerics/spectral/operators.hpp"

namespace sluice::solvers::nlse {
namespace {

using grid::Complex;
using grid::ComplexField;
using grid::Index;

/// Calls work(axis, derivative / points) for d/dx and d/dy. `derivative` in space. Collective.
template <class Work>
void derivatives_in_plane(numerics::FourierTransform& transform, ComplexField& psi, ComplexField& modes,
                          ComplexField& work_modes, ComplexField& derivative, Work work) {
  transform.forward(psi, modes);
  for (int axis = 0; axis < 2; ++axis) {
    std::copy_n(modes.data(), modes.layout().owned_size(), work_modes.data());
    numerics::spectral_derivative(transform, axis, work_modes);
    transform.inverse(work_modes, derivative);
    work(axis);
  }
}

}  // namespace

Rates::Rates(numerics::FourierTransform& transform, Equation& equation)
    : transform_(&transform), equation_(&equation) {
  if (equation.parameters().rotation == 0) return;
  modes_ = ComplexField({"modes", "1", "modes of psi"}, transform.spectral());
  derivative_modes_ = ComplexField({"derivative_modes", "1", "modes of a derivative"}, transform.spectral());
  derivative_ = ComplexField({"derivative", "1", "a derivative"}, transform.physical());
}

std::int64_t Rates::transforms() const {
  return (equation_->parameters().rotation == 0 ? 0 : 3) + (equation_->needs_whole_psi() ? 2 : 0);
}

void Rates::operator()(Components& psi, double t, Components& rate) {
  equation_->prepare(psi, t);
  for_each_block(equation_->coordinates().rows(), psi, [&](const Block& block) {
    alignas(64) double frequency[block_size], growth[block_size];
    for (std::size_t a = 0; a < psi.size(); ++a) {
      equation_->local(block, a, frequency, growth);
      const double* u = as_doubles(psi[a].data() + block.first);
      double* r = as_doubles(rate[a].data() + block.first);
      for (Index k = 0; k < block.size; ++k) {
        r[2 * k] = growth[k] * u[2 * k] - frequency[k] * u[2 * k + 1];
        r[2 * k + 1] = growth[k] * u[2 * k + 1] + frequency[k] * u[2 * k];
      }
    }
  });
  if (equation_->parameters().rabi != 0) add_coupling(psi, rate);
  if (equation_->parameters().rotation != 0)
    for (std::size_t a = 0; a < psi.size(); ++a) add_rotation(psi[a], rate[a]);
}

void Rates::add_coupling(const Components& psi, Components& rate) const {
  const Complex factor(0, -0.5 * equation_->parameters().rabi);
  for (Index i = 0; i < psi[0].layout().owned_size(); ++i) {
    rate[0].data()[i] += factor * psi[1].data()[i];
    rate[1].data()[i] += factor * psi[0].data()[i];
  }
}

/// i rotation L_z psi = rotation (x d/dy - y d/dx) psi.
void Rates::add_rotation(ComplexField& psi, ComplexField& rate) {
  const double strength = equation_->parameters().rotation / static_cast<double>(transform_->total_points());
  derivatives_in_plane(*transform_, psi, modes_, derivative_modes_, derivative_, [&](int axis) {
    equation_->coordinates().for_each([&](const Point& x, Index place) {
      rate.data()[place] += strength * (axis == 1 ? x[0] : -x[1]) * derivative_.data()[place];
    });
  });
}

double local_angular_momentum(numerics::FourierTransform& transform, const Coordinates& coordinates,
                              ComplexField& psi) {
  ComplexField modes({"modes", "1", "modes"}, transform.spectral()),
      work({"work", "1", "work"}, transform.spectral()),
      derivative({"derivative", "1", "derivative"}, transform.physical());
  base::CompensatedSum sum;
  const double scale = 1 / static_cast<double>(transform.total_points());
  derivatives_in_plane(transform, psi, modes, work, derivative, [&](int axis) {
    coordinates.for_each([&](const Point& x, Index place) {
      const Complex part = std::conj(psi.data()[place]) * derivative.data()[place];
      sum.add(scale * (axis == 1 ? x[0] : -x[1]) * part.imag());
    });
  });
  return sum.value();
}

}  // namespace sluice::solvers::nlse
