// Flows from files, attenuation by the field, changes with the cycle, inflows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <numbers>

#include "base/error.hpp"
#include "flux_transport/advector.hpp"
#include "flux_transport/flow.hpp"
#include "flux_transport/flow_files.hpp"
#include "flux_transport/inflow.hpp"
#include "numerics/exponential.hpp"
#include "run/hdf5.hpp"
#include "support/flux_transport_run.hpp"

namespace {

using namespace sluice;
using namespace sluice::solvers::flux_transport;
using test::FluxTransportRun;
constexpr double pi = std::numbers::pi;

TEST(Attenuation, IsOneMinusTanh) {
  for (double x = -40; x <= 40; x += 0.01) {
    const double exact = 2 / (std::exp(2 * std::abs(x)) + 1);
    EXPECT_NEAR(numerics::one_minus_tanh(x) / exact, 1, 3e-15) << x;
  }
  EXPECT_EQ(numerics::one_minus_tanh(0), 1);
  EXPECT_LT(numerics::one_minus_tanh(1e300), 1e-300);
  EXPECT_TRUE(std::isnan(numerics::one_minus_tanh(std::nan(""))) ||
              numerics::one_minus_tanh(std::nan("")) < 1e-300);
}

/// A uniform field of two scales in a rigid rotation moves at 1 - tanh(2) of the speed: what holds for one
/// step of a pattern that is small beside it.
TEST(Attenuation, SlowsStrongField) {
  for (const std::string scheme : {"weno5", "weno3", "weno3_lax_friedrichs", "upwind"}) {
    FluxTransportRun run(R"(
grid: {n_theta: 33, n_phi: 64}
initial: {type: harmonics, harmonics: [{l: 0, m: 0, amplitude: 7089.815403622064}, {l: 1, m: 1, amplitude: 1e-3}]}
flow: {differential_rotation: [0, 0, 0], meridional: [0, 0, 0], rotation_period: 672, attenuation: 1000}
advection: {scheme: )" + scheme +
                         R"(}
diffusion: {coefficient: 0}
step: {maximum: 1}
)");
    const double before = run.value("equatorial_dipole");
    const auto& block = run.flux_transport().block();
    const auto value = [&](double azimuth) {  // moment of the pattern
      double sum = 0;
      const auto b = run.flux_transport().field().view();
      for (grid::Index i = 0; i < block.rows(); ++i)
        for (grid::Index k = 0; k < block.columns(); ++k) {
          const auto j = block.first_row() + i, column = block.first_column() + k;
          sum += (b(i, k) - 2000) * block.summation_area(j, column) *
                 block.sin_theta[static_cast<std::size_t>(j)] *
                 std::cos(block.phi[static_cast<std::size_t>(column)] - azimuth);
        }
      return base::Communicator::world().sum(sum);
    };
    const double x0 = value(0), y0 = value(pi / 2);
    for (int step = 0; step < 4; ++step) run.time += run.solver->advance(run.time, 4 - run.time).dt_taken;
    // d/dt b = -omega d/dphi [b (1 - tanh(b / 1000))] moves small b at omega d/db [b (1 - tanh(b / 1000))] at
    // b = 2000 G.
    const double tanh2 = std::tanh(2.0), speed = (1 - tanh2) - 2 * (1 - tanh2 * tanh2);
    const double turned = std::remainder(std::atan2(value(pi / 2), value(0)) - std::atan2(y0, x0), 2 * pi);
    // Upwind sides follow the flow, not the pattern; factors of the stronger cell: agreement to the order of
    // the spacing.
    EXPECT_NEAR(turned, 2 * pi / 672 * 4 * speed, 0.15 * std::abs(2 * pi / 672 * 4 * speed)) << scheme;
    EXPECT_GT(before, 0);
  }
}

FlowFileParameters list_of(const std::string& file) {
  FlowFileParameters parameters;
  parameters.list = file;
  return parameters;
}

TEST(FlowFiles, Brackets) {
  const std::vector<FlowFrame> frames{{0, "", ""}, {10, "", ""}, {30, "", ""}};
  auto b = bracket(frames, 0, 4);
  EXPECT_EQ(b.first, 0u);
  EXPECT_EQ(b.second, 1u);
  EXPECT_EQ(b.end, 10);
  b = bracket(frames, 0, 10 - 1e-10);  // a clock that has landed on a frame up to round-off
  EXPECT_EQ(b.first, 1u);
  EXPECT_EQ(b.end, 30);
  b = bracket(frames, 0, 31);
  EXPECT_EQ(b.first, 2u);
  EXPECT_EQ(b.second, 2u);
  EXPECT_TRUE(std::isinf(b.end));
  b = bracket(frames, 0, -1);
  EXPECT_EQ(b.first, 0u);
  EXPECT_EQ(b.second, 0u);
  EXPECT_EQ(b.end, 0);
  b = bracket(frames, 45, 31);
  EXPECT_EQ(b.first, 2u);
  EXPECT_EQ(b.second, 0u);
  EXPECT_EQ(b.begin, 30);
  EXPECT_EQ(b.end, 45);
  b = bracket(frames, 45, 92);
  EXPECT_EQ(b.first, 0u);
  EXPECT_EQ(b.begin, 90);
  EXPECT_EQ(b.end, 100);
}

/// Files of flows that are linear in colatitude, on a grid of their own; gone with the object.
class FlowFilesOnDisk {
 public:
  FlowFilesOnDisk() {
    std::string name =
        (std::filesystem::temp_directory_path() / fmt::format("sluice_flows_{}", getpid())).string();
    world_.broadcast(name);
    folder_ = name;
    if (world_.is_root()) std::filesystem::create_directories(folder_);
    world_.barrier();
    for (const double speed : {100.0, 300.0}) {
      write(fmt::format("t{}.h5", speed), -0.2 * speed, 7, 9);
      write(fmt::format("p{}.h5", speed), speed, 6, 13);
    }
    if (world_.is_root())
      std::ofstream(list()) << "# flows\ntime,v_theta,v_phi\n0, t100.h5, p100.h5\n10, t300.h5, p300.h5\n";
    world_.barrier();
  }
  ~FlowFilesOnDisk() {
    world_.barrier();
    if (world_.is_root()) std::filesystem::remove_all(folder_);
  }
  [[nodiscard]] std::string list() const { return (folder_ / "list.csv").string(); }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  void write(const std::string& name, double speed, std::uint64_t n, std::uint64_t m) {
    std::vector<double> theta, phi, values;
    for (std::uint64_t j = 0; j < n; ++j) theta.push_back(pi * double(j) / double(n - 1));
    for (std::uint64_t k = 0; k < m; ++k) phi.push_back(2 * pi * double(k) / double(m - 1));
    for (const double t : theta)
      for (std::uint64_t k = 0; k < m; ++k) values.push_back(speed * t);
    auto file = run::Hdf5File::create(world_, folder_ / name);
    file.write_reals("Data", values, {n, m});
    file.write_reals("dim1", phi);
    file.write_reals("dim2", theta);
    file.close();
  }
  base::Communicator world_ = base::Communicator::world();
  std::filesystem::path folder_;
};

TEST(FlowFiles, InterpolateInSpaceAndTime) {
  const FlowFilesOnDisk files;
  const auto grid = grid::Grid::uniform_sphere(21, 30, 1.0, "R_sun");
  const numerics::SphereBlock block(grid,
                                    numerics::SphereBlock::make_layout(base::Communicator::world(), grid));
  for (const std::string interpolation : {"linear", "held"}) {
    auto parameters = list_of(files.list());
    parameters.interpolation = interpolation;
    parameters.factor = 2;
    FlowFiles flow(block, parameters);
    for (const double t : {2.5, 7.5, 12.0}) {
      grid::RealField north({"v", "1", ""}, block.layout()), west({"v", "1", ""}, block.layout());
      flow.begin(t, north);
      flow.add(t, north, west);
      const double speed = 2 * speed_unit * (t > 10 ? 300 : interpolation == "held" ? 100 : 100 + 20 * t);
      for (grid::Index i = 0; i < block.rows(); ++i)
        for (grid::Index k = 0; k < block.columns(); ++k) {
          const auto j = static_cast<std::size_t>(block.first_row() + i);
          if (j > 0) {
            EXPECT_NEAR(north.view()(i, k), -0.2 * speed * block.face[j], 1e-12 * speed);
          }
          if (!block.is_pole(static_cast<grid::Index>(j))) {
            EXPECT_NEAR(west.view()(i, k), speed * block.theta[j], 1e-12 * speed);
          }
        }
      EXPECT_GE(flow.fastest_rate(), speed * 0.99 / block.d_phi[0]);
    }
  }
}

/// A flow from files does what the same flow from coefficients does, and a restart in the middle of a frame
/// goes on bit for bit.
TEST(FlowFiles, RunAndRestart) {
  const FlowFilesOnDisk files;
  const std::string yaml = fmt::format(R"(
grid: {{n_theta: 19, n_phi: 36}}
initial: {{regions: {{count: 4, seed: 3, flux_minimum: 2e22, flux_maximum: 5e22, peak_field: 100}}}}
flow: {{differential_rotation: [0, 0, 0], meridional: [0, 0, 0], files: {{list: {}, repeat: true}}}}
)",
                                       files.list());
  FluxTransportRun whole(yaml);
  for (int step = 0; step < 3; ++step)
    whole.time += whole.solver->advance(whole.time, 55 - whole.time).dt_taken;
  run::State from, to;
  whole.solver->state(from);
  run::StateCopy copy;
  copy.capture(from);
  FluxTransportRun resumed(yaml, base::Communicator::world(), false);
  resumed.solver->state(to);
  copy.restore(to);
  resumed.solver->restored();
  resumed.time = whole.time;
  whole.advance_to(55);
  resumed.advance_to(55);
  const auto& block = whole.flux_transport().block();
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k)
      ASSERT_EQ(whole.flux_transport().field().view()(i, k), resumed.flux_transport().field().view()(i, k));
  FluxTransportRun alone(yaml, base::Communicator::self());
  alone.advance_to(55);
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k)
      ASSERT_NEAR(whole.flux_transport().field().view()(i, k),
                  alone.flux_transport().field().view()(block.first_row() + i, block.first_column() + k),
                  1e-11);
}

