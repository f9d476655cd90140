#include "numerics/petsc/implicit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "numerics/petsc/session.hpp"

namespace {

using namespace sluice;
using grid::Index;
using grid::RealField;
using numerics::petsc::ImplicitSolver;
using numerics::petsc::ImplicitSpec;

/// mass u' = -rate * u^power + drive in every cell by itself: known solutions, and a nonlinearity at will.
class Decay : public numerics::petsc::RateEquation {
 public:
  double given_mass = 1, constant = 2, drive = 0;
  int power = 1;
  bool broken = false;  ///< Throws in `rate`.
  [[nodiscard]] double mass() const override { return given_mass; }
  [[nodiscard]] bool linear() const override { return power == 1; }
  [[nodiscard]] bool symmetric() const override { return true; }
  [[nodiscard]] bool singular() const override { return false; }
  void rate(double, const RealField& u, RealField& result) override {
    if (broken) throw std::runtime_error("the rate is broken");
    each(u, [&](double v, std::size_t n) { result.data()[n] = drive - constant * std::pow(v, power); });
  }
  void jacobian(double, const RealField& u, std::span<double> coefficients) override {
    std::fill(coefficients.begin(), coefficients.end(), 0.0);
    const std::size_t entries = 1 + 2 * static_cast<std::size_t>(u.layout().dimensions());
    each(u, [&](double v, std::size_t n) {
      coefficients[n * entries] = -constant * power * std::pow(v, power - 1);
    });
  }

 private:
  template <class Work>
  static void each(const RealField& u, Work work) {
    const auto view = u.view();
    const auto& count = u.layout().count();
    std::size_t n = 0;
    for (Index i = 0; i < count[0]; ++i)
      for (Index j = 0; j < count[1]; ++j)
        for (Index k = 0; k < count[2]; ++k) work(view(i, j, k), n++);
  }
};

struct Box {
  grid::Grid grid =
      grid::Grid::cartesian({.points = {5, 7}, .lower = {0, 0}, .upper = {1, 1}, .periodic = {false, true}});
  Index halo = 0;
  grid::LayoutPtr layout() const {
    return grid::Layout::block(base::Communicator::world(), grid.layout_spec(halo));
  }
};

RealField constant_field(const grid::LayoutPtr& layout, double value) {
  RealField u({"u", "1", "unknown"}, layout);
  std::fill(u.span().begin(), u.span().end(), value);
  return u;
}

double largest_difference(const RealField& u, double value) {
  double largest = 0;
  const auto& count = u.layout().count();
  for (Index i = 0; i < count[0]; ++i)
    for (Index j = 0; j < count[1]; ++j) largest = std::max(largest, std::abs(u.view()(i, j) - value));
  return u.layout().communicator().max(largest);
}

TEST(Implicit, ThetaStepSolvesItsEquation) {
  const Box box;
  Decay equation;
  equation.given_mass = 3;
  auto u = constant_field(box.layout(), 1.5);
  ImplicitSolver solver(equation, box.grid, u.layout_pointer(), {.prefix = "test_"});
  const double dt = 0.3;
  const auto report = solver.theta_step(0, dt, 0.5, u);
  const double expected = 1.5 * (3 / dt - 1) / (3 / dt + 1);
  EXPECT_LT(largest_difference(u, expected), 1e-13);
  EXPECT_NEAR(report.supply, 35 * 3 * (expected - 1.5), 1e-9);  // mass times the change, summed over 35 cells
}

TEST(Implicit, FieldWithHaloGivesTheSameBits) {
  Box plain, padded;
  padded.halo = 2;
  Decay equation;
  auto u = constant_field(plain.layout(), 1.5), v = constant_field(padded.layout(), 1.5);
  ImplicitSolver first(equation, plain.grid, u.layout_pointer(), {.prefix = "test_"});
  ImplicitSolver second(equation, padded.grid, v.layout_pointer(), {.prefix = "test_"});
  static_cast<void>(first.theta_step(0, 0.1, 1.0, u));
  static_cast<void>(second.theta_step(0, 0.1, 1.0, v));
  if (u.layout().owned_size() > 0) {
    EXPECT_EQ(u.view()(0, 0), v.view()(0, 0));
  }
}

TEST(Implicit, NewtonFindsTheRoot) {
  const Box box;
  Decay equation;
  equation.power = 3;
  equation.drive = 16;
  auto u = constant_field(box.layout(), 1.0);
  ImplicitSolver solver(equation, box.grid, u.layout_pointer(), {.prefix = "test_"});
  const auto report = solver.stationary(0, u);
  EXPECT_LT(largest_difference(u, 2.0), 1e-10);
  ASSERT_GT(report.newton_iterations, 4);
  EXPECT_LT(report.newton_iterations, 12);
  // Quadratic: near the root of 16 - 2 u^3 each residual is |f''| / (2 f'^2) = 1 / 48 of the square of the
  // one before, cell by cell; the norm over n equal cells carries another 1 / sqrt(n), and linear solves
  // leave 1e-6.
  const auto& r = report.residuals;
  for (std::size_t n = r.size() - 3; n + 1 < r.size(); ++n)
    EXPECT_LT(r[n + 1], 1.5 / 48 * r[n] * r[n] / std::sqrt(35.0) + 1e-6 * r[n]) << n;
}

TEST(Implicit, AdaptiveStepsHaveOrderFour) {
  const Box box;
  Decay equation;
  std::array<double, 2> errors{};
  for (std::size_t n = 0; n < 2; ++n) {
    auto u = constant_field(box.layout(), 1.0);
    ImplicitSolver solver(
        equation, box.grid, u.layout_pointer(),
        {.prefix = "test_", .tolerance = 1e-13, .adaptive = true, .error_relative = 1, .error_absolute = 1});
    const int steps = n == 0 ? 5 : 10;
    for (int step = 0; step < steps; ++step) {
      const auto report = solver.adaptive_step(0, 1.0 / steps, u);
      EXPECT_EQ(report.dt_taken, 1.0 / steps);
      EXPECT_EQ(report.rejected, 0);
    }
    errors[n] = largest_difference(u, std::exp(-2.0));
  }
  EXPECT_NEAR(std::log2(errors[0] / errors[1]), 4.0, 0.3);
}

TEST(Implicit, AdaptiveStepRejectsTooLongOnes) {
  const Box box;
  Decay equation;
  equation.constant = 100;
  auto u = constant_field(box.layout(), 1.0);
  ImplicitSolver solver(
      equation, box.grid, u.layout_pointer(),
      {.prefix = "test_", .adaptive = true, .error_relative = 1e-8, .error_absolute = 1e-8});
  const auto report = solver.adaptive_step(0, 1.0, u);
  EXPECT_GT(report.rejected, 0);
  EXPECT_LT(report.dt_taken, 1.0);
  EXPECT_LT(largest_difference(u, std::exp(-100 * report.dt_taken)), 1e-6);
}

TEST(Implicit, FailureIsAgreedAndPutsTheStateBack) {
  const Box box;
  Decay equation;
  equation.power = 2;
  equation.drive = -1;  // u^2 = -1/2 has no real root
  auto u = constant_field(box.layout(), 1.0);
  ImplicitSolver solver(equation, box.grid, u.layout_pointer(), {.prefix = "test_"});
  try {
    static_cast<void>(solver.stationary(0, u));
    FAIL() << "found a root of u^2 = -1/2";
  } catch (const base::AgreedError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("DIVERGED"));
    EXPECT_THAT(error.what(), testing::HasSubstr("iterations"));
  }
  EXPECT_EQ(largest_difference(u, 1.0), 0);
}

