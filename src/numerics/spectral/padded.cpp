#include "numerics/spectral/padded.hpp"

#include <algorithm>

namespace sluice::numerics {
namespace {

using grid::ComplexField;
using grid::RealField;

FourierSpec refined(const FourierTransform& coarse, const std::string& wisdom) {
  FourierSpec spec = coarse.spec();
  const auto last = static_cast<std::size_t>(spec.dimensions) - 1;
  if (spec.real && spec.dimensions > 1)
    spec.last_modes = std::min(stored_modes(spec, last), (spec.points[last] + 1) / 2);
  for (int d = 0; d < spec.dimensions; ++d) {
    auto& points = spec.points[static_cast<std::size_t>(d)];
    points = (3 * points + 1) / 2;
  }
  spec.wisdom = wisdom;
  return spec;
}

double points(const FourierTransform& transform) { return static_cast<double>(transform.total_points()); }

}  // namespace

PaddedTransform::PaddedTransform(const FourierTransform& coarse, const std::string& wisdom)
    : coarse_(&coarse),
      fine_(coarse.communicator(), refined(coarse, wisdom)),
      fine_modes_({"modes", "1", "modes on the fine grid"}, fine_.spectral()),
      map_(coarse, fine_) {}

void PaddedTransform::to_fine(const ComplexField& modes, RealField& values) {
  map_.to_fine(modes, 1 / points(*coarse_), fine_modes_);
  fine_.inverse(fine_modes_, values);
}
void PaddedTransform::to_fine(const ComplexField& modes, ComplexField& values) {
  map_.to_fine(modes, 1 / points(*coarse_), fine_modes_);
  fine_.inverse(fine_modes_, values);
}
void PaddedTransform::to_coarse(RealField& values, ComplexField& modes) {
  fine_.forward(values, fine_modes_);
  map_.to_coarse(fine_modes_, points(*coarse_) / points(fine_), modes);
}
void PaddedTransform::to_coarse(ComplexField& values, ComplexField& modes) {
  fine_.forward(values, fine_modes_);
  map_.to_coarse(fine_modes_, points(*coarse_) / points(fine_), modes);
}

}  // namespace sluice::numerics
