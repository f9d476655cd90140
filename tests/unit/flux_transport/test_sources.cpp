// Emergence, decay and assimilation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <numbers>

#include "base/error.hpp"
#include "flux_transport/emergence.hpp"
#include "run/hdf5.hpp"
#include "support/flux_transport_run.hpp"
#include "unit/run/files_support.hpp"

namespace {

using namespace sluice;
using namespace sluice::solvers::flux_transport;
using test::FluxTransportRun;
using test::TemporaryFolder;
constexpr double pi = std::numbers::pi;

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const base::AgreedError& error) {
    return error.what();
  }
  return "no error";
}

/// Nothing moves and nothing spreads: what changes comes from the sources alone.
const std::string still =
    "grid: {n_theta: 31, n_phi: 60}\ndiffusion: {coefficient: 0}\n"
    "flow: {differential_rotation: [0, 0, 0], meridional: [0, 0, 0]}\n";
const std::string dipole = still + "initial: {regions: {count: 0}}\nstep: {maximum: 7}\n";
const std::string empty =
    still + "initial: {dipole: 0, regions: {count: 0}, type: harmonics, harmonics: [{amplitude: 0}]}\n";

void write_text(const std::filesystem::path& file, const std::string& text) {
  base::agree_on_root(base::Communicator::world(), [&] { std::ofstream(file) << text; });
}

/// A map in the form of the yardstick with its layers' values a formula of the latitude and longitude.
using Formula = std::function<double(double, double)>;
void write_map(const std::filesystem::path& file, int rows, int columns, const std::vector<Formula>& layers) {
  std::vector<double> theta, phi, data;
  for (int j = 0; j < rows; ++j) theta.push_back(pi * j / (rows - 1));
  for (int k = 0; k < columns; ++k) phi.push_back(2 * pi * k / (columns - 1));
  for (const auto& layer : layers)
    for (double t : theta)
      for (double p : phi) data.push_back(layer(pi / 2 - t, p));
  auto stream = run::Hdf5File::create(base::Communicator::world(), file);
  stream.write_reals("dim1", phi);
  stream.write_reals("dim2", theta);
  stream.write_reals(
      "Data", data,
      layers.size() == 1
          ? std::vector<std::uint64_t>{std::uint64_t(rows), std::uint64_t(columns)}
          : std::vector<std::uint64_t>{layers.size(), std::uint64_t(rows), std::uint64_t(columns)});
  stream.close();
}

TEST(Sources, StaticMapAndDecayAreExact) {
  const TemporaryFolder folder(base::Communicator::world());
  write_map(folder / "source.h5", 31, 61, {[](double latitude, double) { return std::sin(latitude); }});
  const std::string map = fmt::format("map: {}, map_factor: 0.5", (folder / "source.h5").string());
  FluxTransportRun source(dipole + "sources: {" + map + "}\n"),
      decay(dipole + "sources: {decay_time: 200}\n"),
      both(dipole + "sources: {decay_time: 200, " + map + "}\n");
  const double before = source.value("axial_dipole");
  const double one = before / source.value("br_max");  // dipole of a field of 1 G at the pole
  for (auto* run : {&source, &decay, &both}) run->advance_to(100);
  EXPECT_NEAR(source.value("axial_dipole"), before + 50 * one, 2e-3 * before);
  EXPECT_NEAR(decay.value("axial_dipole") / before, std::exp(-0.5), 1e-12);
  EXPECT_NEAR(both.value("axial_dipole"), before * std::exp(-0.5) + 0.5 * one * 200 * (1 - std::exp(-0.5)),
              2e-3 * before);
}

