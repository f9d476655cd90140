// Fields known everywhere, and the transform by its definition, for the tests of the distributed one.
#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <numbers>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "numerics/spectral/fourier.hpp"

namespace sluice::test {

using grid::Complex;
using grid::Index;
using grid::Index3;

/// Reproducible noise of a global index, in (-1, 1).
inline double noise(Index global, int component) {
  auto word = static_cast<std::uint64_t>(2 * global + component) * 0x9e3779b97f4a7c15ULL + 0x1234567ULL;
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9ULL;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<double>(static_cast<std::int64_t>(word ^ (word >> 31))) / 9.3e18;
}

inline Complex noise_value(Index global, bool real) {
  return {noise(global, 0), real ? 0.0 : noise(global, 1)};
}

/// Calls function(local i, j, k, global index triple) for every owned point.
template <class Function>
void for_each(const grid::Layout& layout, Function function) {
  for (Index i = 0; i < layout.count()[0]; ++i)
    for (Index j = 0; j < layout.count()[1]; ++j)
      for (Index k = 0; k < layout.count()[2]; ++k)
        function(i, j, k, Index3{layout.offset()[0] + i, layout.offset()[1] + j, layout.offset()[2] + k});
}

/// sum_x f(x) exp(-i k x) by its definition, one axis after the other, of the whole box.
inline std::vector<Complex> direct_transform(std::vector<Complex> values, const Index3& n) {
  const Index3 stride{n[1] * n[2], n[2], 1};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::vector<Complex> turn, next(values.size());
    for (Index i = 0; i < n[axis]; ++i)
      turn.push_back(
          std::polar(1.0, -2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n[axis])));
    for (Index at = 0; at < static_cast<Index>(values.size()); ++at) {
      const Index mode = at / stride[axis] % n[axis], base = at - mode * stride[axis];
      Complex sum = 0;
      for (Index x = 0; x < n[axis]; ++x)
        sum += values[static_cast<std::size_t>(base + x * stride[axis])] *
               turn[static_cast<std::size_t>(x * mode % n[axis])];
      next[static_cast<std::size_t>(at)] = sum;
    }
    values = next;
  }
  return values;
}

inline std::vector<Complex> whole_box(const Index3& n, bool real) {
  std::vector<Complex> values;
  for (Index at = 0; at < n[0] * n[1] * n[2]; ++at) values.push_back(noise_value(at, real));
  return values;
}

/// Axis-ordered global index of a stored mode.
inline Index3 axis_index(const numerics::FourierTransform& transform, const Index3& global) {
  Index3 result{};
  for (int d = 0; d < 3; ++d)
    result[static_cast<std::size_t>(transform.axis_of_dimension(d))] = global[static_cast<std::size_t>(d)];
  return result;
}

inline Index flat(const Index3& at, const Index3& n) { return (at[0] * n[1] + at[1]) * n[2] + at[2]; }

template <class T>
void fill_noise(grid::Field<T>& field) {
  const auto& layout = field.layout();
  for_each(layout, [&](Index i, Index j, Index k, const Index3& at) {
    const Complex value = noise_value(flat(at, layout.global()), std::is_same_v<T, double>);
    if constexpr (std::is_same_v<T, double>)
      field.view()(i, j, k) = value.real();
    else
      field.view()(i, j, k) = value;
  });
}

struct Box {
  int dimensions;
  Index3 points;
};

/// Sizes with few planes, uneven slabs, odd and even, prime, and more ranks than planes.
inline std::vector<Box> boxes() {
  return {{1, {30, 1, 1}},  {1, {7, 1, 1}}, {1, {512, 1, 1}}, {2, {2, 9, 1}},
          {2, {13, 10, 1}}, {3, {3, 5, 4}}, {3, {30, 21, 10}}};
}

inline numerics::FourierSpec spec_of(const Box& box, bool real, numerics::Exchange exchange = {}) {
  return {.dimensions = box.dimensions,
          .points = box.points,
          .length = {2.0, 3.0, 1.5},
          .real = real,
          .planning = numerics::Planning::estimated,
          .exchange = exchange};
}

inline std::string describe(const numerics::FourierSpec& spec) {
  return std::to_string(spec.points[0]) + "x" + std::to_string(spec.points[1]) + "x" +
         std::to_string(spec.points[2]) + (spec.real ? " real" : " complex") +
         (spec.exchange == numerics::Exchange::messages ? " by messages" : "");
}

/// Every box, real and complex, by shared memory and by messages.
template <class Function>
void for_each_spec(Function function) {
  for (const auto& box : boxes())
    for (const bool real : {false, true})
      for (const auto exchange : {numerics::Exchange::shared_memory, numerics::Exchange::messages}) {
        const auto spec = spec_of(box, real, exchange);
        SCOPED_TRACE(describe(spec));
        if (real)
          function(spec, double{});
        else
          function(spec, Complex{});
      }
}

}  // namespace sluice::test
