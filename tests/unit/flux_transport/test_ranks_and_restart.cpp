// The same answer on any number of ranks (each rank also runs the whole problem alone), and the same bits
// after a restart.
#include <gtest/gtest.h>

#include <fstream>

#include "run/snapshot.hpp"
#include "run/state.hpp"
#include "support/flux_transport_run.hpp"
#include "unit/run/files_support.hpp"

namespace {

using namespace sluice;
using test::FluxTransportRun;

std::string on_ranks(int along_theta, int along_phi, double polar_filter = 0) {
  return fmt::format("grid: {{n_theta: 19, n_phi: 35, ranks: [{}, {}], polar_filter: {}}}\n", along_theta,
                     along_phi, polar_filter);
}

const std::string regions =
    "initial: {regions: {count: 4, seed: 3, flux_minimum: 2e22, flux_maximum: 5e22, peak_field: 100}}\n";
const std::string over_pole =
    regions + "flow: {rotation_period: 300, axis_colatitude: 70, axis_longitude: 20}\n";

/// Everything that changes in time or hangs on the field.
const std::string restless =
    regions +
    "flow: {attenuation: 50, inflow: {strength: 5.0e8, width: 40, interval: 7}, cycle: {period: 0.01, "
    "meridional_amplitude: 0.5, torsional_amplitude: 20}}\nadvection: {scheme: weno5, integrator: "
    "ssprk104}\n";
const std::string restless_as_hipft =
    restless.substr(0, restless.find("advection")) +
    "advection: {scheme: weno3_lax_friedrichs}\ndiffusion: {grid_coefficient: 1e-3}\n";
const std::string implicit = regions + "diffusion: {scheme: crank_nicolson}\nstep: {maximum: 5}\n";

/// Largest difference of the distributed field from the one that this rank computed alone, over its largest
/// value.
double difference(const FluxTransportRun& together, const FluxTransportRun& alone) {
  const auto& block = together.flux_transport().block();
  const auto a = together.flux_transport().field().view(), b = alone.flux_transport().field().view();
  double most = 0, largest = 0;
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k) {
      most = std::max(most, std::abs(a(i, k) - b(block.first_row() + i, block.first_column() + k)));
      largest = std::max(largest, std::abs(a(i, k)));
    }
  const auto world = base::Communicator::world();
  return world.max(most) / world.max(largest);
}

void expect_same_on_all_ranks(const std::string& yaml, double hours, double tolerance = 1e-13,
                              double polar_filter = 0) {
  FluxTransportRun alone(on_ranks(1, 1, polar_filter) + yaml, base::Communicator::self());
  alone.advance_to(hours);
  const int size = base::Communicator::world().size();
  for (int p = 0; p <= size; ++p) {
    if (p > 0 && size % p != 0) continue;
    FluxTransportRun together(on_ranks(p, p > 0 ? size / p : 0, polar_filter) + yaml);
    together.advance_to(hours);
    EXPECT_EQ(together.steps, alone.steps);
    EXPECT_LE(difference(together, alone), tolerance) << p << " ranks along theta";
    EXPECT_NEAR(together.value("unsigned_flux") / alone.value("unsigned_flux"), 1, tolerance);
    EXPECT_NEAR(together.value("axial_dipole") / alone.value("axial_dipole"), 1, 100 * tolerance);
  }
}

TEST(Ranks, SameAnswer) { expect_same_on_all_ranks(regions, 80); }
TEST(Ranks, SameAnswerOverThePoles) { expect_same_on_all_ranks(over_pole, 10); }
TEST(Ranks, SameAnswerWithRestlessFlows) {
  expect_same_on_all_ranks(restless, 40);
  expect_same_on_all_ranks(restless_as_hipft, 40);
}
TEST(Ranks, SameAnswerFiltered) { expect_same_on_all_ranks(over_pole, 10, 1e-13, 2); }
TEST(Ranks, SameAnswerImplicit) { expect_same_on_all_ranks(implicit, 20, 1e-8); }
TEST(Ranks, SameAnswerUpwind) {
  expect_same_on_all_ranks(regions + "advection: {scheme: upwind, integrator: euler}\n", 80);
}

const std::string emerging = regions +
                             "step: {maximum: 9}\nsources: {decay_time: 5000, random: {flux: 1.e+21, "
                             "lifetime: 4}, regions: {growth: 12, cycle: {regions: "
                             "40000, start: -20000}}}\n";

const std::string convecting =
    regions + "flow: {supergranules: {speed: 300, degree: 8}}\nstep: {maximum: 3}\n";

