// Every model, closure, forcing and scheme: resumed bit for bit, the same on any number of ranks, stopped
// where it blows up.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "run/hook.hpp"
#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;

struct Setup {
  std::string name, yaml;
  double dt;
};

void PrintTo(const Setup& setup, std::ostream* stream) { *stream << setup.name; }

const std::string means = "means: {every_steps: 2}, lyapunov: {every_steps: 3}";

Setup plane(const std::string& closure, const std::string& integrator, const std::string& dealiasing,
            const std::string& forcing) {
  return {closure + ", " + integrator,
          "{grid: {points: [20, 24]}, equation: {navier_stokes: {viscosity: 1.0e-3, beta: 3, drag: 0.1}}, "
          "initial: {type: random, peak: 3}, closure: {type: " +
              closure + "}, forcing: {type: " + forcing + "}, time: {dt: 0.01, cfl: 0.4, integrator: " +
              integrator + ", dealiasing: " + dealiasing + "}, " + means + "}",
          0.01};
}

Setup layers(const std::string& terms, const std::string& integrator, const std::string& dealiasing) {
  return {
      "two_layer, " + terms + ", " + integrator,
      "{grid: {points: [20, 24], length: [1.0e+6]}, equation: {model: two_layer, two_layer: {noise: 10, " +
          terms + "}}, time: {dt: 7200, integrator: " + integrator + ", dealiasing: " + dealiasing + "}, " +
          means + "}",
      7200};
}

Setup box(const std::string& terms, const std::string& integrator, const std::string& dealiasing) {
  return {"isotropic, " + terms + ", " + integrator,
          "{grid: {points: [10, 12, 14]}, equation: {model: isotropic, isotropic: {" + terms +
              "}}, time: {dt: 0.02, integrator: " + integrator + ", dealiasing: " + dealiasing + "}, " +
              means + "}",
          0.02};
}

std::vector<Setup> setups() {
  std::vector<Setup> all;
  for (const char* closure :
       {"none", "smagorinsky", "smagorinsky, scope: local", "leith", "leith, scope: local",
        "dynamic_smagorinsky", "dynamic_leith", "backscatter", "given_field"})
    all.push_back(plane(closure, "ab3", "two_thirds", "ring, centre: 4, correlation_time: 0.1"));
  for (const char* integrator : {"etdrk4", "ifrk3", "ifrk4", "ab2cn"})
    all.push_back(plane("leith", integrator, "padded", "ring, centre: 4"));
  all.push_back(plane("none", "ab2cn", "none", "cosines"));
  for (const char* terms :
       {"closure: {type: none}", "closure: {type: smagorinsky}", "closure: {type: backscatter}",
        "topography: {type: hill, amplitude: 1.0e-5}, lower_flow: 0.01",
        "jet: {rate: 1.0e-6, width: 5.0e+4, sponge: 1.0e-6}, hyperviscosity: 1.0e+28"})
    all.push_back(layers(terms, "ab3", "filter"));
  for (const char* integrator : {"etdrk4", "ifrk3", "ifrk4", "ab2cn"})
    all.push_back(layers("closure: {type: smagorinsky}", integrator, "padded"));
  for (const char* integrator : {"etdrk4", "ifrk3", "ab3", "ab2cn"})
    all.push_back(box("injection: 0.1, peak: 3", integrator, "two_thirds"));
  all.push_back(box("initial: taylor_green, viscosity: 0", "ifrk4", "filter"));
  all.push_back(
      {"barotropic",
       "{grid: {points: [20, 24]}, equation: {model: barotropic, barotropic: {beta: 2, radius: 1, drag: 0.1, "
       "flow: 0.2, hyperviscosity: 1.0e-3, topography: {type: hill, amplitude: 3}}}, time: {dt: 0.02, "
       "integrator: ab3}, " +
           means + "}",
       0.02});
  return all;
}

class EverySetup : public testing::TestWithParam<Setup> {};

/// Steps of the run's own clock: the next required time is far away, so that no step depends on where a run
/// stops.
void take(run::Solver& solver, double& t, int steps, double far) {
  for (int n = 0; n < steps; ++n) t += solver.advance(t, far - t).dt_taken;
}