TEST(Implicit, ExceptionsPassThroughPetsc) {
  const Box box;
  Decay equation;
  auto u = constant_field(box.layout(), 1.0);
  ImplicitSolver solver(equation, box.grid, u.layout_pointer(), {.prefix = "test_"});
  equation.broken = true;
  EXPECT_THROW(static_cast<void>(solver.theta_step(0, 0.1, 1.0, u)), std::runtime_error);
  equation.broken = false;
  EXPECT_NO_THROW(static_cast<void>(solver.theta_step(0, 0.1, 1.0, u)));
}

TEST(Implicit, OptionsOfTheCaseAreUsedAndUnknownOnesRefused) {
  const Box box;
  Decay equation;
  auto u = constant_field(box.layout(), 1.0);
  {
    ImplicitSolver solver(
        equation, box.grid, u.layout_pointer(),
        {.prefix = "test_", .options = {{"test_pc_type", "jacobi"}, {"-test_ksp_type", "bcgs"}}});
    solver.prepare(0, 0.1, 1.0, u);
    EXPECT_EQ(solver.method(), "bcgs with preconditioner jacobi");
  }
  {
    ImplicitSolver solver(equation, box.grid, u.layout_pointer(),
                          {.prefix = "test_", .options = {{"test_ksp_rtoll", "1e-3"}}});
    try {
      solver.prepare(0, 0.1, 1.0, u);
      FAIL() << "a misspelt option passed";
    } catch (const base::InputError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("test_ksp_rtoll"));
    }
  }
  {
    ImplicitSolver solver(equation, box.grid, u.layout_pointer(),
                          {.prefix = "test_", .options = {{"log_view", ""}}});
    EXPECT_THROW(solver.prepare(0, 0.1, 1.0, u), base::InputError);  // read when PETSc starts, not by a solve
  }
  // Options end with the solver that they were given to.
  ImplicitSolver solver(equation, box.grid, u.layout_pointer(), {.prefix = "test_"});
  EXPECT_THAT(solver.method(), testing::HasSubstr("cg with geometric multigrid"));
}

TEST(Implicit, BadOptionValueIsAnErrorWithPetscsMessage) {
  const Box box;
  Decay equation;
  const auto layout = box.layout();
  const auto make = [&] {
    ImplicitSolver solver(equation, box.grid, layout,
                          {.prefix = "test_", .options = {{"test_ksp_type", "nonsense"}}});
  };
  EXPECT_THROW(make(), base::Error);
}

TEST(Session, StartsOnceAndSaysWhatItIs) {
  numerics::petsc::start(base::Communicator::world());
  numerics::petsc::start(base::Communicator::world());
  EXPECT_TRUE(numerics::petsc::running());
  EXPECT_THAT(numerics::petsc::version(), testing::StartsWith("3."));
  EXPECT_FALSE(numerics::petsc::configuration().empty());
}

}  // namespace
