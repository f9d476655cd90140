// Random convective flows: their speed, time scale, character, rotation.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "flux_transport/spectrum.hpp"
#include "flux_transport/supergranules.hpp"
#include "support/flux_transport_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::solvers::flux_transport;
using grid::Index;
constexpr double pi = std::numbers::pi;

/// Velocities of the flow on the faces of a grid of 91 x 180, on this rank alone.
struct Flow {
  grid::Grid grid = grid::Grid::uniform_sphere(91, 180, 1.0, "R_sun");
  numerics::SphereBlock block{grid, numerics::SphereBlock::make_layout(base::Communicator::self(), grid)};
  FlowParameters parameters;
  grid::RealField none{{"B_r", "G", ""}, block.layout()};

  Flow() {
    parameters.differential_rotation = {0, 0, 0};
    parameters.supergranules.speed = 300;
    parameters.supergranules.degree = 16;
  }
  struct Velocity {
    grid::RealField north, west;
  };
  Velocity at(double t) {
    Supergranules flow(block, parameters, {.seed = 5, .member = 0, .stream = 1});
    Velocity v{{{"n", "1", ""}, block.layout()}, {{"w", "1", ""}, block.layout()}};
    flow.begin(t, none);
    flow.add(t, v.north, v.west);
    return v;
  }
  /// Mean over the Sun of the product of two flows [m^2 s^-2].
  double product(const Velocity& a, const Velocity& b) const {
    double sum = 0, area = 0;
    for (Index j = 1; j < block.rows() - 1; ++j)
      for (Index k = 0; k < block.columns(); ++k) {
        sum += block.area(j, k) *
               (a.north.view()(j, k) * b.north.view()(j, k) + a.west.view()(j, k) * b.west.view()(j, k));
        area += block.area(j, k);
      }
    return sum / area / (speed_unit * speed_unit);
  }
};

TEST(Supergranules, HaveTheSpeedAndForgetWithinALifetime) {
  Flow flow;
  double square = 0, half = 0, whole = 0;
  for (const double t : {0.0, 200.0, 400.0, 600.0}) {
    const auto now = flow.at(t);
    square += flow.product(now, now) / 4;
    half += flow.product(now, flow.at(t + 0.5 * flow.parameters.supergranules.lifetime)) / 4;
    whole += flow.product(now, flow.at(t + 1.1 * flow.parameters.supergranules.lifetime)) / 4;
  }
  EXPECT_NEAR(std::sqrt(square) / 300, 1, 0.1);
  // Two halves of a sine's period in one life: the mean of sin(x) sin(x + pi/2) over the common half is
  // 1/(pi) of 1/2.
  EXPECT_NEAR(half / square, 1 / pi, 0.08);
  EXPECT_NEAR(whole / square, 0, 0.06);
}

/// Divergence and curl by sums of fluxes and circulations: outflow dominates, and most power lies about the
/// degree.
TEST(Supergranules, DivergeMostlyAtTheDegreeAskedFor) {
  Flow flow;
  const auto v = flow.at(100);
  grid::RealField divergence({"div", "1", ""}, flow.block.layout());
  const auto& block = flow.block;
  const auto n = v.north.view(), w = v.west.view();
  double divergent = 0, rotational = 0;
  for (Index j = 2; j < block.rows() - 2; ++j)
    for (Index k = 0; k < block.columns(); ++k) {
      const Index east = (k + 1) % block.columns();
      const auto at = static_cast<std::size_t>(j);
      const double d = (block.sin_face[at + 1] * n(j + 1, k) - block.sin_face[at] * n(j, k)) /
                           (block.sin_theta[at] * block.d_theta[at]) +
                       (w(j, east) - w(j, k)) / (block.sin_theta[at] * block.d_phi[0]);
      const double c = (block.sin_theta[at] * w(j, k) - block.sin_theta[at - 1] * w(j - 1, k)) /
                           (block.sin_face[at] * block.spacing_theta[at]) -
                       (n(j, k) - n(j, (k + block.columns() - 1) % block.columns())) /
                           (block.sin_face[at] * block.d_phi[0]);
      divergence.view()(j, k) = d;
      divergent += block.area(j, k) * d * d;
      rotational += block.area(j, k) * c * c;
    }
  EXPECT_LT(rotational, 0.05 * divergent);
  EXPECT_GT(rotational, 0);
  DiagnosticsParameters diagnostics;
  diagnostics.harmonics = 60;
  const auto multipoles = Spectrum(block, diagnostics).multipoles(divergence);
  double weight = 0, mean = 0;
  for (int l = 1; l <= 60; ++l) {
    double power = 0;
    for (int m = 0; m <= l; ++m) {
      const auto place = static_cast<std::size_t>(l * (l + 1) / 2 + m);
      power += (multipoles.g[place] * multipoles.g[place] + multipoles.h[place] * multipoles.h[place]) /
               (2 * l + 1);
    }
    weight += power / (l * (l + 1));  // of the velocity
    mean += l * power / (l * (l + 1));
  }
  EXPECT_NEAR(mean / weight, 16, 4);
}

TEST(Supergranules, CellsAreCarriedByTheRotation) {
  Flow flow;
  flow.parameters.differential_rotation = {-100, 0, 0};
  flow.parameters.supergranules.lifetime = 100;
  const base::RandomKey key{.seed = 1, .member = 0, .stream = 1};
  const auto before = supergranules_at(flow.parameters.supergranules, flow.parameters, key, 10),
             after = supergranules_at(flow.parameters.supergranules, flow.parameters, key, 20);
  int same = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i].theta != after[i].theta) continue;  // another one has taken its place
    ++same;
    EXPECT_NEAR(std::remainder(after[i].phi - before[i].phi, 2 * pi), -1000 * speed_unit, 1e-10);
  }
  EXPECT_NEAR(same / static_cast<double>(before.size()), 0.9, 0.07);
}

TEST(Supergranules, SpreadTheFieldAndKeepTheFlux) {
  const std::string yaml =
      "grid: {n_theta: 31, n_phi: 60}\ninitial: {regions: {seed: 4}}\ndiffusion: {coefficient: 0}\n"
      "flow: {differential_rotation: [0, 0, 0], meridional: [0, 0, 0], supergranules: {speed: 300, degree: "
      "8}}\n";
  test::FluxTransportRun run(yaml);
  const double before = run.value("unsigned_flux");
  run.advance_to(150);
  EXPECT_LT(std::abs(run.value("signed_flux")), 1e-13 * before);
  EXPECT_LT(run.value("unsigned_flux"), before);
}

}  // namespace