TEST_P(EverySetup, GoesOnBitForBit) {
  const auto world = base::Communicator::world();
  const double far = 1000 * GetParam().dt;
  auto whole = test::turbulence_solver(GetParam().yaml, world),
       first = test::turbulence_solver(GetParam().yaml, world),
       second = test::turbulence_solver(GetParam().yaml, world);
  double t = 0, t_parts = 0;
  take(*whole, t, 9, far);
  take(*first, t_parts, 4, far);
  double elsewhere = 0;
  take(*second, elsewhere, 2, far);  // leaves traces that the restored state must overwrite
  run::State from, to;
  run::StateCopy copy;
  first->state(from);
  copy.capture(from);
  second->state(to);
  copy.restore(to);
  second->restored();
  take(*second, t_parts, 5, far);
  EXPECT_EQ(t, t_parts);
  for (std::size_t n = 0; n < whole->outputs().size(); ++n) {
    const auto a = whole->outputs()[n].compute(), b = second->outputs()[n].compute();
    const auto bytes = static_cast<std::size_t>(a.layout->allocated_size()) * sizeof(double);
    EXPECT_EQ(std::memcmp(a.data, b.data, bytes), 0) << whole->outputs()[n].info.name;
  }
  const auto a = whole->diagnostics(), b = second->diagnostics();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t n = 0; n < a.size(); ++n) EXPECT_EQ(a[n].value, b[n].value) << a[n].name;
}

TEST_P(EverySetup, IsTheSameOnAnyNumberOfRanks) {
  auto together = test::turbulence_solver(GetParam().yaml, base::Communicator::world()),
       alone = test::turbulence_solver(GetParam().yaml, base::Communicator::self());
  double t = 0, t_alone = 0;
  take(*together, t, 6, 1000 * GetParam().dt);
  take(*alone, t_alone, 6, 1000 * GetParam().dt);
  const auto names = together->outputs();
  for (std::size_t n = 0; n < names.size(); ++n) {
    const auto a = together->outputs()[n].compute(), b = alone->outputs()[n].compute();
    const grid::View<const double> part(a.data, *a.layout), whole(b.data, *b.layout);
    double difference = 0, size = 0;
    for (grid::Index i = 0; i < a.layout->count()[0]; ++i)
      for (grid::Index j = 0; j < a.layout->count()[1]; ++j)
        for (grid::Index k = 0; k < a.layout->count()[2]; ++k) {
          const double expected = whole(i + a.layout->offset()[0], j, k);
          difference = std::max(difference, std::abs(part(i, j, k) - expected));
        }
    for (const double value : std::span(b.data, static_cast<std::size_t>(b.layout->allocated_size())))
      size = std::max(size, std::abs(value));
    EXPECT_LE(difference, 1e-9 * size) << names[n].info.name;
  }
  // Residuals are round-off; exponents follow a difference of 1e-7.
  const auto a = together->diagnostics(), b = alone->diagnostics();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t n = 0; n < a.size(); ++n) {
    if (a[n].name.find("residual") != std::string::npos || a[n].name == "divergence") continue;
    const double tolerance = a[n].name.find("lyapunov") == std::string::npos ? 1e-9 : 1e-5;
    EXPECT_NEAR(a[n].value, b[n].value, tolerance * std::max(std::abs(b[n].value), 1e-3)) << a[n].name;
  }
}

INSTANTIATE_TEST_SUITE_P(Turbulence, EverySetup, testing::ValuesIn(setups()));

TEST(BlowUp, NamesTheFieldTheCflNumberAndTheTailOfTheSpectrum) {
  for (const auto& [yaml, field] :
       {std::pair<std::string, std::string>{"{grid: {points: [20, 20]}, equation: {navier_stokes: "
                                            "{viscosity: 0}}, initial: {type: random, peak: 5, "
                                            "energy: 5}, time: {integrator: ab3, dt: 0.2}}",
                                            "vorticity"},
        {"{grid: {points: [20, 20], length: [1.0e+6]}, equation: {model: two_layer, two_layer: {noise: "
         "1000}}, time: "
         "{integrator: ab3, dt: 1.0e+5}}",
         "q1, q2"},
        {"{grid: {points: [10, 10, 10]}, equation: {model: isotropic, isotropic: {viscosity: 0, amplitude: "
         "5}}, "
         "time: {integrator: ab3, dt: 0.3}}",
         "u, v, w"}}) {
    auto solver = test::turbulence_solver(yaml, base::Communicator::world());
    try {
      double t = 0;
      take(*solver, t, 400, 1e12);
      FAIL() << field << ": the run went on";
    } catch (const run::StateError& error) {
      const std::string text = error.what();
      for (const std::string& part : {field, std::string("CFL number"), std::string("energy_spectrum")})
        EXPECT_NE(text.find(part), std::string::npos) << text;
    }
  }
}

}  // namespace
