// Velocities as outputs: what carried the field in the last step.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <numbers>

#include "flux_transport/flow.hpp"
#include "support/flux_transport_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::solvers::flux_transport;
using test::FluxTransportRun;
constexpr double pi = std::numbers::pi;

/// Velocities as hooks see them, at a global row and column if this rank owns them.
void expect_velocity(FluxTransportRun& run, const std::function<std::array<double, 2>(double, double)>& exact,
                     double tolerance) {
  const auto& block = run.flux_transport().block();
  const auto outputs = run.solver->outputs();
  ASSERT_EQ(outputs.size(), 3U);
  for (const std::size_t component : {0, 1}) {
    const auto& output = outputs[component + 1];
    EXPECT_EQ(output.info.name, component == 0 ? "u_theta" : "u_phi");
    EXPECT_EQ(output.info.unit, "m s^-1");
    const auto field = output.compute();
    const grid::View<const double> u(field.data, *field.layout);
    for (grid::Index i = 0; i < block.rows(); ++i)
      for (grid::Index k = 0; k < block.columns(); ++k) {
        const auto j = static_cast<std::size_t>(block.first_row() + i);
        const bool pole = block.is_pole(block.first_row() + i);
        const double phi = block.phi[static_cast<std::size_t>(block.first_column() + k)];
        EXPECT_NEAR(u(i, k), pole ? 0.0 : exact(block.theta[j], phi)[component], tolerance) << i << " " << k;
      }
  }
}

TEST(Velocities, AreOutputsWhereAskedFor) {
  const std::string grid =
      "grid: {n_theta: 61, n_phi: 120}\ninitial: {type: harmonics, harmonics: [{l: 0, m: 0, "
      "amplitude: 35.449077018110318}]}\n";  // 10 G everywhere
  FluxTransportRun zonal(grid + "flow: {output: true}\n");
  expect_velocity(
      zonal,
      [](double, double) {
        return std::array{0.0, 0.0};
      },
      0);
  zonal.advance_to(1);
  const FlowParameters flow;
  const auto profile = [&](double theta, double) {
    return std::array{velocity_theta(flow, theta) / speed_unit, velocity_phi(flow, theta) / speed_unit};
  };
  expect_velocity(zonal, profile, 0.05);
  FluxTransportRun held(grid + "flow: {output: true, attenuation: 10}\ndiffusion: {coefficient: 0}\n");
  held.advance_to(1);
  expect_velocity(
      held,
      [&](double theta, double phi) {
        const auto u = profile(theta, phi);
        return std::array{u[0] * (1 - std::tanh(1.0)), u[1] * (1 - std::tanh(1.0))};
      },
      0.05);
  // A turn in 672 h about the axis at colatitude 90, longitude 0: 1808 m s^-1 on its equator.
  FluxTransportRun tilted(grid +
                          "flow: {output: true, differential_rotation: [0, 0, 0], meridional: [0, 0, 0], "
                          "rotation_period: 672, axis_colatitude: 90}\n");
  tilted.advance_to(1);
  const double speed = 2 * pi * 6.96e8 / (672 * 3600.0);
  expect_velocity(
      tilted,
      [&](double theta, double phi) {
        return std::array{-speed * std::sin(phi), -speed * std::cos(theta) * std::cos(phi)};
      },
      2);
  FluxTransportRun silent(grid);
  EXPECT_EQ(silent.solver->outputs().size(), 1U);
}

}  // namespace
