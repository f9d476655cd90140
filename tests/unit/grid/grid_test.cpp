#include "grid/grid.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.hpp"

namespace sluice::grid {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Grid line(Index points, double lower, double upper, bool periodic, Centring centring = Centring::cell) {
  return Grid::cartesian({.points = {points},
                          .lower = {lower},
                          .upper = {upper},
                          .periodic = {periodic},
                          .centring = centring,
                          .unit = "m"});
}

/// Message of the error that `make` throws; empty if none.
template <class Make>
std::string refusal(Make&& make) {
  try {
    make();
  } catch (const base::AgreedError& error) {
    return error.what();
  }
  return {};
}

TEST(CartesianGrid, CellCentres) {
  const auto axis = line(4, 1.0, 3.0, false).axes[0];
  EXPECT_EQ(axis.points, (std::vector<double>{1.25, 1.75, 2.25, 2.75}));
  EXPECT_EQ(axis.faces, (std::vector<double>{1.0, 1.5, 2.0, 2.5, 3.0}));
  EXPECT_EQ(axis.length(), 2.0);
}

TEST(CartesianGrid, NodesIncludeBothEndsAndEndCellsAreHalves) {
  const auto axis = line(5, 1.0, 3.0, false, Centring::node).axes[0];
  EXPECT_EQ(axis.points, (std::vector<double>{1.0, 1.5, 2.0, 2.5, 3.0}));
  EXPECT_EQ(axis.faces, (std::vector<double>{1.0, 1.25, 1.75, 2.25, 2.75, 3.0}));
}

TEST(CartesianGrid, PeriodicPointsLeaveTheUpperEndOut) {
  for (const auto centring : {Centring::cell, Centring::node}) {
    const auto axis = line(4, 1.0, 3.0, true, centring).axes[0];
    EXPECT_EQ(axis.points, (std::vector<double>{1.0, 1.5, 2.0, 2.5}));
    EXPECT_EQ(axis.faces, (std::vector<double>{0.75, 1.25, 1.75, 2.25, 2.75}));
    EXPECT_TRUE(axis.periodic);
  }
}

// Ends are exact and widths equal to round-off, however odd the numbers.
TEST(CartesianGrid, EndsAreExact) {
  const auto axis = line(997, -0.1, 0.7, false).axes[0];
  EXPECT_EQ(axis.faces.front(), -0.1);
  EXPECT_EQ(axis.faces.back(), 0.7);
  for (Index i = 0; i < axis.size(); ++i) EXPECT_NEAR(axis.width(i), 0.8 / 997, 1e-15);
}

TEST(CartesianGrid, NamesExtentsLayoutAndMessages) {
  const auto grid = Grid::cartesian({.points = {4, 5, 6},
                                     .lower = {0, 0, 0},
                                     .upper = {4, 5, 3},
                                     .periodic = {true, false, true},
                                     .unit = "m"});
  EXPECT_EQ(grid.dimensions(), 3);
  EXPECT_EQ(grid.size(), 120);
  EXPECT_EQ(grid.extents(), (Index3{4, 5, 6}));
  const auto spec = grid.layout_spec(2);
  EXPECT_EQ(spec.dimensions, 3);
  EXPECT_EQ(spec.global, grid.extents());
  EXPECT_EQ(spec.periodic, (std::array<bool, 3>{true, false, true}));
  EXPECT_EQ(spec.halo, (Index3{2, 2, 2}));
  EXPECT_EQ(grid.describe_point({1, 2, 3}), "x = 1 m, y = 2.5 m, z = 1.5 m");
  EXPECT_EQ(line(2, 0, 1, true).layout_spec(1).halo, (Index3{1, 0, 0}));
}

TEST(CartesianGrid, RefusesBadInputWithItsValue) {
  EXPECT_NE(refusal([] { line(0, 0, 1, false); }).find("0 points along x"), std::string::npos);
  EXPECT_NE(refusal([] { line(1, 0, 1, false, Centring::node); }).find("at least 2"), std::string::npos);
  EXPECT_NE(refusal([] { line(4, 1, 1, false); }).find("from 1 to 1"), std::string::npos);
  EXPECT_NE(refusal([] { line(4, 2, 1, false); }).find("from 2 to 1"), std::string::npos);
  EXPECT_NE(refusal([] { line(4, nan, 1, false); }).find("nan"), std::string::npos);
  EXPECT_NE(refusal([] { line(4, 0, std::numeric_limits<double>::infinity(), false); }).find("inf"),
            std::string::npos);
  EXPECT_NE(refusal([] { line(1000, 1e16, 1e16 + 4, false); }).find("round-off"), std::string::npos);
  EXPECT_NE(refusal([] {
              Grid::cartesian({.points = {4, 4}, .lower = {0}, .upper = {1, 1}, .periodic = {true, true}});
            }).find("1 lower ends"),
            std::string::npos);
  EXPECT_NE(refusal([] { Grid::cartesian({}); }).find("1 to 3"), std::string::npos);
  EXPECT_NE(refusal([] {
              Grid::cartesian({.points = {1, 1, 1, 1},
                               .lower = {0, 0, 0, 0},
                               .upper = {1, 1, 1, 1},
                               .periodic = {true, true, true, true}});
            }).find("4 numbers"),
            std::string::npos);
}

TEST(SphereGrid, FacesAreMidpointsClosedAtThePolesAndRoundTheTurn) {
  const auto grid = Grid::sphere({0, 0.5, 1.5, pi}, {0.1, 0.3, 6.0}, 6.96e8, "m");
  const auto &theta = grid.axes[0], &phi = grid.axes[1];
  EXPECT_EQ(theta.faces, (std::vector<double>{0, 0.25, 1.0, 0.5 * (1.5 + pi), pi}));
  EXPECT_DOUBLE_EQ(phi.faces[0], 0.5 * (6.0 - 2 * pi + 0.1));
  EXPECT_DOUBLE_EQ(phi.faces[1], 0.2);
  EXPECT_DOUBLE_EQ(phi.faces[2], 3.15);
  EXPECT_DOUBLE_EQ(phi.length(), 2 * pi);
  EXPECT_TRUE(phi.periodic);
  EXPECT_FALSE(theta.periodic);
  EXPECT_EQ(grid.geometry, Geometry::sphere);
  EXPECT_EQ(grid.radius, 6.96e8);
  EXPECT_EQ(grid.layout_spec(1).periodic, (std::array<bool, 3>{false, true, false}));
}

// The cells' solid angles add up to 4 pi for any number of longitudes, odd and single ones included.
TEST(SphereGrid, CellsCoverTheSphere) {
  for (const Index n_phi : {1, 2, 3, 16, 17}) {
    const auto grid = Grid::uniform_sphere(9, n_phi, 1.0, "1");
    double area = 0;
    for (Index i = 0; i < 9; ++i) {
      const auto& faces = grid.axes[0].faces;
      const auto at = static_cast<std::size_t>(i);
      for (Index j = 0; j < n_phi; ++j)
        area += (std::cos(faces[at]) - std::cos(faces[at + 1])) * grid.axes[1].width(j);
    }
    EXPECT_NEAR(area, 4 * pi, 1e-13) << n_phi;
    EXPECT_EQ(grid.axes[0].points.front(), 0.0);
    EXPECT_EQ(grid.axes[0].points.back(), pi);
    EXPECT_EQ(grid.axes[1].points.front(), 0.0);
  }
}

TEST(SphereGrid, PolesOfAFileMayMissByRoundOff) {
  const auto grid = Grid::sphere({1e-12, 1.0, pi - 1e-12}, {0}, 1, "1");
  EXPECT_EQ(grid.axes[0].points.front(), 0.0);
  EXPECT_EQ(grid.axes[0].points.back(), pi);
}

TEST(SphereGrid, RefusesBadInputWithItsValue) {
  const std::vector<double> theta{0, 1, pi}, phi{0, 1, 2};
  const auto with = [&](std::vector<double> t, std::vector<double> p, double radius = 1) {
    return refusal([&] { Grid::sphere(std::move(t), std::move(p), radius, "m"); });
  };
  EXPECT_EQ(with(theta, phi), "");
  EXPECT_NE(with({0.1, 1, pi}, phi).find("from 0.1 to"), std::string::npos);
  EXPECT_NE(with({0, 1, 3}, phi).find("to 3 rad"), std::string::npos);
  EXPECT_NE(with({pi, 1, 0}, phi).find("theta[1]"), std::string::npos);
  EXPECT_NE(with({0, nan, pi}, phi).find("theta[1] = nan"), std::string::npos);
  EXPECT_NE(with({0, pi}, phi).find("2 colatitudes"), std::string::npos);
  EXPECT_NE(with(theta, {}).find("no longitudes"), std::string::npos);
  EXPECT_NE(with(theta, {0, 0}).find("phi[1] = 0"), std::string::npos);
  EXPECT_NE(with(theta, {0, 1, 2 * pi}).find("repeated last"), std::string::npos);
  EXPECT_NE(with(theta, phi, 0).find("radius 0"), std::string::npos);
  EXPECT_NE(with(theta, phi, nan).find("radius nan"), std::string::npos);
  EXPECT_NE(refusal([] { Grid::uniform_sphere(2, 4, 1, "m"); }).find("2 colatitudes"), std::string::npos);
  EXPECT_NE(refusal([] { Grid::uniform_sphere(4, 0, 1, "m"); }).find("0 longitudes"), std::string::npos);
}

}  // namespace
}  // namespace sluice::grid
