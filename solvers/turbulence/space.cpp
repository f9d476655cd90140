#include "turbulence/space.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::solvers::turbulence {
namespace {

// Both plans as one text: the length of the first, a line's end, the first, the second.
std::string part_of(const std::string& wisdom, bool second) {
  const auto end = wisdom.find('\n');
  if (end == std::string::npos) return {};
  std::size_t length = 0;
  for (const char digit : wisdom.substr(0, end)) {
    if (digit < '0' || digit > '9') return {};
    length = 10 * length + static_cast<std::size_t>(digit - '0');
  }
  const std::string rest = wisdom.substr(end + 1);
  if (length > rest.size()) return {};
  return second ? rest.substr(length) : rest.substr(0, length);
}

/// Modes below it are kept, along an axis of so many points.
double mode_limit(Dealiasing dealiasing, Index points) {
  const double fraction = dealiasing == Dealiasing::two_thirds ? 2.0 / 3.0 : 1.0;
  return fraction * static_cast<double>(points) / 2 * (1 - 1e-12);
}

numerics::FourierSpec specialised(numerics::FourierSpec spec, Dealiasing dealiasing,
                                  const std::string& wisdom) {
  spec.real = true;
  const auto last = static_cast<std::size_t>(spec.dimensions) - 1;
  if (dealiasing == Dealiasing::two_thirds && spec.dimensions > 1)
    spec.last_modes = static_cast<Index>(std::ceil(mode_limit(dealiasing, spec.points[last])));
  spec.wisdom = part_of(wisdom, false);
  return spec;
}

}  // namespace

Space::Space(const base::Communicator& communicator, numerics::FourierSpec spec, Dealiasing dealiasing,
             const std::string& wisdom)
    : dealiasing_(dealiasing), transform_(communicator, specialised(std::move(spec), dealiasing, wisdom)) {
  if (dealiasing == Dealiasing::padded)
    padded_ = std::make_unique<numerics::PaddedTransform>(transform_, part_of(wisdom, true));
  const int inner = dimensions() - 1;
  inner_axis_ = transform_.axis_of_dimension(inner);
  inner_ = transform_.wavenumbers(inner);
  find_strips();
}

bool Space::keeps(int dimension, Index local) const {
  if (dimension >= dimensions()) return true;
  const auto axis = static_cast<std::size_t>(transform_.axis_of_dimension(dimension));
  const double limit = mode_limit(dealiasing_, transform_.spec().points[axis]);
  const int mode = transform_.modes(dimension)[static_cast<std::size_t>(local)];
  return std::abs(mode) < limit || mode == 0;
}

void Space::find_strips() {
  const auto& layout = *transform_.spectral();
  const int inner = dimensions() - 1;
  const Index length = layout.count()[static_cast<std::size_t>(inner)];
  grid::Index3 outer_count{1, 1, 1};
  for (int d = 0; d < inner; ++d)
    outer_count[static_cast<std::size_t>(d)] = layout.count()[static_cast<std::size_t>(d)];
  for (Index i = 0; i < outer_count[0]; ++i)
    for (Index j = 0; j < outer_count[1]; ++j) {
      const bool whole = (inner < 1 || keeps(0, i)) && (inner < 2 || keeps(1, j));
      const Index row = inner == 0 ? 0 : inner == 1 ? layout.position(i, 0, 0) : layout.position(i, j, 0);
      std::array<double, 3> outer{0, 0, 0};
      const std::array<Index, 2> local{i, j};
      for (int d = 0; d < inner; ++d)
        outer[static_cast<std::size_t>(transform_.axis_of_dimension(d))] =
            transform_.wavenumbers(d)[static_cast<std::size_t>(local[static_cast<std::size_t>(d)])];
      for (Index k = 0; k < length;) {
        const bool kept = whole && keeps(inner, k);
        Index end = k;
        while (end < length && (whole && keeps(inner, end)) == kept) ++end;
        if (kept) {
          strips_.push_back({row + k, kept_, end - k, k, outer});
          for (Index n = k; n < end; ++n) {
            const grid::Index3 at = inner == 0   ? grid::Index3{n, 0, 0}
                                    : inner == 1 ? grid::Index3{i, n, 0}
                                                 : grid::Index3{i, j, n};
            weights_.push_back(transform_.multiplicity(at[0], at[1], at[2]));
          }
          kept_ += end - k;
        } else {
          gaps_.push_back({row + k, end - k});
        }
        k = end;
      }
    }
  cutoff_ = 1e300;
  for (int axis = 0; axis < dimensions(); ++axis) {
    const auto& spec = transform_.spec();
    const auto a = static_cast<std::size_t>(axis);
    const double most = std::ceil(mode_limit(dealiasing_, spec.points[a])) - 1;
    cutoff_ = std::min(cutoff_, 2 * std::numbers::pi * most / spec.length[a]);
  }
}

double Space::spacing(int axis) const {
  const auto a = static_cast<std::size_t>(axis);
  return transform_.spec().length[a] / static_cast<double>(transform_.spec().points[a]);
}

std::string Space::wisdom() const {
  const std::string& own = transform_.wisdom();
  return std::to_string(own.size()) + "\n" + own + (padded_ ? padded_->fine().wisdom() : std::string{});
}

const grid::LayoutPtr& Space::product_layout() const {
  return padded_ ? padded_->fine().physical() : transform_.physical();
}

double Space::product_points() const { return static_cast<double>(product_layout()->global_size()); }

void Space::to_products(ComplexField& modes, RealField& values) {
  if (padded_)
    padded_->to_fine(modes, values);
  else
    transform_.inverse(modes, values);
}

void Space::from_products(RealField& values, ComplexField& modes) {
  if (padded_)
    padded_->to_coarse(values, modes);
  else
    transform_.forward(values, modes);
}

ComplexField Space::make_modes(const std::string& name) const {
  return ComplexField({name, "1", name}, transform_.spectral());
}

RealField Space::make_products(const std::string& name) const {
  return RealField({name, "1", name}, product_layout());
}

void Space::clear_rest(ComplexField& modes) const {
  for (const Gap& gap : gaps_) std::fill_n(modes.data() + gap.at, gap.count, Complex{});
}

void Space::make_filter(double strength) {
  const double from = 0.65 * std::numbers::pi;
  std::array<double, 3> step{};
  for (int axis = 0; axis < dimensions(); ++axis) step[static_cast<std::size_t>(axis)] = spacing(axis);
  filter_.clear();
  filter_.reserve(static_cast<std::size_t>(kept_));
  each_mode([&](Index, double kx, double ky, double kz) {
    const double excess = std::hypot(kx * step[0], ky * step[1], kz * step[2]) - from;
    filter_.push_back(excess > 0 ? std::exp(-strength * std::pow(excess, 4)) : 1.0);
  });
}

void Space::apply_filter(Modes& modes) const {
  if (filter_.empty()) return;
  for (auto& field : modes)
    each_strip([&](Index at, Index first, Index count) {
      const double* factor = filter_.data() + first;
      for (Index i = 0; i < count; ++i) field.data()[at + i] *= factor[i];
    });
}

}  // namespace sluice::solvers::turbulence
