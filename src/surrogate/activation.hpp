// The functions between the layers, over many values at once: in single precision without branches, so that
// the compiler makes vector instructions of the loops. A NaN stays one.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>

namespace sluice::surrogate {

enum class Activation { gelu, tanh, relu, silu, sine };
[[nodiscard]] Activation activation_of(const std::string& name);

/// exp(x), relative error below 3e-7: reduction by Cody and Waite, Taylor polynomial on [-ln 2 / 2, ln 2 /
/// 2], the power of two put into the exponent; saturates at exp(+-87).
inline float fast_exp(float x) {
  constexpr float magic = 12582912.0F;  // 1.5 * 2^23: adding it rounds to a whole number
  x = x > 87.0F ? 87.0F : x;
  x = x < -87.0F ? -87.0F : x;
  const float shifted = x * 1.44269504F + magic;
  const float n = shifted - magic;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  const float p =
      1 + r * (1 + r * (0.5F + r * (1.6666667e-1F +
                                    r * (4.1666667e-2F +
                                         r * (8.3333333e-3F + r * (1.3888889e-3F + r * 1.9841270e-4F))))));
  const std::uint32_t exponent =
      (std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(magic)) + 127U;
  return p * std::bit_cast<float>(exponent << 23);
}

/// tanh: near 0 the polynomial of Cephes (S. Moshier, tanhf.c), elsewhere by exp.
inline float fast_tanh(float x) {
  const float z = x * x;
  const float near =
      x + x * z *
              (-3.33332819422e-1F +
               z * (1.33314422036e-1F +
                    z * (-5.37397155531e-2F + z * (2.06390887954e-2F + z * -5.70498872745e-3F))));
  const float far = 1 - 2 / (fast_exp(2 * x) + 1);
  return z < 0.390625F ? near : far;
}

/// erf, absolute error below 3e-7: Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.26.
inline float fast_erf(float x) {
  const float a = std::abs(x);
  const float t = 1 / (1 + 0.3275911F * a);
  const float p =
      t * (0.254829592F + t * (-0.284496736F + t * (1.421413741F + t * (-1.453152027F + t * 1.061405429F))));
  return std::copysign(1 - p * fast_exp(-a * a), x);
}

inline float gelu(float x) { return 0.5F * x * (1 + fast_erf(x * 0.70710678F)); }
inline double gelu(double x) { return 0.5 * x * std::erfc(-x * 0.70710678118654752440); }
inline float silu(float x) { return x / (1 + fast_exp(-x)); }
inline double silu(double x) { return x / (1 + std::exp(-x)); }
inline float tangens_hyperbolicus(float x) { return fast_tanh(x); }
inline double tangens_hyperbolicus(double x) { return std::tanh(x); }

template <class Real>
void activate(Activation activation, Real* values, std::int64_t number) {
  switch (activation) {
    case Activation::gelu:
      for (std::int64_t n = 0; n < number; ++n) values[n] = gelu(values[n]);
      return;
    case Activation::tanh:
      for (std::int64_t n = 0; n < number; ++n) values[n] = tangens_hyperbolicus(values[n]);
      return;
    case Activation::relu:
      for (std::int64_t n = 0; n < number; ++n) values[n] = values[n] < 0 ? Real(0) : values[n];
      return;
    case Activation::silu:
      for (std::int64_t n = 0; n < number; ++n) values[n] = silu(values[n]);
      return;
    case Activation::sine:
      for (std::int64_t n = 0; n < number; ++n) values[n] = std::sin(values[n]);
      return;
  }
}

}  // namespace sluice::surrogate