TEST(Sources, RandomEmergenceIsBalancedAndTheSameForAnySteps) {
  for (const char* distribution : {"cells", "area"}) {
    const std::string source =
        fmt::format("sources: {{random: {{flux: 1.e+21, lifetime: 2, distribution: {}}}}}\n", distribution);
    FluxTransportRun coarse(empty + source + "step: {maximum: 10}\n"),
        fine(empty + source + "step: {maximum: 0.7}\n");
    coarse.advance_to(20);
    fine.advance_to(20);
    EXPECT_GT(fine.steps, 20);
    EXPECT_NEAR(coarse.value("br_max") / fine.value("br_max"), 1, 1e-11);
    EXPECT_LT(std::abs(coarse.value("signed_flux")), 1e-12 * coarse.value("unsigned_flux"));
    // Ten independent frames of 2 h and unit mean modulus add up like a random walk: 1e21 * 2 * sqrt(10).
    EXPECT_NEAR(coarse.value("unsigned_flux") / (2e21 * std::sqrt(10)), 1, 0.1) << distribution;
  }
}

TEST(Sources, SeedsTellRunsApart) {
  const auto largest = [](const std::string& seed) {
    FluxTransportRun run(empty + "sources: {random: {flux: 1.e+21" + seed + "}}\nstep: {maximum: 5}\n");
    run.advance_to(5);
    return run.value("br_max");
  };
  EXPECT_EQ(largest(""), largest(""));
  EXPECT_NE(largest(""), largest(", seed: 5"));
}

TEST(Emergence, CatalogueRegionsHaveTheirFluxAndPlace) {
  const TemporaryFolder folder(base::Communicator::world());
  write_text(folder / "regions.csv",
             "# a catalogue\ntime [d],latitude,longitude [deg],flux [Mx],tilt,leading\n"
             "1,20,100,2e22,,\n\n0.5,-15,250,1e22,10,-1\n30,10,10,1e22,,\n");
  const std::string sources = fmt::format("sources: {{regions: {{catalogue: {}}}}}\nstep: {{maximum: 5}}\n",
                                          (folder / "regions.csv").string());
  std::string fine = empty;
  fine.replace(fine.find("n_theta: 31, n_phi: 60"), 22, "n_theta: 91, n_phi: 180");
  FluxTransportRun run(fine + sources);
  // Two Gaussians of 1/e radius w, 2.5 w apart, of opposite sign: what is left of their flux.
  const double left = std::erf(1.25);
  run.advance_to(12);
  EXPECT_EQ(run.value("unsigned_flux"), 0);
  run.advance_to(23);
  EXPECT_NEAR(run.value("unsigned_flux") / (2e22 * left), 1, 0.01);
  const double southern = run.value("axial_dipole");
  EXPECT_GT(std::abs(southern), 0);
  run.advance_to(40);
  EXPECT_NEAR(run.value("unsigned_flux") / (6e22 * left), 1, 0.01);
  EXPECT_LT(std::abs(run.value("signed_flux")), 1e-12 * run.value("unsigned_flux"));
  EXPECT_LT(run.value("axial_dipole"), southern);  // Joy: a positive leading polarity in the north lies lower
  run.advance_to(700);
  EXPECT_NEAR(run.value("unsigned_flux") / (6e22 * left), 1, 0.01);  // the last comes at 720 h
  run.advance_to(721);
  EXPECT_NEAR(run.value("unsigned_flux") / (8e22 * left), 1, 0.01);
}

TEST(Emergence, GrowsOverItsTime) {
  const TemporaryFolder folder(base::Communicator::world());
  write_text(folder / "regions.csv", "time [h],latitude,longitude,flux\n10,20,100,2e22\n");
  const std::string sources =
      fmt::format("sources: {{regions: {{catalogue: {}, growth: 48 h}}}}\nstep: {{maximum: 5}}\n",
                  (folder / "regions.csv").string());
  FluxTransportRun run(empty + sources);
  run.advance_to(22);
  const double quarter = run.value("unsigned_flux");
  run.advance_to(100);
  EXPECT_NEAR(quarter / run.value("unsigned_flux"), 0.25, 1e-12);
}

