// Files of maps: FITS in both projections, gaps, layers, remapping onto the run's grid.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.hpp"
#include "flux_transport/fits_map.hpp"
#include "flux_transport/surface_map.hpp"
#include "run/hdf5.hpp"
#include "support/flux_transport_run.hpp"
#include "unit/run/files_support.hpp"

namespace {

using namespace sluice;
using namespace sluice::solvers::flux_transport;
using test::FluxTransportRun;
using test::TemporaryFolder;
constexpr double pi = std::numbers::pi;
const double nan_value = std::numeric_limits<double>::quiet_NaN();

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const base::AgreedError& error) {
    return error.what();
  }
  return "no error";
}

double field(double latitude, double longitude) {
  return std::sin(latitude) + std::pow(std::cos(latitude), 2) * std::cos(2 * longitude - 1);
}

/// A map as an observatory writes it: 72 x 36 cells, northward.
run::FitsImage image_of(const std::string& projection) {
  run::FitsImage image{.rows = 36, .columns = 72, .values = {}, .cards = {}};
  for (std::size_t j = 0; j < 36; ++j)
    for (std::size_t k = 0; k < 72; ++k) {
      const double x = (static_cast<double>(j) + 0.5) / 36;
      const double latitude = projection == "CAR" ? pi * (x - 0.5) : std::asin(2 * x - 1);
      image.values.push_back(field(latitude, 2 * pi * (static_cast<double>(k) + 0.5) / 72));
    }
  image.cards = {{"CTYPE1", "CRLN-" + projection},
                 {"CTYPE2", "CRLT-" + projection},
                 {"CRPIX1", 36.5},
                 {"CRVAL1", 180.0},
                 {"CDELT1", 5.0},
                 {"CRPIX2", 18.5},
                 {"CRVAL2", 0.0},
                 {"CDELT2", projection == "CAR" ? 5.0 : 360 / pi / 36},
                 {"CUNIT1", std::string("deg")},
                 {"CUNIT2", std::string("deg")},
                 {"BUNIT", std::string("Gauss")}};
  return image;
}

void set_card(run::FitsImage& image, const std::string& key,
              std::variant<std::string, double, std::int64_t> value) {
  for (auto& card : image.cards)
    if (card.key == key) card.value = std::move(value);
}

/// Largest error of the map on the run's grid, from the formula.
double error_on_grid(FluxTransportRun& run) {
  const auto& block = run.flux_transport().block();
  const auto b = run.flux_transport().field().view();
  double most = 0;
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k) {
      const auto theta = block.theta[static_cast<std::size_t>(block.first_row() + i)];
      const auto phi = block.phi[static_cast<std::size_t>(block.first_column() + k)];
      most = std::max(most, std::abs(b(i, k) - field(pi / 2 - theta, phi)));
    }
  return base::Communicator::world().max(most);
}

std::string case_of(const std::filesystem::path& file, const std::string& more = "") {
  return fmt::format("grid: {{n_theta: 41, n_phi: 80}}\ninitial: {{map: {}{}}}\n", file.string(), more);
}

void write_on_root(const std::filesystem::path& file, const run::FitsImage& image) {
  base::agree_on_root(base::Communicator::world(), [&] { run::write_fits(file, image, false); });
}

TEST(FitsMap, BothProjectionsAndTheWaysObservatoriesWriteThem) {
  const TemporaryFolder folder(base::Communicator::world());
  auto falling = image_of("CAR");  // longitude falls, south comes last, Carrington time counts on
  set_card(falling, "CDELT1", -5.0);
  set_card(falling, "CRVAL1", 180.0 + 360 * 2252);
  set_card(falling, "CDELT2", -5.0);
  std::reverse(falling.values.begin(), falling.values.end());
  auto hmi = image_of("CEA");  // Carrington time falls, longitude does not; sines, another unit
  set_card(hmi, "CDELT1", -5.0);
  set_card(hmi, "CRVAL1", 180.0 + 360 * 2252);
  set_card(hmi, "CDELT2", 2.0 / 36);
  set_card(hmi, "CUNIT2", std::string("Sine Latitude"));
  set_card(hmi, "BUNIT", std::string("mT"));
  for (double& b : hmi.values) b /= 10;
  auto gong = image_of("CEA");
  set_card(gong, "CDELT2", 2.0 / 36);
  int number = 0;
  for (const auto& image : {image_of("CAR"), image_of("CEA"), falling, hmi, gong}) {
    const auto file = folder / fmt::format("map_{}.fits", ++number);
    write_on_root(file, image);
    FluxTransportRun run(case_of(file));
    // The polar rows of the equal-area map reach 19 degrees down.
    EXPECT_LT(error_on_grid(run), number == 1 || number == 3 ? 0.04 : 0.08) << number;
    EXPECT_LT(std::abs(run.value("signed_flux")), 1e-12 * run.value("unsigned_flux"));
  }
}

