// Operators in Fourier space, spectra, 3/2 padding, and the vectorised sine and cosine.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "numerics/sincos.hpp"
#include "numerics/spectral/operators.hpp"
#include "numerics/spectral/padded.hpp"
#include "numerics/spectral/spectrum.hpp"
#include "unit/numerics/spectral_support.hpp"

namespace {

using namespace sluice;
using namespace sluice::test;
using numerics::FourierSpec;
using numerics::FourierTransform;

constexpr double pi = std::numbers::pi;

/// A field, its transform, and what comes back.
template <class T>
struct Bench {
  explicit Bench(const FourierSpec& spec)
      : transform(base::Communicator::world(), spec),
        field({"f", "1", "test field"}, transform.physical()),
        modes({"F", "1", "modes"}, transform.spectral()) {}

  template <class Function>
  void fill(Function function) {
    for_each(*transform.physical(), [&](Index i, Index j, Index k, const Index3& at) {
      std::array<double, 3> x{};
      for (std::size_t d = 0; d < 3; ++d)
        x[d] = 2 * pi * static_cast<double>(at[d]) / static_cast<double>(transform.spec().points[d]);
      field.view()(i, j, k) = function(x);
    });
    transform.forward(field, modes);
  }

  /// Largest difference of the inverse transform of the modes from a function.
  template <class Function>
  double difference(Function function) {
    grid::Field<T> back({"g", "1", "back"}, transform.physical());
    transform.inverse(modes, back);
    double error = 0;
    for_each(*transform.physical(), [&](Index i, Index j, Index k, const Index3& at) {
      std::array<double, 3> x{};
      for (std::size_t d = 0; d < 3; ++d)
        x[d] = 2 * pi * static_cast<double>(at[d]) / static_cast<double>(transform.spec().points[d]);
      error = std::max(error, std::abs(back.view()(i, j, k) / static_cast<double>(transform.total_points()) -
                                       function(x)));
    });
    return transform.communicator().max(error);
  }

  FourierTransform transform;
  grid::Field<T> field;
  grid::ComplexField modes;
};

// x is scaled to 2 pi a period; the box lengths of spec_of enter through the wavenumbers.
template <class T>
T wave(const FourierSpec& spec, const std::array<double, 3>& x) {
  double phase = x[0];
  if (spec.dimensions > 1) phase += 2 * x[1];
  if (spec.dimensions > 2) phase -= x[2];
  if constexpr (std::is_same_v<T, double>)
    return std::cos(phase);
  else
    return std::polar(1.0, phase);
}

bool resolved(const FourierSpec& spec) {
  return spec.points[0] >= 4 && (spec.dimensions < 2 || spec.points[1] >= 5) &&
         (spec.dimensions < 3 || spec.points[2] >= 4);
}

TEST(SpectralOperators, DerivativesAndLaplacianOfAWaveAreExact) {
  for_each_spec([]<class T>(const FourierSpec& spec, T) {
    if (!resolved(spec)) return;
    const std::array<double, 3> k{2 * pi / spec.length[0], spec.dimensions > 1 ? 4 * pi / spec.length[1] : 0,
                                  spec.dimensions > 2 ? -2 * pi / spec.length[2] : 0};
    Bench<T> bench(spec);
    const auto value = [&](const std::array<double, 3>& x) { return wave<T>(spec, x); };
    for (int axis = 0; axis < spec.dimensions; ++axis) {
      bench.fill(value);
      numerics::spectral_derivative(bench.transform, axis, bench.modes);
      const double along = k[static_cast<std::size_t>(axis)];
      EXPECT_LT(bench.difference([&](const std::array<double, 3>& x) {
        const auto shifted = std::array<double, 3>{x[0] + pi / 2, x[1], x[2]};  // i f, or the sine
        return along * wave<T>(spec, shifted);
      }),
                1e-12)
          << "axis " << axis;
    }
    const double k_squared = k[0] * k[0] + k[1] * k[1] + k[2] * k[2];
    double round_off = 1e-12;  // noise in the highest modes is multiplied by their |k|^2
    for (std::size_t d = 0; d < 3; ++d)
      round_off += 1e-15 * std::pow(pi * static_cast<double>(spec.points[d]) / spec.length[d], 2);
    bench.fill(value);
    numerics::spectral_laplacian(bench.transform, bench.modes);
    EXPECT_LT(bench.difference([&](const std::array<double, 3>& x) { return -k_squared * wave<T>(spec, x); }),
              round_off);
    bench.fill([&](const std::array<double, 3>& x) { return value(x) + T{3.0}; });
    numerics::spectral_inverse_laplacian(bench.transform, bench.modes);
    EXPECT_LT(bench.difference([&](const std::array<double, 3>& x) { return wave<T>(spec, x) / -k_squared; }),
              1e-12);
  });
}

TEST(SpectralOperators, TheNyquistModeHasNoDerivative) {
  Bench<double> bench(spec_of({1, {16, 1, 1}}, true));
  bench.fill([](const std::array<double, 3>& x) { return std::cos(8 * x[0]); });
  numerics::spectral_derivative(bench.transform, 0, bench.modes);
  EXPECT_LT(bench.difference([](const std::array<double, 3>&) { return 0.0; }), 1e-13);
}

TEST(SpectralOperators, MasksKeepWhatTheyShouldAndFiltersDampTheRest) {
  for_each_spec([]<class T>(const FourierSpec& spec, T) {
    Bench<T> bench(spec);
    for (const double fraction : {2.0 / 3.0, 0.5}) {
      std::fill(bench.modes.span().begin(), bench.modes.span().end(), Complex{1.0});
      numerics::spectral_mask(bench.transform, fraction, bench.modes);
      for_each(*bench.transform.spectral(), [&](Index i, Index j, Index k, const Index3& at) {
        bool kept = true;
        const Index3 place = axis_index(bench.transform, at);
        for (std::size_t axis = 0; axis < 3; ++axis) {
          const Index n = spec.points[axis], mode = std::min(place[axis], n - place[axis]);
          kept = kept && (mode == 0 || (fraction > 0.6 ? 3 * mode < n : 4 * mode < n));
        }
        ASSERT_EQ(bench.modes.view()(i, j, k), Complex(kept ? 1.0 : 0.0));
      });
    }
    std::fill(bench.modes.span().begin(), bench.modes.span().end(), Complex{1.0});
    numerics::spectral_filter(bench.transform, 36, 36, bench.modes);
    for_each(*bench.transform.spectral(), [&](Index i, Index j, Index k, const Index3& at) {
      double expected = 1;
      const Index3 place = axis_index(bench.transform, at);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const Index n = spec.points[axis], mode = std::min(place[axis], n - place[axis]);
        if (mode != 0)
          expected *= std::exp(-36 * std::pow(2.0 * static_cast<double>(mode) / static_cast<double>(n), 36));
      }
      ASSERT_NEAR(bench.modes.view()(i, j, k).real(), expected, 1e-14);
    });
  });
}