TEST(Ranks, SameAnswerWithConvection) { expect_same_on_all_ranks(convecting, 12); }
TEST(Ranks, SameAnswerWithSources) { expect_same_on_all_ranks(emerging, 40); }

/// A pole is one unknown: the same value along its whole row.
TEST(Ranks, PolesStaySingleValued) {
  FluxTransportRun run(on_ranks(0, 0) + over_pole);
  run.advance_to(5);
  const auto& block = run.flux_transport().block();
  const auto b = run.flux_transport().field().view();
  double value[2] = {0, 0}, low[2] = {1e300, 1e300};
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k) {
      const grid::Index j = block.first_row() + i;
      if (!block.is_pole(j)) continue;
      value[j > 0] = b(i, k);
      low[j > 0] = std::min(low[j > 0], b(i, k));
    }
  for (int pole : {0, 1})
    if (low[pole] < 1e300) {
      EXPECT_EQ(low[pole], value[pole]);
    }
}

TEST(Restart, BitForBit) {
  const test::TemporaryFolder folder(base::Communicator::world());
  {
    FluxTransportRun observed(on_ranks(0, 0) + "initial: {regions: {seed: 8}}\n");
    run::write_snapshot(base::Communicator::world(), folder / "map.h5", observed.solver->grid(),
                        std::vector{observed.flux_transport().field().erased()}, {}, {});
    base::agree_on_root(base::Communicator::world(), [&] {
      std::ofstream(folder / "maps.csv") << "time,file\n0,map.h5\n3,map.h5\n15,map.h5\n";
    });
  }
  const std::string assimilating =
      fmt::format("assimilation: {{maps: {}}}\n", (folder / "maps.csv").string());
  for (const std::string& yaml :
       {on_ranks(0, 0) + regions, on_ranks(0, 0, 2) + over_pole,
        on_ranks(0, 0) + over_pole + "step: {splitting: lie, maximum: 0.7}\n", on_ranks(0, 0) + restless,
        on_ranks(0, 0) + restless_as_hipft, on_ranks(0, 0) + implicit, on_ranks(0, 0) + convecting,
        on_ranks(0, 0) + emerging, on_ranks(0, 0) + emerging + assimilating}) {
    FluxTransportRun whole(yaml);
    for (int step = 0; step < 3; ++step)
      whole.time += whole.solver->advance(whole.time, 20 - whole.time).dt_taken;
    run::State from;
    whole.solver->state(from);
    run::StateCopy copy;
    copy.capture(from);
    FluxTransportRun resumed(yaml, base::Communicator::world(), false);
    run::State to;
    resumed.solver->state(to);
    copy.restore(to);
    resumed.solver->restored();
    resumed.time = whole.time;
    whole.advance_to(20);
    resumed.advance_to(20);
    EXPECT_EQ(whole.steps, resumed.steps);
    const auto& block = whole.flux_transport().block();
    const auto a = whole.flux_transport().field().view(), b = resumed.flux_transport().field().view();
    for (grid::Index i = 0; i < block.rows(); ++i)
      for (grid::Index k = 0; k < block.columns(); ++k) ASSERT_EQ(a(i, k), b(i, k));
  }
}

TEST(Apply, AddsAndKeepsPolesSingle) {
  FluxTransportRun run(on_ranks(0, 0) + regions), untouched(on_ranks(0, 0) + regions);
  const auto& block = run.flux_transport().block();
  grid::RealField change({"change", "G", ""}, grid::Layout::block(base::Communicator::world(), [&] {
                           auto spec = block.layout()->spec();
                           spec.halo = {0, 0, 0};
                           return spec;
                         }()));
  const run::Increment increment{"B_r", change.erased()};
  run.solver->apply(std::span(&increment, 1));
  const auto a = run.flux_transport().field().view(), b = untouched.flux_transport().field().view();
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k) ASSERT_EQ(a(i, k), b(i, k));
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k)
      change.view()(i, k) = std::cos(2 * block.phi[static_cast<std::size_t>(block.first_column() + k)]) + 3;
  run.solver->apply(std::span(&increment, 1));
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k) {
      const double expected = block.is_pole(block.first_row() + i) ? 3 : change.view()(i, k);
      ASSERT_NEAR(a(i, k) - b(i, k), expected, 1e-13);
    }
  const run::Increment unknown{"temperature", change.erased()};
  EXPECT_THROW(run.solver->apply(std::span(&unknown, 1)), base::AgreedError);
}

}  // namespace
