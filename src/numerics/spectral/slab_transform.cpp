#include "numerics/spectral/slab_transform.hpp"

#include <algorithm>
#include <optional>

#include "numerics/spectral/piece_plan.hpp"

namespace sluice::numerics {
namespace {

using base::Communicator;
using grid::Complex;
using grid::Index;
using grid::Index3;

void execute_complex(fftw_plan plan, Complex* data) { fftw_execute_dft(plan, as_fftw(data), as_fftw(data)); }

Index planes_of(const Communicator& communicator, Index planes) {
  const auto splits = even_splits(planes, communicator.size());
  const auto me = static_cast<std::size_t>(communicator.rank());
  return splits[me + 1] - splits[me];
}

/// How many rows are taken at once, the same on every rank; a plane of a box comes alone.
Index planes_at_once(int dimensions, Index row, Index planes, int ranks) {
  return dimensions == 3 ? 1 : std::min(rows_at_once(row), std::max<Index>(1, planes / ranks));
}

}  // namespace

struct SlabTransform::Plans {
  // Over the axes of a plane; of a real field over axis 1 alone (the last one is the rows' business), if
  // there is one.
  std::optional<PiecePlan> plane_forward, plane_inverse;
  PiecePlan columns_forward,
      columns_inverse;  // over the first axis, of [modes of axis 1][axis 0][modes of axis 2]

