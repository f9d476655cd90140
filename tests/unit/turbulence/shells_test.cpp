// Where a wave goes in the spectra: to the shell nearest to its wavenumber, each mode once.
#include <gtest/gtest.h>

#include "support/turbulence_runs.hpp"

namespace {

using namespace sluice;

void expect_in_shell(const std::string& waves, std::size_t shell) {
  auto solver = test::turbulence_solver(
      "{grid: {points: [24, 24]}, initial: {type: rossby_wave, waves: " + waves + "}}",
      base::Communicator::world());
  const auto curves = solver->curves();
  for (const std::size_t which : {0, 1}) {
    const double whole = test::quantity(*solver, which == 0 ? "energy" : "enstrophy");
    for (std::size_t n = 0; n < curves[which].values.size(); ++n)
      EXPECT_NEAR(curves[which].values[n] / whole, n == shell ? 1 : 0, 1e-12) << waves << ", shell " << n;
  }
}

TEST(Shells, AWaveIsInTheNearestOne) {
  expect_in_shell("[3, 0]", 3);
  expect_in_shell("[0, 3]", 3);
  expect_in_shell("[2, 2]", 3);   // 2.83
  expect_in_shell("[1, -2]", 2);  // 2.24
  expect_in_shell("[5, 4]", 6);   // 6.40
}

}  // namespace
