// Operators on the sphere and tables of coefficients.
#include <gtest/gtest.h>

#include <numbers>
#include <numeric>

#include "flux_transport/flow.hpp"
#include "flux_transport/harmonics.hpp"
#include "numerics/super_time_stepping.hpp"
#include "support/flux_transport_run.hpp"

namespace {

using namespace sluice;
using numerics::SphereBlock;
constexpr double pi = std::numbers::pi;

/// y' = lambda y over one super step, lambda within the stability interval.
double amplify(numerics::SuperScheme scheme, int s, double z) {
  numerics::SuperTable table(scheme);
  const auto& stages = table.stages(s);
  double older = 1, newest = 1 + stages[0].rate * z;
  for (std::size_t j = 1; j < stages.size(); ++j) {
    const auto& c = stages[j];
    const double next = c.mu * newest + c.nu * older + c.start + c.rate * z * newest + c.start_rate * z;
    older = newest;
    newest = next;
  }
  return newest;
}

TEST(SuperTimeStepping, SecondOrderAndStable) {
  for (const auto scheme : {numerics::SuperScheme::rkl2, numerics::SuperScheme::rkg2})
    for (const int s : {3, 7, 21}) {
      const double e1 = std::abs(amplify(scheme, s, -0.02) - std::exp(-0.02)),
                   e2 = std::abs(amplify(scheme, s, -0.01) - std::exp(-0.01));
      EXPECT_NEAR(std::log2(e1 / e2), 3, 0.05);  // local error of a second-order scheme
      const double limit =
          scheme == numerics::SuperScheme::rkl2 ? (double(s) * s + s - 2) / 4 : (s + 4.0) * (s - 1.0) / 6;
      for (double share = 0.01; share <= 1; share += 0.01)
        EXPECT_LE(std::abs(amplify(scheme, s, -2 * limit * share)), 1 + 1e-12);
    }
}

TEST(SuperTimeStepping, NumbersOfStages) {
  EXPECT_EQ(numerics::super_stages(numerics::SuperScheme::rkg2, 0.1), 3);
  // The yardstick takes 27 stages for 1 h at an explicit limit of 7.535e-3 h, and 3 for 0.25 h at 0.2411 h.
  EXPECT_EQ(numerics::super_stages(numerics::SuperScheme::rkg2, 1 / 7.535e-3), 27);
  EXPECT_EQ(numerics::super_stages(numerics::SuperScheme::rkg2, 0.25 / 0.2411), 3);
}

TEST(SphereBlock, AreasAddUp) {
  const auto world = base::Communicator::world();
  for (const auto& [n, m] : {std::pair{181, 360}, std::pair{24, 45}}) {
    const auto grid = grid::Grid::uniform_sphere(n, m, 1.0, "R_sun");
    const SphereBlock block(grid, SphereBlock::make_layout(world, grid));
    double area = 0, least = 1;
    for (grid::Index i = 0; i < block.rows(); ++i)
      for (grid::Index k = 0; k < block.columns(); ++k) {
        const double a = block.summation_area(block.first_row() + i, block.first_column() + k);
        area += a;
        if (!block.is_pole(block.first_row() + i)) least = std::min(least, a);
      }
    EXPECT_NEAR(world.sum(area) / (4 * pi), 1, 1.0 / (n * n));
    EXPECT_GT(least, 0);
  }
}

TEST(SphereBlock, RowSumsDoNotDependOnRanks) {
  const auto grid = grid::Grid::uniform_sphere(11, 37, 1.0, "R_sun");
  const auto world = base::Communicator::world();
  const SphereBlock all(grid, SphereBlock::make_layout(world, grid, {1, world.size()}));
  const SphereBlock alone(grid, SphereBlock::make_layout(base::Communicator::self(), grid));
  std::vector<double> values(37);
  for (std::size_t k = 0; k < 37; ++k) values[k] = std::sin(double(k * k)) * std::exp(double(k % 11));
  EXPECT_EQ(all.sum_row(values.data() + all.first_column()), alone.sum_row(values.data()));
}

/// Velocities from a stream function: a uniform field stays uniform.
TEST(SphereAdvection, RotationOverThePolesHasNoDivergence) {
  const auto grid = grid::Grid::uniform_sphere(21, 31, 1.0, "R_sun");
  const SphereBlock block(grid, SphereBlock::make_layout(base::Communicator::world(), grid));
  solvers::flux_transport::FlowParameters flow;
  flow.differential_rotation = flow.meridional = {0, 0, 0};
  flow.rotation_period = 2 * pi;
  flow.axis_colatitude = 65;
  flow.axis_longitude = 33;
  grid::RealField one({"B_r", "G", ""}, block.layout()), rate({"B_r", "G", ""}, block.layout());
  for (double& b : one.span()) b = 1;
  for (const auto scheme : {numerics::AdvectionScheme::upwind, numerics::AdvectionScheme::weno3}) {
    numerics::SphereAdvection advection(block, scheme);
    solvers::flux_transport::set_velocities(flow, block, advection);
    advection.stage({0, 0, 1}, 1.0, one, one, rate);
    double most = 0;
    for (grid::Index i = 0; i < block.rows(); ++i)
      for (grid::Index k = 0; k < block.columns(); ++k) most = std::max(most, std::abs(rate.view()(i, k)));
    EXPECT_LT(most, 1e-12);
  }
}

/// The stored-per-row and the stored-per-cell kernels are the same scheme; so are uniform and general
/// longitudes.
TEST(SphereAdvection, ZonalAndGeneralKernelsAgree) {
  const auto world = base::Communicator::world();
  const auto grid = grid::Grid::uniform_sphere(21, 31, 1.0, "R_sun");
  const SphereBlock block(grid, SphereBlock::make_layout(world, grid));
  SphereBlock general_longitudes(grid, block.layout());
  general_longitudes.uniform_phi = false;
  const solvers::flux_transport::FlowParameters flow;
  grid::RealField b({"B_r", "G", ""}, block.layout());
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k)
      b.view()(i, k) =
          block.is_pole(block.first_row() + i)
              ? 1
              : std::sin(3.0 * double(block.first_column() + k)) + 0.1 * double(block.first_row() + i);
  grid::HaloExchange exchange(block.layout());
  exchange(b);
  for (const auto scheme : {numerics::AdvectionScheme::upwind, numerics::AdvectionScheme::weno3,
                            numerics::AdvectionScheme::weno3_lax_friedrichs}) {
    grid::RealField results[3] = {
        {b.info(), block.layout()}, {b.info(), block.layout()}, {b.info(), block.layout()}};
    numerics::SphereAdvection zonal(block, scheme), general(block, scheme),
        longitudes(general_longitudes, scheme);
    solvers::flux_transport::set_velocities(flow, block, zonal);
    solvers::flux_transport::set_velocities(flow, general_longitudes, longitudes);
    general.set_general(
        [&](auto j, auto) {
          return solvers::flux_transport::velocity_theta(flow, block.face[static_cast<std::size_t>(j)]);
        },
        [&](auto j, auto) {
          return solvers::flux_transport::velocity_phi(flow, block.theta[static_cast<std::size_t>(j)]);
        });
    EXPECT_NEAR(general.fastest_rate() / zonal.fastest_rate(), 1, 1e-13);
    EXPECT_NEAR(longitudes.fastest_rate() / zonal.fastest_rate(), 1, 1e-13);
    zonal.stage({0, 0, 1}, 1.0, b, b, results[0]);
    general.stage({0, 0, 1}, 1.0, b, b, results[1]);
    longitudes.stage({0, 0, 1}, 1.0, b, b, results[2]);
    for (grid::Index i = 0; i < block.rows(); ++i)
      for (grid::Index k = 0; k < block.columns(); ++k) {
        EXPECT_NEAR(results[1].view()(i, k), results[0].view()(i, k), 1e-14);
        EXPECT_NEAR(results[2].view()(i, k), results[0].view()(i, k), 1e-14);
      }
  }
}