  [[nodiscard]] bool good() const {
    return (!plane_forward || (plane_forward->good() && plane_inverse->good())) && columns_forward.good() &&
           columns_inverse.good();
  }
};

SlabTransform::SlabTransform(const Communicator& communicator, const FourierSpec& spec)
    : communicator_(communicator),
      dimensions_(spec.dimensions),
      points_(spec.points),
      modes_{stored_modes(spec, 0), stored_modes(spec, 1), stored_modes(spec, 2)},
      transpose_(communicator, modes_[0], modes_[1], modes_[2], spec.exchange) {
  const auto last = static_cast<std::size_t>(dimensions_) - 1;
  if (spec.real) rows_ = std::make_unique<BandRows>(points_[last], modes_[last]);
}
SlabTransform::~SlabTransform() = default;

Index SlabTransform::physical_planes(const Communicator& communicator, const FourierSpec& spec) {
  return planes_of(communicator, spec.points[0]);
}
Index SlabTransform::spectral_planes(const Communicator& communicator, const FourierSpec& spec) {
  return planes_of(communicator, stored_modes(spec, 1));
}

bool SlabTransform::plan(unsigned effort) {
  const Index plane = modes_[1] * modes_[2], column = modes_[0] * modes_[2];
  const int ranks = communicator_.size();
  const Index columns = planes_at_once(dimensions_, column, modes_[1], ranks);
  plans_.reset();
  at_once_ = planes_at_once(dimensions_, plane, modes_[0], ranks);
  const grid::LayoutSpec room{.dimensions = 1,
                              .global = {std::max(at_once_ * plane, columns * column), 1, 1}};
  scratch_ =
      grid::ComplexField({"piece", "1", "piece of a slab"}, grid::Layout::block(Communicator::self(), room));
  fftw_complex* data = as_fftw(scratch_.data());
  const auto over_plane = [&](int sign) {
    return [=, this](int many) {
      const std::array<int, 2> size{static_cast<int>(points_[1]), static_cast<int>(points_[2])};
      return fftw_plan_many_dft(dimensions_ - 1, size.data(), many, data, nullptr, 1, static_cast<int>(plane),
                                data, nullptr, 1, static_cast<int>(plane), sign, effort);
    };
  };
  // Over the first axis of [n][modes of axis 2].
  const auto over_first = [&](Index length, int sign) {
    return [=, this](int many) {
      const auto n = static_cast<std::ptrdiff_t>(length), run = static_cast<std::ptrdiff_t>(modes_[2]);
      const fftw_iodim64 axis{n, run, run};
      const std::array<fftw_iodim64, 2> loops{fftw_iodim64{many, n * run, n * run}, fftw_iodim64{run, 1, 1}};
      return fftw_plan_guru64_dft(1, &axis, 2, loops.data(), data, data, sign, effort);
    };
  };
  plans_ = std::make_unique<Plans>(Plans{{},
                                         {},
                                         {columns, over_first(modes_[0], FFTW_FORWARD)},
                                         {columns, over_first(modes_[0], FFTW_BACKWARD)}});
  if (!rows_) {
    plans_->plane_forward.emplace(at_once_, over_plane(FFTW_FORWARD));
    plans_->plane_inverse.emplace(at_once_, over_plane(FFTW_BACKWARD));
  } else if (dimensions_ == 3) {
    plans_->plane_forward.emplace(at_once_, over_first(modes_[1], FFTW_FORWARD));
    plans_->plane_inverse.emplace(at_once_, over_first(modes_[1], FFTW_BACKWARD));
  }
  return plans_->good() && (!rows_ || rows_->plan(effort));
}

// The passes over the pieces of a slab.

namespace {

void execute_pieces(const std::optional<PiecePlan>& plan, Index pieces, Complex* data, Index piece) {
  if (plan) (*plan)(pieces, [&](fftw_plan one, Index first) { execute_complex(one, data + first * piece); });
}
void execute_pieces(const PiecePlan& plan, Index pieces, Complex* data, Index piece) {
  plan(pieces, [&](fftw_plan one, Index first) { execute_complex(one, data + first * piece); });
}

}  // namespace

/// Work in space is done on `planes` planes from `first` on.
template <class Work>
void SlabTransform::for_planes(Work work) {
  const Index planes = planes_of(communicator_, modes_[0]);
  for (Index first = 0; first < planes; first += at_once_) work(first, std::min(at_once_, planes - first));
}

void SlabTransform::pack_planes(const void* physical) {
  const Index plane = modes_[1] * modes_[2];
  for_planes([&](Index first, Index count) {
    if (rows_)
      rows_->forward(static_cast<const double*>(physical) + first * rows_of_plane() * rows_->padded(),
                     count * rows_of_plane(), scratch_.data());
    else
      std::copy_n(static_cast<const Complex*>(physical) + first * plane, count * plane, scratch_.data());
    execute_pieces(plans_->plane_forward, count, scratch_.data(), plane);
    transpose_.pack(transpose_.forth(), first, count, scratch_.data());
  });
}

template <class Unpack>
void SlabTransform::unpack_planes(void* physical, Unpack unpack) {
  const Index plane = modes_[1] * modes_[2];
  for_planes([&](Index first, Index count) {
    Complex* data = rows_ ? scratch_.data() : static_cast<Complex*>(physical) + first * plane;
    unpack(first, count, data);
    execute_pieces(plans_->plane_inverse, count, data, plane);
    if (rows_)
      rows_->inverse(data, count * rows_of_plane(),
                     static_cast<double*>(physical) + first * rows_of_plane() * rows_->padded());
  });
}

template <class Work>
void SlabTransform::for_columns(Work work) {
  const Index planes = planes_of(communicator_, modes_[1]), columns = plans_->columns_forward.at_once();
  for (Index first = 0; first < planes; first += columns) work(first, std::min(columns, planes - first));
}

void SlabTransform::forward(const void* physical, Complex* spectral) {
  const auto direction = transpose_.forth();
  const Index column = modes_[0] * modes_[2];
  transpose_.begin();
  pack_planes(physical);
  transpose_.exchange(direction);
  for_columns([&](Index first, Index count) {
    transpose_.unpack(direction, first, count, spectral + first * column);
    execute_pieces(plans_->columns_forward, count, spectral + first * column, column);
  });
  transpose_.end();
}

void SlabTransform::inverse(Complex* spectral, void* physical) {
  const auto direction = transpose_.back();
  const Index column = modes_[0] * modes_[2];
  transpose_.begin();
  for_columns([&](Index first, Index count) {
    execute_pieces(plans_->columns_inverse, count, spectral + first * column, column);
    transpose_.pack(direction, first, count, spectral + first * column);
  });
  transpose_.exchange(direction);
  unpack_planes(physical, [&](Index first, Index count, Complex* data) {
    transpose_.unpack(direction, first, count, data);
  });
  transpose_.end();
}

void SlabTransform::convolve(const void* physical, const ModeMultiplier& multiply, void* result) {
  const auto direction = transpose_.forth();
  const Index column = modes_[0] * modes_[2];
  transpose_.begin();
  pack_planes(physical);
  transpose_.exchange(direction);
  for_columns([&](Index first, Index count) {
    transpose_.unpack(direction, first, count, scratch_.data());
    execute_pieces(plans_->columns_forward, count, scratch_.data(), column);
    multiply(first, count, scratch_.data());
    execute_pieces(plans_->columns_inverse, count, scratch_.data(), column);
    transpose_.repack(direction, first, count, scratch_.data());
  });
  transpose_.exchange_back(direction);
  unpack_planes(result, [&](Index first, Index count, Complex* data) {
    transpose_.unpack_home(direction, first, count, data);
  });
  transpose_.end();
}

}  // namespace sluice::numerics