TEST(FitsMap, RefusesWhatIsNoMapOfTheSun) {
  const auto refused = [](const std::string& key,
                          const std::variant<std::string, double, std::int64_t>& value) {
    auto image = image_of("CEA");
    set_card(image, key, value);
    return message_of([&] { (void)make_fits_map(image, "m.fits"); });
  };
  EXPECT_THAT(refused("CTYPE2", std::string("HPLT-TAN")), testing::HasSubstr("CTYPE2 = 'HPLT-TAN'"));
  EXPECT_THAT(refused("CDELT1", 4.0), testing::HasSubstr("288 deg"));
  EXPECT_THAT(refused("CDELT2", 2.0), testing::HasSubstr("CDELT2"));
  EXPECT_THAT(refused("CRPIX2", 19.5), testing::HasSubstr("CRPIX2"));
  EXPECT_THAT(refused("BUNIT", std::string("m/s")), testing::HasSubstr("BUNIT = 'm/s'"));
  EXPECT_THAT(refused("CRVAL1", std::string("east")), testing::HasSubstr("CRVAL1"));
}

TEST(FitsMap, PolarGapsAreRefusedUnlessAMethodIsNamed) {
  const TemporaryFolder folder(base::Communicator::world());
  auto image = image_of("CAR");
  std::fill_n(image.values.begin() + 34 * 72, 2 * 72, nan_value);
  const auto file = folder / "gap.fits";
  write_on_root(file, image);
  EXPECT_THAT(message_of([&] { FluxTransportRun run(case_of(file)); }),
              testing::AllOf(testing::HasSubstr("144 of 2592"), testing::HasSubstr("82.5 and 87.5"),
                             testing::HasSubstr("laplace")));
  FluxTransportRun zero(case_of(file, ", fill: zero")), laplace(case_of(file, ", fill: laplace"));
  EXPECT_GT(error_on_grid(zero), 0.9);
  EXPECT_LT(error_on_grid(laplace), 0.05);
}

/// tan(theta / 2) cos(phi) is harmonic on the sphere.
TEST(Gaps, LaplaceContinuesAHarmonicField) {
  Raster raster{.theta = {}, .columns = 48, .values = {}};
  std::vector<double> exact;
  for (int j = 0; j < 24; ++j) {
    raster.theta.push_back(pi * (j + 0.5) / 24);
    for (int k = 0; k < 48; ++k)
      exact.push_back(std::tan(raster.theta.back() / 2) * std::cos(2 * pi * k / 48));
  }
  for (const auto& [method, error] : {std::pair{"laplace", 2e-3}, {"zonal_mean", 1.0}}) {
    raster.values = exact;
    std::fill_n(raster.values.begin(), 6 * 48, nan_value);
    EXPECT_EQ(fill_gaps(raster, method, "map"), 6u * 48u);
    double most = 0;
    for (std::size_t i = 0; i < exact.size(); ++i)
      most = std::max(most, std::abs(raster.values[i] - exact[i]));
    EXPECT_LT(most, error) << method;
    if (error == 1.0) {
      EXPECT_GT(most, 0.1);
    }
  }
}

/// The yardstick's form with realizations as third dimension.
TEST(MapFile, ReadsOneRealizationAndRemapsItConservatively) {
  const TemporaryFolder folder(base::Communicator::world());
  const auto file = folder / "map.h5";
  const int rows = 31, columns = 61;
  {
    std::vector<double> theta, phi, data;
    for (int j = 0; j < rows; ++j) theta.push_back(pi * j / (rows - 1));
    for (int k = 0; k < columns; ++k) phi.push_back(2 * pi * k / (columns - 1));
    for (int layer : {1, 2, 3})
      for (int j = 0; j < rows; ++j)
        for (int k = 0; k < columns; ++k)
          data.push_back(layer * field(pi / 2 - theta[std::size_t(j)], phi[std::size_t(k)]));
    auto stream = run::Hdf5File::create(base::Communicator::world(), file);
    stream.write_reals("dim1", phi);
    stream.write_reals("dim2", theta);
    stream.write_reals("Data", data, {3, std::uint64_t(rows), std::uint64_t(columns)});
    stream.close();
  }
  const auto with = [&](const std::string& grid, const std::string& more) {
    return fmt::format("grid: {{{}}}\ninitial: {{map: {}{}}}\n", grid, file.string(), more);
  };
  FluxTransportRun first(with("n_theta: 5", "")), third(with("n_theta: 5", ", realization: 2")),
      remapped(with("n_theta: 41, n_phi: 80, of_map: false", ", realization: 2"));
  EXPECT_EQ(first.solver->grid().axes[0].size(), rows);
  EXPECT_NEAR(third.value("br_max") / first.value("br_max"), 3, 1e-14);
  EXPECT_EQ(remapped.solver->grid().axes[0].size(), 41);
  EXPECT_NEAR(remapped.value("signed_flux"), third.value("signed_flux"),
              1e-13 * third.value("unsigned_flux"));
  EXPECT_NEAR(remapped.value("axial_dipole") / third.value("axial_dipole"), 1, 5e-3);
  EXPECT_THAT(message_of([&] { FluxTransportRun run(with("n_theta: 5", ", realization: 3")); }),
              testing::HasSubstr("0 to 2 are allowed"));
}

}  // namespace
