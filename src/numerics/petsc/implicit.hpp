// Implicit steps of  mass * du/dt = rate(t, u)  on a box, with a star stencil of width one: theta schemes, an
// error-controlled Runge-Kutta method, and the stationary problem rate(u) = 0. PETSc stays behind this
// interface.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "grid/field.hpp"
#include "grid/grid.hpp"
#include "numerics/petsc/given_preconditioner.hpp"
#include "numerics/petsc/interpolation.hpp"

namespace sluice::numerics::petsc {

/// What is solved. Functions work on this rank's cells alone and must not communicate.
class RateEquation {
 public:
  virtual ~RateEquation() = default;
  [[nodiscard]] virtual double mass() const = 0;
  /// The rate does not depend on products of u: one linear solve a stage, and a matrix that never changes by
  /// itself.
  [[nodiscard]] virtual bool linear() const = 0;
  /// The matrix d rate / d u is symmetric (conjugate gradients).
  [[nodiscard]] virtual bool symmetric() const = 0;
  /// Adding a constant to u changes no rate: the stationary problem fixes u up to its mean.
  [[nodiscard]] virtual bool singular() const = 0;
  /// `u` has one layer of filled ghosts (none beyond bounded sides), `result` none.
  virtual void rate(double t, const grid::RealField& u, grid::RealField& result) = 0;
  /// d rate / d u, 1 + 2 * dimensions numbers a cell, cells in memory order: of the cell itself, then of its
  /// lower and upper neighbour along each axis. 0 across a bounded side.
  virtual void jacobian(double t, const grid::RealField& u, std::span<double> coefficients) = 0;
};

/// How it is solved. Everything can be overruled by options of PETSc that begin with the prefix.
struct ImplicitSpec {
  std::string prefix{};                          ///< "diffusion_"
  std::map<std::string, std::string> options{};  ///< Of the case's `petsc:` block.
  std::array<std::array<End, 2>, 3> ends{};      ///< Of bounded axes, for multigrid.
  std::string preconditioner = "multigrid";  ///< multigrid, algebraic (hypre's, else PETSc's GAMG), jacobi
  /// Asked first where there is one; `preconditioner` stands in for it, and the Krylov method becomes a
  /// flexible one. Must outlive the solver.
  GivenPreconditioner* given = nullptr;
  /// A residual and its correction are kept from every linear solve: none, solves, probes (Pairs).
  std::string pairs = "none";
  double tolerance = 1e-10;      ///< Residual after a solve relative to the one before.
  int maximum_iterations = 500;  ///< Of a linear solve.
  bool adaptive = false;         ///< `adaptive_step` will be called, not `theta_step`.
  double error_relative = 1e-4;  ///< Adaptive: error of a step <= absolute + relative * |u|.
  double error_absolute = 1e-6;
};

struct SolveReport {
  int linear_iterations = 0;
  int newton_iterations = 0;
  std::vector<double>
      residuals;      ///< Norm before each Newton iteration and after the last (theta, stationary).
  double supply = 0;  ///< Time integral of the sum of all rates over cells, by the scheme's own quadrature.
};

struct AdaptiveReport {
  SolveReport solve;
  double dt_taken = 0;
  double dt_next = 0;  ///< What the error allows next.
  int rejected = 0;
};

/// Solves with one equation on one layout (no halo needed; without one, PETSc works on the field's own
/// memory). A solve that does not converge throws AgreedError that names the reason and leaves u as it was.
class ImplicitSolver {
 public:
  /// `equation` must outlive this. AgreedError if the grid is too large for PETSc's indices. Collective.
  ImplicitSolver(RateEquation& equation, const grid::Grid& grid, const grid::LayoutPtr& layout,
                 const ImplicitSpec& spec);
  ~ImplicitSolver();
  ImplicitSolver(const ImplicitSolver&) = delete;
  ImplicitSolver& operator=(const ImplicitSolver&) = delete;

  /// Sets everything up as for a step dt (0: stationary) and throws InputError if an option was not used.
  /// Collective.
  void prepare(double t, double dt, double theta, const grid::RealField& u);

  /// mass (u1 - u0) / dt = theta rate(t + dt, u1) + (1 - theta) rate(t, u0). Collective.
  SolveReport theta_step(double t, double dt, double theta, grid::RealField& u);
  /// rate(t, u) = 0, from the guess u. A singular problem keeps the mean of the guess. Collective.
  SolveReport stationary(double t, grid::RealField& u);
  /// One accepted step of at most dt, rejecting inside. Keeps nothing from one step to the next. Collective.
  AdaptiveReport adaptive_step(double t, double dt, grid::RealField& u);

  /// A residual r of root mean square 1 and D e with A e = r, A the matrix of the last linear solve, D the
  /// largest element of its diagonal (GivenPreconditioner). `solves`: from iterate n of solve n, modulo the
  /// iterations of the solve before, so from all stages of a solve in turn; e up to the solve's tolerance.
  /// `probes`: e white noise, so that a map M from r to e of least mean square error has the least |M A - 1|
  /// (Frobenius' norm).
  struct Pairs {
    explicit Pairs(const grid::LayoutPtr& layout);
    grid::RealField residual, correction;
    std::int64_t solves = 0, iterations = 1;  ///< So far; of the last one. State, as the fields.
  };
  [[nodiscard]] Pairs& pairs();

  /// "conjugate gradients, geometric multigrid with 6 levels (128 x 128 to 4 x 4)".
  [[nodiscard]] std::string method() const;

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::numerics::petsc
