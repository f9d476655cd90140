#include "numerics/spectral/slab_transform.hpp"

#include <fftw3.h>

#include <algorithm>

namespace sluice::numerics {
namespace {

using base::Communicator;
using grid::Complex;
using grid::Index;
using grid::Index3;

fftw_complex* as_fftw(Complex* data) { return reinterpret_cast<fftw_complex*>(data); }

void execute_complex(fftw_plan plan, Complex* data) { fftw_execute_dft(plan, as_fftw(data), as_fftw(data)); }

Index3 stored_modes(const FourierSpec& spec) {
  Index3 modes = spec.points;
  auto& last = modes[static_cast<std::size_t>(spec.dimensions) - 1];
  if (spec.real) last = last / 2 + 1;
  return modes;
}

Index planes_of(const Communicator& communicator, Index planes) {
  const auto splits = even_splits(planes, communicator.size());
  const auto me = static_cast<std::size_t>(communicator.rank());
  return splits[me + 1] - splits[me];
}

struct DestroyPlan {
  void operator()(fftw_plan plan) const noexcept { fftw_destroy_plan(plan); }
};
using Plan = std::unique_ptr<fftw_plan_s, DestroyPlan>;

/// How many rows are taken at once: a few cache lines across, an eighth of a megabyte at most; a plane of a
/// box comes alone.
Index rows_at_once(int dimensions, Index row, Index planes, int ranks) {
  if (dimensions == 3) return 1;
  constexpr Index bytes = 1 << 17, most = 8;
  const Index fitting = std::clamp<Index>(bytes / (row * static_cast<Index>(sizeof(Complex))), 1, most);
  return std::min(fitting, std::max<Index>(1, planes / ranks));
}

}  // namespace

/// In place on `planes` planes that follow one another, `at_once` of them by each call of FFTW.
struct PiecePlan {
  Plan many, one;
  Index at_once = 1, plane = 0;

  /// make(planes) plans for so many.
  template <class Make>
  PiecePlan(Index at_once_, Index plane_, Make make) : at_once(at_once_), plane(plane_) {
    one.reset(make(1));
    if (at_once > 1) many.reset(make(static_cast<int>(at_once)));
  }
  [[nodiscard]] bool good() const { return one && (many || at_once == 1); }

  template <class Execute>
  void operator()(Complex* data, Index planes, Execute execute) const {
    if (many && planes == at_once) return execute(many.get(), data);
    for (Index i = 0; i < planes; ++i) execute(one.get(), data + i * plane);
  }
};

struct SlabTransform::Plans {
  PiecePlan planes_forward, planes_inverse;  // over all axes but the first
  PiecePlan columns_forward,
      columns_inverse;  // over the first axis, of [modes of axis 1][axis 0][modes of axis 2]