/// The Laplacian of a harmonic on unequal longitudes and colatitudes.
TEST(SphereDiffusion, NonUniformGrid) {
  double errors[2];
  for (const int level : {0, 1}) {
    const int n = 40 << level, m = 60 << level;
    std::vector<double> theta, phi;
    for (int j = 0; j <= n; ++j) theta.push_back(pi * j / n + 0.1 * std::sin(2 * pi * j / n));
    theta.front() = 0;
    theta.back() = pi;
    for (int k = 0; k < m; ++k) phi.push_back(2 * pi * k / m + 0.2 * std::sin(2 * pi * k / m));
    const auto grid = grid::Grid::sphere(theta, phi, 1.0, "R_sun");
    const auto world = base::Communicator::world();
    const SphereBlock block(grid, SphereBlock::make_layout(world, grid));
    EXPECT_FALSE(block.uniform_phi);
    grid::RealField y({"B_r", "G", ""}, block.layout()), rate({"B_r", "G", ""}, block.layout());
    const auto at = [&](grid::Index i, grid::Index k) {
      return solvers::flux_transport::real_harmonic(
          2, 1, block.theta[static_cast<std::size_t>(block.first_row() + i)],
          block.phi[static_cast<std::size_t>(block.first_column() + k)]);
    };
    for (grid::Index i = 0; i < block.rows(); ++i)
      for (grid::Index k = 0; k < block.columns(); ++k)
        y.view()(i, k) = block.is_pole(block.first_row() + i) ? 0 : at(i, k);
    grid::HaloExchange exchange(block.layout());
    exchange(y);
    numerics::SphereDiffusion(block, 1.0).apply(y, rate);
    double square = 0, total = 0;
    for (grid::Index i = 0; i < block.rows(); ++i)
      for (grid::Index k = 0; k < block.columns(); ++k) {
        const double area = block.summation_area(block.first_row() + i, block.first_column() + k);
        square += area * std::pow(rate.view()(i, k) + 6 * y.view()(i, k), 2);
        total += area * rate.view()(i, k);
      }
    errors[level] = std::sqrt(world.sum(square));
    EXPECT_LT(std::abs(world.sum(total)), 1e-12);
  }
  EXPECT_LT(errors[1], 0.1);
  EXPECT_GT(std::log2(errors[0] / errors[1]), 1.0);
}

}  // namespace
