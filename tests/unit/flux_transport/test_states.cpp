// Initial states, map files, diagnostics, and refusals of bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <limits>
#include <numbers>

#include "base/error.hpp"
#include "flux_transport/harmonics.hpp"
#include "flux_transport/map_file.hpp"
#include "flux_transport/regions.hpp"
#include "support/flux_transport_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::solvers::flux_transport;
using test::FluxTransportRun;
constexpr double pi = std::numbers::pi;

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const base::InputError& error) {
    return error.what();
  }
  return "no error";
}

std::vector<double> float_axis(int n, double end) {
  std::vector<double> points;
  for (int i = 0; i < n; ++i) points.push_back(static_cast<float>(end * i / (n - 1)));
  return points;
}

TEST(MapFile, SnapsFloat32Axes) {
  auto axis = snap_axis(float_axis(1024, 2 * pi), 2 * pi, "m.h5: dim1");
  EXPECT_EQ(axis.back(), 2 * pi);
  EXPECT_EQ(axis[512], 2 * pi * 512 / 1023);
  auto uneven = float_axis(20, pi);
  uneven[3] += 0.01;
  const double kept = uneven[3];
  EXPECT_EQ(snap_axis(uneven, pi, "m.h5: dim2")[3], kept);
}

TEST(MapFile, RefusesBadAxes) {
  auto axis = float_axis(20, pi);
  std::swap(axis[7], axis[8]);
  EXPECT_THAT(message_of([&] { (void)snap_axis(axis, pi, "m.h5: dim2"); }),
              testing::HasSubstr("m.h5: dim2[8]"));
  EXPECT_THAT(message_of([&] { (void)snap_axis(float_axis(20, 3.0), pi, "m.h5: dim2"); }),
              testing::HasSubstr("dim2[19]"));
  axis = float_axis(20, pi);
  axis[4] = std::nan("");
  EXPECT_THAT(message_of([&] { (void)snap_axis(axis, pi, "m.h5: dim2"); }), testing::HasSubstr("dim2[4]"));
}

TEST(MapFile, AveragesSeamAndPoles) {
  const Axes axes{float_axis(5, pi), float_axis(7, 2 * pi)};
  std::vector<double> data(35);
  for (std::size_t i = 0; i < 35; ++i) data[i] = double(i);
  const Map map = make_map(axes, data, "m.h5");
  EXPECT_EQ(map.axes.phi.size(), 6u);
  EXPECT_EQ(map.seam, 6);
  EXPECT_EQ(map.values[6 * 2], 17);  // (14 + 20) / 2
  EXPECT_EQ(map.values[6 * 2 + 1], 15);
  EXPECT_NEAR(map.values[0], 3, 1e-14);  // mean of 3, 1, 2, 3, 4, 5
  EXPECT_EQ(map.values[0], map.values[5]);
  EXPECT_NEAR(map.poles, 2, 1e-14);
  data[16] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(message_of([&] { (void)make_map(axes, data, "m.h5"); }),
              testing::HasSubstr("m.h5: Data[2, 2]"));
}

TEST(Harmonics, Orthonormal) {
  const int n = 60, m = 32;
  for (const auto& [l1, m1, l2, m2] :
       {std::array{3, 2, 3, 2}, std::array{3, -2, 3, -2}, std::array{6, 5, 6, 5}, std::array{3, 2, 5, 2},
        std::array{3, 2, 3, -2}}) {
    double sum = 0;
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < m; ++k) {
        const double theta = pi * (j + 0.5) / n, phi = 2 * pi * k / m;
        sum += real_harmonic(l1, m1, theta, phi) * real_harmonic(l2, m2, theta, phi) * std::sin(theta) *
               (pi / n) * (2 * pi / m);
      }
    EXPECT_NEAR(sum, l1 == l2 && m1 == m2 ? 1 : 0, 2e-3);
  }
  EXPECT_LT(real_harmonic(1, 1, 1.0, 0.0), 0);  // the phase (-1)^m
}

TEST(Regions, HaleAndJoy) {
  RegionParameters parameters;
  parameters.count = 40;
  const auto regions = draw_regions(parameters, 7);
  ASSERT_EQ(regions.size(), 40u);
  const auto polarities = make_polarities(regions, parameters.peak_field, 1.0);
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const Polarity &leading = polarities[2 * i], &following = polarities[2 * i + 1];
    const bool north = regions[i].latitude > 0;
    EXPECT_GT(leading.longitude, following.longitude);
    EXPECT_EQ(leading.peak > 0, north);
    EXPECT_EQ(leading.peak, -following.peak);
    const double leading_from_equator = std::abs(leading.colatitude - pi / 2),
                 following_from_equator = std::abs(following.colatitude - pi / 2);
    EXPECT_LT(leading_from_equator, following_from_equator);
    const double flux = pi * leading.width * leading.width * std::abs(leading.peak) * flux_unit;
    EXPECT_NEAR(flux / regions[i].flux, 1, 1e-12);
  }
}