TEST(FlowFiles, RefusesBadLists) {
  const FlowFilesOnDisk files;
  const auto message = [&](const std::string& text) -> std::string {
    const auto file = files.folder() / fmt::format("bad{}.csv", base::Communicator::world().rank());
    std::ofstream(file) << text;
    try {
      (void)read_flow_list(list_of(file.string()));
    } catch (const base::InputError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_EQ(message("0,t100.h5,p100.h5\n"), "no error");
  EXPECT_THAT(message(""), testing::HasSubstr("no line"));
  EXPECT_THAT(message("0,t100.h5\n"), testing::HasSubstr(".csv:1: '0,t100.h5'"));
  EXPECT_THAT(message("0,t100.h5,p100.h5\n0,t100.h5,p100.h5\n"), testing::HasSubstr(".csv:2: time 0"));
  EXPECT_THAT(message("0,t100.h5,nothing.h5\n"), testing::HasSubstr("nothing.h5"));
}

TEST(Cycle, ModulatesTheZonalFlows) {
  FlowParameters flow;
  const double minimum = velocity_theta(flow, 1), east = velocity_phi(flow, 1);
  flow.cycle.meridional_amplitude = 0.2;
  flow.cycle.torsional_amplitude = 5;
  flow.cycle.minimum = 100;
  const double half = 5.5 * hours_per_year;
  EXPECT_NEAR(velocity_theta(flow, 1, 100) / minimum, 1.2, 1e-12);
  EXPECT_NEAR(velocity_theta(flow, 1, 100 + half) / minimum, 0.8, 1e-12);
  EXPECT_NEAR(velocity_theta(flow, 1, 100 + 2 * half) / minimum, 1.2, 1e-12);
  // At 45 degrees of latitude, one wavelength from the equator, the band is as at the equator; it reaches it
  // after a period.
  const double there = velocity_phi(flow, pi / 4, 100) - velocity_phi(FlowParameters{}, pi / 4);
  EXPECT_NEAR(there, 5 * speed_unit * std::sin(pi / 4), 1e-15);
  EXPECT_NEAR(velocity_phi(flow, 1, 100) - east,
              5 * speed_unit * std::sin(1.0) * std::cos(2 * pi * (pi / 2 - 1) / (pi / 4)), 1e-15);
}

/// Towards a strong spot from all sides, at the speed of the smoothed field's gradient.
TEST(Inflow, PointsToTheStrongField) {
  const auto grid = grid::Grid::uniform_sphere(61, 120, 1.0, "R_sun");
  const numerics::SphereBlock block(grid,
                                    numerics::SphereBlock::make_layout(base::Communicator::world(), grid));
  InflowParameters parameters;
  parameters.strength = 1.8e8;
  parameters.width = 15;
  Inflow inflow(block, parameters);
  grid::RealField b({"B_r", "G", ""}, block.layout()), north({"v", "1", ""}, block.layout()),
      west({"v", "1", ""}, block.layout());
  // A spot of 1/e radius r at the equator, smoothed by sigma, is one of sqrt(r^2 + 2 sigma^2), lowered by r^2
  // over that square.
  const double r2 = 0.03, sigma2 = std::pow(15 * degree, 2) / (8 * std::log(2.0)), wide2 = r2 + 2 * sigma2;
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k) {
      const double y = block.theta[static_cast<std::size_t>(block.first_row() + i)] - pi / 2,
                   x = block.phi[static_cast<std::size_t>(block.first_column() + k)] - pi;
      b.view()(i, k) = -200 * std::exp(-(x * x + y * y) / r2);
    }
  inflow.begin(0, b);
  inflow.add(0, north, west);
  double most = 0;
  for (grid::Index i = 0; i < block.rows(); ++i)
    for (grid::Index k = 0; k < block.columns(); ++k) {
      const double y = block.theta[static_cast<std::size_t>(block.first_row() + i)] - pi / 2,
                   x = block.face_longitude(block.first_column() + k) - pi;
      if (std::abs(y) > 1e-9) continue;
      const double smooth = 200 * r2 / wide2 * std::exp(-x * x / wide2);
      const double expected = 1.8e8 / 6.96e8 / std::sqrt(0.75) * smooth * (-2 * x / wide2) * speed_unit;
      most = std::max(most, std::abs(expected));
      EXPECT_NEAR(west.view()(i, k), expected, 5e-6 + 0.05 * std::abs(expected));
    }
  EXPECT_GT(base::Communicator::world().max(most), 1e-5);  // 2 m s^-1
  EXPECT_GT(inflow.fastest_rate(), 0);
}

TEST(Parameters, RefuseFlowsThatCannotBe) {
  EXPECT_THROW(FluxTransportRun("flow: {attenuation: 0}"), base::InputError);
  EXPECT_THROW(FluxTransportRun("flow: {files: {list: /nowhere/list.csv}}"), base::InputError);
  EXPECT_THROW(FluxTransportRun("flow: {cycle: {meridional_amplitude: 2}}"), base::InputError);
  EXPECT_THROW(FluxTransportRun("grid: {n_theta: 6, n_phi: 12}\nadvection: {scheme: weno5}"),
               base::AgreedError);
}

}  // namespace
