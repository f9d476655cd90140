#include "nlse/kernels.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "nlse/integrators.hpp"

namespace {

using namespace sluice::solvers::nlse;
using Complex = std::complex<double>;

double* as_doubles(std::vector<Complex>& values) { return reinterpret_cast<double*>(values.data()); }

TEST(NlseKernels, AKickTurnsThePhaseAndAddsTheChange) {
  const std::ptrdiff_t n = 700;  // not a multiple of the block
  std::vector<Complex> psi, change;
  std::vector<double> inner;
  for (int i = 0; i < n; ++i) {
    psi.emplace_back(std::sin(0.1 * i), 0.3 * i / n);
    change.emplace_back(0.01 * i, -0.02);
    inner.push_back(0.05 * i);
  }
  // Small angles and, with the stronger one, blocks with angles beyond the short expansion.
  for (const double density : {0.2, 2e4})
    for (const bool with_change : {false, true})
      for (const bool with_potential : {false, true}) {
        auto result = psi;
        const Kick kick{.density = density, .potential = 0.1};
        const auto row = with_change ? (with_potential ? kick_row<true, true> : kick_row<true, false>)
                                     : (with_potential ? kick_row<false, true> : kick_row<false, false>);
        row(kick, 3.0, inner.data(), as_doubles(change), as_doubles(result), n);
        for (std::size_t i = 0; i < psi.size(); ++i) {
          const Complex before = psi[i] + (with_change ? change[i] : 0.0);
          const double angle = density * std::norm(before) - (with_potential ? 0.1 * (3.0 + inner[i]) : 0.0);
          EXPECT_LT(std::abs(result[i] - before * std::polar(1.0, angle)),
                    (1e-14 + 1e-15 * std::abs(angle)) * (1 + std::abs(before)));
        }
      }
}

TEST(NlseKernels, TheShortExpansionIsExactToRounding) {
  for (int i = -2000; i <= 2000; ++i) {
    const double x = small_angle * i / 2000;
    const auto turned = small_turn(x);
    const long double half = std::sin(0.5L * x), re = -2 * half * half, im = std::sin(1.0L * x);
    EXPECT_LE(std::abs(turned.re - re), 3e-16L * std::abs(re)) << x;
    EXPECT_LE(std::abs(turned.im - im), 3e-16L * std::abs(im)) << x;
  }
}

TEST(NlseKernels, SmallAnglesLoseNothing) {
  const double angle = 1e-9;
  const Complex increment = phase_factor_minus_one(angle);
  EXPECT_DOUBLE_EQ(increment.real(), -0.5e-18);
  EXPECT_DOUBLE_EQ(increment.imag(), 1e-9);
}

TEST(NlseKernels, ADriftMultipliesByTheTensorProduct) {
  std::vector<Complex> modes, factor, expected;
  const Complex add(0.1, -0.2), times(0.7, 0.4);
  for (int i = 0; i < 13; ++i) {
    modes.emplace_back(i, 1.0 / (i + 1));
    factor.push_back(std::polar(1.0, 0.3 * i));
    expected.push_back(modes.back() * (add + times * factor.back()));
  }
  drift_row(add, times, as_doubles(factor), as_doubles(modes), 13);
  for (std::size_t i = 0; i < modes.size(); ++i) EXPECT_LT(std::abs(modes[i] - expected[i]), 1e-13);
}

TEST(NlseSplittings, AreConsistentAndSymmetric) {
  for (const auto* name : {"strang", "yoshida4", "srkn6b", "srkn11b"}) {
    const auto scheme = splitting(name);
    ASSERT_EQ(scheme.kicks.size(), scheme.drifts.size() + 1) << name;
    EXPECT_NEAR(std::accumulate(scheme.kicks.begin(), scheme.kicks.end(), 0.0), 1, 1e-14) << name;
    EXPECT_NEAR(std::accumulate(scheme.drifts.begin(), scheme.drifts.end(), 0.0), 1, 1e-14) << name;
    for (std::size_t i = 0; i < scheme.kicks.size(); ++i)
      EXPECT_EQ(scheme.kicks[i], scheme.kicks[scheme.kicks.size() - 1 - i]) << name;
    for (std::size_t i = 0; i < scheme.drifts.size(); ++i)
      EXPECT_EQ(scheme.drifts[i], scheme.drifts[scheme.drifts.size() - 1 - i]) << name;
  }
}

}  // namespace
