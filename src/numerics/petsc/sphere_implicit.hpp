// Implicit diffusion on the sphere: (1 - s D) x = u, with each pole as one unknown.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "numerics/sphere_diffusion.hpp"

namespace sluice::numerics::petsc {

struct SphereImplicitSpec {
  std::string prefix{};                          ///< "NAME_", of the options of the solves
  std::map<std::string, std::string> options{};  ///< Of the case's `petsc:` block.
  bool geometric = false;                        ///< Multigrid on the sphere's own grids, else algebraic.
  double tolerance = 1e-10;                      ///< Residual after a solve relative to the one before.
  int maximum_iterations = 500;
};

/// Conjugate gradients on the symmetric system (area - s area D) x = area u, preconditioned by algebraic
/// multigrid (hypre's, else PETSc's) or a geometric one (lines of longitude smoothed as a whole). The matrix
/// is made anew when s changes.
class SphereImplicit {
 public:
  /// `diffusion` must outlive this. InputError if an option was not used. Collective.
  SphereImplicit(const SphereDiffusion& diffusion, const SphereImplicitSpec& spec);
  ~SphereImplicit();
  SphereImplicit(const SphereImplicit&) = delete;
  SphereImplicit& operator=(const SphereImplicit&) = delete;

  /// Solves on owned cells, from the guess u. AgreedError if it does not converge. Returns the iterations.
  /// Collective.
  int solve(double s, const grid::RealField& u, grid::RealField& x);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluice::numerics::petsc
