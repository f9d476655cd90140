// Linear operators that couple two fields at a wavenumber, and what exact integrators need of them.
#pragma once
#include <tuple>
#include <type_traits>

#include "numerics/spectral/etd.hpp"
#include "turbulence/space.hpp"

namespace sluice::solvers::turbulence {

/// Both fields at one mode.
struct Pair {
  Complex a, b;
  Pair& operator+=(const Pair& p) {
    a += p.a;
    b += p.b;
    return *this;
  }
};
inline Pair operator+(const Pair& p, const Pair& q) { return {p.a + q.a, p.b + q.b}; }
inline Pair operator-(const Pair& p, const Pair& q) { return {p.a - q.a, p.b - q.b}; }
inline Pair operator*(double s, const Pair& p) { return {s * p.a, s * p.b}; }

/// Rows (aa, ab) and (ba, bb).
struct Matrix2 {
  Complex aa, ab, ba, bb;
};
inline Matrix2 operator*(double s, const Matrix2& m) { return {s * m.aa, s * m.ab, s * m.ba, s * m.bb}; }
inline Pair times(const Matrix2& m, const Pair& p) {
  return {times(m.aa, p.a) + times(m.ab, p.b), times(m.ba, p.a) + times(m.bb, p.b)};
}

// The same words for one field and for two.
inline Complex plus_identity(double one, Complex symbol) { return one + symbol; }
inline Matrix2 plus_identity(double one, const Matrix2& m) { return {one + m.aa, m.ab, m.ba, one + m.bb}; }
/// x with m x = right.
inline Complex solve(Complex m, Complex right) { return times(1.0 / m, right); }
[[nodiscard]] Pair solve(const Matrix2& m, const Pair& right);

/// exp of a matrix.
[[nodiscard]] Matrix2 exponential(const Matrix2& m);

/// Matrices in place of the numbers of numerics::EtdCoefficients, for z = L dt.
struct EtdMatrices {
  Matrix2 exponential, exponential_half, half, first, middle, last;
};
[[nodiscard]] EtdMatrices etdrk4_matrices(const Matrix2& z);

template <class Kernel, class... Value>
void each_value_of_one(const Space& space, Kernel kernel, Value*... fields) {
  space.each_strip([&](Index at, Index first, Index count) {
#pragma GCC ivdep
    for (Index i = 0; i < count; ++i) kernel(first + i, fields[at + i]...);
  });
}

template <class Kernel, class... Fields>
void each_value_of_two(const Space& space, Kernel kernel, Fields&... fields) {
  space.each_strip([&](Index at, Index first, Index count) {
#pragma GCC ivdep
    for (Index i = at; i < at + count; ++i) {
      std::tuple values{Pair{fields[0].data()[i], fields[1].data()[i]}...};
      std::apply([&](auto&... value) { kernel(first + (i - at), value...); }, values);
      const auto store = [i](auto& field, const Pair& value) {
        if constexpr (!std::is_const_v<std::remove_reference_t<decltype(field)>>) {
          field[0].data()[i] = value.a;
          field[1].data()[i] = value.b;
        }
      };
      std::apply([&](const auto&... value) { (store(fields, value), ...); }, values);
    }
  });
}

/// kernel(place among the kept modes, value in each of the lists): of field f, or of both fields as a Pair
/// where the tables hold matrices. What is not const is stored. A kernel touches its own mode only.
template <class Number, class Kernel, class... Fields>
void each_value(const Space& space, std::size_t f, Kernel kernel, Fields&... fields) {
  if constexpr (std::is_same_v<Number, Matrix2>)
    each_value_of_two(space, kernel, fields...);
  else
    each_value_of_one(space, kernel, fields[f].data()...);
}

}  // namespace sluice::solvers::turbulence