TEST(ShellSpectrum, CountsEveryModeOnceAndAddsUpToTheMeanSquare) {
  for_each_spec([]<class T>(const FourierSpec& spec, T) {
    Bench<T> bench(spec);
    fill_noise(bench.field);
    bench.transform.forward(bench.field, bench.modes);
    const auto spectrum = numerics::shell_spectrum(bench.transform, bench.modes);
    double power = 0, modes = 0, mean_square = 0;
    for (const double value : spectrum.power) power += value;
    for (const double value : spectrum.modes) modes += value;
    for (const auto& value : whole_box(spec.points, spec.real)) mean_square += std::norm(value);
    const auto points = static_cast<double>(bench.transform.total_points());
    EXPECT_EQ(modes, points);
    EXPECT_NEAR(power, mean_square / points, 1e-14);
  });
}

TEST(ShellSpectrum, PutsAWaveIntoItsShell) {
  for_each_spec([]<class T>(const FourierSpec& spec, T) {
    if (!resolved(spec)) return;
    Bench<T> bench(spec);
    bench.fill([&](const std::array<double, 3>& x) { return wave<T>(spec, x); });
    const auto spectrum = numerics::shell_spectrum(bench.transform, bench.modes);
    double k_squared = 4 * pi * pi / (spec.length[0] * spec.length[0]);
    if (spec.dimensions > 1) k_squared += 16 * pi * pi / (spec.length[1] * spec.length[1]);
    if (spec.dimensions > 2) k_squared += 4 * pi * pi / (spec.length[2] * spec.length[2]);
    const auto shell = static_cast<std::size_t>(std::lround(std::sqrt(k_squared) / spectrum.width));
    EXPECT_NEAR(spectrum.power[shell], spec.real ? 0.5 : 1.0, 1e-13);
  });
}