TEST(Emergence, RefusesBadCatalogues) {
  const TemporaryFolder folder(base::Communicator::world());
  const auto refused = [&](const std::string& text) {
    write_text(folder / "r.csv", text);
    return message_of([&] {
      FluxTransportRun run(
          still + fmt::format("sources: {{regions: {{catalogue: {}}}}}\n", (folder / "r.csv").string()));
    });
  };
  EXPECT_THAT(refused("time,latitude,flux\n"), testing::HasSubstr("no column 'longitude'"));
  EXPECT_THAT(refused("time,latitude,longitude,flux\n1,95,0,1e21\n"),
              testing::HasSubstr("r.csv:2: latitude"));
  EXPECT_THAT(refused("time,latitude,longitude,flux\n1,9,0,many\n"),
              testing::HasSubstr("r.csv:2: flux: 'many'"));
  EXPECT_THAT(refused("time [kg],latitude,longitude,flux\n"), testing::HasSubstr("unit 'kg'"));
  EXPECT_THAT(refused("time,latitude,longitude,flux\n1,9,0\n"), testing::HasSubstr("r.csv:2: has 3 fields"));
}

/// Spoerer: latitudes fall; Hale: signs by hemisphere and cycle; Joy: the mean tilt grows with latitude.
TEST(Cycle, FollowsTheLawsOfTheSolarCycle) {
  RegionCycleParameters parameters;
  parameters.regions = 4000;
  const base::RandomKey key{.seed = 3, .member = 0, .stream = 9};
  const auto first = cycle_regions(parameters, key, 0), second = cycle_regions(parameters, key, 1);
  ASSERT_EQ(first.size(), 4000u);
  double early = 0, late = 0, north = 0, tilt = 0, joy = 0, fluxes = 0, maximum = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto& [time, region] = first[i];
    (i < 400 ? early : i >= 3600 ? late : maximum) += std::abs(region.latitude);
    north += region.latitude > 0 ? 1 : 0;
    tilt += *region.tilt;
    joy += std::asin(0.5 * std::sin(std::abs(region.latitude) * pi / 180)) * 180 / pi;
    fluxes += std::log(region.flux / parameters.flux_median);
    EXPECT_GE(region.flux, parameters.flux_minimum);
    EXPECT_LE(region.flux, parameters.flux_maximum);
    EXPECT_EQ(*region.leading, region.latitude > 0 ? 1 : -1);
    EXPECT_EQ(*second[i].region.leading, second[i].region.latitude > 0 ? -1 : 1);
    if (i > 0) {
      EXPECT_GE(time, first[i - 1].time);
    }
  }
  EXPECT_GT(early / 400, 20);
  EXPECT_LT(late / 400, 12);
  EXPECT_NEAR(north / 4000, 0.5, 0.03);
  EXPECT_NEAR(tilt / 4000, joy / 4000, 3 * 15 / std::sqrt(4000));
  EXPECT_NEAR(fluxes / 4000, 0, 0.05);
  // The maximum comes about four years after the beginning (b = 45 months).
  EXPECT_NEAR(first[2000].time / 8766, 4.5, 0.6);
}

TEST(Assimilation, UniformWeightReplacesTheFieldOnAnyGridAtItsTime) {
  const TemporaryFolder folder(base::Communicator::world());
  const auto north = [](double latitude, double) { return 3 * std::sin(latitude); };
  write_map(folder / "one.h5", 31, 61, {north});
  write_map(folder / "two.h5", 46, 91, {[&](double a, double b) { return -2 * north(a, b); }});
  write_text(folder / "maps.csv", "time [h],file\n-5,one.h5\n10,one.h5\n12.5,two.h5\n");
  const std::string yaml =
      dipole + fmt::format("assimilation: {{maps: {}, weight: uniform}}\n", (folder / "maps.csv").string());
  FluxTransportRun run(yaml);
  run.advance_to(9.5);
  EXPECT_NEAR(run.value("br_max"), 1.5, 0.02);
  double t = run.time;
  while (t < 12) t += run.solver->advance(t, 20 - t).dt_taken;
  EXPECT_NEAR(t, 12.5, 1e-9) << "the clock lands on a map's time";
  EXPECT_NEAR(run.value("br_max"), 6, 0.02);
  EXPECT_NEAR(run.value("axial_dipole"), -6, 0.02);
}

