#include "numerics/spectral/band_transform.hpp"

namespace sluice::numerics {
namespace {

using grid::Complex;
using grid::Index;

std::size_t last_axis(const FourierSpec& spec) { return static_cast<std::size_t>(spec.dimensions) - 1; }

}  // namespace

BandTransform::BandTransform(const FourierSpec& spec)
    : kept_(stored_modes(spec, last_axis(spec))), rows_(spec.points[last_axis(spec)], kept_) {
  for (std::size_t axis = 0; axis < last_axis(spec); ++axis) {
    others_.push_back(static_cast<int>(spec.points[axis]));
    count_ *= spec.points[axis];
  }
}

bool BandTransform::wanted(const FourierSpec& spec) {
  return spec.real && spec.dimensions > 1 &&
         stored_modes(spec, last_axis(spec)) <= spec.points[last_axis(spec)] / 2;
}

bool BandTransform::plan(unsigned effort) {
  const grid::LayoutSpec room{.dimensions = 1, .global = {count_ * kept_, 1, 1}};
  grid::ComplexField modes({"modes", "1", "modes"}, grid::Layout::block(base::Communicator::self(), room));
  const int kept = static_cast<int>(kept_), rank = static_cast<int>(others_.size());
  fftw_complex* data = as_fftw(modes.data());
  const auto in_place = [&](int sign) {
    return Plan(fftw_plan_many_dft(rank, others_.data(), kept, data, nullptr, kept, 1, data, nullptr, kept, 1,
                                   sign, effort));
  };
  forward_ = in_place(FFTW_FORWARD);
  inverse_ = in_place(FFTW_BACKWARD);
  return forward_ && inverse_ && rows_.plan(effort);
}

void BandTransform::forward(const void* physical, Complex* spectral) {
  rows_.forward(static_cast<const double*>(physical), count_, spectral);
  fftw_execute_dft(forward_.get(), as_fftw(spectral), as_fftw(spectral));
}

void BandTransform::inverse(Complex* spectral, void* physical) {
  fftw_execute_dft(inverse_.get(), as_fftw(spectral), as_fftw(spectral));
  rows_.inverse(spectral, count_, static_cast<double*>(physical));
}

}  // namespace sluice::numerics
