// Exact subgrid terms against rates of change that the models give by themselves, on any number of ranks.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "support/turbulence_runs.hpp"
#include "turbulence/subgrid.hpp"

namespace {

using namespace sluice;
using grid::Complex;
using grid::Index;
using solvers::turbulence::Modes;
using solvers::turbulence::NavierStokes;
using solvers::turbulence::Space;
using solvers::turbulence::TurbulenceParameters;

const std::string flow =
    "{grid: {points: [48, 40], length: [6.283185307179586, 5]}, equation: {navier_stokes: {viscosity: 0.01, "
    "drag: "
    "0.1, beta: 3}}, initial: {type: random, peak: 6, energy: 2}, DEALIASING FORCING closure: {type: leith, "
    "scope: "
    "local, coefficient: 0.2}}";

std::string with(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  return text.replace(at, what.size(), by);
}

/// L u + N(u) of a model on this rank alone.
Modes rates(Space& space, solvers::turbulence::Model& model, const Modes& u) {
  Modes n = solvers::turbulence::make_all(space, u.size(), "n");
  model.nonlinear(u, 0, n);
  space.each_mode([&](Index at, double kx, double ky, double kz) {
    n[0].data()[at] += model.symbol(0, kx, ky, kz) * u[0].data()[at];
  });
  return n;
}

/// Filtered modes on a coarse grid, by looking every wavenumber up.
Modes filtered(const Space& fine, const Space& coarse, const Modes& u, const run::SubgridSpec& spec) {
  Modes result = solvers::turbulence::make_all(coarse, 1, "filtered");
  const double ratio = coarse.points() / fine.points();
  coarse.each_mode([&](Index at, double kx, double ky, double) {
    const auto sinc = [](double x) { return x == 0 ? 1 : std::sin(x) / x; };
    const double dx = spec.width * coarse.spacing(0), dy = spec.width * coarse.spacing(1);
    double factor = ratio;
    if (spec.filter == "gaussian") factor *= std::exp(-(kx * kx * dx * dx + ky * ky * dy * dy) / 24);
    if (spec.filter == "box") factor *= sinc(kx * dx / 2) * sinc(ky * dy / 2);
    fine.each_mode([&](Index from, double px, double py, double) {
      if (std::abs(px - kx) + std::abs(py - ky) < 1e-9) result[0].data()[at] = factor * u[0].data()[from];
    });
  });
  return result;
}

grid::RealField in_space(Space& space, const grid::ComplexField& modes) {
  grid::RealField values({"values", "1", "values"}, space.transform().physical());
  grid::ComplexField copy = space.make_modes("copy");
  space.each_mode(
      [&](Index at, double, double, double) { copy.data()[at] = modes.data()[at] / space.points(); });
  space.transform().inverse(copy, values);
  return values;
}

grid::FieldView named(const run::SubgridCompanion& companion, const std::vector<grid::FieldView>& views,
                      const std::string& name) {
  const auto fields = companion.fields();
  for (std::size_t n = 0; n < fields.size(); ++n)
    if (fields[n].info.name == name) return views[n];
  throw base::AgreedError("no field " + name);
}

/// The whole field on every rank.
std::vector<double> whole(const grid::FieldView& view) {
  const auto &global = view.layout->global(), &count = view.layout->count();
  std::vector<double> values(static_cast<std::size_t>(view.layout->global_size()), 0.0);
  const grid::View<const double> part(view.data, *view.layout);
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j)
      for (Index k = 0; k < count[2]; ++k)
        values[static_cast<std::size_t>(((i + view.layout->offset()[0]) * global[1] + j) * global[2] + k)] =
            part(i, j, k);
  view.layout->communicator().sum(std::span<double>(values));
  return values;
}

class SubgridTerm : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

