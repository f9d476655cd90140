// The flux through the sphere is conserved to round-off whatever the scheme, with both poles in play, on any
// ranks.
#include <gtest/gtest.h>

#include <fstream>
#include <numbers>

#include "flux_transport/diagnostics.hpp"
#include "flux_transport/flow.hpp"
#include "run/hdf5.hpp"
#include "support/flux_transport_run.hpp"
#include "unit/run/files_support.hpp"

namespace {

using namespace sluice;
using test::FluxTransportRun;

/// Change of the signed flux over the unsigned flux.
double drift(const std::string& yaml, double hours) {
  FluxTransportRun run(yaml);
  const double before = run.value("signed_flux");
  run.advance_to(hours);
  return std::abs(run.value("signed_flux") - before) / run.value("unsigned_flux");
}

/// A spot on each pole and one between them: an unbalanced field, 33 odd longitudes, flow and diffusion over
/// the poles.
const std::string field = R"(
grid: {n_theta: 18, n_phi: 33}
initial: {type: spots, spots: [{colatitude: 3, radius: 20, peak: 10}, {colatitude: 175, radius: 15, peak: -4}, {colatitude: 50, radius: 20}]}
)";

/// A map of the whole Sun in the form of HipFT.
void write_map(const std::filesystem::path& path, double (*formula)(double theta, double phi)) {
  std::vector<double> theta, phi, data;
  for (int j = 0; j <= 20; ++j) theta.push_back(std::numbers::pi * j / 20);
  for (int k = 0; k <= 40; ++k) phi.push_back(2 * std::numbers::pi * k / 40);
  for (const double t : theta)
    for (const double p : phi) data.push_back(formula(t, p));
  auto stream = run::Hdf5File::create(base::Communicator::world(), path);
  stream.write_reals("dim1", phi);
  stream.write_reals("dim2", theta);
  stream.write_reals("Data", data, {theta.size(), phi.size()});
  stream.close();
}

const std::vector<std::string> advections{"weno5", "weno3", "weno3_lax_friedrichs", "upwind"};
const std::vector<std::string> integrators{"ssprk104", "ssprk43", "ssprk33", "euler"};
const std::vector<std::string> diffusions{"rkg2", "rkl2", "euler", "crank_nicolson", "implicit_euler"};

/// Each combination of advection, its integrator and diffusion, with `more`.
void expect_no_drift(const std::string& more, double hours) {
  for (const std::string& advection : advections)
    for (const std::string& integrator : integrators)
      for (const std::string& diffusion : diffusions)
        for (const std::string splitting : {"strang", "lie"}) {
          const std::string schemes = fmt::format(
              "advection: {{scheme: {}, integrator: {}}}\ndiffusion: {{scheme: {}, subcycles: 2}}\n"
              "step: {{splitting: {}}}\n",
              advection, integrator, diffusion, splitting);
          EXPECT_LT(drift(field + schemes + more, hours), 1e-13) << schemes << more;
        }
}

TEST(Conservation, AllSchemes) { expect_no_drift("", 200); }

TEST(Conservation, AllSchemesThroughThePoles) {
  expect_no_drift("flow: {rotation_period: 300, axis_colatitude: 70, axis_longitude: 20}\n", 15);
}

/// Maps with a net flux, on another grid.
TEST(Conservation, AllSchemesWithBalancedAssimilation) {
  const test::TemporaryFolder folder(base::Communicator::world());
  write_map(folder / "map.h5",
            [](double theta, double phi) { return 1 + 5 * std::sin(theta) * std::cos(3 * phi); });
  if (base::Communicator::world().is_root())
    std::ofstream(folder / "maps.csv") << "time,file\n0,map.h5\n12,map.h5\n20,map.h5\n";
  base::Communicator::world().barrier();
  const std::string maps = (folder / "maps.csv").string();
  expect_no_drift(fmt::format("assimilation: {{maps: {}, balance_flux: true}}\n", maps), 30);
  FluxTransportRun run(field + fmt::format("assimilation: {{maps: {}}}\n", maps));
  const double before = run.value("signed_flux");
  run.advance_to(100);
  EXPECT_GT(std::abs(run.value("signed_flux") - before), 0.01 * run.value("unsigned_flux")) << "unbalanced";
}

/// Super steps by the practical limit.
TEST(Conservation, PracticalLimit) {
  for (const std::string scheme : {"rkg2", "rkl2"})
    EXPECT_LT(drift(field + "diffusion: {coefficient: 2000, subcycles: 0, scheme: " + scheme + "}\n", 2000),
              1e-13)
        << scheme;
}

/// The last update is made from the fluxes of the solved field: a loose solve conserves as well.
TEST(Conservation, ImplicitDiffusion) {
  for (const std::string scheme : {"crank_nicolson", "implicit_euler"})
    for (const std::string tolerance : {"1e-10", "1e-2"})
      EXPECT_LT(
          drift(field + "diffusion: {scheme: " + scheme + ", subcycles: 2, tolerance: " + tolerance + "}\n",
                3000),
          1e-13)
          << scheme << " " << tolerance;
}

TEST(Conservation, AttenuatedAndConvergingFlows) {
  for (const std::string scheme : {"weno5", "weno3", "weno3_lax_friedrichs", "upwind"})
    for (const std::string axis : {"0", "70"})
      EXPECT_LT(drift(field + "flow: {attenuation: 5, rotation_period: 300, axis_colatitude: " + axis +
                          ", inflow: {strength: 1.0e9, width: 30, interval: 20}}\nadvection: {scheme: " +
                          scheme + "}\n",
                      100),
                1e-13)
          << scheme << " " << axis;
}