/// Values that the yardstick prints for its validation states at 180 x 359 distinct longitudes.
TEST(Diagnostics, AgreeWithHipft) {
  FluxTransportRun gaussians("grid: {n_theta: 180, n_phi: 359}\ninitial: {type: gaussians}\n");
  EXPECT_NEAR(gaussians.value("positive_flux") / 4.5655132401e20, 1, 1e-9);
  EXPECT_NEAR(gaussians.value("negative_flux") / -4.5655132401e20, 1, 1e-9);
  EXPECT_NEAR(gaussians.value("equatorial_dipole") / 3.1346069973e-02, 1, 1e-9);
  EXPECT_NEAR(gaussians.value("br_max") / 1.4240398035, 1, 1e-9);
  FluxTransportRun soccer(
      fmt::format("grid: {{n_theta: 180, n_phi: 359}}\ninitial: {{type: harmonics, harmonics: [{{l: 6, m: "
                  "0}}, {{l: 6, m: 5, amplitude: {:.17g}}}]}}\n",
                  std::sqrt(14.0 / 11)));
  EXPECT_NEAR(soccer.value("positive_flux") / 1.0919597335e22, 1, 1e-9);
  EXPECT_NEAR(soccer.value("br_min") / -5.6500670228e-01, 1, 1e-9);
  EXPECT_NEAR(soccer.value("polar_flux_north") / (9.1011183316e20 - 4.3087238882e20), 1, 1e-9);
  EXPECT_NEAR(soccer.value("polar_flux_south") / (9.1011185929e20 - 4.3087241495e20), 1, 1e-7);
}

TEST(Diagnostics, RealMapAgreesWithHipft) {
  const char* data = std::getenv("SLUICE_DATA");
  if (data == nullptr || !std::filesystem::exists(std::string(data) + "/hmi_cr2252_180x360.h5"))
    GTEST_SKIP() << "SLUICE_DATA is not set or has no hmi_cr2252_180x360.h5";
  FluxTransportRun map(fmt::format("initial: {{map: {}/hmi_cr2252_180x360.h5}}\n", data));
  EXPECT_EQ(map.solver->grid().axes[1].size(), 359);
  EXPECT_NEAR(map.value("br_min") / -1.2166419678e3, 1, 1e-9);
  EXPECT_NEAR(map.value("br_max") / 1.1404739990e3, 1, 1e-9);
  EXPECT_NEAR(map.value("positive_flux") / 1.6785768869e23, 1, 1e-6);
  EXPECT_NEAR(map.value("polar_flux_north") / (1.3239504790e22 - 1.4974623450e21), 1, 1e-6);
  EXPECT_NEAR(map.value("equatorial_dipole") / 6.7809539424e-1, 1, 5e-6);  // float32 axes are snapped
  EXPECT_NEAR(map.value("axial_dipole") / 1.1485122348, 1, 1e-6);
}

TEST(Parameters, RefuseWhatCannotBe) {
  const auto refused = [](const std::string& yaml) {
    return message_of([&] { FluxTransportRun run(yaml); });
  };
  EXPECT_THAT(refused("grid: {n_theta: 4}"), testing::HasSubstr("n_theta"));
  EXPECT_THAT(refused("initial: {type: harmonics}"), testing::HasSubstr("initial.harmonics"));
  EXPECT_THAT(refused("initial: {type: harmonics, harmonics: [{l: 2, m: 3}]}"),
              testing::HasSubstr("initial.harmonics.0.m"));
  EXPECT_THAT(refused("initial: {type: map}"), testing::HasSubstr("initial.map"));
  EXPECT_THAT(refused("flow: {rotation_period: 0}"), testing::HasSubstr("rotation_period"));
  EXPECT_THAT(refused("flow: {meridional: [1, 2]}"), testing::HasSubstr("meridional"));
  EXPECT_THAT(refused("diffusion: {coefficient: -1}"), testing::HasSubstr("coefficient"));
  EXPECT_THAT(refused("flow: {rotation_perod: 1}"), testing::HasSubstr("rotation_period"));
  EXPECT_THAT(refused("grid: {ranks: [2, 0]}"), testing::HasSubstr("grid.ranks"));
}

}  // namespace
