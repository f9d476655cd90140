#include "numerics/spectral/fourier.hpp"

#include <algorithm>
#include <cassert>
#include <numbers>

#include "numerics/spectral/fftw_plans.hpp"

namespace sluice::numerics {
namespace {

using base::Communicator;
using grid::Complex;
using grid::ComplexField;
using grid::Index;
using grid::Layout;
using grid::LayoutPtr;
using grid::LayoutSpec;
using grid::RealField;

/// Layout of slabs along dimension 0: every rank's number of planes is what the transform library said.
/// Collective.
LayoutPtr slabs(const Communicator& communicator, LayoutSpec spec, Index count) {
  std::vector<Index> splits{0};
  const std::vector<std::int64_t> counts = communicator.size() > 1
                                               ? communicator.gather_all(static_cast<std::int64_t>(count))
                                               : std::vector<std::int64_t>{count};
  for (const auto planes : counts) splits.push_back(std::min(splits.back() + planes, spec.global[0]));
  return Layout::from_splits(communicator, spec, {splits, {}, {}});
}

grid::LayoutPtr physical_layout(const Communicator& communicator, const FourierSpec& spec,
                                const FftwDistribution& distribution) {
  LayoutSpec layout{.dimensions = spec.dimensions, .global = spec.points};
  for (int d = 0; d < spec.dimensions; ++d) layout.periodic[static_cast<std::size_t>(d)] = true;
  if (spec.real && !distribution.real_as_complex) {
    const Index last = spec.points[static_cast<std::size_t>(spec.dimensions) - 1];
    layout.padding = 2 * (last / 2 + 1) - last;
  }
  return slabs(communicator, layout, distribution.physical_count);
}

grid::LayoutPtr spectral_layout(const Communicator& communicator, const FourierSpec& spec,
                                const FftwDistribution& distribution) {
  LayoutSpec layout{.dimensions = spec.dimensions, .global = spec.points};
  const auto last = static_cast<std::size_t>(spec.dimensions) - 1;
  layout.global[last] = stored_modes(spec, last);
  if (distribution.transposed) std::swap(layout.global[0], layout.global[1]);
  return slabs(communicator, layout, distribution.spectral_count);
}

/// Signed mode number at place i of n; the Nyquist mode is negative.
int mode_number(Index i, Index n) { return static_cast<int>(i <= (n - 1) / 2 ? i : i - n); }

}  // namespace

Index stored_modes(const FourierSpec& spec, std::size_t axis) {
  const Index points = spec.points[axis];
  if (!spec.real || axis + 1 != static_cast<std::size_t>(spec.dimensions)) return points;
  return spec.last_modes > 0 ? std::min(spec.last_modes, points / 2 + 1) : points / 2 + 1;
}

struct FourierTransform::Impl {
  Impl(const Communicator& on, const FourierSpec& wanted)
      : communicator(on),
        spec(wanted),
        distribution(fftw_distribution(on, wanted)),
        physical(physical_layout(on, wanted, distribution)),
        spectral(spectral_layout(on, wanted, distribution)),
        plans(on, wanted, distribution) {
    spec.wisdom.clear();
    make_modes();
    make_buffers();
  }

  [[nodiscard]] int axis_of_dimension(int dimension) const {
    return distribution.transposed && dimension < 2 ? 1 - dimension : dimension;
  }

  void make_modes() {
    for (int d = 0; d < 3; ++d) {
      const auto dimension = static_cast<std::size_t>(d),
                 axis = static_cast<std::size_t>(axis_of_dimension(d));
      for (Index i = 0; i < spectral->count()[dimension]; ++i) {
        const int mode = mode_number(spectral->offset()[dimension] + i, spec.points[axis]);
        modes[dimension].push_back(mode);
        wavenumbers[dimension].push_back(2 * std::numbers::pi * mode / spec.length[axis]);
      }
    }
  }

  /// In one dimension FFTW-MPI may need more room than a rank owns: then fields pass through buffers, on all
  /// ranks alike.
  void make_buffers() {
    const bool short_of_room = distribution.allocation > std::max<Index>(1, physical->allocated_size()) ||
                               distribution.allocation > std::max<Index>(1, spectral->allocated_size());
    staged = distribution.real_as_complex || (communicator.size() > 1 && communicator.any(short_of_room));
    if (!staged) return;
    const LayoutSpec room{.dimensions = 1, .global = {std::max<Index>(distribution.allocation, 1), 1, 1}};
    const auto layout = Layout::block(Communicator::self(), room);
    buffer_physical = ComplexField({"buffer", "1", "transform buffer in space"}, layout);
    buffer_spectral = ComplexField({"buffer", "1", "transform buffer of modes"}, layout);
  }

  template <class T>
  void forward(grid::Field<T>& in, ComplexField& out) {
    assert(in.layout().same_decomposition(*physical) && out.layout().same_decomposition(*spectral));
    if (!staged) return plans.forward(in.data(), out.data());
    std::copy_n(in.data(), physical->owned_size(), buffer_physical.data());
    plans.forward(buffer_physical.data(), buffer_spectral.data());
    std::copy_n(buffer_spectral.data(), spectral->owned_size(), out.data());
  }

