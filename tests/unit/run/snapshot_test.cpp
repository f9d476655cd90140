#include "run/snapshot.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numbers>

#include "base/error.hpp"
#include "files_support.hpp"
#include "run/hook.hpp"
#include "run/plot_geometry.hpp"

namespace sluice {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const base::Communicator& world() {
  static const base::Communicator communicator = base::Communicator::world();
  return communicator;
}

grid::Grid plane(grid::Centring centring = grid::Centring::cell) {
  return grid::Grid::cartesian({.points = {4, 6},
                                .lower = {0, -1},
                                .upper = {2, 5},
                                .periodic = {false, false},
                                .centring = centring,
                                .unit = "m"});
}

const run::SnapshotHeader header{
    .time = 0.25, .step = 12, .time_unit = "s", .provenance = R"({"version": "1"})", .resolved = "run: {}"};

struct Fields {
  grid::LayoutPtr layout;
  grid::RealField u{{"u", "K", "temperature"}, layout};
  grid::ComplexField psi{{"psi", "1", "wave function"}, layout};
  std::vector<grid::FieldView> views;
  explicit Fields(const grid::Grid& grid) : layout(grid::Layout::block(world(), grid.layout_spec(1))) {
    test::fill(u);
    test::fill(psi);
    views = {u.erased(), psi.erased()};
  }
};

TEST(Snapshot, TellsAllAboutItself) {
  const test::TemporaryFolder folder(world());
  const auto file = folder / "snapshots/snapshot_000000012.h5";
  const Fields fields(plane());
  run::write_snapshot(world(), file, plane(), fields.views, header, {});
  run::Hdf5File in = run::Hdf5File::open(world(), file);
  EXPECT_THAT(in.children("/"), ElementsAre("psi_imag", "psi_real", "time", "u", "x", "y"));
  EXPECT_EQ(in.real_attribute("/", "time"), 0.25);
  EXPECT_EQ(in.integer_attribute("/", "step"), 12);
  EXPECT_EQ(in.text_attribute("/", "time_unit"), "s");
  EXPECT_EQ(in.text_attribute("/", "provenance"), header.provenance);
  EXPECT_EQ(in.text_attribute("/", "resolved"), header.resolved);
  EXPECT_EQ(in.text_attribute("/", "geometry"), "cartesian");
  EXPECT_EQ(in.text_attribute("/u", "units"), "K");
  EXPECT_EQ(in.text_attribute("/u", "long_name"), "temperature");
  EXPECT_EQ(in.text_attribute("/psi_imag", "long_name"), "wave function, imaginary part");
  EXPECT_EQ(in.text_attribute("/x", "units"), "m");
  EXPECT_EQ(in.text_attribute("/x", "CLASS"), "DIMENSION_SCALE");
  EXPECT_THAT(in.attributes("/u"), testing::Contains("DIMENSION_LIST"));
  EXPECT_EQ(in.read_reals("/y"), plane().axes[1].points);
  EXPECT_THAT(in.read_reals("/time"), ElementsAre(0.25));
  grid::RealField u({"u", "K", ""}, grid::Layout::block(world(), plane().layout_spec()));
  in.read_field("/u", u.layout_pointer(), u.data(), 1);
  EXPECT_EQ(test::error_of(u), 0);
  EXPECT_EQ(in.read_reals("/psi_imag")[7], test::value_at(1, 1, 0, 1));
  in.close();
}

TEST(Snapshot, InSinglePrecisionAndCompressed) {
  const test::TemporaryFolder folder(world());
  const Fields fields(plane());
  run::write_snapshot(world(), folder / "a.h5", plane(), fields.views, header,
                      {.single = true, .deflate = 5, .shuffle = true});
  run::Hdf5File in = run::Hdf5File::open(world(), folder / "a.h5");
  EXPECT_EQ(in.type_name("/u"), "float32");
  grid::RealField u({"u", "K", ""}, grid::Layout::block(world(), plane().layout_spec()));
  in.read_field("/u", u.layout_pointer(), u.data(), 1);
  EXPECT_LT(test::error_of(u), 1e-5);
  in.close();
}

TEST(Snapshot, OfAFullDiskLeavesTheEarlierOneAndNoScraps) {
  const test::TemporaryFolder folder(world());
  const auto file = folder / "a.h5";
  const Fields fields(plane());
  run::write_snapshot(world(), file, plane(), fields.views, header, {});
  const std::string before = test::content_of(file);
  world().barrier();
  {
    const test::SizeLimit limit(world().rank() == world().size() - 1 ? 20000 : RLIM_INFINITY);
    EXPECT_THROW(run::write_snapshot(world(), file, plane(), fields.views, header, {}), run::OutputError);
  }
  EXPECT_EQ(test::content_of(file), before);
  EXPECT_FALSE(std::filesystem::exists(file.string() + ".tmp"));
}

TEST(Snapshot, RefusesAFieldNamedLikeAnAxis) {
  const test::TemporaryFolder folder(world());
  const grid::RealField x({"x", "K", ""}, grid::Layout::block(world(), plane().layout_spec()));
  const std::vector<grid::FieldView> views{x.erased()};
  EXPECT_THROW(run::write_snapshot(world(), folder / "a.h5", plane(), views, header, {}), base::InputError);
}

TEST(PlotGeometry, IsWrittenOnceAndAgainForAnotherGrid) {
  const test::TemporaryFolder folder(world());
  const auto file = folder / run::plot_geometry_file;
  const auto written = [&](const grid::Grid& grid) {
    run::write_plot_geometry(world(), folder.path(), grid);
    const auto when = std::filesystem::last_write_time(file);
    world().barrier();
    return when;
  };
  const auto first = written(plane());
  EXPECT_EQ(written(plane()), first);
  EXPECT_NE(written(plane(grid::Centring::node)), first);
  if (world().is_root()) test::put_content(file, "torn");
  world().barrier();
  written(plane());
  run::Hdf5File in = run::Hdf5File::open(world(), file);
  EXPECT_THAT(in.shape("/box"), ElementsAre(5, 7, 3));
  in.close();
}

TEST(PlotGeometry, OfTheSphereClosesAndItsCellsCoverIt) {
  const test::TemporaryFolder folder(world());
  const double radius = 3;
  const grid::Grid sphere = grid::Grid::uniform_sphere(9, 16, radius, "m");
  run::write_plot_geometry(world(), folder.path(), sphere);
  run::Hdf5File in = run::Hdf5File::open(world(), folder / run::plot_geometry_file);
  const auto shape = in.shape("/sphere");
  const std::vector<double> points = in.read_reals("/sphere");
  in.close();
  ASSERT_THAT(shape, ElementsAre(10, 17, 3));
  const auto point = [&](std::size_t i, std::size_t j) {
    return std::array<double, 3>{points[(i * 17 + j) * 3], points[(i * 17 + j) * 3 + 1],
                                 points[(i * 17 + j) * 3 + 2]};
  };
  for (std::size_t i = 0; i < 10; ++i) {
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(point(i, 0)[c], point(i, 16)[c], 1e-14);  // the seam
    const auto p = point(i, 5);
    EXPECT_NEAR(std::hypot(p[0], p[1], p[2]), radius, 1e-14);
  }
  EXPECT_NEAR(point(0, 3)[2], radius, 1e-14);
  EXPECT_NEAR(point(9, 3)[2], -radius, 1e-14);
  // The centre of cell (i, j) is the grid's point.
  const auto a = point(2, 5), b = point(3, 6);
  const double phi = std::atan2(a[1] + b[1], a[0] + b[0]);
  EXPECT_NEAR(std::remainder(phi - sphere.axes[1].points[5], 2 * std::numbers::pi), 0, 0.05);
}

TEST(Xdmf, PointsToFilesThatAreThere) {
  const test::TemporaryFolder folder(world());
  const Fields fields(plane());
  run::write_snapshot(world(), folder / "snapshots/one.h5", plane(), fields.views, header, {});
  const std::vector<std::pair<grid::FieldInfo, int>> names{{fields.u.info(), 1}, {fields.psi.info(), 2}};
  const std::vector<run::SeriesEntry> series{{"snapshots/one.h5", 0.25}, {"snapshots/two.h5", 0.5}};
  const std::string text = run::xdmf_series(plane(), names, series, {});
  EXPECT_THAT(text, HasSubstr("<Time Value=\"0.25\"/>"));
  EXPECT_THAT(text, HasSubstr("<Topology TopologyType=\"2DSMesh\" Dimensions=\"5 7\"/>"));
  // Every "file:/dataset" of the first time has the size that is said before it.
  int checked = 0;
  for (std::size_t at = text.find("Dimensions=\"5 7 3"); (at = text.find(".h5:", at)) != std::string::npos;
       ++at) {
    const std::size_t begin = text.rfind('>', at) + 1, end = text.find('<', at);
    const std::string file = text.substr(begin, at + 3 - begin), dataset = text.substr(at + 4, end - at - 4);
    if (file == "snapshots/two.h5") continue;
    const std::size_t size = text.rfind("Dimensions=\"", at) + 12;
    std::string shape;
    run::Hdf5File in = run::Hdf5File::open(world(), folder / file);
    for (const auto extent : in.shape(dataset)) shape += (shape.empty() ? "" : " ") + std::to_string(extent);
    in.close();
    EXPECT_EQ(text.substr(size, text.find('"', size) - size), shape) << dataset;
    ++checked;
  }
  EXPECT_EQ(checked, 5);  // the points at two times, u and the two parts of psi at one
}

TEST(Xdmf, OfTheSphereHasTwoPicturesAndEscapesNames) {
  const grid::Grid sphere = grid::Grid::uniform_sphere(5, 8, 1, "m");
  const std::vector<std::pair<grid::FieldInfo, int>> names{{{"a<b", "G", ""}, 1}};
  const std::vector<run::SeriesEntry> series{{"s.h5", 0}};
  const std::string text = run::xdmf_series(sphere, names, series, {.single = true});
  EXPECT_THAT(text, HasSubstr("<Grid Name=\"sphere\" GridType=\"Collection\" CollectionType=\"Temporal\">"));
  EXPECT_THAT(text, HasSubstr("<Grid Name=\"map\" GridType=\"Collection\" CollectionType=\"Temporal\">"));
  EXPECT_THAT(text, HasSubstr("Name=\"a&lt;b\" AttributeType=\"Scalar\" Center=\"Cell\""));
  EXPECT_THAT(text, HasSubstr("Precision=\"4\" Format=\"HDF\">s.h5:/a&lt;b<"));
  EXPECT_THAT(text, HasSubstr(">geometry.h5:/map<"));
}

}  // namespace
}  // namespace sluice