/// Coarse rates and subgrid term are the filtered fine rates: with viscosity, drag, beta, a closure of the
/// fine run and forcing, which the coarse model has filtered.
TEST_P(SubgridTerm, AndCoarseRatesAreTheFilteredFineRates) {
  const auto& [filter, dealiasing] = GetParam();
  const run::SubgridSpec spec{.points = {24, 20}, .filter = filter, .width = filter == "box" ? 1.0 : 2.0};
  const std::string unforced = with(flow, "DEALIASING", "time: {dealiasing: " + dealiasing + "},");
  const std::string yaml =
      with(unforced, "FORCING", "forcing: {type: cosines, waves: [3, 2], amplitude: [4, -1]},");
  auto solver = test::turbulence_solver(yaml, base::Communicator::world());
  const auto companion = solver->subgrid_companion(spec);
  const auto views = companion->evaluate();
  const auto state = whole(named(*companion, views, "vorticity")),
             missed = whole(named(*companion, views, "subgrid_vorticity"));

  auto alone = test::turbulence_solver(yaml, base::Communicator::self());
  const run::Context context{.communicator = base::Communicator::self(), .seed = 7, .fingerprint = {}};
  const TurbulenceParameters fine_parameters = test::turbulence_parameters(yaml);
  TurbulenceParameters bare = test::turbulence_parameters(with(unforced, "FORCING", ""));
  const auto fine = fine_parameters.make_model(alone->space(), context),
             fine_bare = bare.make_model(alone->space(), context);
  bare.points = spec.points;
  bare.navier_stokes.closure.type = "none";
  Space coarse_space(context.communicator, bare.fourier_spec(), bare.dealiasing_kind(), "");
  const auto coarse = bare.make_model(coarse_space, context);
  const Modes fine_rates = rates(alone->space(), *fine, alone->modes()),
              bare_rates = rates(alone->space(), *fine_bare, alone->modes()),
              wanted = filtered(alone->space(), coarse_space, fine_rates, spec),
              without_forcing = filtered(alone->space(), coarse_space, bare_rates, spec),
              w = filtered(alone->space(), coarse_space, alone->modes(), spec);
  Modes coarse_rates = rates(coarse_space, *coarse, w);
  coarse_space.each_mode([&](Index at, double, double, double) {
    coarse_rates[0].data()[at] += wanted[0].data()[at] - without_forcing[0].data()[at];
  });
  const auto a = whole(in_space(coarse_space, wanted[0]).erased()),
             b = whole(in_space(coarse_space, coarse_rates[0]).erased()),
             c = whole(in_space(coarse_space, w[0]).erased());
  double size = 0, subgrid = 0;
  for (const double value : a) size = std::max(size, std::abs(value));
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_NEAR(b[i] + missed[i], a[i], 1e-12 * size) << i;
    EXPECT_NEAR(state[i], c[i], 1e-11) << i;
    subgrid = std::max(subgrid, std::abs(missed[i]));
  }
  EXPECT_GT(subgrid, 0.01 * size) << "nothing is missed: the test shows nothing";
}

INSTANTIATE_TEST_SUITE_P(Filters, SubgridTerm,
                         testing::Combine(testing::Values("cut", "gaussian", "box"),
                                          testing::Values("two_thirds", "padded")));

/// Means over faces: the flux out of every coarse cell is nothing, as on the fine grid; values in the nodes
/// do not have that.
TEST(SubgridPairs, StaggeredVelocitiesHaveNoDivergenceOnTheCoarseGrid) {
  auto solver =
      test::turbulence_solver(with(with(flow, "DEALIASING", ""), "FORCING", ""), base::Communicator::world());
  for (const bool staggered : {true, false}) {
    const auto companion = solver->subgrid_companion(
        {.points = {24, 20}, .filter = "gaussian", .width = 2, .staggered = staggered});
    const auto views = companion->evaluate();
    for (const std::string kind : {"", "subgrid_"}) {
      const auto u = whole(named(*companion, views, kind + "u")),
                 v = whole(named(*companion, views, kind + "v"));
      const double hx = 2 * std::numbers::pi / 24, hy = 5.0 / 20;
      double most = 0, size = 0;
      for (std::size_t i = 0; i < 24; ++i)
        for (std::size_t j = 0; j < 20; ++j) {
          const std::size_t at = 20 * i + j, east = 20 * ((i + 1) % 24) + j, north = 20 * i + (j + 1) % 20;
          most = std::max(most, std::abs((u[east] - u[at]) / hx + (v[north] - v[at]) / hy));
          size = std::max(size, std::abs(u[at]) / hx);
        }
      if (staggered)
        EXPECT_LT(most, 1e-12 * size) << kind;
      else
        EXPECT_GT(most, 1e-3 * size) << kind;
    }
  }
}

TEST(SubgridPairs, OfThreeDimensionsHaveNoDivergenceEither) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [16, 16, 16]}, equation: {model: isotropic, isotropic: {injection: 0.1}}}",
      base::Communicator::world());
  const auto companion =
      solver->subgrid_companion({.points = {8, 8, 10}, .filter = "box", .width = 1, .staggered = true});
  const auto views = companion->evaluate();
  for (const std::string kind : {"", "subgrid_"}) {
    const auto u = whole(named(*companion, views, kind + "u")),
               v = whole(named(*companion, views, kind + "v")),
               w = whole(named(*companion, views, kind + "w"));
    const double h = 2 * std::numbers::pi / 8, hz = 2 * std::numbers::pi / 10;
    double most = 0, size = 0;
    const auto at = [](std::size_t i, std::size_t j, std::size_t k) {
      return 10 * (8 * (i % 8) + j % 8) + k % 10;
    };
    for (std::size_t i = 0; i < 8; ++i)
      for (std::size_t j = 0; j < 8; ++j)
        for (std::size_t k = 0; k < 10; ++k) {
          const std::size_t here = at(i, j, k);
          most = std::max(most, std::abs((u[at(i + 1, j, k)] - u[here] + v[at(i, j + 1, k)] - v[here]) / h +
                                         (w[at(i, j, k + 1)] - w[here]) / hz));
          size = std::max(size, std::abs(u[here]) / h);
        }
    EXPECT_GT(size, 0) << kind;
    EXPECT_LT(most, 1e-12 * size) << kind;
  }
}

TEST(SubgridPairs, RefuseAGridThatIsNotCoarser) {
  auto solver = test::turbulence_solver("{grid: {points: [32, 32]}}", base::Communicator::world());
  EXPECT_THROW((void)solver->subgrid_companion({.points = {32, 16}}), base::InputError);
  EXPECT_THROW((void)solver->subgrid_companion({.points = {16}}), base::InputError);
}

}  // namespace