  template <class T>
  void inverse(ComplexField& in, grid::Field<T>& out) {
    assert(out.layout().same_decomposition(*physical) && in.layout().same_decomposition(*spectral));
    if (!staged) return plans.inverse(in.data(), out.data());
    if (distribution.real_as_complex)
      mirror(in);
    else
      std::copy_n(in.data(), spectral->owned_size(), buffer_spectral.data());
    plans.inverse(buffer_spectral.data(), buffer_physical.data());
    if constexpr (std::is_same_v<T, double>) {
      for (Index i = 0; i < physical->owned_size(); ++i) out.data()[i] = buffer_physical.data()[i].real();
    } else {
      std::copy_n(buffer_physical.data(), physical->owned_size(), out.data());
    }
  }

  /// A real field is the real part of its modes k >= 0 with the mirrored ones counted twice: no
  /// communication.
  void mirror(const ComplexField& in) {
    std::fill(buffer_spectral.data(), buffer_spectral.data() + distribution.spectral_count, Complex{});
    for (Index i = 0; i < spectral->count()[0]; ++i)
      buffer_spectral.data()[i] = in.data()[i] * multiplicity(i, 0, 0);
  }

  [[nodiscard]] double multiplicity(Index i, Index j, Index k) const {
    if (!spec.real) return 1;
    const std::array<Index, 3> local{i, j, k};
    const int last = spec.dimensions - 1;
    const auto dimension = static_cast<std::size_t>(axis_of_dimension(last));
    const Index mode = spectral->offset()[dimension] + local[dimension];
    return mode == 0 || 2 * mode == spec.points[static_cast<std::size_t>(last)] ? 1 : 2;
  }

  Communicator communicator;
  FourierSpec spec;
  FftwDistribution distribution;
  LayoutPtr physical, spectral;
  FftwPlans plans;
  std::array<std::vector<double>, 3> wavenumbers;
  std::array<std::vector<int>, 3> modes;
  bool staged = false;
  ComplexField buffer_physical, buffer_spectral;
};

FourierTransform::FourierTransform(const Communicator& communicator, const FourierSpec& spec)
    : impl_(std::make_unique<Impl>(communicator, spec)) {}
FourierTransform::~FourierTransform() = default;
FourierTransform::FourierTransform(FourierTransform&&) noexcept = default;
FourierTransform& FourierTransform::operator=(FourierTransform&&) noexcept = default;

FourierTransform::Layouts FourierTransform::layouts(const Communicator& communicator,
                                                    const FourierSpec& spec) {
  const auto distribution = fftw_distribution(communicator, spec);
  return {physical_layout(communicator, spec, distribution),
          spectral_layout(communicator, spec, distribution)};
}

const LayoutPtr& FourierTransform::physical() const { return impl_->physical; }
const LayoutPtr& FourierTransform::spectral() const { return impl_->spectral; }
int FourierTransform::axis_of_dimension(int dimension) const { return impl_->axis_of_dimension(dimension); }

void FourierTransform::forward(ComplexField& in, ComplexField& out) {
  assert(!impl_->spec.real);
  impl_->forward(in, out);
}
void FourierTransform::inverse(ComplexField& in, ComplexField& out) {
  assert(!impl_->spec.real);
  impl_->inverse(in, out);
}
void FourierTransform::forward(RealField& in, ComplexField& out) {
  assert(impl_->spec.real);
  impl_->forward(in, out);
}
void FourierTransform::inverse(ComplexField& in, RealField& out) {
  assert(impl_->spec.real);
  impl_->inverse(in, out);
}

bool FourierTransform::in_place() const { return !impl_->spec.real && !impl_->distribution.parallel; }
void FourierTransform::inverse(ComplexField& field) {
  assert(in_place());
  impl_->plans.inverse_in_place(field.data());
}

bool FourierTransform::convolves() const { return !impl_->spec.real && impl_->distribution.transposed; }
void FourierTransform::convolve(ComplexField& in, const ModeMultiplier& multiply, ComplexField& out) {
  assert(convolves() && in.layout().same_decomposition(*physical()) &&
         out.layout().same_decomposition(*physical()));
  impl_->plans.convolve(in.data(), multiply, out.data());
}

const std::vector<double>& FourierTransform::wavenumbers(int dimension) const {
  return impl_->wavenumbers[static_cast<std::size_t>(dimension)];
}
const std::vector<int>& FourierTransform::modes(int dimension) const {
  return impl_->modes[static_cast<std::size_t>(dimension)];
}
double FourierTransform::multiplicity(Index i, Index j, Index k) const {
  return impl_->multiplicity(i, j, k);
}
Index FourierTransform::total_points() const { return impl_->physical->global_size(); }
const FourierSpec& FourierTransform::spec() const { return impl_->spec; }
const Communicator& FourierTransform::communicator() const { return impl_->communicator; }
const std::string& FourierTransform::wisdom() const { return impl_->plans.wisdom(); }

}  // namespace sluice::numerics
