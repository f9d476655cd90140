// Orders and errors of the schemes that go beyond the yardstick: WENO5 with SSPRK(10,4), implicit diffusion.
#include <gtest/gtest.h>

#include "support/flux_transport_run.hpp"

namespace {

using sluice::test::FluxTransportRun;

/// Two Gaussians, one turn in longitude and/or a quarter turn southward in 672 h.
double gaussian_error(int n_theta, int n_phi, bool east, bool south, double safety) {
  const double quarter_turn = 0.5 * std::acos(-1.0) / 672 / sluice::solvers::flux_transport::speed_unit;
  FluxTransportRun run(fmt::format(R"(
grid: {{n_theta: {}, n_phi: {}}}
initial: {{type: gaussians}}
flow: {{differential_rotation: [0, 0, 0], meridional: [0, 0, 0], rotation_period: {}, southward: {:.17g}}}
advection: {{scheme: weno5, integrator: ssprk104}}
diffusion: {{coefficient: 0}}
step: {{splitting: lie, safety: {}}}
)",
                                   n_theta, n_phi, east ? "672" : "none", south ? quarter_turn : 0.0,
                                   safety));
  run.advance_to(672);
  return run.value("error_hh");
}

/// HipFT 1.19.3 on the same grids: 3.288e-2 and 3.211e-2.
TEST(Weno5, GaussiansTenTimesBelowWeno3) {
  EXPECT_LT(gaussian_error(181, 360, true, false, 0.75), 3e-3);
  EXPECT_LT(gaussian_error(181, 360, true, true, 0.75), 3e-3);
}

TEST(Weno5, OrderAlongLongitude) {
  double errors[3];
  for (const int level : {0, 1, 2}) errors[level] = gaussian_error(13, 180 << level, true, false, 0.5);
  EXPECT_GT(std::log2(errors[0] / errors[1]), 4.0);
  EXPECT_GT(std::log2(errors[1] / errors[2]), 4.4);
}

/// Along colatitude the metric factor and the face velocities vary: fourth order.
TEST(Weno5, OrderAlongColatitude) {
  double errors[3];
  for (const int level : {0, 1, 2}) errors[level] = gaussian_error((90 << level) + 1, 24, false, true, 0.5);
  EXPECT_GT(std::log2(errors[0] / errors[1]), 3.8);
  EXPECT_GT(std::log2(errors[1] / errors[2]), 3.8);
}

/// WENO3's own error over both poles at 49 x 96 is 1.5e-2.
TEST(Weno5, SpotOverBothPoles) {
  double errors[2];
  for (const int level : {0, 1}) {
    const int n = 24 << level;
    FluxTransportRun run(fmt::format(R"(
grid: {{n_theta: {}, n_phi: {}}}
initial: {{type: spots, spots: [{{colatitude: 90, longitude: 0, radius: 35}}]}}
flow: {{differential_rotation: [0, 0, 0], meridional: [0, 0, 0], rotation_period: 672, axis_colatitude: 90, axis_longitude: 90}}
advection: {{scheme: weno5, integrator: ssprk104}}
diffusion: {{coefficient: 0}}
)",
                                     n + 1, 2 * n));
    run.advance_to(672);
    errors[level] = run.value("error_l2");
  }
  std::printf("weno5 over the poles: %.3e %.3e\n", errors[0], errors[1]);
  EXPECT_GT(std::log2(errors[0] / errors[1]), 1.7);
  EXPECT_LT(errors[1], 1.5e-2);
}

/// Rows near the poles without their shortest waves: the same error with a step several times as long.
TEST(PolarFilter, LongerStepsOverThePoles) {
  double errors[2];
  std::int64_t steps[2];
  for (const int filtered : {0, 1}) {
    FluxTransportRun run(fmt::format(R"(
grid: {{n_theta: 49, n_phi: 96, polar_filter: {}}}
initial: {{type: spots, spots: [{{colatitude: 90, longitude: 0, radius: 35}}]}}
flow: {{differential_rotation: [0, 0, 0], meridional: [0, 0, 0], rotation_period: 672, axis_colatitude: 90, axis_longitude: 90}}
diffusion: {{coefficient: 0}}
)",
                                     2 * filtered));
    run.advance_to(672);
    errors[filtered] = run.value("error_l2");
    steps[filtered] = run.steps;
  }
  EXPECT_LT(errors[1], 1.02 * errors[0]);
  EXPECT_LT(steps[1], steps[0] / 3);
}

double soccer_error(int n_theta, int n_phi, const std::string& diffusion, double step,
                    double polar_filter = 0) {
  FluxTransportRun run(fmt::format(R"(
grid: {{n_theta: {}, n_phi: {}, polar_filter: {}}}
initial: {{type: harmonics, harmonics: [{{l: 6, m: 0, amplitude: 1}}, {{l: 6, m: 5, amplitude: {:.17g}}}]}}
flow: {{differential_rotation: [0, 0, 0], meridional: [0, 0, 0]}}
diffusion: {{coefficient: 800, {}}}
step: {{maximum: {}, splitting: lie}}
)",
                                   n_theta, n_phi, polar_filter, std::sqrt(14.0 / 11), diffusion, step));
  run.advance_to(672);
  return run.value("error_hh");
}

/// HipFT with RKG2 and steps of 1 h: 2.703e-3 and 6.914e-4. Crank-Nicolson with steps of 24 h has the same
/// error of space.
TEST(Implicit, SoccerAsByRkg2) {
  const double coarse = soccer_error(46, 90, "scheme: crank_nicolson", 24),
               fine = soccer_error(91, 180, "scheme: crank_nicolson", 24);
  EXPECT_NEAR(coarse / 2.703e-3, 1, 0.02);
  EXPECT_NEAR(fine / 6.914e-4, 1, 0.02);
  EXPECT_NEAR(soccer_error(46, 90, "scheme: euler", 24) / 2.703e-3, 1, 0.03);
}

TEST(PolarFilter, SoccerAsWithout) {
  EXPECT_NEAR(soccer_error(91, 180, "scheme: rkg2", 4, 4) / soccer_error(91, 180, "scheme: rkg2", 4), 1,
              1e-3);
}

/// Differences between step sizes on one grid: the error of time alone.
TEST(Implicit, OrderInTime) {
  for (const auto& [scheme, order] : {std::pair{"crank_nicolson", 2.0}, std::pair{"implicit_euler", 1.0}}) {
    const std::string diffusion = std::string("scheme: ") + scheme + ", tolerance: 1e-13";
    double largest[3];
    for (const int level : {0, 1, 2}) {
      FluxTransportRun run(fmt::format(R"(
grid: {{n_theta: 19, n_phi: 36}}
initial: {{type: harmonics, harmonics: [{{l: 2, m: 0, amplitude: 1}}]}}
flow: {{differential_rotation: [0, 0, 0], meridional: [0, 0, 0]}}
diffusion: {{coefficient: 800, {}}}
step: {{maximum: {}, splitting: lie}}
)",
                                       diffusion, 2016 >> level));
      run.advance_to(8064);
      largest[level] = run.value("br_max");
    }
    EXPECT_NEAR(std::log2(std::abs((largest[0] - largest[1]) / (largest[1] - largest[2]))), order, 0.1)
        << scheme;
  }
}

}  // namespace