TEST(PaddedTransform, KeepsTheFunctionAndComesBack) {
  for_each_spec([]<class T>(const FourierSpec& spec, T) {
    Bench<T> bench(spec);
    numerics::PaddedTransform padded(bench.transform);
    grid::Field<T> fine({"f", "1", "fine"}, padded.fine().physical());
    fill_noise(bench.field);
    bench.transform.forward(bench.field, bench.modes);
    numerics::spectral_mask(bench.transform, 0.999, bench.modes);  // without the Nyquist modes
    const std::vector<Complex> kept(bench.modes.span().begin(), bench.modes.span().end());
    padded.to_fine(bench.modes, fine);
    double mean_square = 0;
    for_each(*padded.fine().physical(), [&](Index i, Index j, Index k, const Index3&) {
      mean_square += std::norm(fine.view()(i, j, k));
    });
    mean_square =
        bench.transform.communicator().sum(mean_square) / static_cast<double>(padded.fine().total_points());
    const auto spectrum = numerics::shell_spectrum(bench.transform, bench.modes);
    double power = 0;
    for (const double value : spectrum.power) power += value;
    EXPECT_NEAR(mean_square, power, 1e-13);
    padded.to_coarse(fine, bench.modes);
    double error = 0;
    for_each(*bench.transform.spectral(), [&](Index i, Index j, Index k, const Index3&) {
      const auto at = static_cast<std::size_t>(bench.transform.spectral()->position(i, j, k));
      error = std::max(error, std::abs(bench.modes.data()[at] - kept[at]));
    });
    EXPECT_LT(error, 1e-14 * static_cast<double>(bench.transform.total_points()) + 1e-13);
  });
}

TEST(PaddedTransform, ProductsHaveNoAliases) {
  // cos(7 x)^2 = 1/2 + cos(14 x)/2; on 16 points cos(14 x) is seen as cos(2 x), with 3/2 padding it is not.
  for (const auto exchange : {numerics::Exchange::shared_memory, numerics::Exchange::messages}) {
    const auto product = [](const std::array<double, 3>& x) {
      return std::cos(7 * x[0]) * std::cos(7 * x[1]);
    };
    Bench<double> bench(spec_of({2, {16, 16, 1}}, true, exchange));
    bench.fill([&](const std::array<double, 3>& x) { return product(x) * product(x); });
    EXPECT_GT(bench.difference([](const std::array<double, 3>&) { return 0.25; }), 0.1)
        << "aliased without padding";
    bench.fill(product);
    numerics::PaddedTransform padded(bench.transform);
    grid::RealField fine({"f", "1", "fine"}, padded.fine().physical());
    padded.to_fine(bench.modes, fine);
    for (double& value : fine.span()) value *= value;
    padded.to_coarse(fine, bench.modes);
    EXPECT_LT(bench.difference([](const std::array<double, 3>&) { return 0.25; }), 1e-13);
  }
}

TEST(SinCosOfMany, IsWithinTwoUnitsInTheLastPlace) {
  std::mt19937_64 generator(7);
  for (const double span : {1e-6, 1.0, 10.0, 1e3, 1e5}) {
    std::uniform_real_distribution<double> uniform(-span, span);
    std::vector<double> x(4096), sine(x.size()), cosine(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = uniform(generator);
      if (i % 4 == 0)
        x[i] = std::clamp(std::round(x[i] / (pi / 2)) * (pi / 2), -1e5, 1e5);  // hard: nearly a zero
    }
    numerics::sincos(x.data(), sine.data(), cosine.data(), static_cast<std::ptrdiff_t>(x.size()));
    const auto units = [](double value, long double exact) {
      const double nearest = std::abs(static_cast<double>(exact));
      return std::abs(static_cast<double>((static_cast<long double>(value) - exact) /
                                          (std::nextafter(nearest, 2.0) - nearest)));
    };
    double worst = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      worst = std::max(worst, units(sine[i], std::sin(static_cast<long double>(x[i]))));
      worst = std::max(worst, units(cosine[i], std::cos(static_cast<long double>(x[i]))));
    }
    EXPECT_LT(worst, 2.0) << "angles up to " << span;
  }
}

TEST(SinCosOfMany, TakesLargeAnglesAndWhatIsNoNumber) {
  const std::vector<double> x{1e5,
                              -1e5,
                              1.0000001e5,
                              -3e7,
                              1e300,
                              std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN(),
                              0.0,
                              -0.0};
  std::vector<double> sine(x.size()), cosine(x.size());
  numerics::sincos(x.data(), sine.data(), cosine.data(), static_cast<std::ptrdiff_t>(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isfinite(x[i])) {
      EXPECT_NEAR(sine[i], std::sin(x[i]), 4e-16) << x[i];
      EXPECT_NEAR(cosine[i], std::cos(x[i]), 4e-16) << x[i];
    } else {
      EXPECT_TRUE(std::isnan(sine[i]) && std::isnan(cosine[i])) << x[i];
    }
  }
}

}  // namespace
