// The tendency of two layers in one pass against its parts: the nonlinear terms, and the matrix of the linear
// ones at every wavenumber.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/turbulence_runs.hpp"
#include "turbulence/integrators.hpp"

namespace {

using namespace sluice;
using namespace sluice::solvers::turbulence;

double difference(const std::string& terms, const std::string& dealiasing) {
  const std::string yaml =
      "{grid: {points: [32, 24], length: [20, 15]}, equation: {model: two_layer, two_layer: {beta: 0.2, "
      "radius: 1.5, "
      "delta: 0.4, upper_flow: 0.7, lower_flow: 0.1, drag: 0.05, noise: 1.0e+6" +
      terms + "}}, time: {dt: 0.01, dealiasing: " + dealiasing + "}}";
  auto solver = test::turbulence_solver(yaml, base::Communicator::world());
  Space& space = solver->space();
  const auto model = test::turbulence_parameters(yaml).make_model(
      space, {.communicator = base::Communicator::world(), .seed = 7, .fingerprint = {}});
  const Modes& q = solver->modes();
  Modes whole = make_all(space, 2, "whole"), parts = make_all(space, 2, "parts");
  model->begin_step(q, 0, 0.01, 0);
  EXPECT_TRUE(model->whole(q, 0, whole));
  model->begin_step(q, 0, 0.01, 0);
  model->nonlinear(q, 0, parts);
  const double advection = space.communicator().max(std::abs(model->advection_rate()));
  EXPECT_GT(advection, 0);
  double most = 0, size = 0;
  space.each_mode([&](Index at, double kx, double ky, double) {
    const Pair linear = times(model->coupling(kx, ky), Pair{q[0].data()[at], q[1].data()[at]});
    for (const std::size_t layer : {0U, 1U}) {
      const Complex sum = parts[layer].data()[at] + (layer == 0 ? linear.a : linear.b);
      most = std::max(most, std::abs(whole[layer].data()[at] - sum));
      size = std::max(size, std::abs(sum));
    }
  });
  return space.communicator().max(most) / space.communicator().max(size);
}

TEST(TwoLayers, TheWholeTendencyIsTheSumOfItsParts) {
  for (const char* dealiasing : {"filter", "two_thirds", "padded"})
    for (const char* terms :
         {"", ", hyperviscosity: 1.0e-4, hyperviscosity_order: 3", ", closure: {type: smagorinsky}",
          ", jet: {rate: 0.3, sponge: 0.4, width: 2}, hyperviscosity: 1.0e-5"})
      EXPECT_LT(difference(terms, dealiasing), 1e-13) << dealiasing << terms;
}

}  // namespace