TEST(Assimilation, WeightsOfTheViewingAngleAndLimits) {
  const TemporaryFolder folder(base::Communicator::world());
  write_map(folder / "map.h5", 31, 61, {[](double, double) { return 10.0; }});
  const Formula ten = [](double, double) { return 10.0; }, half = [](double, double) { return 0.5; },
                mu = [](double latitude, double longitude) {
                  return std::cos(latitude) * std::cos(longitude - pi / 2);
                };
  write_map(folder / "layers.h5", 31, 61, {ten, half, mu});
  write_text(folder / "maps.csv", "time,file,longitude,latitude\n1,map.h5,90,0\n");
  write_text(folder / "layers.csv", "time,file\n1,layers.h5\n");
  // Sum of W over the Sun relative to 4 pi, by the flux that comes.
  const auto mean_weight = [&](const std::string& list, const std::string& more) {
    FluxTransportRun run(empty +
                         fmt::format("assimilation: {{maps: {}{}}}\n", (folder / list).string(), more));
    run.advance_to(1);
    return run.value("signed_flux") / (10 * 4 * pi * flux_unit);
  };
  // Over the hemisphere above mu0 the mean of mu^p is (1 - mu0^(p+1)) / (2 (p + 1)).
  EXPECT_NEAR(mean_weight("maps.csv", ", limit: 0"), 0.1, 2e-3);
  EXPECT_NEAR(mean_weight("maps.csv", ", power: 1, limit: 0"), 0.25, 2e-3);
  EXPECT_NEAR(mean_weight("maps.csv", ", power: 1, limit: 0.5"), 0.1875, 1e-2);
  EXPECT_NEAR(mean_weight("layers.csv", ", power: 1, limit: 0"), 0.25, 2e-3);
  EXPECT_NEAR(mean_weight("layers.csv", ", weight: file"), 0.5, 2e-3);
  EXPECT_NEAR(mean_weight("maps.csv", ", weight: uniform, latitude_limit: 31"), std::sin(33 * pi / 180),
              2e-3);
  EXPECT_NEAR(mean_weight("maps.csv", ", weight: uniform, mode: add, factor: 0.5"), 0.5, 2e-3);
  EXPECT_THAT(message_of([&] { mean_weight("maps.csv", ", weight: file"); }),
              testing::HasSubstr("second layer"));
}

TEST(Assimilation, BalancedChangesKeepTheSignedFlux) {
  const TemporaryFolder folder(base::Communicator::world());
  write_map(folder / "map.h5", 46, 91, {[](double latitude, double longitude) {
              return 1 + 5 * std::cos(3 * longitude) * std::cos(latitude);
            }});
  write_text(folder / "maps.csv", "time,file\n0,map.h5\n30,map.h5\n60,map.h5\n");
  FluxTransportRun run("grid: {n_theta: 31, n_phi: 60}\ninitial: {regions: {seed: 4}}\n" +
                       fmt::format("assimilation: {{maps: {}, balance_flux: true, limit: -1, power: 0}}\n",
                                   (folder / "maps.csv").string()));
  run.advance_to(100);
  EXPECT_LT(std::abs(run.value("signed_flux")), 1e-13 * run.value("unsigned_flux"));
}

TEST(Assimilation, RefusesBadLists) {
  const TemporaryFolder folder(base::Communicator::world());
  write_map(folder / "map.h5", 31, 61, {[](double, double) { return 10.0; }});
  const auto refused = [&](const std::string& text) {
    write_text(folder / "l.csv", text);
    return message_of([&] {
      FluxTransportRun run(still + fmt::format("assimilation: {{maps: {}}}\n", (folder / "l.csv").string()));
    });
  };
  EXPECT_THAT(refused("time,file\n"), testing::HasSubstr("lists no map"));
  EXPECT_THAT(refused("time,file\n1,other.h5\n"), testing::HasSubstr("other.h5 does not exist"));
  EXPECT_THAT(refused("time,file\n2,map.h5\n2,map.h5\n"),
              testing::HasSubstr("l.csv:3: time: 2 h is not after 2 h"));
}

}  // namespace