TEST(Conservation, PolarFilter) {
  auto filtered = field;
  filtered.replace(filtered.find("n_phi: 33"), 9, "n_phi: 33, polar_filter: 2");
  for (const std::string axis : {"0", "70"})
    EXPECT_LT(drift(filtered + "flow: {rotation_period: 300, axis_colatitude: " + axis + "}\n", 300), 1e-13)
        << axis;
}

TEST(Conservation, CoefficientByTheSizeOfCells) {
  EXPECT_LT(drift(field + "diffusion: {grid_coefficient: 0.01}\n", 100), 1e-13);
}

/// A map that differs along the rows next to the poles too.
TEST(Conservation, DiffusivityFromAMap) {
  const test::TemporaryFolder folder(base::Communicator::world());
  const auto path = folder / "diffusivity.h5";
  write_map(path, [](double theta, double phi) {
    return 300 + 200 * std::sin(theta) * std::cos(phi) + 100 * std::cos(theta);
  });
  for (const std::string scheme : {"rkg2", "crank_nicolson"})
    EXPECT_LT(
        drift(field + "diffusion: {coefficient: 0, file: " + path.string() + ", scheme: " + scheme + "}\n",
              300),
        1e-13)
        << scheme;
}

TEST(Conservation, FlowOverThePoles) {
  for (const std::string scheme : {"weno5", "weno3", "weno3_lax_friedrichs", "upwind"})
    EXPECT_LT(drift(field +
                        "flow: {rotation_period: 300, axis_colatitude: 70, axis_longitude: 20}\nadvection: "
                        "{scheme: " +
                        scheme + "}\n",
                    100),
              1e-13);
}

TEST(Conservation, DefaultStateIsBalanced) {
  FluxTransportRun run("grid: {n_theta: 46, n_phi: 90}");
  EXPECT_LT(std::abs(run.value("signed_flux")), 1e-13 * run.value("unsigned_flux"));
  run.advance_to(200);
  EXPECT_LT(std::abs(run.value("signed_flux")), 1e-13 * run.value("unsigned_flux"));
}

/// Mutations: a wrong sign or a dropped metric term at the pole must be seen by the test above.
TEST(Conservation, SeesAWrongPole) {
  const auto world = base::Communicator::world();
  const auto grid = grid::Grid::uniform_sphere(18, 33, 1.0, "R_sun");
  const numerics::SphereBlock right(grid, numerics::SphereBlock::make_layout(world, grid));
  numerics::SphereBlock wrong_sign(grid, right.layout()), dropped_metric(grid, right.layout());
  wrong_sign.pole_area[0] *= -1;
  for (double& sine : dropped_metric.sin_face) sine = std::copysign(1.0, sine);
  const auto relative_drift = [&](const numerics::SphereBlock& block, bool diffuse) {
    grid::RealField b({"B_r", "G", ""}, right.layout()), next({"B_r", "G", ""}, right.layout());
    for (grid::Index i = 0; i < right.rows(); ++i)
      for (grid::Index k = 0; k < right.columns(); ++k)
        b.view()(i, k) = 2 + right.cos_theta[static_cast<std::size_t>(right.first_row() + i)];
    const double before = solvers::flux_transport::signed_flux(right, b).value;
    grid::HaloExchange exchange(right.layout());
    exchange(b);
    if (diffuse) {
      numerics::SphereDiffusion(block, 1e-3).apply(b, next);  // the rate of change: its integral vanishes
      return std::abs(solvers::flux_transport::signed_flux(right, next).value / before);
    }
    numerics::SphereAdvection advection(block, numerics::AdvectionScheme::weno3);
    solvers::flux_transport::set_velocities({}, block, advection);
    advection.stage(numerics::forward_euler.stages[0], 1.0, b, b, next);
    return std::abs(solvers::flux_transport::signed_flux(right, next).value / before - 1);
  };
  for (const bool diffuse : {true, false}) {
    EXPECT_LT(relative_drift(right, diffuse), 1e-14);
    EXPECT_GT(relative_drift(wrong_sign, diffuse), 1e-9) << "a wrong sign at the pole went unseen";
  }
  EXPECT_GT(std::abs(dropped_metric.sin_face[1] - right.sin_face[1]), 0.5);
  // A dropped metric term conserves flux (the fluxes still cancel) but not the decay of a harmonic: Y_10 is
  // an eigenfunction.
  grid::RealField y({"B_r", "G", ""}, right.layout()), rate({"B_r", "G", ""}, right.layout());
  for (grid::Index i = 0; i < right.rows(); ++i)
    for (grid::Index k = 0; k < right.columns(); ++k)
      y.view()(i, k) = right.cos_theta[static_cast<std::size_t>(right.first_row() + i)];
  grid::HaloExchange exchange(right.layout());
  exchange(y);
  const auto error = [&](const numerics::SphereBlock& block) {
    numerics::SphereDiffusion(block, 1.0).apply(y, rate);
    double most = 0;
    for (grid::Index i = 0; i < right.rows(); ++i)
      for (grid::Index k = 0; k < right.columns(); ++k)
        most = std::max(most, std::abs(rate.view()(i, k) + 2 * y.view()(i, k)));
    return world.max(most);
  };
  EXPECT_LT(error(right), 0.02);
  EXPECT_GT(error(dropped_metric), 0.5);
}

}  // namespace