  [[nodiscard]] bool good() const {
    return planes_forward.good() && planes_inverse.good() && columns_forward.good() && columns_inverse.good();
  }
};

SlabTransform::SlabTransform(const Communicator& communicator, const FourierSpec& spec)
    : communicator_(communicator),
      dimensions_(spec.dimensions),
      points_(spec.points),
      modes_(stored_modes(spec)),
      real_(spec.real),
      transpose_(communicator, modes_[0], modes_[1], modes_[2], spec.exchange) {}
SlabTransform::~SlabTransform() = default;

Index SlabTransform::physical_planes(const Communicator& communicator, const FourierSpec& spec) {
  return planes_of(communicator, spec.points[0]);
}
Index SlabTransform::spectral_planes(const Communicator& communicator, const FourierSpec& spec) {
  return planes_of(communicator, stored_modes(spec)[1]);
}

bool SlabTransform::plan(unsigned effort) {
  const Index plane = modes_[1] * modes_[2], column = modes_[0] * modes_[2];
  const Index rows = rows_at_once(dimensions_, plane, modes_[0], communicator_.size()),
              columns = rows_at_once(dimensions_, column, modes_[1], communicator_.size());
  plans_.reset();
  const grid::LayoutSpec room{.dimensions = 1, .global = {std::max(rows * plane, columns * column), 1, 1}};
  scratch_ =
      grid::ComplexField({"piece", "1", "piece of a slab"}, grid::Layout::block(Communicator::self(), room));
  fftw_complex* data = as_fftw(scratch_.data());
  auto* numbers = reinterpret_cast<double*>(data);
  const int rank = dimensions_ - 1;
  const std::array<int, 2> size{static_cast<int>(points_[1]), static_cast<int>(points_[2])};
  std::array<int, 2> modes{static_cast<int>(modes_[1]), static_cast<int>(modes_[2])}, padded = modes;
  padded[static_cast<std::size_t>(rank) - 1] *= 2;
  const int distance = static_cast<int>(plane);
  const auto over_planes = [&](int sign) {
    return [=, this](int many) {
      if (!real_)
        return fftw_plan_many_dft(rank, size.data(), many, data, nullptr, 1, distance, data, nullptr, 1,
                                  distance, sign, effort);
      return sign == FFTW_FORWARD
                 ? fftw_plan_many_dft_r2c(rank, size.data(), many, numbers, padded.data(), 1, 2 * distance,
                                          data, modes.data(), 1, distance, effort)
                 : fftw_plan_many_dft_c2r(rank, size.data(), many, data, modes.data(), 1, distance, numbers,
                                          padded.data(), 1, 2 * distance, effort);
    };
  };
  const auto over_columns = [&](int sign) {
    return [=, this](int many) {
      const auto n = static_cast<std::ptrdiff_t>(modes_[0]), run = static_cast<std::ptrdiff_t>(modes_[2]);
      const fftw_iodim64 axis{n, run, run};
      const std::array<fftw_iodim64, 2> loops{fftw_iodim64{many, n * run, n * run}, fftw_iodim64{run, 1, 1}};
      return fftw_plan_guru64_dft(1, &axis, 2, loops.data(), data, data, sign, effort);
    };
  };
  plans_ = std::make_unique<Plans>(Plans{{rows, plane, over_planes(FFTW_FORWARD)},
                                         {rows, plane, over_planes(FFTW_BACKWARD)},
                                         {columns, column, over_columns(FFTW_FORWARD)},
                                         {columns, column, over_columns(FFTW_BACKWARD)}});
  return plans_->good();
}

// The four passes over the pieces of a slab.

void SlabTransform::pack_planes(const Complex* in) {
  const Index plane = modes_[1] * modes_[2], planes = planes_of(communicator_, modes_[0]),
              rows = plans_->planes_forward.at_once;
  for (Index first = 0; first < planes; first += rows) {
    const Index count = std::min(rows, planes - first);
    std::copy_n(in + first * plane, count * plane, scratch_.data());
    plans_->planes_forward(scratch_.data(), count, [this](fftw_plan plan, Complex* data) {
      if (real_)
        fftw_execute_dft_r2c(plan, reinterpret_cast<double*>(data), as_fftw(data));
      else
        execute_complex(plan, data);
    });
    transpose_.pack(transpose_.forth(), first, count, scratch_.data());
  }
}

template <class Unpack>
void SlabTransform::unpack_planes(Complex* out, Unpack unpack) {
  const Index plane = modes_[1] * modes_[2], planes = planes_of(communicator_, modes_[0]),
              rows = plans_->planes_inverse.at_once;
  for (Index first = 0; first < planes; first += rows) {
    const Index count = std::min(rows, planes - first);
    unpack(first, count, out + first * plane);
    plans_->planes_inverse(out + first * plane, count, [this](fftw_plan plan, Complex* data) {
      if (real_)
        fftw_execute_dft_c2r(plan, as_fftw(data), reinterpret_cast<double*>(data));
      else
        execute_complex(plan, data);
    });
  }
}

template <class Work>
void SlabTransform::for_columns(Work work) {
  const Index planes = planes_of(communicator_, modes_[1]), columns = plans_->columns_forward.at_once;
  for (Index first = 0; first < planes; first += columns) work(first, std::min(columns, planes - first));
}

void SlabTransform::forward(const void* physical, Complex* spectral) {
  const auto direction = transpose_.forth();
  const Index column = modes_[0] * modes_[2];
  transpose_.begin();
  pack_planes(static_cast<const Complex*>(physical));
  transpose_.exchange(direction);
  for_columns([&](Index first, Index count) {
    transpose_.unpack(direction, first, count, spectral + first * column);
    plans_->columns_forward(spectral + first * column, count, execute_complex);
  });
  transpose_.end();
}

void SlabTransform::inverse(Complex* spectral, void* physical) {
  const auto direction = transpose_.back();
  const Index column = modes_[0] * modes_[2];
  transpose_.begin();
  for_columns([&](Index first, Index count) {
    plans_->columns_inverse(spectral + first * column, count, execute_complex);
    transpose_.pack(direction, first, count, spectral + first * column);
  });
  transpose_.exchange(direction);
  unpack_planes(static_cast<Complex*>(physical), [&](Index first, Index count, Complex* data) {
    transpose_.unpack(direction, first, count, data);
  });
  transpose_.end();
}

void SlabTransform::convolve(const void* physical, const ModeMultiplier& multiply, void* result) {
  const auto direction = transpose_.forth();
  transpose_.begin();
  pack_planes(static_cast<const Complex*>(physical));
  transpose_.exchange(direction);
  for_columns([&](Index first, Index count) {
    transpose_.unpack(direction, first, count, scratch_.data());
    plans_->columns_forward(scratch_.data(), count, execute_complex);
    multiply(first, count, scratch_.data());
    plans_->columns_inverse(scratch_.data(), count, execute_complex);
    transpose_.repack(direction, first, count, scratch_.data());
  });
  transpose_.exchange_back(direction);
  unpack_planes(static_cast<Complex*>(result), [&](Index first, Index count, Complex* data) {
    transpose_.unpack_home(direction, first, count, data);
  });
  transpose_.end();
}

}  // namespace sluice::numerics
